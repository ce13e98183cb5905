"""Find papers like those in a library: by words and pairs of words, and how rare these are."""
