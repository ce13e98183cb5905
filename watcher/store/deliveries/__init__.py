"""Alerts, deliveries, the sender's queue, endpoints and incidents."""
