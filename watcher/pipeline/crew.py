"""Send plain digests many at a time, side by side with other daemons: few statements a message, one a receiver."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from queue import Empty, SimpleQueue
from threading import Event, Thread

from watcher.alerts.retry import LEASE, RENEW_EVERY
from watcher.alerts.schedule import quiet_until
from watcher.errors import StoreError
from watcher.model import Content, Delivery, Endpoint, Message, Outcome, Result
from watcher.pipeline.content import contents_of
from watcher.pipeline.deliver import LONGEST_WAIT, mark, rendered_of, report, say
from watcher.pipeline.parts import Parts

log = logging.getLogger(__name__)

AHEAD, LEAST = 3, 32
"""Deliveries that are claimed for each thread, and for all of them at least: while some are sent others are at hand."""

SEEN = 4
"""Endpoints that are looked at for each that is wanted: some are busy or keep quiet."""

GATHER = 0.05
"""Seconds for which what was sent is gathered, to be written down together."""

IDLE = 5.0
"""Seconds between looks where nobody says that there is something to send."""


@dataclass(frozen=True, slots=True)
class Tried:
    """A delivery that was put into words and sent; without ``outcome`` it was not tried after all, or, where it is
    ``unknown`` whether it left, its lease has to end."""

    content: Content
    message: Message | None = None
    outcome: Outcome | None = None
    unknown: bool = False


class Crew:
    """Threads that send what one more thread claims, gathers and marks, many deliveries in a transaction.

    Endpoints that have to be served singly (their receiver has a rate, or what waits there cannot be gathered) are
    handed to ``aside``.
    """

    def __init__(self, parts: Parts, threads: int, aside: Callable[[Endpoint], None]) -> None:
        self._parts, self._threads, self._aside = parts, threads, aside
        self._most = max(AHEAD * threads, LEAST)
        self._singly: set[Endpoint] = set()
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="send")
        self._tried: SimpleQueue[Tried] = SimpleQueue()
        self._woken, self._ended = Event(), Event()
        self._under_way: dict[str, Delivery] = {}
        self._renewed = parts.clock()
        self._last: Endpoint | None = None
        self._is_begun = False
        self._thread = Thread(target=self._work, name="crew", daemon=True)

    def wake(self) -> None:
        """There may be something to send."""
        if not self._is_begun:
            self._is_begun = True
            self._thread.start()
        self._woken.set()

    def stop(self, wait: float) -> bool:
        """Wait for what is being sent; the process was asked to stop before. Whether all of it ended in time."""
        self._woken.set()
        return self._ended.wait(wait) if self._is_begun else True

    # --- one thread ---

    def _work(self) -> None:
        while not self._parts.stopping.is_set() or self._under_way:
            try:
                self._step()
            except StoreError as error:
                # What was sent is kept until it can be written down.
                log.warning("sending waits for the database: %s", error)
                Event().wait(LONGEST_WAIT)
            except Exception as error:
                # The job boundary: leases end, and what they held is tried again.
                log.error("sending failed: %s: %s", type(error).__name__, error)
                Event().wait(LONGEST_WAIT)
        self._pool.shutdown(wait=False)
        self._ended.set()

    def _step(self) -> None:
        self._mark(self._gathered())
        self._renew()
        claimed = 0
        if not self._parts.stopping.is_set() and len(self._under_way) <= self._most // 2:
            claimed = self._claim(self._most - len(self._under_way))
        if not claimed and not self._under_way and not self._parts.stopping.is_set():
            self._woken.wait(min(IDLE, RENEW_EVERY.total_seconds()))
            self._woken.clear()

    def _gathered(self) -> list[Tried]:
        """What was tried since the last look; waits for the first where anything is under way."""
        found: list[Tried] = []
        try:
            if self._under_way:
                found.append(self._tried.get(timeout=RENEW_EVERY.total_seconds() / 4))
                self._parts.stopping.wait(GATHER)
            while True:
                found.append(self._tried.get_nowait())
        except Empty:
            return found

    def _claim(self, most: int) -> int:
        """Claim up to ``most`` deliveries, and hand them to the threads; how many."""
        endpoints = self._endpoints(most)
        if not endpoints:
            return 0
        now = self._parts.clock()
        try:
            deliveries, contents = self._take(endpoints, now)
        except StoreError:
            raise
        except Exception:
            # One of them cannot be gathered: who serves them singly finds out which, and stops at no other.
            self._singly.update(endpoints)
            raise
        if not self._under_way:
            self._renewed = now
        for content in contents:
            self._under_way[content.delivery.id] = content.delivery
            self._pool.submit(self._try, content, now)
        return deliveries

    def _take(self, endpoints: list[Endpoint], now: datetime) -> tuple[int, list[Content]]:
        with self._parts.store.transaction() as tx:
            deliveries = tx.bulk.claim(endpoints, now)
            contents = contents_of(deliveries, tx, self._parts.config) if deliveries else []
            said = {one.delivery.id for one in contents}
            if empty := [one for one in deliveries if one.id not in said]:
                tx.bulk.cancel(empty, "nothing left to tell", now)
        return len(deliveries), contents

    def _endpoints(self, most: int) -> list[Endpoint]:
        """Endpoints to look at next, round and round: those that this daemon's config has and that keep no quiet."""
        with self._parts.store.reading() as tx:
            found = tx.bulk.endpoints_after(self._last, most * SEEN)
        busy = {one.endpoint for one in self._under_way.values()}
        now = self._parts.clock()
        wanted: list[Endpoint] = []
        for endpoint in found:
            self._last = endpoint
            if endpoint in busy or not self._may_send(endpoint, now):
                continue
            if endpoint in self._singly or self._parts.config.rate_of(endpoint):
                self._aside(endpoint)
            else:
                wanted.append(endpoint)
                if len(wanted) == most:
                    return wanted
        if len(found) < most * SEEN:
            self._last = None
        return wanted

    def _may_send(self, endpoint: Endpoint, now: datetime) -> bool:
        config = self._parts.config
        return config.has_endpoint(endpoint) and not quiet_until(config.quiet_hours_of(endpoint), config.timezone, now)

    def _renew(self) -> None:
        now = self._parts.clock()
        if not self._under_way or now - self._renewed < RENEW_EVERY:
            return
        with self._parts.store.transaction() as tx:
            tx.bulk.renew(list(self._under_way.values()), now)
        self._renewed = now

    def _mark(self, tried: Iterable[Tried]) -> None:
        tried = list(tried)
        try:
            self._mark_all(tried)
        except StoreError:
            for one in tried:
                if one.content.delivery.id in self._under_way:
                    self._tried.put(one)
            raise

    def _mark_all(self, tried: list[Tried]) -> None:
        """Write down what arrived, together; all else one by one, as it asks for more."""
        now = self._parts.clock()
        sent = {one.content.delivery.id: one for one in tried if one.outcome and one.outcome.result is Result.SENT}
        untried = [one.content.delivery for one in tried if one.outcome is None and not one.unknown]
        marked: set[str] = set()
        if sent or untried:
            with self._parts.store.transaction() as tx:
                if untried:
                    tx.bulk.release(untried)
                if sent:
                    bodies = {id: rendered_of(one.message) for id, one in sent.items() if one.message}
                    marked = tx.bulk.mark_sent(bodies, now)
        for one in tried:
            delivery = one.content.delivery
            if delivery.id in marked and one.outcome:
                report(one.content, one.outcome)
            elif one.outcome and one.message:
                mark(delivery, one.content, one.message, one.outcome, self._parts)
            self._under_way.pop(delivery.id, None)

    # --- many threads ---

    def _try(self, content: Content, claimed: datetime) -> None:
        """Send one, unless the process has to stop or slept until others may have taken it."""
        if self._parts.stopping.is_set() or self._parts.clock() - max(claimed, self._renewed) > LEASE * 2 / 3:
            self._tried.put(Tried(content))
            return
        try:
            message, outcome = say(content, self._parts)
        except Exception as error:
            # The job boundary: whether it left is not known, so that its lease has to end.
            log.error("sending to %s failed: %s: %s", content.delivery.endpoint, type(error).__name__, error)
            self._tried.put(Tried(content, unknown=True))
            return
        self._tried.put(Tried(content, message, outcome))
