"""Find the likely mistakes of a config: the table of warnings, accepting them, and the checks."""
