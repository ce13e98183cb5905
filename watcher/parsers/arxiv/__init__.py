"""arXiv: what its categories announce, by feeds, lists or answers of its API."""
