"""Watches digests of research papers and tells people what matches their saved rules."""

__version__ = "0.2.0"
