"""Sizes, intervals and leases of a process: one value, given as an argument, so that tests can use others."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Tuning:
    """How many threads a process sends from, how often it looks for work, how long a claim lasts."""

    # --- threads and batches of the sender ---
    threads: int = 12
    """Most messages that are sent at a time to endpoints that worked when last tried."""
    probes: int = 4
    """Most messages that are sent at a time to endpoints that failed when last tried: these may hang."""
    ahead: int = 3
    """Messages that are claimed for each thread, so that the next ones are ready while some are being sent."""
    least_claimed: int = 32
    """Fewest messages that are claimed for all threads together."""
    seen: int = 4
    """Endpoints that are looked at for each message that is wanted: some are busy, back off, or are quiet."""
    gather: timedelta = timedelta(seconds=0.05)
    """How long outcomes are collected before they are recorded together."""

    # --- looks for work ---
    tick: timedelta = timedelta(seconds=30)
    """Longest time between two looks for what is due to be told."""
    idle: timedelta = timedelta(seconds=5)
    """Longest time between the sender's looks for messages while nobody wakes it."""
    again: timedelta = timedelta(seconds=0.5)
    """Time until the sender looks again for what another sender had claimed, or what a full lane left."""
    rules: timedelta = timedelta(seconds=5)
    """Time between two looks for rules that were changed in the database."""

    edits: timedelta = timedelta(seconds=2)
    """Time between two looks for edits of the config's files."""

    # --- claims ---
    lease: timedelta = timedelta(seconds=90)
    """How long a claim lasts unless it is renewed."""
    after_start: timedelta = timedelta(seconds=30)
    """How long after a database server's start ended leases are left to their senders, which it cut off."""
    silent: timedelta = timedelta(seconds=90)
    """How long a daemon may be silent before it counts as gone: three ticks."""
    suspects_wait: timedelta = timedelta(seconds=30)
    """How long a suspect waits to be sent alone. After that it is sent beside others."""
    rate_patience: timedelta = timedelta(seconds=10)
    """Longest time that a command waits for a receiver's rate. What would take longer is left for later."""
    keep_trying: timedelta = timedelta(seconds=30)
    """How long it is tried to record what was sent while the database is away."""

    # --- the daemon ---
    stop_patience: timedelta = timedelta(seconds=10)
    """How long a process that stops waits for messages that are being sent."""
    stuck: timedelta = timedelta(seconds=300)
    """Time without a tick after which systemd's watchdog gets no more reports, so that it restarts the daemon."""
    after_failure: timedelta = timedelta(minutes=1)
    """Time until a failed poll or tick is tried again."""
    gc_after: timedelta = timedelta(minutes=10)
    """Time from the start until old history is deleted for the first time."""
    gc_every: timedelta = timedelta(days=1)
    """Time between two deletions of old history."""
    heartbeat_every: timedelta = timedelta(minutes=1)
    """Time between two heartbeats."""
    mark_every: timedelta = timedelta(hours=1)
    """Time between two new stamps of an SQLite database, by which an older copy in its place is noticed."""

    @property
    def renew_every(self) -> timedelta:
        """How often leases are renewed, so that two renewals in a row may fail."""
        return self.lease / 3

    @property
    def most_claimed(self) -> int:
        """Most messages to working endpoints that are claimed at a time."""
        return max(self.ahead * self.threads, self.least_claimed)
