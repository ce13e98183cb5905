"""Subscriptions, what is muted, and what is paused."""
