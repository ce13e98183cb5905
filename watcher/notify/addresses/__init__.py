"""Receivers' addresses: what is written in them, and what apprise will contact."""
