"""Daemons that share a database, the config that they agree on, and their turns."""
