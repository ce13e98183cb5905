"""Apply edited ``never:`` lists to stored matches.

Held matches that a new item fits are dropped. Matches that a removed item kept back count as known.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from watcher.model import Decision, NeverItem
from watcher.pipeline.rulebook import PAGE
from watcher.policy.alerts.fate import of_edited_never, of_unwanted
from watcher.policy.subscriptions.effects import Change, Effect
from watcher.rules import NeverList, Unwanted, document_of
from watcher.store import Transaction
from watcher.store.subscriptions.never import MatchOfPaper


def apply_never(tx: Transaction, items: Sequence[NeverItem]) -> list[Effect]:
    """Put these items in force; return the effects on matches.

    Held matches that an item fits are dropped, with the item as the reason. Matches that only a removed item kept back
    become baseline: as after an edit of a rule, the past is told only if somebody asks for it.

    ``tx``: a transaction that has raised the rules' generation.
    """
    before = tx.never.all()
    tx.never.replace(items)
    never = NeverList(items)
    removed = {(one.owner, one.written) for one in before} - {(one.owner, one.written) for one in items}
    freed = _judged(tx, tx.never.kept_back({written for _, written in removed}), never)
    known = [match for match, why in freed if not why]
    dropped = [(match, why) for match, why in _judged(tx, tx.never.held(), never) if why]
    tx.matches.decide([one.id for one in known], of_edited_never())
    decided: dict[Decision, list[int]] = {}
    for match, why in (*((match, why) for match, why in freed if why), *dropped):
        decided.setdefault(of_unwanted(why), []).append(match.id)
    for decision, ids in decided.items():
        tx.matches.decide(ids, decision)
    return _effects(tx, [match for match, _ in dropped], known)


def _judged(tx: Transaction, matches: Sequence[MatchOfPaper], never: NeverList) -> list[tuple[MatchOfPaper, str]]:
    """Return each match with the item that keeps it back, "" for none."""
    unwanted = dict(_unwanted(tx, sorted({one.paper_id for one in matches}), never))
    return [(one, unwanted[one.paper_id].why(one.owner)) for one in matches if one.paper_id in unwanted]


def _unwanted(tx: Transaction, paper_ids: Sequence[int], never: NeverList) -> Iterator[tuple[int, Unwanted]]:
    for at in range(0, len(paper_ids), PAGE):
        papers = tx.papers.get(paper_ids[at : at + PAGE])
        found = never.tried_on([document_of(paper) for paper in papers])
        yield from ((paper.id, why) for paper, why in zip(papers, found, strict=True))


def _effects(tx: Transaction, dropped: Sequence[MatchOfPaper], known: Sequence[MatchOfPaper]) -> list[Effect]:
    """Return what the edit did to each subscription, in the order of their ids."""
    lost, found = _papers(dropped), _papers(known)
    return [
        Effect(subscription=saved.subscription.full_name, change=Change.NEVER, known=found[id], dropped=lost[id])
        for id, saved in sorted(tx.subscriptions.get({*lost, *found}).items())
    ]


def _papers(matches: Sequence[MatchOfPaper]) -> Mapping[int, int]:
    """Return subscription id → number of papers of these matches."""
    return Counter(id for id, _ in {(one.subscription_id, one.paper_id) for one in matches})
