"""The compiled rules of all active subscriptions, as new as the database says."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from threading import Lock

from watcher.model import Hit, Paper, Saved
from watcher.rules import Index, Rule, compile_rule, document_of
from watcher.store import Transaction

PAGE = 128
"""Papers that are matched in one go."""


class RuleBook:
    """An index of rules with the generation that it stands at. Safe to use from several threads."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._generation = -1
        self._index = Index()
        self._saved: dict[int, Saved] = {}
        self._using_numbers: set[int] = set()

    def bring_up_to_date(self, tx: Transaction, *, hold: bool = True) -> None:
        """Learn what has changed in the database; ``hold`` keeps the generation as it is until ``tx`` ends."""
        generation = tx.subscriptions.generation(hold=hold)
        with self._lock:
            # An older one is what another thread's snapshot shows.
            if generation <= self._generation:
                return
            active = {saved.id: saved for saved in tx.subscriptions.active()}
            for id in self._saved.keys() - active.keys():
                self._forget(id)
            changed = [saved for saved in active.values() if self._is_new(saved)]
            for saved in changed:
                self._forget(saved.id)
            self._index.add_many(self._compiled(changed))
            self._saved = active
            self._generation = generation

    def match(
        self, papers: Sequence[Paper], known: Collection[tuple[int, int]] = ()
    ) -> Iterator[tuple[Saved, Paper, Hit]]:
        """Every subscription that matches one of ``papers``, and how; without the pairs of ids in ``known``."""
        for at in range(0, len(papers), PAGE):
            page = papers[at : at + PAGE]
            with self._lock:
                found = self._index.match_page([document_of(paper) for paper in page])
                saved = self._saved
            for paper, matches in zip(page, found, strict=True):
                for id in sorted(matches):
                    if (id, paper.id) not in known:
                        yield saved[id], paper, matches[id]

    def active(self, subscription_id: int) -> Saved | None:
        """The subscription with this id, None where it is gone."""
        with self._lock:
            return self._saved.get(subscription_id)

    @property
    def uses_numbers(self) -> bool:
        """Whether any rule looks at upvotes or comments."""
        with self._lock:
            return bool(self._using_numbers)

    def _is_new(self, saved: Saved) -> bool:
        known = self._saved.get(saved.id)
        return known is None or known.rule_digest != saved.rule_digest

    def _compiled(self, some: Iterable[Saved]) -> Iterator[tuple[int, Rule]]:
        for saved in some:
            rule = compile_rule(saved.subscription.rule, saved.subscription.sources)
            if rule.uses_numbers:
                self._using_numbers.add(saved.id)
            yield saved.id, rule

    def _forget(self, id: int) -> None:
        self._index.remove(id)
        self._using_numbers.discard(id)
