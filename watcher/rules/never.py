"""Find the papers that items of ``never:`` lists keep back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from watcher.model import NeverItem
from watcher.rules.index.index import Index
from watcher.rules.language.rule import compile_rule
from watcher.rules.match.document import Document


@dataclass(frozen=True, slots=True)
class Unwanted:
    """Why a paper is kept back, from all subscriptions or from those of an owner.

    ``by_owner``: owner → first item of the owner's list that fits the paper; "" → item for all subscriptions.
    """

    by_owner: Mapping[str, str] = field(default_factory=dict)

    def why(self, owner: str) -> str:
        """Return the item that keeps the paper back from an owner's subscriptions, "" if there is none."""
        return self.by_owner.get("") or self.by_owner.get(owner, "")


WANTED = Unwanted()


class NeverList:
    """The items of all ``never:`` lists in order, ready to be tried on papers."""

    def __init__(self, items: Iterable[NeverItem] = ()) -> None:
        self._items = list(items)
        rules = [compile_rule(one.rule) for one in self._items]
        self.uses_numbers = any(rule.uses_numbers for rule in rules)
        self._index = Index()
        self._index.add_many(enumerate(rules))

    def __len__(self) -> int:
        return len(self._items)

    def tried_on(self, page: Sequence[Document]) -> list[Unwanted]:
        """Return for each paper why it is kept back."""
        if not self._items:
            return [WANTED] * len(page)
        return [self._unwanted(sorted(found)) for found in self._index.match_page(page)]

    def _unwanted(self, numbers: Sequence[int]) -> Unwanted:
        by_owner: dict[str, str] = {}
        for number in numbers:
            by_owner.setdefault(self._items[number].owner, self._items[number].written)
        return Unwanted(by_owner) if by_owner else WANTED
