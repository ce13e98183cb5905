"""Addresses in messages that let a person do one thing without a password, because watcher signed them. Pure."""
