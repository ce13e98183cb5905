"""The words of real papers, and which of their spellings folding makes one: ``python -m tests.real.vocabulary``.

Prints every pair with the number of papers that have each, the frequent ones first, for a person to look through.
"""

from __future__ import annotations

import argparse
import gzip
import html
import json
import os
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import combinations, pairwise
from pathlib import Path
from typing import NamedTuple

from tests.sources import make_source
from watcher.model import Reading
from watcher.parsers import PARSERS
from watcher.rules.folding.letters import fold_letters
from watcher.rules.folding.plural import forms
from watcher.rules.folding.tex import clean
from watcher.rules.folding.words import Compound, compounds

_XML_TEXT = re.compile(rb"<(title|summary|description)(?: [^>]*)?>(.*?)</\1>", re.S)
_ENDINGS = (
    *(("", "s"), ("", "es"), ("y", "ies"), ("ie", "ies"), ("is", "es"), ("us", "i"), ("um", "a"), ("on", "a")),
    *(("ix", "ices"), ("ex", "ices"), ("f", "ves"), ("fe", "ves"), ("a", "ae"), ("eau", "eaux"), ("an", "en")),
    ("us", "ora"),
)
"""How the singular ends, and how the plural."""


class Pair(NamedTuple):
    """Two spellings, each with the number of texts that have it."""

    one: str
    ones: int
    other: str
    others: int


class Vocabulary(NamedTuple):
    """The number of texts that have a word, as it is written; a compound; two words with a blank between."""

    words: Counter[str]
    compounds: Counter[str]
    rows: Counter[str]


def texts(shared: Path) -> Iterator[str]:
    """All titles and abstracts among the captures, each paper of Hugging Face once."""
    captures = shared / "captures"
    with gzip.open(captures / "hf_corpus" / "hf_daily_2024.jsonl.gz", "rt", encoding="utf-8") as lines:
        for paper in map(json.loads, lines):
            yield f"{paper['title']}\n\n{paper['abstract']}"
    seen: set[str] = set()
    for path in sorted(captures.glob("hf_html/*.html")):
        reading = PARSERS["huggingface"].parse(path.read_bytes(), "", make_source(name="hf"))
        assert isinstance(reading, Reading), path
        for entry in reading.entries:
            if entry.keys[0] not in seen:
                seen.add(entry.keys[0])
                yield f"{entry.title}\n\n{entry.abstract}"
    for path in sorted((*captures.glob("arxiv/*.xml"), *captures.glob("biorxiv/*.xml"))):
        for found in _XML_TEXT.finditer(path.read_bytes()):
            yield html.unescape(found[2].decode())


def vocabulary(some: Iterable[str]) -> Vocabulary:
    """Count the words of texts, each once a text."""
    counted = Vocabulary(Counter(), Counter(), Counter())
    for text in some:
        cleaned = clean(text).text
        found = compounds(cleaned, plurals=True)
        counted.words.update({part.spelled for one in found for part in one.parts})
        counted.compounds.update({"-".join(_spelled(one)) for one in found if 1 < len(one.parts) <= 4})
        counted.rows.update(
            {f"{a.parts[0].surface} {b.parts[0].surface}" for a, b in pairwise(found) if _are_row(a, b)}
        )
    return counted


def _spelled(one: Compound) -> list[str]:
    return [part.surface for part in one.parts]


def _are_row(one: Compound, other: Compound) -> bool:
    return len(one.parts) == len(other.parts) == 1


def plurals(words: Counter[str]) -> tuple[list[Pair], list[Pair]]:
    """Return pairs of singular and plural by their endings: joined by folding, and kept apart.

    A word counts by its letters; where one spelling of each meets one of the other, the two are one.
    """
    spelled: dict[str, dict[str, int]] = {}
    for word, count in words.items():
        spelled.setdefault(fold_letters(word), {})[word] = count
    together: list[Pair] = []
    apart: list[Pair] = []
    for one, other in sorted(set(_by_endings(spelled))):
        pair = Pair(one, sum(spelled[one].values()), other, sum(spelled[other].values()))
        (together if _meet(spelled[one], spelled[other]) else apart).append(pair)
    return _frequent(together), _frequent(apart)


def _by_endings(words: Iterable[str]) -> Iterator[tuple[str, str]]:
    known = set(words)
    for word in known:
        for ending, plural in _ENDINGS:
            other = word.removesuffix(ending) + plural
            if word.endswith(ending) and other in known and word != other and len(word) > len(ending):
                yield word, other


def _meet(some: Iterable[str], others: Iterable[str]) -> bool:
    return any(
        set(forms(one, fold_letters(one))) & set(forms(other, fold_letters(other))) for one in some for other in others
    )


def capitals(words: Counter[str]) -> list[Pair]:
    """Words in capitals beside the same letters in lower case, where folding makes them one."""
    return _frequent(
        Pair(word, count, word.lower(), words[word.lower()])
        for word, count in words.items()
        if len(word) > 1 and word.isupper() and word.lower() in words and _meet([word], [word.lower()])
    )


def plural_capitals(words: Counter[str]) -> tuple[list[Pair], list[Pair]]:
    """Plurals of capitals (LMs) beside the same letters in another case (lms, LMS): one, and not one."""
    by_letters: dict[str, list[str]] = {}
    for word in words:
        if len(word) > 2 and word.lower().endswith("s"):
            by_letters.setdefault(word.lower(), []).append(word)
    pairs = [
        (one, other)
        for some in by_letters.values()
        for one, other in combinations(sorted(some), 2)
        if any(word[:-1].isupper() and word.endswith("s") for word in (one, other))
    ]
    found = [(Pair(one, words[one], other, words[other]), _meet([one], [other])) for one, other in pairs]
    return _frequent(pair for pair, meet in found if meet), _frequent(pair for pair, meet in found if not meet)


def accents(words: Counter[str]) -> list[Pair]:
    """Words that differ by more than case and are one by their letters."""
    by_letters: dict[str, Counter[str]] = {}
    for word, count in words.items():
        by_letters.setdefault(fold_letters(word), Counter())[word.lower()] += count
    return _frequent(
        Pair(one, some[one], other, some[other])
        for some in by_letters.values()
        for one, other in combinations(sorted(some), 2)
    )


def hyphens(counted: Vocabulary) -> list[Pair]:
    """Return hyphenated compounds with their closed spelling, if folding makes both one word."""
    whole = Counter[str]()
    for word, count in counted.words.items():
        whole[fold_letters(word)] += count
    return _frequent(
        Pair(written, count, joined, whole[joined])
        for written, count in counted.compounds.items()
        if (joined := written.replace("-", "")) in whole and _is_joined(written, joined)
    )


def _is_joined(written: str, joined: str) -> bool:
    (one,) = compounds(written, plurals=True)
    return any(edge.surface == joined for edge in one.edges)


def blanks(counted: Vocabulary) -> list[Pair]:
    """Two words beside the same in one word, without a hyphen: these stay apart."""
    whole = Counter[str]()
    for word, count in counted.words.items():
        whole[fold_letters(word)] += count
    return _frequent(
        Pair(row, count, row.replace(" ", ""), whole[row.replace(" ", "")])
        for row, count in counted.rows.items()
        if row.replace(" ", "") in whole
    )


def _frequent(pairs: Iterable[Pair]) -> list[Pair]:
    return sorted(pairs, key=lambda pair: (-min(pair.ones, pair.others), pair.one, pair.other))


def main() -> None:
    """Print the lists, or one of them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("shared", nargs="?", type=Path, default=os.environ.get("WATCHER_SHARED", "../shared"))
    parser.add_argument("--only", metavar="LIST", help="print one list alone")
    options = parser.parse_args()
    counted = vocabulary(texts(Path(options.shared)))
    one, two = plurals(counted.words)
    together, apart = plural_capitals(counted.words)
    lists = {
        "plurals": one, "plurals-apart": two, "capitals": capitals(counted.words), "plural-capitals": together,
        "plural-capitals-apart": apart, "accents": accents(counted.words), "hyphens": hyphens(counted),
        "blanks-apart": blanks(counted),
    }  # fmt: skip
    for name, pairs in lists.items():
        if options.only in (None, name):
            print(f"# {name}: {len(pairs)} pairs")
            for pair in pairs:
                print(f"{pair.one} {pair.ones} / {pair.other} {pair.others}")


if __name__ == "__main__":
    main()
