"""What became of a paper, the checks of `watcher status`, the deletion of old rows."""
