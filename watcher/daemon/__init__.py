"""Run a daemon: the parts of a process put together, the clock, signals, systemd, the log, other daemons."""
