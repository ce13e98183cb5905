"""Run a daemon: its parts put together, the schedule, signals, systemd, the log, other daemons."""
