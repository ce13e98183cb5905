"""Decide in which order a message tells its papers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from watcher.model import DigestOrder, DueAlert, Paper, is_strong, rank_of
from watcher.policy.alerts.rising import rising_places

NO_RISES: Mapping[int, float] = {}


def in_message_order(
    told: Iterable[DueAlert], papers: Mapping[int, Paper], rises: Mapping[int, float] = NO_RISES
) -> list[DueAlert]:
    """Return the alerts in the order in which a message tells them.

    Subscriptions stay in the order in which they come. Within each, papers are sorted by the order that the
    subscription asks for, strong matches first, then by :func:`watcher.model.rank_of`, then by what matched first.

    ``told``: the alerts of one message.
    ``papers``: their papers, by id.
    ``rises``: paper id → upvotes gained within a day, for subscriptions that sort by that.
    """
    by_subscription: dict[str, list[DueAlert]] = {}
    for one in told:
        by_subscription.setdefault(one.subscription, []).append(one)
    return [one for some in by_subscription.values() for one in _in_order(some, papers, rises)]


def _in_order(some: Iterable[DueAlert], papers: Mapping[int, Paper], rises: Mapping[int, float]) -> list[DueAlert]:
    matches = list(some)
    places = _rising(matches, papers, rises)

    def rank(one: DueAlert) -> tuple[object, ...]:
        paper = papers[one.paper_id]
        upvotes, day = paper.precedence
        first: Mapping[DigestOrder, tuple[int, ...]] = {
            DigestOrder.SCORE: (),
            DigestOrder.UPVOTES: (-upvotes,),
            DigestOrder.NEWEST: (-day,),
            DigestOrder.RISING: places.get(one.paper_id, ()),
        }
        return not is_strong(one.score), first[one.order], rank_of(paper, one.score), one.match_id

    return sorted(matches, key=rank)


def _rising(
    matches: Iterable[DueAlert], papers: Mapping[int, Paper], rises: Mapping[int, float]
) -> dict[int, tuple[int, int]]:
    """Return the places of papers whose order is by rise, strong and weak ones apart."""
    found: dict[int, tuple[int, int]] = {}
    asked = [one for one in matches if one.order is DigestOrder.RISING]
    for strong in (True, False):
        ids = {one.paper_id for one in asked if is_strong(one.score) is strong}
        found |= rising_places({id: papers[id].precedence[0] for id in ids}, rises)
    return found
