"""Receivers' addresses: what is written in them, and what apprise would contact."""
