"""The compiled rules of all active subscriptions, as new as the database says."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import islice
from threading import Lock

from watcher.model import Hit, Paper
from watcher.rules import Index, Rule, compile_rule, document_of
from watcher.store import Transaction
from watcher.store.subscriptions.subscriptions import RuleRow

PAGE = 128
"""Papers that are matched in one go."""

MATCHED_AT_ONCE = 2_000
"""Matches after which those found so far are handed on."""

LEARNED_AT_ONCE = 8_192
"""Changed rules that are kept as rows while many are learned."""


class RuleBook:
    """An index of rules with the generation that it stands at. Safe to use from several threads.

    Of a subscription it keeps the rule alone; whatever else it asks for is in the database.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._generation = 0
        self._is_loaded = False
        self._index = Index()
        self._using_numbers: set[int] = set()

    def bring_up_to_date(self, tx: Transaction, *, hold: bool = True) -> None:
        """Learn what has changed in the database; ``hold`` keeps the generation as it is until ``tx`` ends.

        Only rules that came, went or were edited since are touched. Cut off by an error, it begins again next time.
        """
        generation = tx.subscriptions.generation(hold=hold)
        with self._lock:
            if generation == self._generation and self._is_loaded:
                return
            if self._is_loaded:
                self._learn(tx.subscriptions.rules(after=self._generation))
            else:
                self._load(tx.subscriptions.rules(after=None))
            self._generation, self._is_loaded = generation, True

    def match(
        self, papers: Sequence[Paper], known: Collection[tuple[int, int]] = ()
    ) -> Iterator[list[tuple[int, Paper, Hit]]]:
        """Every subscription (its id) that matches one of ``papers``, and how; some thousand at a time.

        Without the pairs of ids in ``known``.
        """
        for at in range(0, len(papers), PAGE):
            page = papers[at : at + PAGE]
            with self._lock:
                found = self._index.match_page([document_of(paper) for paper in page])
            some: list[tuple[int, Paper, Hit]] = []
            for paper, matches in zip(page, found, strict=True):
                some += [(id, paper, matches[id]) for id in sorted(matches) if (id, paper.id) not in known]
                if len(some) >= MATCHED_AT_ONCE:
                    yield some
                    some = []
            yield some

    @property
    def generation(self) -> int:
        """The generation of the rules that it knows."""
        with self._lock:
            return self._generation

    @property
    def uses_numbers(self) -> bool:
        """Whether any rule looks at upvotes or comments."""
        with self._lock:
            return bool(self._using_numbers)

    def __len__(self) -> int:
        with self._lock:
            return len(self._index)

    def _load(self, rows: Iterable[RuleRow]) -> None:
        """All rules, one by one as they come: nothing but the index grows."""
        self._index, self._using_numbers = Index(), set()
        self._index.add_many(self._compiled(rows))

    def _learn(self, rows: Iterator[RuleRow]) -> None:
        while some := list(islice(rows, LEARNED_AT_ONCE)):
            for row in some:
                self._index.remove(row.id)
                self._using_numbers.discard(row.id)
            self._index.add_many(self._compiled(row for row in some if row.is_active))

    def _compiled(self, rows: Iterable[RuleRow]) -> Iterator[tuple[int, Rule]]:
        for row in rows:
            rule = compile_rule(row.rule, row.sources)
            if rule.uses_numbers:
                self._using_numbers.add(row.id)
            yield row.id, rule
