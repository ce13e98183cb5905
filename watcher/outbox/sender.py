"""Run the sender: one loop in each process that claims, renders, sends and records deliveries.

The loop claims and records in batches, and renews the leases of everything that it has claimed. An endpoint is never
sent two messages at a time. Messages are rendered and sent in three pools of threads, one for each lane
(``watcher.policy.deliveries.lanes``), so that endpoints that hang never take the threads of endpoints that work.
"""

from __future__ import annotations

import logging
import time
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta
from queue import Empty, SimpleQueue
from threading import Event, Thread

from watcher.errors import StoreError
from watcher.model import Delivery, Endpoint
from watcher.outbox.claim import Claimed, Rounds, Scope, claim, claim_suspect
from watcher.outbox.results import Delivered, record
from watcher.outbox.send import Attempt, gather, render, send
from watcher.pipeline.context import Context
from watcher.policy.deliveries.lanes import Lane, is_suspects_turn, room_of

log = logging.getLogger(__name__)

FIRST_WAIT, LONGEST_WAIT = 0.05, 0.5
"""Seconds between tries to record outcomes while the database is away: short, so that no lease ends in between."""

EVERYTHING = Scope()


class Sender:
    """Sends pending deliveries: in a thread of its own until the process stops, or until nothing can be sent.

    ``scope``: which endpoints are sent to.
    ``recorded``: called with attempts after they were recorded.
    ``troubled``: called with the error of the database after each step of the thread, None after a good one.
    ``pool``: makes the threads of a lane, given their number and name.
    """

    def __init__(
        self,
        context: Context,
        scope: Scope = EVERYTHING,
        *,
        recorded: Callable[[Sequence[Delivered]], object] = lambda done: None,
        troubled: Callable[[StoreError | None], object] = lambda error: None,
        pool: Callable[[int, str], Executor] = ThreadPoolExecutor,
    ) -> None:
        self._context, self._scope, self._recorded, self._troubled = context, scope, recorded, troubled
        self._pools = {
            Lane.WORKING: pool(context.tuning.threads, "send"),
            Lane.PROBE: pool(context.tuning.probes, "probe"),
            Lane.SUSPECT: pool(1, "suspect"),
        }
        self._rounds = Rounds()
        self._inbox: SimpleQueue[Future[Attempt] | None] = SimpleQueue()  # attempts that ended; None wakes the loop
        self._is_woken = False
        self._under_way: dict[str, Claimed] = {}  # claimed, and not recorded yet
        self._held: dict[tuple[str, int], datetime] = {}  # (id, fence) of claims that hold: when that was last known
        self._claimed: list[Claimed] = []  # of these, not handed to a thread yet
        self._ended: list[Attempt] = []  # of these, waiting to be recorded
        self._suspects_asked = context.clock()
        self._looked = 0.0
        self._thread = Thread(target=self._run_until_stopped, name="sender", daemon=True)
        self._is_over = Event()

    # --- from outside ---

    def start(self) -> None:
        """Start sending in a thread, until ``context.stopping`` is set."""
        self._thread.start()

    def wake(self) -> None:
        """Make the loop look for deliveries now. Safe to call from any thread."""
        if not self._is_woken:
            self._is_woken = True
            self._inbox.put(None)

    def stop(self, wait: float) -> bool:
        """Wait for the messages that are being sent, after ``context.stopping`` was set; return whether all ended.

        ``wait``: seconds to wait at most.
        """
        self.wake()
        return not self._thread.is_alive() or self._is_over.wait(wait)

    def run_until_empty(self) -> None:
        """Send from this thread until nothing more can be sent, even after a short wait for a rate.

        Raises ``StoreError`` if the database stays away.
        """
        try:
            while self._under_way or not (self._context.stopping.is_set() or self._is_empty()):
                self._insist()
        finally:
            for pool in self._pools.values():
                pool.shutdown(wait=True, cancel_futures=True)

    # --- the loop ---

    def _run_until_stopped(self) -> None:
        try:
            while self._under_way or not self._context.stopping.is_set():
                try:
                    self._step()
                    self._troubled(None)
                except StoreError as error:
                    # The outcomes are kept in memory until they can be recorded.
                    self._troubled(error)
                    Event().wait(LONGEST_WAIT)
                except Exception as error:
                    # The job boundary: the leases end, and their deliveries are tried again.
                    log.error("sending failed: %s: %s", type(error).__name__, error)
                    Event().wait(LONGEST_WAIT)
        finally:
            for pool in self._pools.values():
                pool.shutdown(wait=False, cancel_futures=True)
            self._is_over.set()

    def _insist(self) -> None:
        """Do a step. If the database is away while outcomes have to be recorded, try again for ``keep_trying``."""
        until, wait = time.monotonic() + self._context.tuning.keep_trying.total_seconds(), FIRST_WAIT
        while True:
            try:
                return self._step()
            except StoreError as error:
                if not self._under_way or time.monotonic() >= until:
                    raise
                log.warning("sending waits for the database: %s", error)
            Event().wait(wait)
            wait = min(2 * wait, LONGEST_WAIT)

    def _step(self) -> None:
        self._ended += self._collect(self._timeout())
        try:
            if self._ended:
                self._record()
        finally:
            # An outcome that cannot be recorded yet keeps its claim, too: only this process knows it.
            self._renew()
        if self._claimed:
            self._begin()
        elif not self._context.stopping.is_set() and self._may_look():
            self._claim()
            self._begin()

    def _timeout(self) -> float:
        """Return the seconds until the loop has to look again, unless a message ends or the loop is woken before."""
        tuning, now = self._context.tuning, self._context.clock()
        if self._claimed or self._ended:
            return 0.0
        if self._context.stopping.is_set():
            return tuning.again.total_seconds()
        if self._may_look():
            return 0.0
        waits = [tuning.idle, tuning.renew_every / 4]
        if not self._rounds.is_over:
            waits.append(tuning.again)
        elif self._rounds.until is not None:
            waits.append(self._rounds.until - now)
        return max(min(waits), timedelta(0)).total_seconds()

    def _collect(self, timeout: float) -> list[Attempt]:
        """Return the attempts that have ended.

        Wait up to ``timeout`` seconds for the first of them, then ``Tuning.gather`` for more.
        """
        found: list[Attempt] = []
        until = 0.0
        try:
            while True:
                one = self._inbox.get(timeout=timeout) if timeout > 0 else self._inbox.get_nowait()
                if one is not None:
                    found.append(one.result())
                else:
                    self._is_woken = False
                    self._rounds.begin()
                until = until or time.monotonic() + self._context.tuning.gather.total_seconds()
                is_all = not found or len(found) >= len(self._under_way)
                timeout = 0.0 if is_all else until - time.monotonic()
        except Empty:
            return found

    def _record(self) -> None:
        done: list[Delivered] = []
        try:
            done = record(self._ended, self._context)
        except StoreError:
            raise
        except Exception as error:
            # One of them cannot be recorded: record the others, and let its lease end.
            log.error("recording failed: %s: %s", type(error).__name__, error)
            done = [found for one in self._ended for found in self._record_one(one)]
        for one in self._ended:
            self._under_way.pop(one.delivery.id, None)
            self._held.pop((one.delivery.id, one.delivery.fence), None)
        self._rounds.free(one.delivery.endpoint for one in self._ended)
        # Once nothing else is in flight, a suspect delivery may be sent.
        if not self._under_way or not all(one.has_no_consequence for one in self._ended):
            self._rounds.begin()
        self._ended = []
        self._recorded(done)

    def _record_one(self, attempt: Attempt) -> list[Delivered]:
        try:
            return record([attempt], self._context)
        except StoreError:
            raise
        except Exception as error:
            log.error("%s cannot be recorded: %s: %s", attempt.delivery.id, type(error).__name__, error)
            return []

    def _renew(self) -> None:
        """Renew the claims that hold, once the oldest of them is due. A claim that no longer holds is never renewed."""
        now, tuning = self._context.clock(), self._context.tuning
        if not self._held or timedelta(0) <= now - min(self._held.values()) < tuning.renew_every:
            return
        with self._context.store.transaction() as tx:
            held = tx.queue.renew([self._under_way[id].delivery for id, _ in self._held], now + tuning.lease)
        self._held = {one: now for one in self._held if one[0] in held}

    # --- claiming ---

    def _may_look(self) -> bool:
        """Return whether to look for deliveries now.

        After a round without any, that is only once something has changed or a wait is over.
        """
        tuning, waited = self._context.tuning, time.monotonic() - self._looked
        rounds, now = self._rounds, self._context.clock()
        if rounds.is_over and (waited >= tuning.idle.total_seconds() or (rounds.until and rounds.until <= now)):
            rounds.begin()
        if rounds.is_over or self._room()[Lane.WORKING]:
            return not rounds.is_over
        # The working lane is full: look now and then for probes, which have a lane of their own.
        wait = tuning.again if rounds.until and rounds.until <= now else tuning.idle
        return waited >= wait.total_seconds()

    def _room(self) -> dict[Lane, int]:
        return room_of(Counter(one.lane for one in self._under_way.values()), self._context.tuning)

    def _claim(self) -> None:
        """Claim what may be sent now.

        A suspect delivery is claimed only if nothing else can be sent, or after ``Tuning.suspects_wait``.
        """
        self._looked, now = time.monotonic(), self._context.clock()
        room, busy = self._room(), self._busy()
        taken = claim(self._rounds, busy, room, self._scope, self._context)
        all_done = self._rounds.is_over and not self._under_way
        waited = abs(now - self._suspects_asked)  # the clock may have been set back
        if not taken and room[Lane.SUSPECT] and is_suspects_turn(waited, self._context.tuning, all_done=all_done):
            self._suspects_asked = now
            taken = claim_suspect(self._rounds, busy, self._scope, self._context)
        self._under_way |= {one.delivery.id: one for one in taken}
        self._held |= {(one.delivery.id, one.delivery.fence): now for one in taken}
        self._claimed = taken

    def _busy(self) -> set[Endpoint]:
        return {one.delivery.endpoint for one in self._under_way.values()}

    def _begin(self) -> None:
        """Gather claimed deliveries and hand them to the threads."""
        if not self._claimed:
            return
        lanes = {one.delivery.id: one.lane for one in self._claimed}
        attempts = gather([one.delivery for one in self._claimed], self._context)
        self._claimed = []
        is_short = False
        for attempt in attempts:
            if attempt.outcome or attempt.cancelled:
                self._ended.append(attempt)
            elif not self._hand_over(attempt, lanes[attempt.delivery.id]):
                self._ended.append(attempt)
                is_short = True
        if is_short:
            Event().wait(LONGEST_WAIT)

    def _hand_over(self, attempt: Attempt, lane: Lane) -> bool:
        """Hand an attempt to a thread of a lane; return False if none can be started."""
        try:
            future = self._pools[lane].submit(self._try, attempt)
        except RuntimeError as error:
            # It may be in the lane's queue all the same: without its claim it is not sent from there.
            self._held.pop((attempt.delivery.id, attempt.delivery.fence), None)
            log.error("%s is sent later: %s", attempt.delivery.endpoint, error)
            return False
        future.add_done_callback(self._inbox.put)
        return True

    def _is_empty(self) -> bool:
        """Return whether nothing can be sent now or after a short wait."""
        rate_until, now = self._rounds.rate_until, self._context.clock()
        is_soon = rate_until is not None and rate_until - now <= self._context.tuning.rate_patience
        return self._rounds.is_over and not is_soon

    # --- many threads ---

    def _holds(self, delivery: Delivery) -> bool:
        """Return whether the claim of a delivery is sure to hold for a while: for a third of its lease or longer."""
        held = self._held.get((delivery.id, delivery.fence))
        return held is not None and self._context.clock() - held <= self._context.tuning.lease * 2 / 3

    def _try(self, attempt: Attempt) -> Attempt:
        """Render and send a message; return the attempt.

        Nothing is sent if the process has to stop, or if another sender has its claim, or may have it soon.
        """
        if self._context.stopping.is_set() or not self._holds(attempt.delivery):
            return attempt
        try:
            return send(render(attempt, self._context), self._context)
        except StoreError as error:
            log.warning("%s is sent later: %s", attempt.delivery.endpoint, error)
            return attempt
        except Exception as error:
            # The job boundary: it may have been sent, so that its lease is left to end.
            log.error("sending to %s failed: %s: %s", attempt.delivery.endpoint, type(error).__name__, error)
            return replace(attempt, unknown=True)
