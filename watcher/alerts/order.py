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

    def rank(one: DueAlert) -> tuple[int, tuple[bool, int, int], int]:
        return place[one.subscription], rank_of(papers[one.paper_id], strong=one.strong), one.match_id

    return sorted(some, key=rank)


def rank_of(paper: Paper, *, strong: bool) -> tuple[bool, int, int]:
    """Return what sorts papers, best first: strong matches, then most upvotes, then the newest digest day."""
    upvotes, day = paper.precedence
    return not strong, -upvotes, -day
