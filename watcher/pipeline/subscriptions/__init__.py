"""The database brought to what the config and the commands ask for."""
