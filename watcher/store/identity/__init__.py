"""Decide which stored paper an entry is about, and by which keys it is known. Pure."""
