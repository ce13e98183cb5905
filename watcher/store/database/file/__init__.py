"""The file of an SQLite database: its header, the mark beside it, whether it is still the same file, its backups."""
