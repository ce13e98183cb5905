"""How rare phrases are among stored papers. What it is counted with is loaded where it is counted."""

from __future__ import annotations

from threading import RLock
from typing import TYPE_CHECKING

from watcher.rules import document_of
from watcher.store import Transaction

if TYPE_CHECKING:
    from watcher.rules.likes.vectors import PhraseRarity

COUNTED = 3_000
"""How many papers, the newest, the rarity of phrases is counted over. More than some hundred change little."""


class CountedRarity:
    """How rare phrases are: counted when first needed, and again after half as many new papers as were counted.

    Safe to use from several threads.

    ``most``: how many papers are counted, the newest ones.
    """

    def __init__(self, most: int = COUNTED) -> None:
        self._most = most
        self._lock = RLock()
        self._newest = -1
        self._rarity: PhraseRarity | None = None

    def is_current(self, tx: Transaction) -> bool:
        """Return whether :meth:`get` would answer without counting."""
        if self._rarity is None:
            return False
        return max(tx.papers.newest(1), default=0) - self._newest <= self._rarity.papers // 2

    def get(self, tx: Transaction) -> PhraseRarity:
        """Return how rare phrases are; count first if that is due."""
        with self._lock:
            if self._rarity is None or not self.is_current(tx):
                self._newest = max(tx.papers.newest(1), default=0)
                self._rarity = self._counted(tx)
            return self._rarity

    def _counted(self, tx: Transaction) -> PhraseRarity:
        from watcher.rules.likes.phrases import count_phrases
        from watcher.rules.likes.rarity import count_rarity

        papers = tx.papers.get(tx.papers.newest(self._most))
        return count_rarity(count_phrases(document_of(paper)) for paper in papers)
