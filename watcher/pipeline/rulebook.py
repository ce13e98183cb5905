"""Keep an index of the rules of all active subscriptions, up to date with the database."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from itertools import islice
from threading import Lock
from typing import NamedTuple

from watcher.files.kept_rules import KeptPhrasesFile, KeptRulesFile
from watcher.model import DigestOrder, Hit, Paper
from watcher.pipeline.liking.beside_libraries import SubscriptionRules
from watcher.pipeline.liking.counted import CountedRarity
from watcher.pipeline.subscriptions.restored_rules import RestoredRules
from watcher.pipeline.thumbs import TasteBook
from watcher.rules import Index, NeverList, Rule, Unwanted, compile_rule, document_of
from watcher.store import Transaction
from watcher.store.subscriptions.rule_rows import RuleRow

PAGE = 128
"""Papers that are matched together."""

MATCHED_AT_ONCE = 2_000
"""Number of matches after which those found so far are yielded."""

LEARNED_AT_ONCE = 8_192
"""Most changed rules that are read into memory together."""

_BY_NUMBERS = (DigestOrder.UPVOTES, DigestOrder.RISING)


class FoundMatch(NamedTuple):
    """A subscription's rule fits a paper.

    ``hit``: how it fits.
    ``unwanted``: why ``never:`` lists keep the paper back, from which subscriptions.
    """

    subscription_id: int
    paper: Paper
    hit: Hit
    unwanted: Unwanted


class RuleBook:
    """An index of the rules of all active subscriptions, with its generation. Safe to use from several threads.

    It holds rules alone, and what thumbs have taught (``tastes``). Everything else about a subscription is read from
    the database when it is needed.

    ``kept``: the file in which compiled rules are kept for the next start, None for nowhere.
    ``phrases``: the same for how rare phrases are.
    ``took``: called with the seconds that each ``PAGE`` of papers took to be matched.
    """

    def __init__(
        self,
        kept: KeptRulesFile | None = None,
        phrases: KeptPhrasesFile | None = None,
        *,
        took: Callable[[float], object] = lambda seconds: None,
    ) -> None:
        self._kept, self._took = kept, took
        self._lock = Lock()
        self._generation = 0
        self._is_loaded = False
        self._index = Index()
        self._comparing_numbers: set[int] = set()
        self._in_order_of_numbers: set[int] = set()
        self._with_library: set[int] = set()
        self._rarity = CountedRarity(file=phrases)
        self._never = NeverList()
        self.tastes = TasteBook()

    def bring_up_to_date(self, tx: Transaction, *, hold: bool = True) -> None:
        """Read the rules that changed since the generation of the index.

        After an error the next call reads the same changes again.

        ``hold``: lock the rules, so that nobody changes them until ``tx`` ends.
        """
        generation = tx.subscriptions.generation(hold=hold)
        with self._lock:
            if generation == self._generation and self._is_loaded:
                return
            if self._is_loaded:
                liked = self._learn(tx.subscriptions.rules(after=self._generation))
            else:
                liked = self._load(tx.subscriptions.rules(after=None))
            self._add_liked(tx, liked)
            self._never = NeverList(tx.never.all())
            self._generation, self._is_loaded = generation, True

    def weigh_anew(self, tx: Transaction) -> None:
        """Make the profiles of libraries anew, if many papers came since the rarity of phrases was counted."""
        with self._lock:
            if self._with_library and not self._rarity.is_current(tx):
                self._add_liked(tx, tx.subscriptions.with_libraries())

    def match(self, papers: Sequence[Paper], known: Collection[tuple[int, int]] = ()) -> Iterator[list[FoundMatch]]:
        """Yield the matches of papers, in lists of ``MATCHED_AT_ONCE`` or somewhat more.

        ``known``: pairs (subscription id, paper id) that are left out.
        """
        for at in range(0, len(papers), PAGE):
            page, began = papers[at : at + PAGE], time.perf_counter()
            documents = [document_of(paper) for paper in page]
            with self._lock:
                found = self._index.match_page(documents)
                never = self._never.tried_on(documents)
            self._took(time.perf_counter() - began)
            some: list[FoundMatch] = []
            for paper, matches, unwanted in zip(page, found, never, strict=True):
                new = [id for id in sorted(matches) if (id, paper.id) not in known]
                some += [FoundMatch(id, paper, matches[id], unwanted) for id in new]
                if len(some) >= MATCHED_AT_ONCE:
                    yield some
                    some = []
            yield some

    @property
    def generation(self) -> int:
        """The generation of the rules in the index."""
        with self._lock:
            return self._generation

    @property
    def uses_numbers(self) -> bool:
        """Whether any rule, digest order or item of a ``never:`` list uses upvotes or comments."""
        with self._lock:
            return bool(self._comparing_numbers or self._in_order_of_numbers) or self._never.uses_numbers

    def __len__(self) -> int:
        with self._lock:
            return len(self._index)

    def _load(self, rows: Iterable[RuleRow]) -> list[RuleRow]:
        """Build the index of all rules from rows, one row at a time to save memory.

        Return the rows with libraries; their rules are not in the index yet.
        """
        restored = RestoredRules(self._kept)
        self._index, self._comparing_numbers = restored.index(), restored.using_numbers
        self._in_order_of_numbers, self._with_library = set(), set()
        liked: list[RuleRow] = []
        self._index.add_many(self._compiled(restored.changed(self._with_orders_noted(rows)), liked))
        restored.finish(self._index, self._comparing_numbers)
        return liked

    def _learn(self, rows: Iterator[RuleRow]) -> list[RuleRow]:
        liked: list[RuleRow] = []
        while some := list(islice(rows, LEARNED_AT_ONCE)):
            for row in some:
                self._index.remove(row.id)
                for ids in (self._comparing_numbers, self._in_order_of_numbers, self._with_library):
                    ids.discard(row.id)
            active = (row for row in some if row.is_active)
            self._index.add_many(self._compiled(self._with_orders_noted(active), liked))
        return liked

    def _add_liked(self, tx: Transaction, rows: Sequence[RuleRow]) -> None:
        """Put the rules with libraries into the index, in place of what it has of them."""
        if not self._rarity.is_current(tx) and self._with_library:
            rows = tx.subscriptions.with_libraries()  # all weigh by one rarity
        rules = SubscriptionRules(tx, self._rarity)
        for row in rows:
            self._index.remove(row.id)
            self._with_library.add(row.id)
            rule = rules.compiled(row.rule, row.sources, row.library, row.above)
            self._note_numbers(row.id, rule)
            self._index.add(row.id, rule)

    def _compiled(self, rows: Iterable[RuleRow], liked: list[RuleRow]) -> Iterator[tuple[int, Rule]]:
        for row in rows:
            if row.library:
                liked.append(row)
                continue
            rule = compile_rule(row.rule, row.sources)
            self._note_numbers(row.id, rule)
            yield row.id, rule

    def _note_numbers(self, id: int, rule: Rule) -> None:
        if rule.uses_numbers:
            self._comparing_numbers.add(id)

    def _with_orders_noted(self, rows: Iterable[RuleRow]) -> Iterator[RuleRow]:
        for row in rows:
            if row.order in _BY_NUMBERS:
                self._in_order_of_numbers.add(row.id)
            yield row
