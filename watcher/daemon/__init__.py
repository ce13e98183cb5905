"""The daemon: its parts put together, the clock, signals, systemd, the log, other daemons."""
