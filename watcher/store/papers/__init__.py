"""Find the paper of an entry, store papers, merge them, store their matches."""
