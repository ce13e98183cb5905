"""How rare phrases are among stored papers. What it is counted with is loaded where it is counted."""

from __future__ import annotations

import logging
from threading import RLock
from typing import TYPE_CHECKING

from watcher.files.kept_rules import KeptPhrasesFile, version_of_rules
from watcher.rules import document_of
from watcher.store import Transaction

if TYPE_CHECKING:
    from watcher.rules.kept_arrays import KeptArrays
    from watcher.rules.likes.vectors import PhraseRarity

COUNTED = 3_000
"""How many papers, the newest, the rarity of phrases is counted over. More than some hundred change little."""

LEAST_KEPT = 500
"""Papers that must have been counted for the file to be written. Fewer are counted in half a second."""

_KIND = "phrases"

log = logging.getLogger(__name__)


class CountedRarity:
    """How rare phrases are: counted when first needed, and again after half as many new papers as were counted.

    Safe to use from several threads. A count is kept in a file, and taken from there by other processes.

    ``most``: how many papers are counted, the newest ones.
    ``file``: None to keep nothing.
    """

    def __init__(self, most: int = COUNTED, file: KeptPhrasesFile | None = None) -> None:
        self._most, self._file = most, file
        self._lock = RLock()
        self._newest = -1
        self._rarity: PhraseRarity | None = None

    def is_current(self, tx: Transaction) -> bool:
        """Return whether :meth:`get` would answer without counting."""
        if self._rarity is None:
            return False
        return max(tx.papers.newest(1), default=0) - self._newest <= self._rarity.papers // 2

    def get(self, tx: Transaction) -> PhraseRarity:
        """Return how rare phrases are; count first if that is due, and nobody else has."""
        with self._lock:
            if self._rarity is None or not self.is_current(tx):
                self._take(tx)
            if self._rarity is None or not self.is_current(tx):
                self._newest = max(tx.papers.newest(1), default=0)
                self._rarity = self._counted(tx)
                self._keep(tx)
            return self._rarity

    def _counted(self, tx: Transaction) -> PhraseRarity:
        from watcher.rules.likes.phrases import count_phrases
        from watcher.rules.likes.rarity import count_rarity

        papers = tx.papers.get(tx.papers.newest(self._most))
        return count_rarity(count_phrases(document_of(paper)) for paper in papers)

    def _written(self, rarity: PhraseRarity) -> KeptArrays:
        """Return what is kept of a count, and of all that was computed with it."""
        from watcher.rules.kept_arrays import KeptArrays

        return KeptArrays({"papers": rarity.papers}, {"ids": rarity.ids, "numbers": rarity.numbers})

    def _read(self, kept: KeptArrays) -> PhraseRarity | None:
        """Return the count that was kept, None if something is missing that this object needs."""
        from watcher.rules.likes.vectors import PhraseRarity

        return PhraseRarity(kept.head["papers"], kept.arrays["ids"], kept.arrays["numbers"])

    def _keep(self, tx: Transaction) -> None:
        """Write the count into the file. The newest paper's key stands with it: that of another database differs."""
        if self._file is None or self._rarity is None or self._rarity.papers < LEAST_KEPT:
            return
        from watcher.rules.kept_arrays import write_arrays

        kept = self._written(self._rarity)
        told = {"newest": self._newest, "key": _key_of(tx, self._newest), "most": self._most}
        try:
            self._file.write(write_arrays(_KIND, version_of_rules(), kept._replace(head={**kept.head, **told})))
        except OSError as error:
            log.warning("counted phrases are not kept for the next start: %s", error.strerror or error)

    def _take(self, tx: Transaction) -> None:
        """Take the count of the file, if it is of this database, and newer than the one in use."""
        data = self._file.read() if self._file else None
        if data is None:
            return
        from watcher.rules.kept_arrays import read_arrays

        kept = read_arrays(_KIND, version_of_rules(), data)
        if kept is None or kept.head["most"] != self._most or kept.head["newest"] <= self._newest:
            return
        key = _key_of(tx, kept.head["newest"])
        if key and key == kept.head["key"] and (rarity := self._read(kept)) is not None:
            self._rarity, self._newest = rarity, kept.head["newest"]


def _key_of(tx: Transaction, id: int) -> str:
    found = tx.papers.get([id])
    return found[0].key if found else ""
