"""Answer programs with JSON objects, the same as those of the commands' ``--json``."""
