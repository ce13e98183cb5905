"""Read rules as people write them, from text to tree."""
