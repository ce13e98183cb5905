"""Match new versions and withdrawals of papers that were told, for subscriptions with ``on_update``."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from watcher.alerts.fate import of_unwanted
from watcher.model import WITHDRAWN, Decision, Fate, Hit
from watcher.pipeline.liking.beside_libraries import SubscriptionRules
from watcher.pipeline.record import Decide
from watcher.rules import NeverList, document_of, evaluate
from watcher.store import Transaction
from watcher.store.papers.matches import NewMatch

HELD = Decision(Fate.HELD)


def record_updates(
    tx: Transaction, updates: Mapping[int, str], now: datetime, decide: Decide = lambda saved, paper: HELD
) -> int:
    """Store a match for each update of a paper that was told; return how many.

    Only subscriptions with ``on_update`` get one. It does not matter whether the rule still holds: whoever was told of
    a paper is told of its withdrawal. A new version that a ``never:`` list names is kept back.

    ``updates``: paper id → occasion.
    ``decide``: returns the fate of a match that is not kept back.
    """
    if not updates:
        return 0
    papers = {paper.id: paper for paper in tx.papers.get(updates)}
    found = []
    told = tx.matches.told(updates)
    documents = {id: document_of(paper) for id, paper in papers.items()}
    unwanted = dict(zip(documents, NeverList(tx.never.all()).tried_on(list(documents.values())), strict=True))
    active = tx.subscriptions.get({subscription_id for subscription_id, _, _ in told})
    rules = SubscriptionRules(tx)
    for subscription_id, paper_id, score in told:
        saved = active.get(subscription_id)
        if saved is None or not saved.subscription.tells_updates or paper_id not in papers:
            continue
        rule = rules.of(saved.subscription)
        hit = evaluate(rule, documents[paper_id]) or Hit(score)
        why = "" if updates[paper_id] == WITHDRAWN else unwanted[paper_id].why(saved.subscription.owner)
        decision = of_unwanted(why) if why else decide(saved, papers[paper_id])
        found.append(NewMatch(saved.id, paper_id, hit, decision, updates[paper_id]))
    return tx.matches.record(found, now)
