"""Sizes, intervals and leases of a process: one value, handed in, so that tests and benchmarks bring their own."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Tuning:
    """How many threads a process sends from, how often it looks for work, and how long a claim lasts."""

    # --- threads and batches of the sender ---
    threads: int = 12
    """Messages sent at the same time to endpoints that worked when last tried."""
    probes: int = 4
    """Messages sent at the same time to endpoints that failed when last tried: they may hang."""
    ahead: int = 3
    """Messages claimed for each thread: while some are being sent, others are at hand."""
    least_claimed: int = 32
    """Messages claimed for all threads together, at least."""
    seen: int = 4
    """Endpoints looked at for each message that is wanted: some are busy, back off, or keep quiet."""
    gather: timedelta = timedelta(seconds=0.05)
    """How long results are gathered, to be recorded together."""

    # --- looks for work ---
    tick: timedelta = timedelta(seconds=30)
    """Longest time between looks at what is due to be told."""
    idle: timedelta = timedelta(seconds=5)
    """Longest time between the sender's looks for messages, where nobody says that there are some."""
    again: timedelta = timedelta(seconds=0.5)
    """Time until the sender looks again for what another sender held, or what a full lane left."""
    rules: timedelta = timedelta(seconds=5)
    """Time between looks at whether a rule was changed in the database."""

    edits: timedelta = timedelta(seconds=2)
    """Time between looks at whether the config's files were edited."""

    # --- claims ---
    lease: timedelta = timedelta(seconds=90)
    """How long a claim lasts without being renewed."""
    after_start: timedelta = timedelta(seconds=30)
    """How long after a database server's start ended leases are left to their senders, who may have been cut off."""
    silent: timedelta = timedelta(seconds=90)
    """A daemon that has not been heard for so long is gone: three ticks."""
    suspects_wait: timedelta = timedelta(seconds=30)
    """How long a message that may end the program waits to be sent alone; then it goes beside others."""
    rate_patience: timedelta = timedelta(seconds=10)
    """Longest wait of a command for a receiver's rate; what would take longer is left for later."""
    keep_trying: timedelta = timedelta(seconds=30)
    """How long a database that is away is asked again to record what was sent."""

    # --- the daemon ---
    stop_patience: timedelta = timedelta(seconds=10)
    """How long a stop waits for what is being sent."""
    stuck: timedelta = timedelta(seconds=300)
    """Time without a tick after which systemd's watchdog is no longer fed: only a restart frees what hangs."""
    after_failure: timedelta = timedelta(minutes=1)
    """Time until a poll or a tick that failed is tried again."""
    gc_after: timedelta = timedelta(minutes=10)
    """Time from the start to the first deletion of old history."""
    gc_every: timedelta = timedelta(days=1)
    """Time between deletions of old history."""
    mark_every: timedelta = timedelta(hours=1)
    """Time between stamps of an SQLite database: a copy that is put back by hand is noticed if it is older."""

    @property
    def renew_every(self) -> timedelta:
        """How often a lease is renewed: two renewals may fail."""
        return self.lease / 3

    @property
    def most_claimed(self) -> int:
        """Messages to working endpoints that are claimed at the same time."""
        return max(self.ahead * self.threads, self.least_claimed)
