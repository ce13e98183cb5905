"""Take thumbs, and let them move the scores of subscriptions that learn."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from threading import Lock

from watcher.model import Hit, Paper, StoredSubscription
from watcher.pipeline.liking.beside_libraries import SubscriptionRules
from watcher.pipeline.liking.counted import CountedRarity
from watcher.rules import Document, Taste, ThumbedPaper, document_of, evaluate, taste_of
from watcher.rules.match.taste import MOST_THUMBS
from watcher.store import Transaction

Stamp = tuple[int, int, datetime | None, str]

MOST_KEPT = 256
"""Most tastes that are kept in memory, at some hundred kilobytes each."""


class TasteBook:
    """The tastes of subscriptions, made anew when thumbs or rule have changed. Safe to use from several threads."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._known: dict[int, tuple[Stamp, Taste | None]] = {}
        self._rarity = CountedRarity()

    def of(self, tx: Transaction, saved: StoredSubscription) -> Taste | None:
        """Return the taste of a subscription, None if it does not learn or has no thumbs."""
        if not saved.subscription.learns:
            return None
        stamp = (*tx.thumbs.stamp(saved.id), saved.rule_digest)
        with self._lock:
            known = self._known.get(saved.id)
        if known is None or known[0] != stamp:
            known = stamp, learned(tx, saved, SubscriptionRules(tx, self._rarity))
            with self._lock:
                if len(self._known) >= MOST_KEPT:
                    self._known.clear()
                self._known[saved.id] = known
        return known[1]


def learned(tx: Transaction, saved: StoredSubscription, rules: SubscriptionRules | None = None) -> Taste | None:
    """Return the taste that the thumbs of a subscription teach, None without thumbs.

    It is returned even if the subscription does not learn.
    """
    thumbs = tx.thumbs.of_subscription(saved.id)[-MOST_THUMBS:]
    papers = {paper.id: document_of(paper) for paper in tx.papers.get([one.paper_id for one in thumbs])}
    if not papers:
        return None
    rule = (rules or SubscriptionRules(tx)).of(saved.subscription)
    some = []
    for one in thumbs:
        if document := papers.get(one.paper_id):
            hit = evaluate(rule, document)
            some.append(ThumbedPaper(document, hit.score if hit else 0.0, one.up))
    return taste_of(some)


def give_thumb(tx: Transaction, saved: StoredSubscription, paper: Paper, up: bool, now: datetime) -> bool:
    """Record a thumb, and score held matches anew if the subscription learns.

    Return whether the thumb is new or says something else than before.

    ``saved``: the subscription that told the paper.
    ``up``: True for useful, False for not for it.
    """
    is_news = tx.thumbs.give(saved.id, paper.id, up, now)
    if is_news and saved.subscription.learns:
        score_anew(tx, saved)
    return is_news


def take_thumb_back(tx: Transaction, saved: StoredSubscription, paper: Paper) -> bool:
    """Delete the thumb of a subscription for a paper; return whether there was one.

    If the subscription learns, its held matches are scored anew.
    """
    was_there = tx.thumbs.take_back(saved.id, paper.id)
    if was_there and saved.subscription.learns:
        score_anew(tx, saved)
    return was_there


def reset_thumbs(tx: Transaction, saved: StoredSubscription) -> int:
    """Delete a subscription's thumbs, and score its held matches anew; return how many thumbs there were."""
    count = tx.thumbs.reset(saved.id)
    score_anew(tx, saved)
    return count


def score_anew(tx: Transaction, saved: StoredSubscription) -> None:
    """Set the scores of a subscription's held matches to what rule and thumbs give them now."""
    tx.matches.set_scores(scores_now(tx, saved, tx.matches.held(saved.id)))


def scores_now(tx: Transaction, saved: StoredSubscription, held: Mapping[int, int]) -> dict[int, float]:
    """Return match → the score that rule and thumbs give it now, for those that the subscription's rule still matches.

    ``held``: match → paper, of the matches to score.
    """
    if not held:
        return {}
    rules = SubscriptionRules(tx)
    taste = learned(tx, saved, rules) if saved.subscription.learns else None
    rule = rules.of(saved.subscription)
    scores = {}
    for paper in tx.papers.get(held.values()):
        document = document_of(paper)
        if hit := evaluate(rule, document):
            scores[paper.id] = tasted(hit, document, taste).score
    return {match: scores[paper] for match, paper in held.items() if paper in scores}


def tasted(hit: Hit, document: Document, taste: Taste | None) -> Hit:
    """Return a hit with the score that a taste gives it; the same hit without a taste."""
    return hit if taste is None else replace(hit, score=taste.score(hit.score, document))
