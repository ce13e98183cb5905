"""Many rules and many papers at once, with the same answers."""
