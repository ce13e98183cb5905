"""The one way in: what a page, a saved file or a file of an inbox lists is stored and matched in one transaction."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from watcher.model import Decision, Entry, Paper, StoredSubscription
from watcher.pipeline.rulebook import RuleBook
from watcher.store import Transaction
from watcher.store.papers.matches import NewMatch
from watcher.store.papers.recording import Recorded

WAIT_FOR_ABSTRACT = timedelta(hours=24)
"""How long a paper waits for its abstract before it is matched without one."""

Decide = Callable[[StoredSubscription, Paper], Decision]
"""What becomes of a match."""


@dataclass
class Intake:
    """What one transaction takes in: entries are added page by page, then all are matched together.

    ``new`` counts papers never seen before; ``touched`` are those that are new, newly listed or changed, ``listed``
    all that were added; ``updates`` has for known papers that were withdrawn, or have a newer version, the occasion.
    """

    tx: Transaction
    rules: RuleBook
    now: datetime
    new: int = 0
    touched: set[int] = field(default_factory=set)
    listed: set[int] = field(default_factory=set)
    updates: dict[int, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Learn the rules that hold in this transaction: a rule and a paper that come at once always meet."""
        self.rules.bring_up_to_date(self.tx)

    def add(self, entries: Sequence[Entry], source: str, *, whole: bool) -> Recorded:
        """Store what a page of ``source`` lists; ``whole`` where it shows abstracts as well."""
        recorded = self.tx.papers.record_entries(entries, source, self.now, whole=whole)
        self.new += len(recorded.new)
        self.touched |= set(recorded.touched)
        self.listed |= set(recorded.ids)
        self.updates |= recorded.updates
        return recorded

    def match(self, decide: Decide, *, unchanged: bool = False) -> int:
        """Match what was added and is new or changed, or all of it; how many new matches.

        ``unchanged`` is for files: a subscription may be younger than the papers that they list again.
        """
        return record_matches(self.tx, self.rules, self.listed if unchanged else self.touched, decide, self.now)


def record_matches(tx: Transaction, rules: RuleBook, paper_ids: Collection[int], decide: Decide, now: datetime) -> int:
    """Match papers against all rules and store what is found for the first time; how many matches that is.

    A paper whose abstract has not been read yet waits for it.
    """
    ready = tx.papers.ready(paper_ids, waited_since=now - WAIT_FOR_ABSTRACT)
    known = tx.matches.known(ready)
    matched = 0
    for some in rules.match(tx.papers.get(ready), known):
        active = tx.subscriptions.get({id for id, _, _ in some})
        found = [NewMatch(id, paper.id, hit, decide(active[id], paper)) for id, paper, hit in some if id in active]
        matched += tx.matches.record(found, now)
    return matched
