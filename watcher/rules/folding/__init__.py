"""Fold texts: decide which spellings are one word, for rules and papers alike."""
