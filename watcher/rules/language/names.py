"""Find the ways in which one author's name can be written: umlauts, initials run together, particles apart or not."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from watcher.rules.folding.letters import fold_letters
from watcher.rules.folding.words import Compound

PARTICLES = frozenset(
    [
        "da",
        "de",
        "del",
        "della",
        "den",
        "der",
        "des",
        "di",
        "do",
        "dos",
        "du",
        "el",
        "la",
        "le",
        "les",
        "mac",
        "mc",
        "o",
        "san",
        "st",
        "van",
        "vande",
        "vander",
        "von",
    ]
)
_PARTICLE_JOINED = re.compile(r"(Da|De|Del|Della|Des|Di|Du|El|La|Le|Les|Mac|Mc|San|St|Van|Vander|Von)([A-Z][a-z]\w*)")
_INITIALS = re.compile(r"[A-Z]{2,3}")
MOST_WAYS = 12

Way = tuple[str, ...]


def is_initial(word: str) -> bool:
    """Return whether a word of a name is only a letter. A character of Chinese or Japanese names is a whole word."""
    return len(word) == 1 and word.islower()


def ways_of(read: Sequence[Compound], *, is_prefix: bool) -> tuple[Way, ...]:
    """Return rows of words, each of which finds a name. The first row is the name as it is written.

    ``Jean-Pierre Serre`` is also ``JeanPierre Serre`` and ``JP Serre``; ``JP Serre`` is also ``J P Serre``; ``LeCun``
    is also ``Le Cun``, and the other way round; ``Müller`` is also ``Mueller``.

    ``is_prefix``: the last word may go on, so that only its written spelling counts.
    """
    apart = tuple(part.surface for one in read for part in one.parts)
    joined = tuple("".join(part.surface for part in one.parts) for one in read)
    ways = [apart, joined, *(() if is_prefix else _others(read, apart))]
    return tuple(dict.fromkeys(ways))[:MOST_WAYS]


def _others(read: Sequence[Compound], apart: Way) -> Iterator[Way]:
    parts = [part for one in read for part in one.parts]
    long = [part.forms[-1] for part in parts]
    yield tuple(long)
    for words in dict.fromkeys((apart, tuple(long))):
        yield tuple(
            one for part, word in zip(parts, words, strict=True) for one in _cut(part.spelled, word, len(parts))
        )
        yield tuple(_with_particles(words))
    for given, family in ((apart[:-1], apart[-1]), (apart[1:], apart[0])):  # Ana B. Lee, or Lee Ana B.
        if 2 <= len(given) <= 3 and PARTICLES.isdisjoint(given) and not is_initial(family):
            yield "".join(word[0] for word in given), family


def _cut(spelled: str, word: str, count: int) -> Sequence[str]:
    """Return the words that a written word stands for: initials, a particle and a name, or itself."""
    if count > 1 and _INITIALS.fullmatch(spelled):
        return tuple(word)
    found = _PARTICLE_JOINED.fullmatch(spelled)
    return (fold_letters(found[1]), word[len(found[1]) :]) if found else (word,)


def _with_particles(words: Way) -> Iterator[str]:
    """Yield the words with each particle joined to the word after it."""
    before = ""
    for n, word in enumerate(words):
        if word in PARTICLES and n < len(words) - 1:
            before += word
        else:
            yield before + word
            before = ""
