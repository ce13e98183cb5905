"""Subscriptions, mutes and pauses."""
