"""Files that watcher makes, for the owner of their folder; files of other people, opened with care."""
