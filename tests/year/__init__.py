"""A year of digests, drawn by a seed and played to the steps of the daemon: what stood on some page is told once."""
