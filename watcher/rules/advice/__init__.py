"""Tell the author of a rule what may have been overlooked, from the rule's text and from stored papers."""
