"""What the database holds of a person: found, exported, deleted."""
