"""Find the likely mistakes of a config: the table of warnings, what is accepted, and the checks."""
