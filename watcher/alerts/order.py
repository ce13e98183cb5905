"""Decide in which order a message tells its papers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from watcher.model import DueAlert, Paper, Rank, rank_of


def in_message_order(told: Iterable[DueAlert], papers: Mapping[int, Paper]) -> list[DueAlert]:
    """Return the matches in the order of a message.

    Subscriptions stay in the order in which they come; the papers of each are sorted by
    :func:`watcher.model.rank_of`, then by what matched first.

    ``papers``: the papers of the matches, by id.
    """
    some = list(told)
    place = {name: n for n, name in enumerate(dict.fromkeys(one.subscription for one in some))}

    def rank(one: DueAlert) -> tuple[int, Rank, int]:
        return place[one.subscription], rank_of(papers[one.paper_id], one.score), one.match_id

    return sorted(some, key=rank)
