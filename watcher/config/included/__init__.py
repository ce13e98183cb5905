"""Included files of a config: the files on disk, their last good copies, and which subscriptions are in force."""
