"""What became of a paper, the checks that `status` makes, and how long it all is kept."""
