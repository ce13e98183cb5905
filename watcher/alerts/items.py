"""What a message shows of its matches: each paper once, for all subscriptions that it is told for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date

from watcher.model import FIRST, WITHDRAWN, DigestItem, DueAlert, Nothing, Paper


def items_of(told: Iterable[DueAlert], papers: Iterable[Paper], told_before: Mapping[int, date]) -> list[DigestItem]:
    """One item a paper, in the order in which the matches come; a paper is strong where one of them is.

    It is told in short only where all of them are over their limit, and as new where it is new for one of them.
    """
    by_paper: dict[int, list[DueAlert]] = {}
    for one in told:
        by_paper.setdefault(one.paper_id, []).append(one)
    known = {paper.id: paper for paper in papers}
    return [
        DigestItem(
            paper=known[paper_id],
            subscriptions=tuple(dict.fromkeys(one.subscription for one in ones)),
            strong=any(one.strong for one in ones),
            places=tuple(sorted({place for one in ones for place in one.places})),
            told_before=told_before.get(paper_id) if occasion_of(ones) == FIRST else None,
            short=all(one.short for one in ones),
            occasion=occasion_of(ones),
        )
        for paper_id, ones in by_paper.items()
    ]


def occasion_of(ones: Sequence[DueAlert]) -> str:
    """Why a message shows a paper: itself, its end, or the newest of its new versions."""
    occasions = {one.occasion for one in ones}
    return next((one for one in (FIRST, WITHDRAWN) if one in occasions), None) or max(occasions, key=version_of)


def version_of(occasion: str) -> int:
    """The version that an occasion tells of: 3 for ``v3``."""
    return int(occasion.removeprefix("v"))


def nothing_of(blanks: Iterable[Nothing], told: Iterable[DueAlert]) -> tuple[Nothing, ...]:
    """One line a subscription, for all the time that its messages without papers cover; none beside its papers."""
    with_papers = {one.subscription for one in told}
    found: dict[str, Nothing] = {}
    for one in blanks:
        if one.subscription in with_papers:
            continue
        known = found.get(one.subscription, one)
        read = one.read if known is one else one.read + known.read
        found[one.subscription] = replace(one, read=read, since=min(one.since, known.since))
    return tuple(found.values())
