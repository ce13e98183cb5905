"""Store the folded words of papers that have none stored, or have changed since, a few papers at a time."""

from __future__ import annotations

import time
from collections.abc import Callable

from watcher.model import Paper
from watcher.rules import document_of
from watcher.rules.index.prefilter import filed_words
from watcher.rules.match.packed import pack
from watcher.store import Store
from watcher.store.papers.stored_words import FoldedPaper

TOGETHER = 50
"""Papers whose words are stored in one transaction: some 30 ms of work."""


def fold_some(store: Store, most: int = TOGETHER) -> int:
    """Store the words of up to ``most`` papers, the newest first; return how many were looked at, 0 if none is left.

    Folding is done outside the writing transaction, so that other writers do not wait for it. The words of a paper that
    changes in between are stored by a later call.
    """
    with store.reading() as tx:
        is_there = tx.words.are_there
        tickets = tx.words.stale(most) if is_there else {}
        papers = tx.papers.get(tickets)
    if not is_there:
        with store.transaction() as tx:
            tx.words.make()
        return fold_some(store, most)
    if tickets:
        folded = [_folded(paper) for paper in papers if paper.id in tickets]
        with store.transaction(durable=False) as tx:
            tx.words.put(folded, tickets)
    return len(tickets)


def fold_all(store: Store, *, is_over: Callable[[], bool] = lambda: False, rest: float = 0.0) -> None:
    """Store the words of all papers, batch by batch, until none is left or ``is_over`` returns True.

    ``rest``: how long to rest after each batch, as a share of the time that the batch took.
    """
    while not is_over():
        began = time.monotonic()
        if not fold_some(store):
            return
        if rest:
            time.sleep((time.monotonic() - began) * rest)


def _folded(paper: Paper) -> FoldedPaper:
    document = document_of(paper)
    return FoldedPaper(paper.id, paper.digest_day, pack(document), filed_words(document))
