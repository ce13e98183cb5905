"""Claim the deliveries that may be sent now: take each for this process with a lease, many in one transaction."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from watcher.model import Delivery, Endpoint
from watcher.pipeline.context import Context
from watcher.policy.deliveries.lanes import Choice, Lane, WaitingEndpoint, choose
from watcher.policy.schedules.schedule import quiet_until
from watcher.store import Transaction


@dataclass(frozen=True, slots=True)
class Claimed:
    """A delivery that this process has claimed, and the lane that sends it."""

    delivery: Delivery
    lane: Lane


@dataclass(frozen=True, slots=True)
class Scope:
    """Which endpoints are sent to.

    ``only``: these endpoints, None for all.
    ``in_quiet_hours``: send also during quiet hours.
    """

    only: frozenset[Endpoint] | None = None
    in_quiet_hours: bool = False


@dataclass
class Rounds:
    """How far the search for deliveries has come. It goes in rounds over the endpoints with pending deliveries.

    ``last``: the endpoint at which this round stands, None before its first one.
    ``is_over``: a whole round found nothing to send. It stays over until ``until``, or until :meth:`begin` is called.
    ``until``: when the first endpoint that waits may be sent to, None if none waits.
    ``rate_until``: the same, for endpoints that wait for a rate alone.
    ``rests``: receiver → when its rate allows a message again.
    ``more``: endpoints to which this process was sending and that have more pending.
    ``left_at``: when deliveries with ended leases were last looked for.
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
        """Note that new messages may wait, so that the present round cannot end as empty."""
        self.is_over, self._counts = False, self.last is None
        if self._counts:
            self.until = self.rate_until = None

    def is_time_for_left(self, now: datetime, every: timedelta) -> bool:
        """Return whether to look now for deliveries with ended leases: once in ``every``.

        If it returns True, the caller must look: the next look is due ``every`` later.
        """
        is_time = self.left_at is None or not timedelta(0) <= now - self.left_at < every
        if is_time:
            self.left_at = now
        return is_time

    def free(self, endpoints: Iterable[Endpoint]) -> None:
        """Note that this process no longer sends to these endpoints."""
        if more := self.more.intersection(endpoints):
            self.more -= more
            self.begin()

    def go_on(self, last: Endpoint | None) -> None:
        """Note that the search has come to the endpoint ``last``; None if the round has reached its end."""
        self.last = last
        if last is None:
            self.is_over = self._counts
            if not self._counts:
                self.begin()

    def wait_until(self, until: datetime | None, *, for_rate: bool = False) -> None:
        """Note when an endpoint that waits may be sent to, None to note nothing.

        ``for_rate``: it waits for its receiver's rate alone.
        ``until``: the instant, None if there is none to note.
        """
        if until is not None:
            self.until = min(until, self.until or until)
            if for_rate:
                self.rate_until = min(until, self.rate_until or until)


def claim(
    rounds: Rounds, busy: Collection[Endpoint], room: Mapping[Lane, int], scope: Scope, context: Context
) -> list[Claimed]:
    """Claim one delivery of each of the next endpoints that may be sent to, as far as the lanes have room; return them.

    ``rounds``: how far the search has come; moved on by the call.
    ``busy``: endpoints that this process is sending to.
    ``room``: lane → how many more messages it takes.
    """
    now, most = context.clock(), (room[Lane.WORKING] + room[Lane.PROBE]) * context.tuning.seen
    with context.store.reading() as tx:
        left = tx.queue.left_behind(now) if rounds.is_time_for_left(now, context.tuning.idle) else []
        seen = tx.queue.waiting_after(rounds.last, most)
    rounds.more.update(one.endpoint for one in seen if one.endpoint in busy)
    ours = _ours({one.endpoint: one for one in (*left, *seen)}.values(), busy, scope, context)
    choice = _choose(ours, room, scope, rounds, context, now)
    taken = _take(choice.chosen, rounds, context, now) if choice.chosen else []
    if choice.left:
        rounds.go_on(ours[-choice.left - 1].endpoint)
    else:
        rounds.go_on(seen[-1].endpoint if len(seen) == most else None)
    if taken:
        rounds.begin()
    elif choice.chosen:
        # Another sender holds them now.
        rounds.wait_until(now + context.tuning.again)
    return taken


def claim_suspect(rounds: Rounds, busy: Collection[Endpoint], scope: Scope, context: Context) -> list[Claimed]:
    """Claim the suspect delivery that may be sent and has ended the program least often; return a list of one or none.

    ``busy``: endpoints that this process is sending to.
    """
    now = context.clock()
    with context.store.reading() as tx:
        suspects = tx.queue.suspects()
    choice = _choose(
        _ours(suspects, busy, scope, context), {Lane.SUSPECT: 1}, scope, rounds, context, now, are_suspects=True
    )
    return _take(choice.chosen, rounds, context, now, are_suspects=True) if choice.chosen else []


def _ours(
    waiting: Iterable[WaitingEndpoint], busy: Collection[Endpoint], scope: Scope, context: Context
) -> list[WaitingEndpoint]:
    """Return the endpoints that this process may send to: those in its config and scope that are not busy."""
    has_endpoint = context.config.has_endpoint
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
    context: Context,
    now: datetime,
    *,
    are_suspects: bool = False,
) -> Choice:
    config = context.config

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
    context: Context,
    now: datetime,
    *,
    are_suspects: bool = False,
) -> list[Claimed]:
    lanes = {one.endpoint: lane for one, lane in chosen}
    # durable=False is safe: a power cut that undoes the claim also ends the sender, and the message is sent again.
    with context.store.transaction(durable=False) as tx:
        allowed = _within_rates([one for one, _ in chosen], rounds, tx, context, now)
        tuning = context.tuning
        deliveries = tx.queue.claim(allowed, now, tuning.lease, tuning.after_start, suspects=are_suspects)
    return [Claimed(one, lanes[one.endpoint]) for one in deliveries]


def _within_rates(
    waiting: Sequence[WaitingEndpoint], rounds: Rounds, tx: Transaction, context: Context, now: datetime
) -> list[WaitingEndpoint]:
    """Return the endpoints whose receivers' rates allow a message now."""
    rated = {one.endpoint: rate for one in waiting if (rate := context.config.rate_of(one.endpoint))}
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
