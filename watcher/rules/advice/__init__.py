"""Tell the author of a rule what may have been overlooked, from stored papers."""
