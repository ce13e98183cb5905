"""Signed links: addresses in messages that let a reader do one thing without a password. Pure."""
