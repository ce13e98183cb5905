"""Decide about deliveries by the state of their endpoints: which are sent next, and which wait.

All deliveries take the same way; only their lane differs:

``WORKING``  the endpoint worked when last tried
``PROBE``    the endpoint failed when last tried: it may hang, so that these have threads of their own
``SUSPECT``  the program ended again and again while sending the message: it is sent last, and alone
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
    """An endpoint with something pending.

    ``health``: None if it was never tried.
    ``leased_until``: end of the lease of its delivery in flight, None if there is none.
    """

    endpoint: Endpoint
    health: Health | None = None
    leased_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class SendTurn:
    """What an endpoint's next delivery does now.

    ``lane``: where it is sent, None if it waits.
    ``reason``: why it waits.
    ``until``: when it may be sent, None if it is sent now.
    """

    lane: Lane | None
    reason: str = ""
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Choice:
    """The endpoints that are sent to now.

    ``chosen``: each with its lane.
    ``until``: when the first of the others may be sent to, None if none waits.
    ``left``: number of endpoints at the end that were not decided on, since the working lane is full.
    """

    chosen: tuple[tuple[WaitingEndpoint, Lane], ...]
    until: datetime | None
    left: int = 0


def turn_of(one: WaitingEndpoint, alone_until: datetime | None, now: datetime, *, is_suspect: bool = False) -> SendTurn:
    """Return whether an endpoint's next delivery may be sent.

    ``alone_until``: when its receiver's quiet hours or rate allow a message, None for now.
    """
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
    """Choose endpoints to be sent to, in this order, as far as their lanes have room.

    ``left_alone_until``: returns when the quiet hours or the rate of an endpoint's receiver allow a message, None for
        now.
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
    """Return how many more messages each lane takes.

    The working lane is filled again when half of its messages are done, so that claims come in batches.
    """
    working = under_way.get(Lane.WORKING, 0)
    return {
        Lane.WORKING: tuning.most_claimed - working if working <= tuning.most_claimed // 2 else 0,
        Lane.PROBE: max(tuning.probes - under_way.get(Lane.PROBE, 0), 0),
        Lane.SUSPECT: 1 - min(under_way.get(Lane.SUSPECT, 0), 1),
    }


def is_suspects_turn(waited: timedelta, tuning: Tuning, *, all_done: bool) -> bool:
    """Return whether a suspect delivery may be sent: when nothing else is left, or after a long wait beside others."""
    return all_done or waited >= tuning.suspects_wait
