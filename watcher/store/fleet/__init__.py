"""Store the daemons that share a database, the config in force among them, and their turns."""
