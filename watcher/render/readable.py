"""Make the TeX in titles and abstracts readable for people.

This is no TeX reader: it knows the forms that occur in titles and abstracts, and leaves all others as they are. Rules
have a reading of their own (:mod:`watcher.rules.folding.tex`), in which a sign becomes a word; here it becomes a
character.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence

from watcher.rules.folding.letters import GREEK

Span = tuple[int, int]

LONGEST = 20_000
"""How many characters are looked at; the rest stays as it is."""

_SUSPECT = re.compile(r"[\\~$]|--|``|''")
_ACCENTS = {
    **{'"': "\u0308", "'": "\u0301", "`": "\u0300", "^": "\u0302", "~": "\u0303", "=": "\u0304", ".": "\u0307"},
    **{"H": "\u030b", "c": "\u0327", "v": "\u030c", "u": "\u0306", "k": "\u0328", "r": "\u030a"},
}
_LETTERS = {"ss": "ß", "ae": "æ", "oe": "œ", "aa": "å", "o": "ø", "l": "ł", "i": "ı",
            "AE": "Æ", "OE": "Œ", "AA": "Å", "O": "Ø", "L": "Ł"}  # fmt: skip
_SIGNS: Mapping[str, str] = {
    "times": "×", "cdot": "·", "pm": "±", "mp": "∓", "to": "→", "rightarrow": "→", "leftarrow": "←", "Rightarrow": "⇒",
    "leftrightarrow": "↔", "uparrow": "↑", "downarrow": "↓", "sim": "∼", "simeq": "≃", "approx": "≈", "neq": "≠",
    "ne": "≠", "le": "≤", "leq": "≤", "ge": "≥", "geq": "≥", "ll": "≪", "gg": "≫", "in": "∈", "notin": "∉",
    "subset": "⊂", "cup": "∪", "cap": "∩", "infty": "∞", "circ": "∘", "ast": "∗", "star": "⋆", "bullet": "•",
    "dagger": "†", "partial": "∂", "nabla": "∇", "ell": "ℓ", "forall": "∀", "exists": "∃", "propto": "∝", "oplus": "⊕",
    "otimes": "⊗", "langle": "⟨", "rangle": "⟩", "ldots": "…", "dots": "…", "cdots": "…", "log": "log", "exp": "exp",
    "max": "max", "min": "min",
}  # fmt: skip
_STYLES = (
    r"text(?:bf|it|rm|sc|sf|tt|sl|normal)?|emph|math(?:bf|bb|cal|frak|it|rm|sf|tt|scr)|boldsymbol|bm|operatorname|mbox"
    r"|underline|ensuremath"
)
_UP = dict(zip("0123456789+-=()n", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁿ", strict=True))
_DOWN = dict(zip("0123456789+-=()", "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎", strict=True))

_WORD = rf"""
      (?P<accent>\{{?\\(?:(?P<over>["'`^~=.])\s?\{{?\\?(?P<upon>[A-Za-z])\}}?|(?P<named>[Hcvukr])\{{(?P<under>[A-Za-z])\}})\}}?)
    | (?P<letter>\{{?\\(?P<which>ss|ae|oe|aa|AE|OE|AA|o|l|O|L|i)(?![A-Za-z])(?:\{{\}})?\}}?)
    | (?P<style>\\(?:{_STYLES})\s?\{{(?P<styled>[^{{}}\\$]{{0,200}})\}})
    | (?P<escape>\\(?P<char>[%&$\#_{{}}]))
    | (?P<space>\\[,;:!\s])
"""
_TEXT = re.compile(
    rf"""
    {_WORD}
    | (?P<math>\$(?P<formula>[^$\n]{{1,80}})\$|\\\((?P<round>[^\n]{{1,80}}?)\\\))
    | (?P<tie>(?<=[^\s~\\/])~(?=[^\s~/]))
    | (?P<dash>(?<=\w)---?(?=\w)|(?<=\s)---?(?=\s))
    | (?P<opening>``(?=\S)) | (?P<closing>(?<=\S)'')
    """,
    re.VERBOSE,
)
_FORMULA = re.compile(
    rf"""
    {_WORD}
    | (?P<raised>\^(?:\{{(?P<high>[^{{}}\\]{{1,20}})\}}|(?P<one_high>[A-Za-z0-9])))
    | (?P<lowered>_(?:\{{(?P<low>[^{{}}\\]{{1,20}})\}}|(?P<one_low>[A-Za-z0-9])))
    | (?P<sign>\\(?P<name>[A-Za-z]{{1,20}}))
    | (?P<brace>[{{}}])
    """,
    re.VERBOSE,
)
_IS_FORMULA = re.compile(r"[\\^_{}=<>+*/|]|^[A-Za-z0-9.,]{1,4}$")
"""Matches formulas, but not what stands between two prices, as in "$5 and $6"."""


def is_formula(text: str) -> bool:
    """Return whether the text between two dollar signs is a formula, not words between two prices."""
    return _IS_FORMULA.search(text) is not None


def readable(text: str) -> str:
    """Return a text with its TeX made readable."""
    return shown_with(text, ())[0]


def shown_with(text: str, spans: Sequence[Span]) -> tuple[str, list[Span]]:
    """Return a text with its TeX made readable, and where spans of the original are in it.

    A span that touches a changed piece is extended to all of that piece.

    ``spans``: (start, end), sorted, not overlapping.
    """
    if not _SUSPECT.search(text[:LONGEST]):
        return text, list(spans)
    out, edges = list[str](), list[tuple[Span, Span]]()
    at = length = 0
    for found in _TEXT.finditer(text[:LONGEST]):
        (start, end), meaning = found.span(), _meaning(found)
        if meaning == found[0]:
            continue
        out += (text[at:start], meaning)
        length += start - at
        edges.append(((start, end), (length, length + len(meaning))))
        at, length = end, length + len(meaning)
    moved = [(_moved_to(start, edges, 0), _moved_to(end, edges, 1)) for start, end in spans]
    return "".join((*out, text[at:])), _joined([one for one in moved if one[0] < one[1]])


def _moved_to(at: int, edges: Sequence[tuple[Span, Span]], side: int) -> int:
    """Return the position in the readable text of a start (``side`` 0) or an end (``side`` 1) in the original."""
    n = bisect_right(edges, at - side, key=lambda edge: edge[0][0]) - 1
    if n < 0:
        return at
    (_, end), shown = edges[n]
    return shown[side] if at - side < end else shown[1] + at - end


def _joined(spans: Sequence[Span]) -> list[Span]:
    found: list[Span] = []
    for start, end in spans:
        if found and start < found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((start, end))
    return found


def _meaning(found: re.Match[str]) -> str:
    match found.lastgroup:
        case "tie":
            return " "
        case "dash":
            return "—" if len(found[0]) == 3 else "–"
        case "opening":
            return "“"
        case "closing":
            return "”" if "``" in found.string[: found.start()] else found[0]
        case "math":
            formula = found["formula"] or found["round"]
            return _FORMULA.sub(_in_formula, formula).strip() if is_formula(formula) else found[0]
    return _of_word(found, readable)


def _in_formula(found: re.Match[str]) -> str:
    match found.lastgroup:
        case "raised":
            return _moved(found["high"] or found["one_high"], _UP, "^")
        case "lowered":
            return _moved(found["low"] or found["one_low"], _DOWN, "_")
        case "sign":
            return _sign(found["name"]) or found[0]
        case "brace":
            return ""
    return _of_word(found, lambda styled: _FORMULA.sub(_in_formula, styled))


def _of_word(found: re.Match[str], inner: Callable[[str], str]) -> str:
    match found.lastgroup:
        case "accent":
            letter = found["upon"] or found["under"]
            return unicodedata.normalize("NFC", letter + _ACCENTS[found["over"] or found["named"]])
        case "letter":
            return _LETTERS[found["which"]]
        case "style":
            return inner(found["styled"])
        case "escape":
            return found["char"]
    return " "


def _moved(text: str, signs: Mapping[str, str], mark: str) -> str:
    """Return superscript or subscript text: in its own characters if there are such for all of it, else with a mark."""
    if all(letter in signs for letter in text):
        return "".join(signs[letter] for letter in text)
    return f"{mark}{text}" if len(text) == 1 else f"{mark}({text})"


def _sign(name: str) -> str:
    if name in _SIGNS:
        return _SIGNS[name]
    letter = GREEK.get(name.lower().removeprefix("var"), "")
    return letter.upper() if name[:1].isupper() else letter
