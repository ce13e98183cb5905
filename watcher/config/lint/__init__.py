"""What a config says that is not meant: findings by their names, which of them are accepted, and where to look."""
