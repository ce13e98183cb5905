"""Decide by the state of endpoints which deliveries are sent next, and which wait. Pure.

All deliveries take the same way. Only their lane differs:

``WORKING``: the endpoint took the last message
``PROBE``: the endpoint failed when last tried. It may hang again, so that these have threads of their own
``SUSPECT``: the program ended several times while sending the message. It is sent last, and alone
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from watcher.model import Endpoint, Tuning
from watcher.policy.deliveries.retry import Health


class Lane(StrEnum):
    WORKING = "working"
    PROBE = "probe"
    SUSPECT = "suspect"


@dataclass(frozen=True, slots=True)
class WaitingEndpoint:
    """An endpoint with pending deliveries.

    ``health``: None if it was never tried.
    ``leased_until``: end of the lease of its delivery that is being sent, None if none is.
    """

    endpoint: Endpoint
    health: Health | None = None
    leased_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class SendTurn:
    """What happens to an endpoint's next delivery now.

    ``lane``: the lane that sends it, None if it waits.
    ``reason``: why it waits, "" if it does not.
    ``until``: when it may be sent, None if it is sent now.
    """

    lane: Lane | None
    reason: str = ""
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Choice:
    """The endpoints that are sent to now.

    ``chosen``: each with its lane.
    ``until``: when the first of those that wait may be sent to, None if none waits.
    ``left``: number of endpoints, the last ones, that were not looked at since the working lane is full.
    """

    chosen: tuple[tuple[WaitingEndpoint, Lane], ...]
    until: datetime | None
    left: int = 0


def turn_of(one: WaitingEndpoint, alone_until: datetime | None, now: datetime, *, is_suspect: bool = False) -> SendTurn:
    """Return what happens to an endpoint's next delivery now.

    ``alone_until``: when the receiver's quiet hours or rate allow a message, None if they allow one now.
    ``is_suspect``: the delivery is a suspect.
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
    """Return which endpoints are sent to now, in the given order, as far as their lanes have room.

    ``left_alone_until``: returns when the quiet hours or the rate of an endpoint's receiver allow a message, None for
        now.
    ``room``: how many more messages each lane takes.
    ``are_suspects``: the next deliveries of all these endpoints are suspects.
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

    The working lane takes none before half of its messages are done, so that they are claimed in batches.

    ``under_way``: lane → messages that are being sent.
    """
    working = under_way.get(Lane.WORKING, 0)
    return {
        Lane.WORKING: tuning.most_claimed - working if working <= tuning.most_claimed // 2 else 0,
        Lane.PROBE: max(tuning.probes - under_way.get(Lane.PROBE, 0), 0),
        Lane.SUSPECT: 1 - min(under_way.get(Lane.SUSPECT, 0), 1),
    }


def is_suspects_turn(waited: timedelta, tuning: Tuning, *, all_done: bool) -> bool:
    """Return whether a suspect may be sent: if nothing else is left to send, or if it has waited for long enough.

    ``waited``: how long it has waited.
    ``all_done``: nothing else is left to send.
    """
    return all_done or waited >= tuning.suspects_wait
