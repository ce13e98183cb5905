"""Read a source, store what it lists, match it; what was missed is read late."""
