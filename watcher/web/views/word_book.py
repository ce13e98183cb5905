"""Remember the words of stored papers, so that a rule is evaluated only for possible matches."""

from __future__ import annotations

from collections.abc import Collection
from threading import Lock

from watcher.model import Paper
from watcher.rules import document_of
from watcher.rules.index.word_index import words_of

MOST = 20_000
"""Papers whose words are remembered: some 1.2 KB each."""

_END = b"\0"


class WordBook:
    """The words of papers, as they were folded last. What a paper's texts no longer say is never used. For any thread.

    ``most``: papers that are remembered; of more, those with the largest ids, which came last.
    """

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._words: dict[int, tuple[int, bytes]] = {}
        self._least = 0
        self._learning = Lock()

    def __len__(self) -> int:
        return len(self._words)

    def may_have(self, id: int, text: str, keys: Collection[bytes]) -> bool | None:
        """Return whether a paper may have one of these words; None if its texts are not known, or were others.

        ``text``: all its texts as they are now. ``keys``: as :func:`keys_in_bytes` makes them.
        """
        known = self._words.get(id)
        if known is None or known[0] != hash(text):
            return None
        return any(key in known[1] for key in keys)

    def learn(self, paper: Paper, text: str) -> None:
        """Remember the words of a paper. ``text``: all its texts, of the same instant."""
        if len(self._words) >= self._most and paper.id <= self._least:
            return
        words = "\0".join(("", *set(words_of(document_of(paper))), "")).encode("utf-8", "surrogatepass")
        with self._learning:
            if len(self._words) >= self._most + self._most // 10:
                self._forget()
            self._words[paper.id] = hash(text), words

    def _forget(self) -> None:
        """Forget the papers with the smallest ids, as many as are too many."""
        ids = sorted(self._words, reverse=True)
        for id in ids[self._most :]:
            self._words.pop(id, None)
        self._least = ids[self._most - 1]


def keys_in_bytes(keys: Collection[str]) -> list[bytes]:
    """Return required words as they are looked for; one that ends in ``*`` is the beginning of a word."""
    return [_END + (key[:-1] if key.endswith("*") else key + "\0").encode("utf-8", "surrogatepass") for key in keys]
