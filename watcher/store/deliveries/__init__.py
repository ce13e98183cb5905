"""What is owed, to whom, in which messages, and how sending them went."""
