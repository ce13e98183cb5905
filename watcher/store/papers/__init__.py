"""Papers: which entry is of which paper, what is known of it, which rules it matches."""
