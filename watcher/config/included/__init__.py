"""Included files of a config: on disk with their last good copies, and the subscriptions of them that are in force."""
