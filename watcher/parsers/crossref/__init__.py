"""Crossref: what publishers register, of journals or by words."""
