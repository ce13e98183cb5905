"""Daemons that share a database, and the turns between them."""
