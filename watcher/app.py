"""Wiring: the parts of one process put together, and the daemon that keeps them running until it is told to stop."""

from __future__ import annotations

import logging
import math
import os
import random
import signal
import socket
import sys
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from threading import Event, Lock, Thread
from types import FrameType
from typing import TextIO

from watcher.config import Config, lost_since
from watcher.errors import ConfigError, DatabaseNewer, StoreError, WatcherError
from watcher.fetch import Fetcher, default_user_agent
from watcher.model import Endpoint, Source
from watcher.notify import Notifier
from watcher.pipeline.apply import apply_config
from watcher.pipeline.crew import Crew
from watcher.pipeline.deliver import deliver, endpoints_to_deliver, endpoints_to_serve_singly, failing_endpoints
from watcher.pipeline.kept import KeptPages
from watcher.pipeline.parts import Parts
from watcher.pipeline.poll import match_waiting
from watcher.pipeline.retain import sweep
from watcher.pipeline.rulebook import RuleBook
from watcher.pipeline.sites import SiteBook
from watcher.pipeline.tell import tell_due
from watcher.pipeline.together import Self, apply_at_start, poll_in_turn
from watcher.pipeline.trouble import log_config_troubles, record_config_troubles
from watcher.pipeline.visits import takes_turns
from watcher.schedule import Schedule, utc_now
from watcher.store import Store
from watcher.systemd import Systemd

log = logging.getLogger(__name__)

TICK = 30.0
"""Seconds between looks at what is due."""

LOOK = 5.0
"""Seconds between looks at whether a rule was changed in the database."""

PATIENCE = 10.0
"""Seconds that a stop waits for what is being sent."""

TICK_NAME = "tick"
LOOK_NAME = "rules"
GC_NAME = "gc"
GC_AFTER, GC_EVERY = timedelta(minutes=10), timedelta(days=1)
"""When old history is deleted: not at once, for there is enough to do at a start, and then daily."""

STUCK = 300.0
"""Seconds without a tick after which the watchdog is no longer fed: something hangs that only a restart frees."""

SENDERS = 12
"""Endpoints that are sent to side by side."""

PROBES = 4
"""Endpoints that failed when last tried and are tried again side by side."""


def open_parts(
    config: Config,
    store: Store,
    env: Mapping[str, str],
    *,
    clock: Callable[[], datetime] | None = None,
    console: TextIO | None = None,
    state_dir: Path | None = None,
) -> Parts:
    """The real parts: the network, the database and its clock, apprise; a folder for broken pages."""
    clock = clock or store.clock
    return Parts(
        config=config,
        store=store,
        fetcher=Fetcher(user_agent=default_user_agent(config.contact or ""), clock=clock, book=SiteBook(store, clock)),
        notifier=Notifier(console=console or sys.stdout),
        clock=clock,
        jitter=random.random,
        env=env,
        rules=RuleBook(),
        kept=KeptPages(state_dir / "broken") if state_dir else None,
    )


class Daemon:
    """Polls, tells and sends until SIGTERM or SIGINT; SIGHUP reads the config again.

    ``load`` reads the config and raises ``ConfigError``; ``config_loaded`` is called with every config that takes
    effect (logging learns its secrets there). ``outdated`` is true when it ended since the database outgrew it.
    """

    def __init__(
        self,
        parts: Parts,
        load: Callable[[], Config],
        systemd: Systemd,
        *,
        config_loaded: Callable[[Config], None] = lambda config: None,
    ) -> None:
        self._parts, self._load, self._systemd, self._config_loaded = parts, load, systemd, config_loaded
        self._schedule = Schedule()
        self._senders = Senders(parts)
        self._woken, self._stop, self._reload = Event(), Event(), Event()
        self._ticked_at = time.monotonic()
        self._self = Self(socket.gethostname(), os.getpid(), parts.clock())
        self.outdated = False
        # What was sent is written down however long the database is away.
        parts.keep_trying = math.inf

    def run(self) -> bool:
        """Run until told to stop; whether everything that was under way could end in time."""
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, self._on_signal)
        self._take_up(self._parts.config, apply=apply_at_start)
        if not self._parts.store.is_shared:
            self._free_interrupted()
        self._schedule.start()
        self._schedule.every(TICK, self._tick, name=TICK_NAME)
        self._schedule.every(LOOK, self._look_at_rules, name=LOOK_NAME)
        # Some time within the hour, so that many daemons over one database do not come together.
        first = utc_now() + GC_AFTER * (1 + 5 * self._parts.jitter())
        self._schedule.poll_each(GC_NAME, first, self._tidy)
        Thread(target=self._listen, name="listen", daemon=True).start()
        self._systemd.ready(self._status())
        log.info("watching: %s", self._status())
        self._wait()
        return self._end()

    def _free_interrupted(self) -> None:
        """Nobody else can be sending: what is marked so was the last daemon's."""
        with self._parts.store.transaction() as tx:
            interrupted = tx.outbox.free_interrupted(self._parts.clock())
        if interrupted:
            log.warning("%d messages were being sent when the last daemon ended: sent again", interrupted)

    def _wait(self) -> None:
        """Sleep in the main thread, where signals arrive, and keep the watchdog quiet."""
        every = self._systemd.alive_every
        while not self._stop.is_set():
            self._woken.wait(every.total_seconds() if every else None)
            self._woken.clear()
            if time.monotonic() - self._ticked_at < STUCK:
                self._systemd.alive()
            if self._reload.is_set() and not self._stop.is_set():
                self._reload.clear()
                self._read_config_again()

    def _end(self) -> bool:
        log.info("stopping")
        self._systemd.stopping("finishing what is being sent")
        self._parts.stopping.set()
        self._parts.fetcher.close()
        until = time.monotonic() + PATIENCE
        ended = self._senders.stop(PATIENCE)
        ended = self._schedule.stop(max(until - time.monotonic(), 0.0)) and ended
        self._parts.notifier.close()
        with suppress(StoreError):
            self._self.leave(self._parts)
        return ended

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        (self._reload if number == signal.SIGHUP else self._stop).set()
        self._woken.set()

    def _tick(self) -> None:
        try:
            self._parts.store.hear_clock()
            self._parts.store.require_known()
            self._self.beat(self._parts)
            match_waiting(self._parts)
            if tell_due(self._parts, begun=self._wake):
                self._parts.store.wake_others(self._self.id)
            self._senders.send_pending()
            self._parts.notifier.close_idle()
        except DatabaseNewer as error:
            log.error("%s; this daemon ends", error)
            self.outdated = True
            self._stop.set()
            self._woken.set()
        except StoreError as error:
            # The daemon outlives its database: what is due is due still when that is back.
            log.error("nothing can be told now: %s", error)
        self._ticked_at = time.monotonic()

    def _look_at_rules(self) -> None:
        """Learn what was subscribed elsewhere, so that no poll has to wait for it; what it holds is told now."""
        rules, before = self._parts.rules, self._parts.rules.generation
        try:
            with self._parts.store.reading() as tx:
                rules.bring_up_to_date(tx, hold=False)
        except StoreError:
            return  # the tick says so
        if rules.generation != before:
            self._schedule.soon(TICK_NAME)

    def _wake(self) -> None:
        """There is something to send, and more to be told: here and at the other daemons."""
        self._senders.wake()
        self._parts.store.wake_others(self._self.id)

    def _listen(self) -> None:
        """Look for work as soon as another daemon says that there is some."""

        def heard(sender: str) -> None:
            if sender != self._self.id:
                self._schedule.soon(TICK_NAME)

        self._parts.store.listen(self._parts.stopping, heard)

    def _tidy(self) -> datetime:
        sweep(self._parts)
        return utc_now() + GC_EVERY

    def _poll(self, source: Source) -> datetime:
        following = poll_in_turn(source, self._parts)
        self._schedule.soon(TICK_NAME)
        return self._here(following)

    def _here(self, at: datetime) -> datetime:
        """What this machine's clock, by which the schedule wakes up, will show at an instant of the database's."""
        return utc_now() + (at - self._parts.clock())

    def _read_config_again(self) -> None:
        self._systemd.reloading(time.monotonic_ns())
        try:
            config = self._load()
            if problem := lost_since(self._parts.config, config):
                raise ConfigError([problem])
        except (WatcherError, OSError) as error:
            log.error("the config is broken, the old one stays:\n%s", error)
            problems = error.problems if isinstance(error, ConfigError) else ()
            reason = "; ".join(str(problem) for problem in problems[:5]) or str(error)
            record_config_troubles(self._parts, self._parts.config, {"config": reason})
            self._schedule.soon(TICK_NAME)
        else:
            self._take_up(config, apply=apply_config)
            log.info("the config was read again: %s", self._status())
        self._systemd.ready(self._status())

    def _take_up(self, config: Config, apply: Callable[[Parts], object]) -> None:
        """Let ``config`` take effect: subscriptions, polls, what is wrong with its included files."""
        self._config_loaded(config)
        before = set(self._schedule.names) - {TICK_NAME, GC_NAME, LOOK_NAME}
        self._parts.config = config
        apply(self._parts)
        log_config_troubles(config)
        record_config_troubles(self._parts, config, {})
        for name in before - {_poll_name(source) for source in config.sources.values()}:
            self._schedule.remove(name)
        for source in config.sources.values():
            slowly = takes_turns(source, self._parts.clock().date())
            first, run = self._here(self._first_poll(source)), partial(self._poll, source)
            self._schedule.poll_each(_poll_name(source), first, run, slowly=slowly)
        self._schedule.soon(TICK_NAME)

    def _first_poll(self, source: Source) -> datetime:
        now = self._parts.clock()
        with self._parts.store.reading() as tx:
            last = tx.pages.last_poll(source.name)
        return now if last is None else max(now, last.at + (last.wait.time if last.wait else source.every))

    def _status(self) -> str:
        config = self._parts.config
        return f"{len(config.sources)} sources, {len(config.subscriptions)} subscriptions"


def _poll_name(source: Source) -> str:
    return f"poll {source.name}"


class Senders:
    """Threads that send: one at most for each endpoint, so that a slow one holds up no other.

    Endpoints that failed when last tried have threads of their own: however many hang, those that work do not wait
    for them. Messages that may have ended the program share one thread, the least suspect first: whichever it is,
    each time it ends the program the others have gone before.
    """

    def __init__(self, parts: Parts, threads: int = SENDERS, probes: int = PROBES) -> None:
        self._parts = parts
        self._working = ThreadPoolExecutor(threads, thread_name_prefix="send")
        self._failing = ThreadPoolExecutor(probes, thread_name_prefix="probe")
        self._suspect = ThreadPoolExecutor(1, thread_name_prefix="suspect")
        self._crew = Crew(parts, threads, lambda endpoint: self._begin(endpoint, self._working))
        self._busy: set[Endpoint] = set()
        self._lock = Lock()
        self._idle = Event()
        self._idle.set()

    def send_pending(self) -> None:
        """Begin to send to every endpoint that something is pending for and that nobody sends to yet."""
        self.wake()
        if self._parts.store.is_shared:
            endpoints = endpoints_to_serve_singly(self._parts)
        else:
            endpoints = endpoints_to_deliver(self._parts)
        failing = failing_endpoints(self._parts) if endpoints else set()
        for endpoint in endpoints:
            self._begin(endpoint, self._failing if endpoint in failing else self._working)
        for endpoint in endpoints_to_deliver(self._parts, suspects=True):
            self._begin(endpoint, self._suspect)

    def wake(self) -> None:
        """There may be plain messages to send."""
        if self._parts.store.is_shared:
            self._crew.wake()

    def stop(self, wait: float) -> bool:
        """Begin nothing more; whether all that was being sent ended within ``wait`` seconds."""
        ended = self._crew.stop(wait)
        for pool in (self._working, self._failing, self._suspect):
            pool.shutdown(wait=False, cancel_futures=False)
        return self._idle.wait(wait) and ended

    def _begin(self, endpoint: Endpoint, pool: ThreadPoolExecutor) -> None:
        with self._lock:
            if endpoint not in self._busy and not self._parts.stopping.is_set():
                self._busy.add(endpoint)
                self._idle.clear()
                pool.submit(self._send, endpoint, pool is self._suspect)

    def _send(self, endpoint: Endpoint, suspects: bool) -> None:
        try:
            deliver(endpoint, self._parts, suspects=suspects)
        except Exception as error:
            # The job boundary: whatever it was, the delivery's lease ends and it is tried again.
            log.error("sending to %s failed: %s: %s", endpoint, type(error).__name__, error)
        finally:
            with self._lock:
                self._busy.discard(endpoint)
                if not self._busy:
                    self._idle.set()
