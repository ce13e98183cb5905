"""Decide in which order a message tells its papers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from watcher.model import DueAlert, Paper


def in_message_order(told: Iterable[DueAlert], papers: Mapping[int, Paper]) -> list[DueAlert]:
    """Return the matches in the order of a message.

    Subscriptions stay in the order in which they come. Of each: strong matches before weak ones, then the papers with
    most upvotes, then the newest digest day, then what matched first.

    ``papers``: the papers of the matches, by id.
    """
    some = list(told)
    place = {name: n for n, name in enumerate(dict.fromkeys(one.subscription for one in some))}

    def rank(one: DueAlert) -> tuple[int, bool, int, int, int]:
        upvotes, day = papers[one.paper_id].precedence
        return place[one.subscription], not one.strong, -upvotes, -day, one.match_id

    return sorted(some, key=rank)
