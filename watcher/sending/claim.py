"""Claim: find the messages that may go now, and take them with a lease, many in a transaction."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from watcher.alerts.schedule import quiet_until
from watcher.alerts.sending import Choice, Lane, WaitingEndpoint, choose
from watcher.model import Delivery, Endpoint
from watcher.pipeline.context import Context
from watcher.store import Transaction


@dataclass(frozen=True, slots=True)
class Claimed:
    """A delivery that is ours to send, and the lane that it goes in."""

    delivery: Delivery
    lane: Lane


@dataclass(frozen=True, slots=True)
class Scope:
    """Which endpoints are sent to: ``only`` these, None for all; ``in_quiet_hours`` also while they keep quiet."""

    only: frozenset[Endpoint] | None = None
    in_quiet_hours: bool = False


@dataclass
class Rounds:
    """Where the look for messages stands. It goes round and round over the endpoints that something waits for.

    A round ends at the last endpoint. ``is_over`` once a whole one found nothing to send: then nothing can be sent
    before :meth:`begin` is called, since something has changed, or before ``until``. ``rate_until`` is the same for
    rates alone; ``rests`` has the receivers that have had what their rate allows, and until when. ``more`` has the
    endpoints that this process was busy with, and that more waits for; ``left_at`` is when it last looked for what
    senders that are gone have left.
    """

    last: Endpoint | None = None
    is_over: bool = False
    until: datetime | None = None
    rate_until: datetime | None = None
    rests: dict[str, datetime] = field(default_factory=dict)
    more: set[Endpoint] = field(default_factory=set)
    left_at: datetime | None = None
    _counts: bool = True

    def begin(self) -> None:
        """Something has changed: only a round that begins from here on proves that nothing can be sent."""
        self.is_over, self._counts = False, self.last is None
        if self._counts:
            self.until = self.rate_until = None

    def is_time_for_left(self, now: datetime, every: timedelta) -> bool:
        """Whether to look for what senders that are gone have left; asking counts as looking."""
        is_time = self.left_at is None or not timedelta(0) <= now - self.left_at < every
        if is_time:
            self.left_at = now
        return is_time

    def free(self, endpoints: Iterable[Endpoint]) -> None:
        """This process is not busy with these any more."""
        if more := self.more.intersection(endpoints):
            self.more -= more
            self.begin()

    def go_on(self, last: Endpoint | None) -> None:
        """Note how far the look came; None where it came to the end."""
        self.last = last
        if last is None:
            self.is_over = self._counts
            if not self._counts:
                self.begin()

    def wait_until(self, until: datetime | None, *, for_rate: bool = False) -> None:
        """Note that something may go at an instant."""
        if until is not None:
            self.until = min(until, self.until or until)
            if for_rate:
                self.rate_until = min(until, self.rate_until or until)


def claim(
    rounds: Rounds, busy: Collection[Endpoint], room: Mapping[Lane, int], scope: Scope, parts: Context
) -> list[Claimed]:
    """Look at the next endpoints, and claim a message of each that may be sent to, as far as lanes have room.

    ``busy`` are the endpoints that this process sends to now.
    """
    now, most = parts.clock(), (room[Lane.WORKING] + room[Lane.PROBE]) * parts.tuning.seen
    with parts.store.reading() as tx:
        left = tx.queue.left_behind(now) if rounds.is_time_for_left(now, parts.tuning.idle) else []
        seen = tx.queue.waiting_after(rounds.last, most)
    rounds.more.update(one.endpoint for one in seen if one.endpoint in busy)
    ours = _ours({one.endpoint: one for one in (*left, *seen)}.values(), busy, scope, parts)
    choice = _choose(ours, room, scope, rounds, parts, now)
    taken = _take(choice.chosen, rounds, parts, now) if choice.chosen else []
    if choice.left:
        rounds.go_on(ours[-choice.left - 1].endpoint)
    else:
        rounds.go_on(seen[-1].endpoint if len(seen) == most else None)
    if taken:
        rounds.begin()
    elif choice.chosen:
        # Another sender holds them now.
        rounds.wait_until(now + parts.tuning.again)
    return taken


def claim_suspect(rounds: Rounds, busy: Collection[Endpoint], scope: Scope, parts: Context) -> list[Claimed]:
    """Claim one message that may be what ended the program: the least suspect of those that may go."""
    now = parts.clock()
    with parts.store.reading() as tx:
        suspects = tx.queue.suspects()
    choice = _choose(
        _ours(suspects, busy, scope, parts), {Lane.SUSPECT: 1}, scope, rounds, parts, now, are_suspects=True
    )
    return _take(choice.chosen, rounds, parts, now, are_suspects=True) if choice.chosen else []


def _ours(
    waiting: Iterable[WaitingEndpoint], busy: Collection[Endpoint], scope: Scope, parts: Context
) -> list[WaitingEndpoint]:
    """Endpoints that this process may send to: not those of another daemon's config, nor those that it is busy with."""
    has_endpoint = parts.config.has_endpoint
    return [
        one
        for one in waiting
        if one.endpoint not in busy
        and has_endpoint(one.endpoint)
        and (scope.only is None or one.endpoint in scope.only)
    ]


def _choose(
    waiting: Sequence[WaitingEndpoint],
    room: Mapping[Lane, int],
    scope: Scope,
    rounds: Rounds,
    parts: Context,
    now: datetime,
    *,
    are_suspects: bool = False,
) -> Choice:
    config = parts.config

    def left_alone_until(endpoint: Endpoint) -> datetime | None:
        rate = config.rate_of(endpoint)
        if rate and (until := rounds.rests.get(rate[0])) and now < until <= now + rate[1].within:
            rounds.wait_until(until, for_rate=True)
            return until
        if scope.in_quiet_hours:
            return None
        return quiet_until(config.quiet_hours_of(endpoint), config.timezone, now)

    choice = choose(waiting, left_alone_until, room, now, are_suspects=are_suspects)
    rounds.wait_until(choice.until)
    return choice


def _take(
    chosen: Sequence[tuple[WaitingEndpoint, Lane]],
    rounds: Rounds,
    parts: Context,
    now: datetime,
    *,
    are_suspects: bool = False,
) -> list[Claimed]:
    lanes = {one.endpoint: lane for one, lane in chosen}
    # A power cut that takes the claim with it ends its sender as well: the message is sent again, as after any end.
    with parts.store.transaction(durable=False) as tx:
        allowed = _within_rates([one for one, _ in chosen], rounds, tx, parts, now)
        tuning = parts.tuning
        deliveries = tx.queue.claim(allowed, now, tuning.lease, tuning.after_start, suspects=are_suspects)
    return [Claimed(one, lanes[one.endpoint]) for one in deliveries]


def _within_rates(
    waiting: Sequence[WaitingEndpoint], rounds: Rounds, tx: Transaction, parts: Context, now: datetime
) -> list[WaitingEndpoint]:
    """Those that their receivers' rates allow now, one message each."""
    rated = {one.endpoint: rate for one in waiting if (rate := parts.config.rate_of(one.endpoint))}
    left: dict[str, int] = {}
    for receiver, limit in sorted(dict(rated.values()).items()):
        allowed = tx.queue.allowance(receiver, limit, now)
        left[receiver] = allowed.messages
        if not allowed.messages:
            rounds.rests[receiver] = now + allowed.wait
            rounds.wait_until(now + allowed.wait, for_rate=True)
    found = []
    for one in waiting:
        if one.endpoint in rated:
            name, _ = rated[one.endpoint]
            left[name] -= 1
            if left[name] < 0:
                continue
        found.append(one)
    return found
