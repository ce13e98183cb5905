"""Many rules, one paper or a page of them."""

from __future__ import annotations

from watcher.model import Hit
from watcher.rules.document import Document
from watcher.rules.evaluate import Reader
from watcher.rules.few import Few
from watcher.rules.rule import Rule


class Index:
    """Rules by number. Adding and removing one touches only its own terms."""

    def __init__(self) -> None:
        self._few = Few()

    def __len__(self) -> int:
        return len(self._few)

    def add(self, id: int, rule: Rule) -> None:
        """File a rule; a number that is taken is a mistake of the caller."""
        if id in self._few:
            raise ValueError(f"rule {id} is there already")
        self._few.add(id, rule)

    def remove(self, id: int) -> None:
        """Forget a rule; unknown numbers are ignored."""
        self._few.remove(id)

    def match(self, document: Document) -> dict[int, Hit]:
        """Every rule that holds for the paper, and how."""
        return self._few.match(Reader(document))
