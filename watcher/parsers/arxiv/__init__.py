"""Read arXiv: what its categories announce, from feeds, lists or answers of its API."""
