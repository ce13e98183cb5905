"""What a message shows of its matches: each paper once, for all subscriptions that it is told for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from watcher.model import Item, Paper, Told


def items_of(told: Iterable[Told], papers: Iterable[Paper], told_before: Mapping[int, date]) -> list[Item]:
    """One item a paper, in the order in which the matches come; a paper is strong where one of them is."""
    by_paper: dict[int, list[Told]] = {}
    for one in told:
        by_paper.setdefault(one.paper_id, []).append(one)
    known = {paper.id: paper for paper in papers}
    return [
        Item(
            paper=known[paper_id],
            subscriptions=tuple(dict.fromkeys(one.subscription for one in ones)),
            strong=any(one.strong for one in ones),
            places=tuple(sorted({place for one in ones for place in one.places})),
            told_before=told_before.get(paper_id),
        )
        for paper_id, ones in by_paper.items()
    ]
