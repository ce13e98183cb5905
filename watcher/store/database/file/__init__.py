"""The file of an SQLite database: its header, the mark beside it, that it is still the same; backups of it."""
