"""Read what messages say of papers besides the match: how fast they rose, and which other subscriptions have them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from watcher.model import DigestOrder, DueAlert, Endpoint, Paper
from watcher.policy.alerts.items import Beside
from watcher.policy.alerts.rising import rise_of
from watcher.store import Transaction


def rises_of(
    tx: Transaction, told: Sequence[DueAlert], papers: Mapping[int, Paper], until: datetime
) -> dict[int, float]:
    """Return paper id → upvotes gained within a day, up to ``until``; the most that any source shows.

    Papers are looked at only for subscriptions that sort by rise, and only as their sources show them.

    ``told``: the alerts of a message; ``papers``: their papers, by id.
    """
    asked: dict[int, list[Collection[str]]] = {}
    for one in told:
        if one.order is DigestOrder.RISING:
            asked.setdefault(one.paper_id, []).append(one.sources)
    votes = tx.browsing.votes_until(asked, until) if asked else {}
    found: dict[int, float] = {}
    for id, by_source in votes.items():
        for source, counts in by_source.items():
            if not any(not sources or source in sources for sources in asked[id]):
                continue
            days = [one.day for one in papers[id].listings if one.source == source and one.day]
            found[id] = max(found.get(id, 0.0), rise_of(counts, min(days, default=None)))
    return found


def beside_of(
    tx: Transaction, told: Sequence[DueAlert], papers: Mapping[int, Paper], endpoint: Endpoint, until: datetime
) -> Beside:
    """Return what a message to ``endpoint`` says of papers besides their matches.

    ``told``: the alerts of the message; ``papers``: their papers, by id.
    ``until``: count upvotes up to this instant.
    """
    asked = {one.paper_id for one in told if one.everything}
    elsewhere = tx.contents.matched_elsewhere(endpoint, asked) if asked else {}
    return Beside(rises_of(tx, told, papers, until), elsewhere)
