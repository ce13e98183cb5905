"""Profiles of the libraries that subscriptions like, made of what is stored; rules suggested for a library."""
