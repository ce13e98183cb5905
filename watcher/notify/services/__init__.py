"""Define services as watcher needs them, by apprise's plugin interface: one file each, loaded where it is used."""
