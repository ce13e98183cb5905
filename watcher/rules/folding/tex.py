"""Clean a text of TeX markup and invisible characters, with the way back to the original.

This is no TeX reader: it knows the forms that occur in titles and abstracts. Accents become letters, known names become
their characters, styles are removed, and other commands leave their names.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from dataclasses import dataclass

from watcher.rules.folding.letters import GREEK

JOINT = "\u2060"
"""Put into a cleaned text where markup stood between two parts of a word: ``$M^3$ViT``."""

_SUSPICIOUS = (
    "[\\\\${}^\u207a\u00d7\u00b2\u00b3\u00b9\u2070\u2074-\u2079\u2217\u22c6\u00a0\u2009\u202f\uff66-\uff9f\x00-\x08\x0b-\x1f\x7f\u00ad\u02bc\u200b-\u200f\u2010\u2011\u2018-\u201f\u202a-\u202e\u2032"
    "\u2060-\u206f\u2206\u2212\ufe00-\ufe0f\ufeff\ud800-\udfff]"
)
_SPACED = r"(?:(?<=\b\d)|(?<=\b\d\d)|(?<=\b\d\d\d))[ ](?=\d{3}(?![\w.]))"
"""Matches the blank in 10 000. Both numbers also stay words."""

_KAPPA = r"(?:(?<=\bNF)|(?<=\bNF-)|(?<=\bnf)|(?<=\bnf-)|(?<=\bI))k(?=[Bb](?![A-Za-z]))"
"""Matches the k in NF-kB and IkB, which is the Greek letter there."""

_BRACKETED = r"(?<=[A-Za-z0-9])\((?P<ion>\d?\+)\)"
"""Matches the charge in Ca(2+) and CD4(+), as PubMed writes it."""

_SUSPECT = re.compile(_SUSPICIOUS)
_PLAIN_ASCII = bytes(code for code in range(0x80) if not _SUSPECT.match(chr(code)))
_NO_NUMBER = bytes(code for code in range(0x80) if chr(code) not in "0123456789 ")
_FOR_THOUSANDS = re.compile(rb"[0-9] [0-9]{3}")
_HUNDREDS, _THOUSANDS = re.compile(r" [0-9]{3}(?![\w.])"), re.compile(r"[0-9] [0-9]{3}(?![\w.])")

_STYLE = (
    r"text(?:bf|it|rm|sc|sf|tt|sl|normal|superscript|subscript)?|emph|math(?:bf|bb|cal|frak|it|rm|sf|tt|scr)"
    r"|boldsymbol|bm|operatorname|mbox|ensuremath|underline|url|href|it|bf|rm|tt|sc|sf|em|sl|left|right|[bB]ig[gG]?[lr]?"
    r"|displaystyle|limits|hat|tilde|bar|vec|widehat|widetilde|overline"
)
_GAP = (
    r"times|cdots?|[lv]?dots|to|(?:long)?(?:right|left)arrow|Leftarrow|Rightarrow|uparrow|downarrow|q?quad|sim(?:eq)?|approx"
    r"|leq?|geq?|neq?|ll|gg|pm|in|circ|ast|star|bullet|dagger|infty|cup|cap|subset|mid|cite[pt]?|footnote|label|ref"
)
_FOR_RULES = r"""
      (?P<charge>(?<=[\w}])\$?\^(?:\+|\{\+\})\$?|\u207a)
    | (?P<star>(?<=\b[A-Z])(?:\$?\^(?:\{\s*)?(?:\*|\\(?:ast|star)(?![A-Za-z]))(?:\s*\})?\$?|[\u2217\u22c6]))
    | (?P<power>(?<=\d)[\u00b2\u00b3\u00b9\u2070\u2074-\u2079]+)
    | (?P<fold>(?<=\d)\u00d7(?!\s?\d))
    | (?P<thousands>(?<=\d)[\u00a0\u2009\u202f](?=\d{3}(?!\d)))
    | (?P<narrow>[\uff66-\uff9f]+)
    | (?P<gapless>\u200b)
    | """
"""Matches what is cleaned for rules only. The identities of titles were made without it, and must not change."""

_FORMS = rf"""
      (?P<possessive>(?<=[A-Za-z])\\'s(?![A-Za-z]))
    | (?P<accent>(?P<open>\{{\s*)?(?:
            \\(?P<over>["'`^~=.])\s*(?:\{{\s*\\?(?P<in>[A-Za-z])\s*\}}|\\?(?P<bare>[A-Za-z]))
          | \\(?P<named>[Hcvudbkr])\s*\{{\s*\\?(?P<under>[A-Za-z])\s*\}}
        )(?(open)\s*\}}))
    | (?P<letter>\\(?P<which>ss|ae|oe|aa|o|l|i|j|AE|OE|AA|O|L)(?![A-Za-z])(?:\{{\}}|\s(?=[a-z]))?)
    | (?P<greek>\\(?P<name>(?:var)?(?i:{"|".join(GREEK)})|ell)(?![A-Za-z]))
    | (?P<style>\\(?:{_STYLE})(?![A-Za-z])\*?(?:\s(?=[A-Za-z]))?)
    | (?P<gap>\\(?:{_GAP})(?![A-Za-z])|\\[,;:!\s\\])
    | (?P<escape>\\(?P<char>[%&$\#_]))
    | (?P<dropped>[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff]+|\\-)
    | (?P<markup>\\[()\[\]]|[\\${{}}])
    | (?P<plain>[\u2018-\u201f\u2032\u02bc\u2010\u2011\u2206\u2212])
    | (?P<unreadable>[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff])
"""
_PIECE = re.compile(f"(?={_SUSPICIOUS})(?:{_FOR_RULES}{_FORMS})", re.VERBOSE)
_PIECE_OR_SPELLING = re.compile(
    f"{_PIECE.pattern}|(?P<spaced>{_SPACED})|(?P<kappa>{_KAPPA})|(?P<bracketed>{_BRACKETED})", re.VERBOSE
)
_PIECE_OF_KEYS = re.compile(f"(?={_SUSPICIOUS})(?:{_FORMS})", re.VERBOSE)
_MARKS = {
    **{'"': "\u0308", "'": "\u0301", "`": "\u0300", "^": "\u0302", "~": "\u0303", "=": "\u0304", ".": "\u0307"},
    **{"H": "\u030b", "c": "\u0327", "v": "\u030c", "u": "\u0306", "d": "\u0323", "b": "\u0331", "k": "\u0328"},
    "r": "\u030a",
}
_LETTERS = {"ss": "ß", "ae": "æ", "oe": "œ", "aa": "å", "o": "ø", "l": "ł", "i": "i", "j": "j"}
_PLAIN = {"\u2018": "'", "\u2019": "'", "\u201a": "'", "\u201b": "'", "\u2032": "'", "\u02bc": "'",
          "\u2010": "-", "\u2011": "-", "\u2206": "\u0394", "\u2212": "-"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Clean:
    """A cleaned text, and which pieces of it were changed.

    ``starts`` and ``ends``: where changed pieces begin and end, sorted.
    ``origins``: (start, end) of each in the original. Everything between them is unchanged.
    """

    text: str
    starts: tuple[int, ...] = ()
    ends: tuple[int, ...] = ()
    origins: tuple[tuple[int, int], ...] = ()

    def original(self, start: int, end: int) -> tuple[int, int]:
        """Return the span (start, end) in the original for a span in the cleaned text, which must not be empty."""
        return self._start(start), self._end(end)

    def _start(self, at: int) -> int:
        n = bisect_right(self.starts, at) - 1
        if n < 0:
            return at
        return self.origins[n][0] if at < self.ends[n] else self.origins[n][1] + at - self.ends[n]

    def _end(self, at: int) -> int:
        n = bisect_right(self.starts, at - 1) - 1
        if n < 0:
            return at
        return self.origins[n][1] if at <= self.ends[n] else self.origins[n][1] + at - self.ends[n]

    def without_joints(self) -> Clean:
        """Return the text without ``JOINT``, for regexes."""
        return _rewritten(self, JOINT, "")


def clean(text: str, *, for_key: bool = False) -> Clean:
    """Return a text cleaned of markup. Almost all texts have none and are returned unchanged.

    ``for_key``: clean it as the identities of titles need it, which must not change.
    """
    has_spelling = not for_key and _has_spelling(text)
    if not has_spelling and not _is_suspect(text):
        return Clean(text)
    pattern = _PIECE_OF_KEYS if for_key else _PIECE_OR_SPELLING if has_spelling else _PIECE
    pieces = pattern.finditer(text)
    return _assembled(text, [(*found.span(), _meaning(found)) for found in pieces])


def _has_spelling(text: str) -> bool:
    """Return whether a text without markup may have a number or name that can be written in another way.

    Such a search for parts takes a tenth of the time of a search for the whole.
    """
    if "kB" in text or "+)" in text or "f-kb" in text or "nfkb" in text:
        return True
    if text.isascii() and not _FOR_THOUSANDS.search(text.encode().translate(None, _NO_NUMBER)):
        return False
    return _HUNDREDS.search(text) is not None and _THOUSANDS.search(text) is not None


def _is_suspect(text: str) -> bool:
    """Return whether a text may have markup; of ASCII, one pass that removes all else says so."""
    if text.isascii() and not text.encode().translate(None, _PLAIN_ASCII):
        return False
    return _SUSPECT.search(text) is not None


def _assembled(text: str, pieces: list[tuple[int, int, str]]) -> Clean:
    out: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    origins: list[tuple[int, int]] = []
    at = length = 0
    for start, end, meaning in pieces:
        out += (text[at:start], meaning)
        length += start - at
        starts.append(length)
        length += len(meaning)
        ends.append(length)
        origins.append((start, end))
        at = end
    out.append(text[at:])
    return Clean("".join(out), tuple(starts), tuple(ends), tuple(origins))


def _rewritten(before: Clean, gone: str, instead: str) -> Clean:
    if gone not in before.text:
        return before
    pieces: list[tuple[int, int, str]] = []
    shift = 0
    for start, end in zip(before.starts, before.ends, strict=True):
        meaning = before.text[start:end].replace(gone, instead)
        pieces.append((start - shift, start - shift + len(meaning), meaning))
        shift += end - start - len(meaning)
    return Clean(
        before.text.replace(gone, instead),
        tuple(piece[0] for piece in pieces),
        tuple(piece[1] for piece in pieces),
        before.origins,
    )


def _meaning(found: re.Match[str]) -> str:
    match found.lastgroup:
        case "possessive":  # an escaped apostrophe, and not an accent
            return "'s"
        case "accent":
            letter = found["in"] or found["bare"] or found["under"]
            mark = _MARKS[found["over"] or found["named"]]
            return unicodedata.normalize("NFC", letter + mark)
        case "letter":
            letter = _LETTERS[found["which"].lower()]
            return letter.upper() if found["which"].isupper() and letter != "ß" else letter
        case "greek":
            return _greek(found["name"])
        case "escape":
            return found["char"]
        case "charge":
            return "+"
        case "bracketed":
            return found["ion"]
        case "star":
            return "*"
        case "power":
            return "^" + unicodedata.normalize("NFKC", found[0])
        case "fold":
            return "x"
        case "thousands" | "spaced":
            return ","
        case "kappa":
            return "κ"
        case "narrow":  # half-width kana, whose marks are characters of their own
            return unicodedata.normalize("NFKC", found[0])
        case "plain":
            return _PLAIN.get(found[0], '"')
        case "gap" | "unreadable":
            return " "
        case "dropped":
            return ""
    return JOINT


def _greek(name: str) -> str:
    if name == "ell":
        return "ℓ"
    letter = GREEK[name.lower().removeprefix("var")]
    return letter.upper() if name[0].isupper() else letter
