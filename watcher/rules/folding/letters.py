"""Fold letters: case, accents, compatibility forms, Greek letters and their names."""

from __future__ import annotations

import re
import unicodedata

_NAMES_OF_GREEK = (
    *(
        "alpha",
        "beta",
        "gamma",
        "delta",
        "epsilon",
        "zeta",
        "eta",
        "theta",
        "iota",
        "kappa",
        "lambda",
        "mu",
        "nu",
        "xi",
    ),
    *("omicron", "pi", "rho", "final sigma", "sigma", "tau", "upsilon", "phi", "chi", "psi", "omega"),
)
GREEK = {name: chr(0x3B1 + at) for at, name in enumerate(_NAMES_OF_GREEK) if " " not in name}
"""Name of a Greek letter, which is also TeX's → the letter."""

_NAMES = {letter: name for name, letter in GREEK.items()}
_ACCENTS = re.compile(
    "[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f"
    "\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a\u0640\u064b-\u0652\u0670]+"
)
"""Matches accents; also vowel points of Hebrew and Arabic, mostly left out, and the stroke that widens Arabic words."""

_PLAIN = str.maketrans(
    {"ł": "l", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "ŋ": "n", "ħ": "h"}
)

UNSPACED = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005-\u3007\u3040-\u309f\u30a1-\u30fa\u30fc-\u30ff\u31f0-\u31ff"
    "\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7a3\uf900-\ufaff\uff66-\uff9f\U00020000-\U0003ffff"
)
"""Scripts without blanks between words (Chinese, Japanese, Korean, Thai …), as ranges for a regex."""


def fold_letters(text: str) -> str:
    """Return a word in lower case, without accents and compatibility forms.

    Marks that are part of a letter in other scripts stay. A word that consists of accents is returned unchanged.
    """
    if text.isascii():
        return text.lower()
    apart = _ACCENTS.sub("", unicodedata.normalize("NFKD", text))
    folded = _ACCENTS.sub("", unicodedata.normalize("NFKD", apart.casefold()))
    return unicodedata.normalize("NFC", folded.translate(_PLAIN)).replace(" ", "") or text


def letter_name(letter: str) -> str | None:
    """Return the name of a single folded Greek letter, None for anything else."""
    return _NAMES.get(letter)


def marks() -> str:
    r"""Return all combining marks of the basic plane as ranges for a regex, since ``\w`` does not match them."""
    ranges: list[list[int]] = []
    for code in range(0x300, 0xFFFF):
        if unicodedata.category(chr(code)).startswith("M"):
            if ranges and ranges[-1][1] == code - 1:
                ranges[-1][1] = code
            else:
                ranges.append([code, code])
    return "".join(f"\\u{first:04x}-\\u{last:04x}" for first, last in ranges)
