"""Plurals, decided on the original spelling. Both sides of a match go through :func:`forms`.

Not a stemmer: only what makes one word of X and Xs. Of a word that may be a plural both forms count, so that ``atlas``
and ``ATLAS`` still meet; ``GPS`` and ``GPs`` do not, since capitals say which is which.
"""

from __future__ import annotations

import re

_CAPITALS_S = re.compile(r"(?=\d*[A-Z])[A-Z0-9]{2,}s")
"""GANs, LLMs, 3Ds, V100s; one capital alone does not count, since As and Is begin sentences."""

_SHORTEST = 4
_SHORTEST_Y = 5

NEVER = frozenset(
    {
        *("news", "means", "species", "series", "lens", "bias", "always", "perhaps", "does"),
        *(
            "alias",
            "atlas",
            "canvas",
            "chaos",
            "cosmos",
            "ethos",
            "pathos",
            "whereas",
            "kubernetes",
            "texas",
            "besides",
        ),
    }
)

PAIRS = {
    "analyses": "analysis",
    "hypotheses": "hypothesis",
    "matrices": "matrix",
    "vertices": "vertex",
    "indices": "index",
    "corpora": "corpus",
    "axes": "axis",
    "criteria": "criterion",
    "phenomena": "phenomenon",
    "spectra": "spectrum",
    "gases": "gas",
    "plateaus": "plateau",
    **{word + "es": word + "is" for word in ("cris", "thes", "synthes", "diagnos", "parenthes", "prosthes")},
    # Of the words in -ics these are plurals; the others (physics, robotics, statistics …) are not.
    **{word + "s": word for word in ("metric", "topic", "heuristic", "rubric", "critic", "characteristic", "mimic")},
    **{
        word + "s": word
        for word in ("harmonic", "fabric", "clinic", "schematic", "comic", "lyric", "relic", "diacritic")
    },
    **{word + "es": word for word in ("bias", "virus", "lens", "status", "hero", "echo", "veto", "tomato", "potato")},
    **{
        word + "es": word
        for word in ("alias", "atlas", "canvas", "corpus", "focus", "bonus", "census", "campus", "bus")
    },
    **{word + "s": word for word in ("cache", "niche", "ache", "headache", "avalanche", "psyche")},
    **{word + "s": word for word in ("gpu", "cpu", "tpu", "npu", "menu", "api", "gui", "asic")},
    **{word + "s": word for word in ("movie", "cookie", "zombie", "selfie", "calorie", "genie", "rookie", "hoodie")},
    **{word + "s": word for word in ("indie", "newbie", "foodie", "sortie", "necktie", "trie", "birdie", "prairie")},
}
"""Plurals that no rule below makes, or that one would make wrongly."""

_NOT_PLURAL = ("ss", "us", "is", "ics")
_LOSE_ES = ("ches", "shes", "xes", "sses")


def forms(spelled: str, folded: str) -> tuple[str, ...]:
    """What counts as the word ``spelled``: its singular and, where capitals do not decide, itself as well."""
    if spelled.isupper():
        return (folded,)
    if _CAPITALS_S.fullmatch(spelled):
        return (folded[:-1],)
    base = singular(folded)
    return (folded,) if base == folded else (base, folded)


def singular(word: str) -> str:
    """The singular of a folded word, as far as its letters alone tell."""
    if word in PAIRS:
        return PAIRS[word]
    if not word.endswith("s") or word in NEVER or word.endswith(_NOT_PLURAL) or _letters(word) < _SHORTEST:
        return word
    if word.endswith("ies") and len(word) >= _SHORTEST_Y:
        return word[:-3] + "y"
    if word.endswith(_LOSE_ES):
        return word[:-2]
    return word[:-1] if word[-2].isalpha() else word


def _letters(word: str) -> int:
    return sum(char.isalpha() for char in word)
