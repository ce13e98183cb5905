"""Folding: which spellings are one word, in rules and papers alike."""
