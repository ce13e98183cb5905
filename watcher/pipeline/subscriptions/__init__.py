"""Bring the database's subscriptions to what the config and the commands ask for."""
