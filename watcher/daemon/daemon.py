"""Run the daemon until it is told to stop."""

from __future__ import annotations

import logging
import os
import signal
import socket
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime
from functools import partial
from threading import Thread
from types import FrameType

from watcher.config import Config, lost_since
from watcher.config.saving import ReadConfig
from watcher.daemon.bell import Bell
from watcher.daemon.chores import Chores
from watcher.daemon.edits import ConfigEdits
from watcher.daemon.fleet import Self, apply_at_start, poll_in_turn
from watcher.daemon.schedule import Schedule
from watcher.daemon.systemd import Systemd
from watcher.daemon.trouble import DatabaseTrouble, LostDatabase
from watcher.daemon.web_pages import ConfigFiles, WebPages
from watcher.errors import ConfigError, DatabaseLost, DatabaseNewer, StoreError, WatcherError
from watcher.model import DeliveryState, Source
from watcher.model.words import counted
from watcher.outbox.results import Delivered
from watcher.outbox.sender import Sender
from watcher.pipeline.context import Context
from watcher.pipeline.polling.poll import match_waiting
from watcher.pipeline.polling.visits import takes_turns
from watcher.pipeline.subscriptions.apply import apply_config
from watcher.pipeline.subscriptions.config_incidents import (
    log_config_warnings,
    log_lasting_troubles,
    record_config_troubles,
)
from watcher.pipeline.telling.tell import next_telling, tell_due
from watcher.store.database.clock import utc_now
from watcher.store.history.set_back import APART

log = logging.getLogger(__name__)

TICK_NAME = "tick"
LOOK_NAME = "rules"
GC_NAME = "gc"
MARK_NAME = "mark"
EDITS_NAME = "edits"
FOLD_NAME = "words"
BEAT_NAME = "heartbeat"
SENDING_NAME = "sending"
OWN_NAMES = frozenset({TICK_NAME, LOOK_NAME, GC_NAME, MARK_NAME, EDITS_NAME, FOLD_NAME, BEAT_NAME})
POLL_NAME = "poll "


class Daemon:
    """Polls, tells and sends until SIGTERM or SIGINT. SIGHUP reloads the config.

    ``load``: reads the config. Raises ``ConfigError``.
    ``config_loaded``: called with every config that takes effect; the log learns its secrets so.
    ``wall_clock``: this machine's clock, by which the schedule runs.
    ``begun``: called when the daemon has started.
    ``read_config``: reads a config that does not take effect; None if the web pages cannot write one.
    ``edits``: notices edits of the config's files.
    ``outdated``: the daemon ended because a newer release has migrated the database.
    """

    def __init__(
        self,
        context: Context,
        load: Callable[[], Config],
        systemd: Systemd,
        *,
        edits: ConfigEdits,
        config_loaded: Callable[[Config], None] = lambda config: None,
        wall_clock: Callable[[], datetime] = utc_now,
        begun: Callable[[], object] = lambda: None,
        read_config: ReadConfig | None = None,
    ) -> None:
        self._begun, self._edits = begun, edits
        self._context, self._load, self._systemd, self._config_loaded = context, load, systemd, config_loaded
        self._wall_clock = wall_clock
        self._schedule = Schedule(wall_clock, after_failure=context.tuning.after_failure)
        self._lost = LostDatabase(context)
        self._trouble = DatabaseTrouble(self._lost, lambda: systemd.status(self._status()))
        self._sender = Sender(context, recorded=self._recorded, troubled=partial(self._trouble.note, SENDING_NAME))
        self._chores = Chores(context, wall_clock, is_alive=lambda: self._is_ticking() and not self._trouble.reason)
        files = None if read_config is None else ConfigFiles(read_config, self._read_config_soon)
        self._pages = WebPages(context, self._poll_soon, self._woken_by_hand, files=files)
        self._bell, self._is_stopping, self._is_reloading = Bell(), False, False
        self._ticked_at = time.monotonic()
        self._self = Self(socket.gethostname(), os.getpid(), context.clock())
        self.outdated = False

    def run(self) -> bool:
        """Run until told to stop; return whether all work that had begun ended in time."""
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, self._on_signal)
        self._bell.ring_at_signals()
        self._take_up(self._context.config, apply=apply_at_start)
        log_lasting_troubles(self._context)
        if not self._context.store.is_shared:
            self._free_interrupted()
        self._schedule.start()
        self._schedule.repeat(TICK_NAME, self._tick)
        self._schedule.every(self._context.tuning.rules.total_seconds(), self._look_at_rules, name=LOOK_NAME)
        # At a random time within the hour, so that daemons of one database do not delete at the same time.
        first = self._wall_clock() + self._context.tuning.gc_after * (1 + 5 * self._context.jitter())
        self._schedule.poll_each(GC_NAME, first, self._trouble.watched(GC_NAME, self._chores.tidy, self._later))
        marked = self._wall_clock() + self._context.tuning.mark_every
        self._schedule.poll_each(MARK_NAME, marked, self._chores.mark)
        self._schedule.repeat(EDITS_NAME, self._look_at_edits)
        self._schedule.repeat(FOLD_NAME, self._chores.fold)
        self._schedule.poll_each(BEAT_NAME, self._wall_clock() + self._context.tuning.tick, self._chores.beat)
        self._sender.start()
        Thread(target=self._listen, name="listen", daemon=True).start()
        self._systemd.ready(self._status())
        log.info("watching: %s", self._status())
        self._begun()
        self._wait()
        return self._end()

    def _free_interrupted(self) -> None:
        """Free the deliveries that the last daemon was sending. Only on SQLite, where nobody else can be sending."""
        with self._context.store.transaction() as tx:
            interrupted = tx.queue.free_interrupted(self._context.clock())
        if interrupted:
            log.warning("%s being sent when the last daemon ended: sent again", counted(interrupted, "message"))

    def _wait(self) -> None:
        """Sleep in the main thread, where signals arrive, and report to the watchdog.

        If ticks hang for ``Tuning.stuck``, nothing is reported, so that systemd restarts the daemon.
        """
        every = self._systemd.alive_every
        while not self._is_stopping:
            self._bell.wait(every.total_seconds() if every else None)
            if self._is_ticking():
                self._systemd.alive()
            if self._is_reloading and not self._is_stopping:
                self._is_reloading = False
                self._read_config_again()

    def _is_ticking(self) -> bool:
        return time.monotonic() - self._ticked_at < self._context.tuning.stuck.total_seconds()

    def _end(self) -> bool:
        log.info("stopping")
        self._systemd.stopping("finishing what is being sent")
        self._context.stopping.set()
        self._pages.stop()
        self._context.fetcher.close()
        patience = self._context.tuning.stop_patience.total_seconds()
        until = time.monotonic() + patience
        ended = self._sender.stop(patience)
        ended = self._schedule.stop(max(until - time.monotonic(), 0.0)) and ended
        self._lost.stop(max(until - time.monotonic(), 0.0))
        self._context.parsing.close()
        self._context.notifier.close()
        with suppress(StoreError):
            self._self.leave(self._context)
        return ended

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        # Take no lock here: a second signal may interrupt this handler in the same thread.
        if number == signal.SIGHUP:
            self._is_reloading = True
        else:
            self._is_stopping = True
        self._bell.ring()

    def _tick(self) -> datetime:
        """Tell what is due and wake the sender; return when to tick next, at most ``Tuning.tick`` from now."""
        following = self._context.clock() + self._context.tuning.tick
        try:
            self._context.store.hear_clock()
            self._context.store.require_known()
            self._lost.end()
            self._chores.follow_clock()
            self._self.beat(self._context)
            match_waiting(self._context)
            if tell_due(self._context, begun=self._wake):
                self._wake()
            self._context.notifier.close_idle()
            following = min(following, next_telling(self._context) or following)
        except DatabaseNewer as error:
            if not self.outdated:  # while what is being sent ends, there may be another tick
                log.error("%s; this daemon ends", error)
            self.outdated = True
            self._is_stopping = True
            self._bell.ring()
        except StoreError as error:
            # The daemon keeps running without its database: what is due is told when it is back.
            self._trouble.note(TICK_NAME, error)
        else:
            self._trouble.note(TICK_NAME, None)
        self._ticked_at = time.monotonic()
        return self._here(following)

    def _look_at_rules(self) -> None:
        """Read rules that other processes have changed, so that the next poll need not; tick if there were any."""
        self._pages.mend()
        rules, before = self._context.rules, self._context.rules.generation
        try:
            with self._context.store.reading() as tx:
                rules.bring_up_to_date(tx, hold=False)
        except DatabaseLost:
            self._schedule.soon(TICK_NAME)  # it says so, and tells the operator
            return
        except StoreError:
            return  # the tick says so
        if rules.generation != before or self._lost.is_lost:
            self._schedule.soon(TICK_NAME)

    def _look_at_edits(self) -> datetime:
        """Look for edits of the config's files; return when to look next, which is later if edits have no effect."""
        if not self._edits.is_wanted:
            return self._wall_clock() + self._context.tuning.gc_every
        if self._edits.look(self._wall_clock()):
            self._is_reloading = True
            self._bell.ring()
        return self._wall_clock() + self._context.tuning.edits

    def _wake(self) -> None:
        """Wake this process's sender and those of the other daemons."""
        self._sender.wake()
        self._context.store.wake_others(self._self.id)

    def _recorded(self, done: Sequence[Delivered]) -> None:
        """Tick if an endpoint works again, since alerts may have waited for it."""
        if any(one.delivery.is_probe and one.state is DeliveryState.SENT for one in done):
            self._schedule.soon(TICK_NAME)

    def _listen(self) -> None:
        """Tick and wake the sender whenever another process has made work."""

        def heard(sender: str) -> None:
            if sender != self._self.id:
                self._sender.wake()
                self._schedule.soon(TICK_NAME)

        self._context.store.listen(self._context.stopping, heard)

    def _later(self) -> datetime:
        return self._wall_clock() + self._context.tuning.after_failure

    def _poll(self, source: Source) -> datetime:
        following = poll_in_turn(source, self._context)
        self._schedule.soon(TICK_NAME)
        self._schedule.soon(FOLD_NAME)
        return self._here(following)

    def _here(self, at: datetime) -> datetime:
        """Convert an instant from the database's clock to this machine's clock, by which the schedule runs."""
        return self._wall_clock() + (at - self._context.clock())

    def _read_config_again(self) -> None:
        self._systemd.reloading(time.monotonic_ns())
        before, stamps = self._context.config, self._edits.stamps()
        try:
            refused = self._reload()
            self._context.tally.reloads.add("refused" if refused else "applied")
        except StoreError as error:
            self._context.config = before
            self._context.tally.reloads.add("no database")
            log.error("the config is not taken up, since the database cannot be used: reload again later (%s)", error)
            refused = "the edited config is not taken up, since the database cannot be used: "
            self._schedule.soon(TICK_NAME)
        self._edits.taken_up(stamps)
        self._schedule.soon(EDITS_NAME)
        self._systemd.ready(refused + self._status())

    def _reload(self) -> str:
        """Read the config and apply it; return why it was refused, for systemd, "" if it was not."""
        try:
            config = self._load()
            if problem := lost_since(self._context.config, config):
                raise ConfigError([problem])
        except (WatcherError, OSError) as error:
            log.error("the config is broken, the old one stays:\n%s", error)
            problems = [one for one in error.problems if one.fatal] if isinstance(error, ConfigError) else []
            reason = "; ".join(str(problem) for problem in problems[:5]) or str(error)
            record_config_troubles(self._context, self._context.config, {"config": reason})
            self._schedule.soon(TICK_NAME)
            return f"the edited config is refused ({reason}), the old one stays: "
        self._take_up(config, apply=apply_config)
        log.info("the config was read again: %s", self._status())
        return ""

    def _take_up(self, config: Config, apply: Callable[[Context], object]) -> None:
        """Apply a config: its subscriptions (by ``apply``), its polls, the incidents of its included files."""
        self._config_loaded(config)
        before = set(self._schedule.names) - OWN_NAMES
        known = None if config is self._context.config else self._context.config
        self._context.config = config
        apply(self._context)
        log_config_warnings(config, known)
        record_config_troubles(self._context, config, {})
        for name in before - {_poll_name(source) for source in config.sources.values()}:
            self._schedule.remove(name)
            self._trouble.note(name, None)
        for source in config.sources.values():
            in_turn = takes_turns(source, self._context.clock().date())
            name, first = _poll_name(source), self._here(self._first_poll(source))
            run = self._trouble.watched(name, partial(self._poll, source), self._later)
            self._schedule.poll_each(name, first, run, in_turn=in_turn)
        self._schedule.soon(TICK_NAME)
        self._pages.take_up()

    def _read_config_soon(self) -> None:
        self._is_reloading = True
        self._bell.ring()

    def _poll_soon(self, name: str) -> None:
        self._schedule.soon(f"{POLL_NAME}{name}")

    def _woken_by_hand(self) -> None:
        """Tell and send what somebody asked for on the web pages."""
        self._wake()
        self._schedule.soon(TICK_NAME)

    def _first_poll(self, source: Source) -> datetime:
        now = self._context.clock()
        with self._context.store.reading() as tx:
            last = tx.pages.last_poll(source.name)
        if last is None or last.at > now + APART:  # by a clock that was ahead
            return now
        return max(now, last.at + (last.wait.time if last.wait else source.every))

    def _status(self) -> str:
        """Return a line for systemd: what is wrong with the database, how much is watched, which files are broken."""
        config = self._context.config
        broken = f"; broken: {', '.join(config.broken_includes)}" if config.broken_includes else ""
        watched = f"{counted(len(config.sources), 'source')}, {counted(len(config.subscriptions), 'subscription')}"
        return f"{self._trouble.in_front}{watched}{broken}"


def _poll_name(source: Source) -> str:
    return f"{POLL_NAME}{source.name}"
