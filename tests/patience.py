"""How long a test waits for what has to come."""

PATIENCE = 120.0
"""Seconds after which something counts as hanging: so many that a busy machine never takes as long."""
