"""The word sequences of a page of papers as arrays of 64-bit keys, for one look at all of them together.

A word is hashed by Python (SipHash, keyed anew in every process), a sequence by a polynomial over its words, modulo
2**64. Two different sequences meet with a chance of 2**-64, and nobody outside can make them meet.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from watcher.rules.document import Document
from watcher.rules.text import Folded

Keys = npt.NDArray[np.uint64]
Numbers = npt.NDArray[np.int64]

MASK = (1 << 64) - 1
STEP = 0x9E3779B97F4A7C15
"""Odd, from the golden ratio: spreads a sum over all 64 bits (Knuth, TAOCP 3, 6.4)."""

LONGEST_GRAM = 6
"""Words of a sequence that is looked up whole; of a longer phrase the beginning is, and then it is read."""

FIELDS = ("", "title", "abstract", "keyword", "summary", "org", "author", "category", "id", "source")
"""What a key is looked for in; the first is title and abstract together."""

_SALTS = {field: (n * 0xD6E8FEB86659FD93) & MASK for n, field in enumerate(FIELDS)}
_LABELS = ("category", "id", "source")


def key_of(words: Sequence[str], field: str = "") -> int:
    """The key of a sequence of words in a field; a last word that ends in ``*`` is a beginning."""
    key = hash(words[0])
    for word in words[1:]:
        key = key * STEP + hash(word)
    return (key & MASK) ^ _SALTS[field]


def ranges(starts: Numbers, counts: Numbers) -> tuple[Numbers, Numbers]:
    """All numbers of the ranges that begin at ``starts``, one range after the other, and which range each is of."""
    which = np.repeat(np.arange(len(counts)), counts)
    within = np.arange(len(which)) - np.repeat(np.cumsum(counts) - counts, counts)
    return starts[which] + within, which


@dataclass(frozen=True, slots=True)
class Grams:
    """Word sequences: their keys, the positions from and to, and the paper (its number in the page) of each.

    Positions are unique over the page; ``in_title`` is set for those of titles.
    """

    keys: Keys
    first: Numbers
    last: Numbers
    paper: Numbers
    in_title: npt.NDArray[np.bool_]


@dataclass(slots=True)
class _Edges:
    """The words of many texts: where each begins, ends and goes on, and its hash."""

    at: list[int]
    to: list[int]
    hashes: list[int]
    ends_here: list[bool]


def grams_of(
    documents: Sequence[Document],
    longest: int,
    fields: Collection[str],
    prefixes: Callable[[str], tuple[int, ...]] | None,
) -> Grams:
    """All sequences of up to ``longest`` words in titles and abstracts, and those of ``fields`` under their own keys.

    ``prefixes`` gives the hashes of the beginnings that anybody asks for, of a word.
    """
    texts = [
        (n, field, text)
        for n, document in enumerate(documents)
        for field in ("title", "abstract", *sorted(set(fields) - {"title", "abstract", *_LABELS}))
        for text in document.texts(field)
    ]
    found = _sequences([text for _, _, text in texts], longest, prefixes)
    keys, first, last, text = found
    paper = np.array([n for n, _, _ in texts], np.int64)[text] if texts else text
    field = np.array([FIELDS.index(field) for _, field, _ in texts], np.int64)[text] if texts else text
    in_title = field == FIELDS.index("title")
    in_main = field <= FIELDS.index("abstract")
    salts = np.array(list(_SALTS.values()), np.uint64)
    parts = [Grams(*(one[in_main] for one in (keys, first, last, paper, in_title)))] if texts else []
    for name in fields:
        if name not in _LABELS and texts:
            here = field == FIELDS.index(name)
            salted = keys[here] ^ salts[FIELDS.index(name)]
            parts.append(Grams(salted, *(one[here] for one in (first, last, paper, in_title))))
    parts += [_labels(documents, name) for name in fields if name in _LABELS]
    return parts[0] if len(parts) == 1 else _together(parts)


def _sequences(
    texts: Sequence[Folded], longest: int, prefixes: Callable[[str], tuple[int, ...]] | None
) -> tuple[Keys, Numbers, Numbers, Numbers]:
    """Keys, positions from and to, and the text's number of all sequences."""
    lengths = np.array([len(text.line) for text in texts], np.int64)
    bases = np.cumsum(lengths + 1) - lengths - 1  # a free position behind each text: nothing runs on into the next
    total = int(lengths.sum())
    line = np.fromiter(map(hash, _words(texts)), np.int64, total).view(np.uint64)
    at = np.arange(total) + np.repeat(np.arange(len(texts)), lengths)
    beside = _beside(texts, bases.tolist(), prefixes)
    end = total + len(texts) + 1
    if beside.at:
        at = np.concatenate([at, np.array(beside.at, np.int64)])
        to = np.concatenate([at[:total] + 1, np.array(beside.to, np.int64)])
        line = np.concatenate([line, np.array(beside.hashes, np.int64).view(np.uint64)])
        onward = np.where(np.concatenate([np.zeros(total, np.bool_), np.array(beside.ends_here, np.bool_)]), end, to)
        order = np.argsort(at, kind="stable")
        at, to, line, onward = at[order], to[order], line[order], onward[order]
    else:
        to = onward = at + 1
    counts = np.bincount(at, minlength=end + 1) if len(at) else np.zeros(end + 1, np.int64)
    starts = np.cumsum(counts) - counts
    keys, first, last, go = [line], [at], [to], onward
    for _ in range(longest - 1):
        edge, gram = ranges(starts[go], counts[go])
        keys.append(keys[-1][gram] * np.uint64(STEP) + line[edge])
        first.append(first[-1][gram])
        last.append(to[edge])
        go = onward[edge]
    firsts = np.concatenate(first)
    return np.concatenate(keys), firsts, np.concatenate(last), np.searchsorted(bases, firsts, side="right") - 1


def _words(texts: Iterable[Folded]) -> Iterable[str]:
    for text in texts:
        yield from text.line


def _beside(texts: Sequence[Folded], bases: Sequence[int], prefixes: Callable[[str], tuple[int, ...]] | None) -> _Edges:
    """The words that are not in the lines, and the beginnings of all words that are asked for."""
    found = _Edges([], [], [], [])
    for text, base in zip(texts, bases, strict=True):
        more = text.more()
        for first, last, word in more:
            found.at.append(base + first)
            found.to.append(base + last)
            found.hashes.append(hash(word))
            found.ends_here.append(False)
        if prefixes is None:
            continue
        spelled = [(n, n + 1, word) for n, word in enumerate(text.line) if prefixes(word)]
        for first, last, hashed in dict.fromkeys(
            (first, last, hashed)
            for first, last, word in (*spelled, *more, *text.spelled())
            for hashed in prefixes(word)
        ):
            found.at.append(base + first)
            found.to.append(base + last)
            found.hashes.append(hashed)
            found.ends_here.append(True)
    return found


def _labels(documents: Sequence[Document], field: str) -> Grams:
    known = [(key_of([label], field), n) for n, document in enumerate(documents) for label in document.names(field)]
    zeros = np.zeros(len(known), np.int64)
    keys = np.array([key for key, _ in known], np.uint64)
    return Grams(keys, zeros, zeros, np.array([n for _, n in known], np.int64), zeros.astype(np.bool_))


def _together(parts: Sequence[Grams]) -> Grams:
    return Grams(
        np.concatenate([part.keys for part in parts]),
        np.concatenate([part.first for part in parts]),
        np.concatenate([part.last for part in parts]),
        np.concatenate([part.paper for part in parts]),
        np.concatenate([part.in_title for part in parts]),
    )
