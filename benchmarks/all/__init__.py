"""All that is asked of the program's speed and size as one table: a row is ours, a peer's in the same run, the goal."""
