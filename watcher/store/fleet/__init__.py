"""Daemons that share a database: which there are, the config that they agree on, whose turn it is."""
