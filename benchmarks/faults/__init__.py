"""What receivers do wrong, and what becomes of the messages."""
