"""Split a piece of text into words: their parts, what hyphens and markup join, and everything that each counts as.

A compound (``multi-modal``, ``$M^3$ViT``, ``L_2``) has an edge for each part and for each run of joined parts. Papers'
texts and rules' terms are both split here, so that they agree.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import cache, lru_cache
from typing import NamedTuple

from watcher.rules.folding.letters import UNSPACED, fold_letters, letter_name, marks
from watcher.rules.folding.plural import forms
from watcher.rules.folding.small_words import NOT_SHOWN
from watcher.rules.folding.tex import JOINT, clean

MOST_PARTS = 6
"""Most parts of a compound that are joined in all ways. A longer compound is read as its parts."""

MOST_MARKS = 30
"""Most combining marks on a letter, as in Unicode's stream-safe text (UAX 15); sorting more takes quadratic time."""

_HYPHENS = "\\-\u2010-\u2013\u2212"
_THOUSANDS = r"(?<=\d),(?=\d{3}(?!\d))"
"""Matches a comma that may be inside one number. Whether it is, the parts around it tell."""

_GREEK = r"\u0370-\u03ff\u1f00-\u1fff"
_DIGITS = r"(?:\d++(?:\.\d++|)*+)?"
_BY_SCRIPT = re.compile(rf"[{_GREEK}]+{_DIGITS}|[^{_GREEK}]+")
_LETTER = re.compile(rf"[{_GREEK}]{_DIGITS}")
_MICRO = "\u00b5\u03bc"
_UNIT = (
    rf"[kMGT]?(?:Hz|eV|Pa|Bq)|[kM]?(?:pc|bp)|k?Da|[kMGTP]i?B|[kmcnp{_MICRO}]m|[mnpf{_MICRO}]s|[mknp{_MICRO}]g"
    rf"|[mdn{_MICRO}][lL]|[mnp{_MICRO}]M|[mkMGn{_MICRO}][VWA]|[mkM]?(?:mol|Sv|Gy)|[mk]J|dB|[{_MICRO}](?:[TCJNKFH]|mol|Ci|as)"
)
_IN_MICRO = re.compile(rf"(?=.?[{_MICRO}])(?:{_UNIT})")
_WITH_UNIT = re.compile(rf"(?P<number>\d+(?:\.\d+)*)(?P<unit>{_UNIT})")
"""Matches 10kHz and 5µm: a number and its unit, between which others write a blank."""

LONGEST_LETTERS = 2
"""Most Greek letters in a row that are each a name (γδ T cells). A longer row is a Greek word."""

_LONG_VOWELS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ø": "oe", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue", "Ø": "Oe"})
_ENGLISH = NOT_SHOWN | {"goes"}
"""Words of English texts, which are no longer spelling of any other: dös is not ``does``."""

_LONG_A = str.maketrans({"å": "aa", "Å": "Aa"})
_SIGN = r"\+\+(?=\d)|\+{1,2}(?![\w+])|\+(?=[A-Z][A-Za-z0-9]{0,9}[+\-\u2212](?![0-9]))|\#(?![\w#])"
"""Matches a sign that belongs to the word before it: C++, C#, LoRA+, CD4+ also in CD4+CD8+."""


FRACTIONS = {
    unicodedata.normalize("NFKC", one).replace("\u2044", "/"): one
    for one in "\u00bc\u00bd\u00be\u2150\u2151\u2153\u2154\u2155\u2156\u2157\u2158\u2159\u215a\u215b\u215c\u215d\u215e"
}
"""Fraction with a slash → its character."""

_ANY_FRACTION = "|".join(FRACTIONS).replace("/", "[/\u2044]")
_WRITTEN_OUT = re.compile(rf"(?<![\w/.,\u2044])(?:{_ANY_FRACTION})(?![\w/.,\u2044])")


class Part(NamedTuple):
    """A part of a compound.

    ``start`` and ``end``: its characters in the compound.
    ``spelled``: as it is written.
    ``joint``: the text between it and the part before, "" for the first part.
    ``forms``: folded words that count as this part.
    ``surface``: the folded part, with its plural not folded.
    """

    start: int
    end: int
    spelled: str
    joint: str
    forms: tuple[str, ...]
    surface: str


class Edge(NamedTuple):
    """A word in a compound.

    ``first`` and ``last``: the positions that it spans.
    ``forms`` and ``surface``: as in :class:`Part`.
    """

    first: int
    last: int
    forms: tuple[str, ...]
    surface: str


class Compound(NamedTuple):
    """A word, or several words that hyphens or markup join.

    ``edges``: its words: parts, and runs of joined parts.
    ``bases``: words that it also counts as in a text, but not in a rule (``C`` for ``C++``).
    ``start``: index of its first character.
    """

    parts: tuple[Part, ...]
    edges: tuple[Edge, ...]
    bases: tuple[Edge, ...]
    start: int


def compounds(cleaned: str, *, plurals: bool, for_key: bool = False) -> list[Compound]:
    """Return the words of a cleaned text in order.

    Greek letters in a word are parts of their own: ``TNFα`` is ``TNF-alpha``.

    ``plurals``: fold plurals.
    ``for_key``: do not split Greek letters off; the identities of titles need this, since they must not change.
    """
    found = _pattern(is_ascii=cleaned.isascii(), for_key=for_key).finditer(cleaned)
    return [_read(one[0], one.start(), plurals, not for_key) for one in found]


def compounds_of_term(text: str, *, plurals: bool) -> list[Compound]:
    """Return the words of a rule's term, written as in texts: 1/2 is the fraction ½.

    ``plurals``: fold plurals.
    """
    text = _WRITTEN_OUT.sub(lambda found: FRACTIONS[found[0].replace("\u2044", "/")], text)
    return compounds(clean(unicodedata.normalize("NFC", text)).text, plurals=plurals)


@cache
def _pattern(*, is_ascii: bool, for_key: bool) -> re.Pattern[str]:
    letters = "[A-Za-z0-9]+" if is_ascii else f"(?:[^\\W_{UNSPACED}]++[{marks()}]{{0,{MOST_MARKS}}}+)++"
    part = rf"{letters}(?:(?<=\d)\.(?=\d){letters})*(?:{_SIGN})?"
    joint = rf"(?:{JOINT}*(?:[{_HYPHENS}](?:\n[ \t]*)?|[_^'\u2019]){JOINT}*|{JOINT}+|{_THOUSANDS})"
    dotted = rf"(?<!\S)\.(?=[A-Za-z]){letters}"
    if not for_key:
        part = rf"(?:(?<!\w)[A-Z]\*(?![\w*])|{part})"  # A*, D*: a star that belongs to the name
    one = f"(?:{part}|{dotted})(?:{joint}{part})*"
    return re.compile(one if is_ascii else f"[{UNSPACED}]|{one}")


_PIECES = re.compile(
    rf"(?<![{_HYPHENS}_^'\u2019{JOINT}\s,])(?P<joint>[{_HYPHENS}_^'\u2019{JOINT}\s,]*+)"
    rf"(?P<part>\.?[^{_HYPHENS}_^'\u2019{JOINT}\s.,]+(?:\.[^{_HYPHENS}_^'\u2019{JOINT}\s.,]+)*)"
)


def _read(piece: str, start: int, plurals: bool, by_script: bool) -> Compound:
    """Return the compound in a piece of text. Single characters are remembered: unspaced scripts consist of them."""
    if len(piece) > 1:
        return _compound(piece, start, plurals, by_script)
    parts, edges, bases, _ = _character(piece, plurals)
    return Compound(parts, edges, bases, start)


@lru_cache(maxsize=8192)
def _character(piece: str, plurals: bool) -> Compound:
    return _compound(piece, 0, plurals, by_script=False)


def _compound(piece: str, start: int, plurals: bool, by_script: bool) -> Compound:
    parts = tuple(_parts(piece, plurals, by_script))
    edges = tuple(Edge(at, at + 1, part.forms, part.surface) for at, part in enumerate(parts))
    if 1 < len(parts) <= MOST_PARTS:
        edges += tuple(_joined(parts, plurals))
    bases = tuple(Edge(at, at + 1, (base,), base) for at, part in enumerate(parts) if (base := _base(part.surface)))
    return Compound(parts, edges, bases, start)


def _base(surface: str) -> str:
    """Return a word without its final signs (``C`` for ``C++``), "" if it has none."""
    base = surface.rstrip("+#*")
    return "" if base == surface else base


def _parts(piece: str, plurals: bool, by_script: bool) -> Iterator[Part]:
    joint = ""
    is_first = True
    for found in _PIECES.finditer(piece):
        spelled = found["part"]
        tie = found["joint"].replace(JOINT, "").strip() or found["joint"][:1]
        if tie in ("'", "\u2019") and spelled in ("s", "S") and not is_first:
            continue  # a possessive
        joint = "" if is_first else _written(tie)
        at = found.start("part")
        for piece_of in _by_script(spelled) if by_script else [spelled]:
            surface, all_forms = _folded(piece_of, plurals, by_script)
            yield Part(at, at + len(piece_of), piece_of, joint, all_forms, surface)
            at, joint = at + len(piece_of), JOINT
        is_first = False


def _by_script(spelled: str) -> list[str]:
    """Return the pieces of a word, cut between Greek and other letters. Up to two Greek letters are also cut apart.

    Digits stay with the letter before them: TGF, β1; CD8, α; 17, β. A unit is cut from its number: 10, kHz.
    """
    if spelled[0].isdigit() and (found := _WITH_UNIT.fullmatch(spelled)):
        return [found["number"], found["unit"]]
    if spelled.isascii() or len(spelled) == 1 or _IN_MICRO.fullmatch(spelled):
        return [spelled]
    runs = _BY_SCRIPT.findall(spelled)
    if len(runs) == 1 and sum(map(str.isalpha, spelled)) > LONGEST_LETTERS:
        return [spelled]
    return [one for run in runs for one in (_LETTER.findall(run) if _are_letters(run) else [run])]


def _are_letters(run: str) -> bool:
    letters = run.strip("0123456789.")
    return 0 < len(letters) <= LONGEST_LETTERS and all(letter_name(fold_letters(letter)) for letter in letters)


def _written(tie: str) -> str:
    return "-" if re.fullmatch(f"[{_HYPHENS}]", tie) else tie.replace("\u2019", "'")


def _folded(spelled: str, plurals: bool, by_script: bool) -> tuple[str, tuple[str, ...]]:
    surface = fold_letters(spelled)
    if spelled.isascii():  # most words: no letter of these has another name or another spelling
        return surface, forms(spelled, surface) if plurals else (surface,)
    letter = surface.strip("0123456789.") if by_script else surface
    if letter and (name := letter_name(letter)):
        named = surface.replace(letter, name)
        return named, (named,)
    if spelled == "ℓ":
        return surface, (surface, "ell")
    every = (spelled, *spelled_long(spelled))
    return surface, tuple(dict.fromkeys(form for one in every for form in _forms(one, plurals)))


def _forms(spelled: str, plurals: bool) -> tuple[str, ...]:
    surface = fold_letters(spelled)
    return forms(spelled, surface) if plurals else (surface,)


def spelled_long(spelled: str) -> tuple[str, ...]:
    """Return longer spellings of a word that has a dotted, crossed or ringed vowel: Schroedinger, Bjoern, Aalborg.

    ``spelled``: the word as it is written, such as ``Schrödinger``. One without such a vowel gives ().
    """
    if spelled.isascii():
        return ()
    composed = unicodedata.normalize("NFC", spelled)
    longer = composed.translate(_LONG_VOWELS)
    found = (one.upper() if spelled.isupper() else one for one in (longer, longer.translate(_LONG_A)))
    return tuple(dict.fromkeys(one for one in found if one != composed and one.lower() not in _ENGLISH))


def _joined(parts: tuple[Part, ...], plurals: bool) -> Iterator[Edge]:
    """Yield an edge for every run of two or more parts. The last part may be a plural, alone or with the run.

    Digits are not joined with digits: 20-25 is not 2025. But 10,000 is 10000.
    """
    for first in range(len(parts) - 1):
        surface, spelled = parts[first].surface, parts[first].spelled
        for last in range(first + 1, len(parts)):
            end = parts[last]
            if surface[-1].isdigit() and end.surface[0].isdigit() and not _are_one(parts[first : last + 1]):
                break
            names = [surface + form for form in end.forms]
            surface, spelled = surface + end.surface, spelled + end.spelled
            whole = fold_letters(spelled)
            names += forms(spelled, whole) if plurals else (whole,)
            yield Edge(first, last + 1, tuple(dict.fromkeys((*names, surface) if not plurals else names)), surface)


def _are_one(parts: tuple[Part, ...]) -> bool:
    """Return whether parts are digits of one number, in groups of three after the first, or a name and its indices."""
    head, *others = parts
    if not head.surface.isdigit():
        return parts[-1].joint in ("^", "_") and not head.surface[0].isdigit()  # SO$_4^{2-}$
    is_grouped = all(one.joint in (",", "'") and len(one.surface) == 3 and one.surface.isdigit() for one in others)
    return len(head.surface) <= 3 and is_grouped
