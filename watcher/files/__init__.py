"""Files: those that watcher makes, for the owner of their folder; those of other people, opened with care."""
