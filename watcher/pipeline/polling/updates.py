"""Match events of told or known papers for subscriptions that ask for them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from watcher.model import ENDS, Decision, Fate, Hit, PaperEvent, event_of
from watcher.pipeline.liking.beside_libraries import SubscriptionRules
from watcher.pipeline.record import Decide
from watcher.policy.alerts.fate import of_unwanted, tells_event
from watcher.rules import NeverList, document_of, evaluate
from watcher.store import Transaction
from watcher.store.papers.matches import NewMatch

HELD = Decision(Fate.HELD)
Heirs = Mapping[int, tuple[str, frozenset[int]]]
NO_HEIRS: Heirs = {}


def record_updates(
    tx: Transaction,
    updates: Mapping[int, Sequence[str]],
    now: datetime,
    decide: Decide = lambda saved, paper, hit: HELD,
    heirs: Heirs = NO_HEIRS,
) -> int:
    """Store a match for each event of a paper that was told or is known; return how many.

    Only subscriptions that ask for the event get one. It does not matter whether the rule still holds: whoever was told
    of a paper is told of its withdrawal. Other events of a paper that a ``never:`` list names are kept back. Who was
    told of a preprint and of its article, before they were one, is not told of a publication.

    ``updates``: paper id → occasions.
    ``heirs``: paper id → (occasion, subscriptions) for which that is an event as well.
    ``decide``: returns the fate of a match that is not kept back.
    """
    if not updates and not heirs:
        return 0
    of = [*{*updates, *heirs}]
    papers = {paper.id: paper for paper in tx.papers.get(of)}
    found = []
    first = tx.matches.first(of)
    if held := {one.subscription_id for one in first if one.fate is Fate.HELD}:
        tx.subscriptions.lock(held)  # another daemon may be telling the papers as they were
        first = tx.matches.first(of)
    documents = {id: document_of(paper) for id, paper in papers.items()}
    unwanted = dict(zip(documents, NeverList(tx.never.all()).tried_on(list(documents.values())), strict=True))
    active = tx.subscriptions.get({one.subscription_id for one in first})
    has_both = tx.matches.of_both_forms(of)
    rules = SubscriptionRules(tx)
    for one in first:
        saved, id = active.get(one.subscription_id), one.paper_id
        if saved is None or id not in papers:
            continue
        occasion, some = heirs.get(id, ("", frozenset[int]()))
        became = dict.fromkeys([*updates.get(id, ()), *([occasion] if saved.id in some else [])])
        asked = [on for on in became if tells_event(saved.subscription, event_of(on), one.fate)]
        for occasion in asked:
            event = event_of(occasion)
            if event is PaperEvent.PUBLISHED and (saved.id, id) in has_both:
                continue
            hit = evaluate(rules.of(saved.subscription), documents[id]) or Hit(one.score)
            why = "" if event in ENDS else unwanted[id].why(saved.subscription.owner)
            decision = of_unwanted(why) if why else decide(saved, papers[id], hit)
            found.append(NewMatch(saved.id, id, hit, decision, occasion))
    return tx.matches.record(found, now)
