"""Store and match entries in one transaction: the only way in, for polls, saved pages and inboxes."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from watcher.model import Decision, Entry, Hit, Paper, StoredSubscription
from watcher.pipeline.rulebook import FoundMatch, RuleBook
from watcher.pipeline.thumbs import tasted
from watcher.policy.alerts.fate import of_unwanted
from watcher.rules import Taste, document_of
from watcher.store import Transaction
from watcher.store.papers.events import all_updates
from watcher.store.papers.matches import NewMatch
from watcher.store.papers.recording import Recorded

WAIT_FOR_ABSTRACT = timedelta(hours=24)
"""How long a paper waits for its abstract before it is matched without it."""

Decide = Callable[[StoredSubscription, Paper, Hit], Decision]
"""Returns the fate of a match of a subscription and a paper, where its rule holds as the hit says."""


@dataclass
class Intake:
    """Stores and matches what one transaction takes in: add entries page by page, then match them together.

    ``new``: number of papers never seen before.
    ``touched``: ids of papers that are new, newly listed or changed.
    ``listed``: ids of all papers that were added.
    ``updates``: paper id → occasions, for known papers with events.
    ``heirs``: paper id → (occasion, subscriptions) that have an event of their own.
    ``citing``: how far back lists of citing papers were read before, of the papers whose citations are asked for now.
    ``read_back``: how far back they are read now.
    """

    tx: Transaction
    rules: RuleBook
    now: datetime
    new: int = 0
    touched: set[int] = field(default_factory=set)
    listed: set[int] = field(default_factory=set)
    updates: dict[int, tuple[str, ...]] = field(default_factory=dict)
    heirs: dict[int, tuple[str, frozenset[int]]] = field(default_factory=dict)
    citing: dict[str, date | None] = field(default_factory=dict)
    read_back: dict[str, date] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Bring the rules up to date and lock them until the transaction ends, so that no paper misses a new rule."""
        self.rules.bring_up_to_date(self.tx)

    def add(self, entries: Sequence[Entry], source: str, *, whole: bool) -> Recorded:
        """Store what a page of ``source`` lists.

        ``whole``: the page shows abstracts, so that a paper without one has none. Otherwise papers wait for theirs.
        """
        recorded = self.tx.papers.record_entries(entries, source, self.now, whole=whole)
        self.new += len(recorded.new)
        self.touched |= set(recorded.touched)
        self.listed |= set(recorded.ids)
        self.heirs |= recorded.heirs
        self.updates = all_updates([*self.updates.items(), *recorded.updates.items()])
        return recorded

    def match(self, decide: Decide, *, unchanged: bool = False) -> int:
        """Match the papers that were added and are new or changed; return the number of new matches.

        ``unchanged``: match those that did not change, too. Files need this: a subscription may be younger than the
            papers that a file lists again.
        """
        return record_matches(self.tx, self.rules, self.listed if unchanged else self.touched, decide, self.now)


def _hit(one: FoundMatch, taste: Taste | None) -> Hit:
    """Return how a rule holds, with the score that the subscription's thumbs give it."""
    return one.hit if taste is None else tasted(one.hit, document_of(one.paper), taste)


def record_matches(tx: Transaction, rules: RuleBook, paper_ids: Collection[int], decide: Decide, now: datetime) -> int:
    """Match papers with all rules and store the new matches; return how many of them no ``never:`` list keeps back.

    Papers that still wait for their abstract are left out. Stored matches that were kept back are decided anew, since
    numbers and texts of papers change.
    """
    ready = tx.papers.ready(paper_ids, waited_since=now - WAIT_FOR_ABSTRACT)
    kept_back = tx.never.kept_back_among(ready)
    known = tx.matches.known(ready) - kept_back.keys()
    matched = 0
    rules.weigh_anew(tx)
    for some in rules.match(tx.papers.get(ready), known):
        active = tx.subscriptions.get({one.subscription_id for one in some})
        tastes = {saved.id: rules.tastes.of(tx, saved) for saved in active.values()}
        found, freed = list[NewMatch](), dict[int, NewMatch]()
        for one in some:
            if (saved := active.get(one.subscription_id)) is None:
                continue
            why, match_id = one.unwanted.why(saved.subscription.owner), kept_back.get((saved.id, one.paper.id))
            decision = of_unwanted(why) if why else decide(saved, one.paper, one.hit)
            new = NewMatch(saved.id, one.paper.id, _hit(one, tastes[saved.id]), decision)
            if match_id is None:
                found.append(new)
            elif not why:
                freed[match_id] = new
            matched += not why
        tx.matches.record(found, now)
        tx.matches.free(freed, now)
    return matched
