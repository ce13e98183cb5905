"""Which messages are sent next, and which have to wait: decided on what the database says of each endpoint.

Every message takes the same way. What is odd about one is its data, and only the lane that it is sent in differs:

``WORKING``  its endpoint worked when last tried
``PROBE``    its endpoint failed when last tried: it may hang, so that these have threads of their own
``SUSPECT``  the program ended again and again while sending it: last, and alone
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from watcher.alerts.retry import Health
from watcher.model import Endpoint, Tuning


class Lane(StrEnum):
    WORKING = "working"
    PROBE = "probe"
    SUSPECT = "suspect"


@dataclass(frozen=True, slots=True)
class WaitingEndpoint:
    """An endpoint that messages wait for.

    ``health`` is None where it was never tried; ``leased_until`` is the end of the claim on a message that a sender
    has in flight, None where there is none.
    """

    endpoint: Endpoint
    health: Health | None = None
    leased_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class SendTurn:
    """What an endpoint's next message does now: goes in ``lane``, or waits for ``reason``, ``until`` an instant."""

    lane: Lane | None
    reason: str = ""
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Choice:
    """Endpoints to be sent to now, each with its lane; ``until`` is when the first of the others may have its turn.

    ``left`` counts those at the end that were not decided on, since the working lane is full.
    """

    chosen: tuple[tuple[WaitingEndpoint, Lane], ...]
    until: datetime | None
    left: int = 0


def turn_of(one: WaitingEndpoint, alone_until: datetime | None, now: datetime, *, is_suspect: bool = False) -> SendTurn:
    """Whether an endpoint's next message may go; ``alone_until`` is an instant where its receiver is left alone."""
    health = one.health or Health()
    if one.leased_until is not None and one.leased_until > now:
        return SendTurn(None, "another message is in flight", one.leased_until)
    if health.is_waiting(now):
        return SendTurn(None, "the endpoint backs off", health.next_try)
    if alone_until is not None:
        return SendTurn(None, "its receiver keeps quiet, or has had what its rate allows", alone_until)
    if is_suspect:
        return SendTurn(Lane.SUSPECT)
    return SendTurn(Lane.PROBE if health.failing_since else Lane.WORKING)


def choose(
    waiting: Sequence[WaitingEndpoint],
    left_alone_until: Callable[[Endpoint], datetime | None],
    room: Mapping[Lane, int],
    now: datetime,
    *,
    are_suspects: bool = False,
) -> Choice:
    """Give endpoints their turns, in this order, as far as their lanes have room.

    ``left_alone_until`` says until when an endpoint's receiver is left alone: its quiet hours, or its rate.
    """
    free, chosen, until = dict(room), list[tuple[WaitingEndpoint, Lane]](), list[datetime]()
    for n, one in enumerate(waiting):
        turn = turn_of(one, left_alone_until(one.endpoint), now, is_suspect=are_suspects)
        if turn.until is not None:
            until.append(turn.until)
        if turn.lane is None:
            continue
        if free.get(turn.lane, 0) > 0:
            free[turn.lane] -= 1
            chosen.append((one, turn.lane))
        elif turn.lane is Lane.WORKING and room[Lane.WORKING]:
            return Choice(tuple(chosen), min(until, default=None), left=len(waiting) - n)
    return Choice(tuple(chosen), min(until, default=None))


def room_of(under_way: Mapping[Lane, int], tuning: Tuning) -> dict[Lane, int]:
    """How many more messages each lane takes; the working one in batches, when half of what it had is done."""
    working = under_way.get(Lane.WORKING, 0)
    return {
        Lane.WORKING: tuning.most_claimed - working if working <= tuning.most_claimed // 2 else 0,
        Lane.PROBE: max(tuning.probes - under_way.get(Lane.PROBE, 0), 0),
        Lane.SUSPECT: 1 - min(under_way.get(Lane.SUSPECT, 0), 1),
    }


def is_suspects_turn(waited: timedelta, tuning: Tuning, *, all_done: bool) -> bool:
    """Whether a message that may end the program may go: alone, ``all_done``; after a long wait beside others."""
    return all_done or waited >= tuning.suspects_wait
