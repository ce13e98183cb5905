"""The compiled rules of all active subscriptions, as new as the database says."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from threading import Lock

from watcher.model import Hit, Paper, Saved
from watcher.rules import Document, Index, Rule, compile_rule, document_of
from watcher.store import Transaction


class RuleBook:
    """An index of rules with the generation that it stands at. Safe to use from several threads."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._generation = -1
        self._index = Index()
        self._rules: dict[int, Rule] = {}
        self._saved: dict[int, Saved] = {}

    def bring_up_to_date(self, tx: Transaction, *, hold: bool = True) -> None:
        """Learn what has changed in the database; ``hold`` keeps the generation as it is until ``tx`` ends."""
        generation = tx.subscriptions.generation(hold=hold)
        with self._lock:
            if generation == self._generation:
                return
            active = {saved.id: saved for saved in tx.subscriptions.active()}
            for id in self._saved.keys() - active.keys():
                self._index.remove(id)
                del self._rules[id]
            for id, saved in active.items():
                known = self._saved.get(id)
                if known is None or known.rule_digest != saved.rule_digest:
                    self._put(saved, is_new=known is None)
            self._saved = active
            self._generation = generation

    def match(self, papers: Iterable[Paper]) -> Iterator[tuple[Saved, Paper, Hit]]:
        """Every subscription that matches one of ``papers``, and how."""
        for paper in papers:
            with self._lock:
                hits = self._index.match(document_of(paper))
                saved = self._saved
            for id, hit in sorted(hits.items()):
                yield saved[id], paper, hit

    def hit(self, id: int, document: Document) -> Hit | None:
        """How one subscription's rule matches one document."""
        with self._lock:
            return self._index.match(document).get(id)

    @property
    def uses_numbers(self) -> bool:
        """Whether any rule looks at upvotes or comments."""
        with self._lock:
            return any(rule.uses_numbers for rule in self._rules.values())

    def _put(self, saved: Saved, *, is_new: bool) -> None:
        rule = compile_rule(saved.subscription.rule, saved.subscription.sources)
        if not is_new:
            self._index.remove(saved.id)
        self._index.add(saved.id, rule)
        self._rules[saved.id] = rule
