"""Looks at a source: which pages are read, what is missing, how it went, when the next one is. Pure."""
