"""Papers: finding the paper of an entry, storing it, merging papers, their matches."""
