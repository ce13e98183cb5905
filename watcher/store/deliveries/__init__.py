"""Alerts, deliveries, the sender's queue, endpoints, incidents and kept papers."""
