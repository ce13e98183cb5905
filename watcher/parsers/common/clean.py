"""Clean the values of a page as they come in: of limited length, composed, without control characters.

Every function takes any value and never raises; it returns a clean value or nothing.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import UTC, datetime
from html import unescape
from urllib.parse import urlsplit

TITLE_CHARS = 1_000
ABSTRACT_CHARS = 50_000
NAME_CHARS = 300
URL_CHARS = 2_000
LONGEST_LIST = 5_000
MOST_ENTRIES = 5_000
LARGEST_NUMBER = 2**31 - 1
"""Largest number that a database column of whole numbers holds."""

MARKS_IN_A_ROW = 30
"""Most combining marks in a row, as in Unicode's Stream-Safe Text Format (UAX 15). Composing more takes quadratic time.
"""

# CSI sequences, OSC and its kin up to their end, then any two-character escape.
_ANSI = re.compile(r"(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]|\x1b[]PX^_][^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c)|\x1b[ -~]")
# Controls except whitespace, bidi controls, interlinear marks, non-characters, the byte order mark, tags.
_UNSEEN = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u061c\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff\ufff9-\ufffb"
    "\ufdd0-\ufdef\ufffe\uffff\U000e0000-\U000e007f]"
)
_OF_WINDOWS = str.maketrans(
    {
        code: bytes((code,)).decode("cp1252")
        for code in (0x80, 0x82, 0x83, 0x84, *range(0x86, 0x8D), 0x8E, *range(0x91, 0x98), 0x99, 0x9A)
    }
)
"""Control characters that are meant as characters of Windows-1252 (``don&#146;t``), except those that steer a terminal.
"""

_ASCII, _PRINTABLE = bytes(range(0x80)), bytes(range(0x20, 0x7F))
_SHORT = 64
"""Length of a text from which on it is faster to look at its bytes."""

_SURROGATE = re.compile("[\ud800-\udfff]")
_NO_CHARACTER = re.compile(r"&#[0-9]{8,};?")
_ARXIV_ID = re.compile(r"(\d{4}\.\d{4,5}|[a-z][a-z-]*(?:\.[A-Z]{2})?/\d{7})(?:v([1-9]\d?))?", re.ASCII)
_SUBJECT_CLASS = re.compile(r"\.[A-Z]{2}/")
_URL = re.compile(r"https?://[^\s<>\"`\\\x00-\x20\x7f-\x9f]+")
_STRAIGHT = re.compile(r"https?://[\w.-]+(?::\d+)?(?:[/?#][!#-;=?-\[\]^_a-z{|}~]*)?", re.ASCII)
"""Matches the addresses in which nothing is read otherwise than it is written: a host, without a name before it."""

_SCHEME = re.compile(r"(https?):[/\\]*(?=[^/\\])", re.IGNORECASE)
_TO_ENCODE = re.compile(r"[ <>\"`]")
_ENDS = frozenset("/.,;")
_BRACKETS = {")": "(", "]": "[", "}": "{", ">": "<"}
_MOST_ENDS = 4
_DOI = re.compile(r"10\.\d{4,9}/[!-~]{1,250}", re.ASCII)
_DOI_PREFIX = re.compile(r"(?:https?://(?:dx\.)?doi\.org/|doi:)", re.IGNORECASE)


def line(value: object, limit: int = TITLE_CHARS) -> str:
    """Return a value as one line of at most ``limit`` characters with single blanks; "" if it is no text."""
    if not isinstance(value, str):
        return ""
    if _is_plain(value):
        return value.strip()[:limit].rstrip()
    # Bounded before the work: what is removed or composed makes a text shorter, never twice as long.
    if len(value) <= 2 * limit and "  " not in value and value.isprintable():
        text = value.strip()  # blanks alone are printable and white space
    else:
        text = " ".join(value[: 2 * limit].split())
    if not text.isprintable():  # what steers is not; most texts are, and need no search for it
        text = _SURROGATE.sub("\ufffd", value[: 2 * limit].translate(_OF_WINDOWS))  # UTF-8 and databases have none
        text = " ".join(_UNSEEN.sub("", _ANSI.sub("", text)).split())
    if not text.isascii():
        text = unicodedata.normalize("NFC", _bound_marks(text))
    return text[:limit].rstrip()


def unescaped(text: str) -> str:
    """Return a text with HTML's character references replaced. References to no character become U+FFFD, or nothing."""
    return unescape(_NO_CHARACTER.sub("\ufffd", text)) if "&" in text else text


def abstract(value: object) -> str:
    """Return a value that is a text of several sentences as one line, "" if it is no text."""
    return line(value, ABSTRACT_CHARS)


def names(values: object, limit: int = NAME_CHARS) -> tuple[str, ...]:
    """Return the texts in a list, each as a line. Empty texts and other values are left out."""
    if not isinstance(values, list):
        return ()
    texts = [value for value in values[:LONGEST_LIST] if isinstance(value, str)]
    joined = "".join(texts)
    if _is_plain(joined):
        names = map(str.strip, texts)
        return tuple(filter(None, names if len(joined) <= limit else (name[:limit].rstrip() for name in names)))
    return tuple(name for text in texts if (name := line(text, limit)))


def number(value: object) -> int | None:
    """Return a count, None if the value is no whole number, is negative, or is too large for a database column."""
    if isinstance(value, bool) or not isinstance(value, int):
        return None
    return value if 0 <= value <= LARGEST_NUMBER else None


def instant(value: object) -> datetime | None:
    """Return the instant, in UTC, of a value in ISO 8601; None for any other. One without a zone is in UTC."""
    if not isinstance(value, str) or len(value) > 40:
        return None
    try:
        at = datetime.fromisoformat(value)
        return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


_PLACE = re.compile(r"\$(?:\{|%7B)", re.IGNORECASE)


def has_place(address: str) -> bool:
    """Return whether an address contains a placeholder for a secret. A page may contain one of its own."""
    return "$" in address and _PLACE.search(address) is not None


def url(value: object) -> str | None:
    """Return a value that is a straight http or https address, absolute and trimmed; None for any other.

    An address with a placeholder for a secret of the config is refused, since it leads nowhere.
    """
    if not isinstance(value, str) or len(value) > URL_CHARS:
        return None
    address = value.strip()
    if _STRAIGHT.fullmatch(address):  # most are
        return None if has_place(address) else address
    address = _as_browsers_read(address)
    if not _URL.fullmatch(address) or _UNSEEN.search(address) or _SURROGATE.search(address) or has_place(address):
        return None
    try:
        place = urlsplit(address)
        host = place.hostname
    except ValueError:
        return None
    return address if host and "@" not in place.netloc else None


def _as_browsers_read(address: str) -> str:
    """Return an absolute address as https://url.spec.whatwg.org reads it: no line breaks, blanks encoded."""
    found = _SCHEME.match(address)
    if not found:
        return address
    rest = re.sub(r"[\t\r\n]", "", address[found.end() :])
    path, mark, query = rest.partition("?")
    path = path.replace("\\", "/")
    return f"{found[1].lower()}://" + _TO_ENCODE.sub(lambda one: f"%{ord(one[0]):02X}", path + mark + query)


def arxiv_id(value: object) -> tuple[str, int | None] | None:
    """Return (arXiv id, version or None) of a value that is an identifier of the old or new form; None for any other.

    The forms are those of https://info.arxiv.org/help/arxiv_identifier.html.
    """
    found = _ARXIV_ID.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        return None
    # The subject class is no part of the identifier: math.GT/0309136 is math/0309136.
    number = _SUBJECT_CLASS.sub("/", found[1]) if "/" in found[1] else found[1]
    return number, int(found[2]) if found[2] else None


def doi(value: object) -> str | None:
    """Return the DOI in a value, in lower case without resolver and scheme; None for any other value."""
    if not isinstance(value, str):
        return None
    name = _DOI_PREFIX.sub("", value.strip(), count=1)
    return without_ends(name).lower() if _DOI.fullmatch(name) else None


def without_ends(name: str) -> str:
    """Return a DOI without what ends the sentence, the field or the brackets that it stood in."""
    for _ in range(_MOST_ENDS):
        closing = name[-1:]
        opening = _BRACKETS.get(closing)
        if closing not in _ENDS and (opening is None or name.count(closing) <= name.count(opening)):
            break
        name = name[:-1]
    return name


def _is_plain(text: str) -> bool:
    """Return whether only the ends of a text need cleaning, as in most titles and names: ASCII with single blanks."""
    if not text.isascii() or "  " in text:
        return False
    return text.isprintable() if len(text) < _SHORT else not text.encode().translate(None, _PRINTABLE)


def _bound_marks(text: str) -> str:
    if not any(map(unicodedata.combining, text.encode().translate(None, _ASCII).decode())):
        return text
    kept: list[str] = []
    marks = 0
    for char in text:
        marks = marks + 1 if unicodedata.combining(char) else 0
        if marks <= MARKS_IN_A_ROW:
            kept.append(char)
    return "".join(kept)
