"""Read what sites write for people: HTML as plain text, dates in every style, names in one string."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import partial

from watcher.parsers.common import clean
from watcher.parsers.common.dates import instant_in
from watcher.parsers.common.elements import INLINE_WORDS, NAMES, is_apart
from watcher.parsers.common.names import bare_name, between_two, is_degree, separated

_UNSHOWN = re.compile(
    r"<!--.*?(?:-->|$)|<(script|style|template|(?:\w+:)?annotation(?:-xml)?)\b.*?(?:</\1\s*>|$)",
    re.IGNORECASE | re.DOTALL,
)
_TAG = re.compile(r"</?(?:(?P<prefix>[a-zA-Z]\w*):)?(?P<name>[a-zA-Z][\w-]*+)(?P<rest>\s[^<>]*+)?/?>", re.ASCII)
_OWN_ELEMENT = re.compile(r"</([a-zA-Z]\w*+-[\w-]*+)>", re.ASCII)
"""Matches the end of an element that a site has named itself: with a hyphen (HTML, "valid custom element name")."""

_USUAL = {name: " " if is_apart(name) else "" for name in NAMES}
"""Name of a tag → what replaces the tag, unless it may be a word of the text."""

_ATTRIBUTE = re.compile(r"""[\w:-]+=["']""", re.ASCII)
_INITIALS = re.compile(r"(?:\w\.[ -]?)+")
_SUFFIX = re.compile(r"(?:Jr|Sr|II|III|IV)\.?")
_BETWEEN_NAMES = re.compile(r", (?:and|&) |, | and | & ")
_AND = re.compile(r"^(?:and|&) ")
_RAISED = re.compile(r"<sup\b[^<>]{0,200}>[^<>]{0,200}</sup\s*>", re.IGNORECASE)
_UNSPACED_NAME = re.compile("[\u3400-\u9fff\uac00-\ud7a3\u30a0-\u30ff]{2,8}")
_FRACTION = re.compile(r"\.\d{7,}")
_NO_DAY = re.compile(r"\d{4}(?:-\d\d)?", re.ASCII)
_EPOCH = re.compile(r"(?P<seconds>1\d{9})(?:\d{3})?(?:\.\d{1,6})?", re.ASCII)
_EARLIEST = 1900
"""Earliest year of a paper: programs write a day of the year 1 where they know none."""

_ZERO = datetime(1970, 1, 1, tzinfo=UTC)
"""What programs write for 0 seconds, where they know none."""

ZONES = {
    **{"WEST": "+0100", "BST": "+0100", "CET": "+0100", "MET": "+0100", "CEST": "+0200", "MEST": "+0200"},
    **{"EET": "+0200", "SAST": "+0200", "EEST": "+0300", "MSK": "+0300", "HKT": "+0800", "SGT": "+0800"},
    **{"AWST": "+0800", "JST": "+0900", "KST": "+0900", "ACST": "+0930", "AEST": "+1000", "ACDT": "+1030"},
    **{"AEDT": "+1100", "NZST": "+1200", "NZDT": "+1300", "AKDT": "-0800", "AKST": "-0900", "HST": "-1000"},
}
"""Names of zones that mails do not know and that are used for one zone alone, which IST is not."""

_ZONE = re.compile(rf"(?<=[\dMm]) ({'|'.join(ZONES)})$")
_BEHIND_GMT = re.compile(r" (?:GMT|UTC) ?([+-])(\d\d?):?(\d\d)?(?: \([^()]*\))?$")
_AFTERNOON = re.compile(r"\b(1[0-2]|0?[1-9]):(\d\d)(:\d\d)? ?([AP])\.?M\.?\b", re.IGNORECASE)


def shown_text(markup: str, limit: int = clean.ABSTRACT_CHARS) -> str:
    """Return the text that HTML (``markup``) shows, in one line of at most ``limit`` characters.

    In a text without tags, only character references are replaced.
    """
    text = markup[: 8 * limit]
    if "<" in text:
        text = _without_drawings(_UNSHOWN.sub(" ", text))
        own = frozenset(name.lower() for name in _OWN_ELEMENT.findall(text))
        text = _TAG.sub(partial(_blank, own=own), text)
    return clean.line(clean.unescaped(text), limit)


def moment(value: object) -> datetime | None:
    """Return an instant in UTC from ISO 8601, RFC 822 (mail), seconds since 1970, or a day in words; None for all else.

    A year or a month alone is no day.
    """
    if not isinstance(value, str) or not value:
        return None
    text = _FRACTION.sub("", " ".join(value[:100].split()))
    if _EPOCH.fullmatch(text) or (text.isdecimal() and len(text) != 8):
        return _of_epoch(text)
    if _NO_DAY.fullmatch(text):
        return None
    at = clean.instant(text)
    if at is None:
        text = _usual_time(text)
        at = clean.instant(text) or _of_mail(text) or instant_in(text)
    return at if at is not None and at.year >= _EARLIEST and at != _ZERO else None


def _of_epoch(digits: str) -> datetime | None:
    """Return the instant of a number of seconds or milliseconds since 1970; None before 2001 and after 2033."""
    found = _EPOCH.fullmatch(digits)
    return datetime.fromtimestamp(int(found["seconds"]), UTC) if found else None


def _of_mail(text: str) -> datetime | None:
    try:
        at = parsedate_to_datetime(text)
        return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    except (ValueError, OverflowError, IndexError, TypeError):
        return None


def _usual_time(text: str) -> str:
    """Return a text with time and zone as in mails, in place of "2:17 PM", "+01:00", "+0000 UTC", "[Europe/Paris]"."""
    text = re.sub(r"\[[\w/+-]{1,40}\]$", "", text)
    text = _ZONE.sub(lambda found: f" {ZONES[found[1]]}", text)
    text = _BEHIND_GMT.sub(lambda found: f" {found[1]}{found[2]:>02}{found[3] or '00'}", text)
    text = re.sub(r" ?([+-]\d\d):?(\d\d) [A-Z]{3,4}$", r" \1\2", text)
    text = re.sub(r"\bSept\b", "Sep", re.sub(r" ([+-]\d\d):(\d\d)$", r" \1\2", text))
    return _AFTERNOON.sub(_of_day, text)


def _of_day(found: re.Match[str]) -> str:
    hour = int(found[1]) % 12 + (12 if found[4].upper() == "P" else 0)
    return f"{hour:02}:{found[2]}{found[3] or ''}"


def people(texts: Sequence[str]) -> tuple[str, ...]:
    """Return the names in texts that may hold several each: "A. Bee; C. Dee", "Bee, A., Dee, C.", "Ann Bee, Cy Dee".

    "Bee, A." is one name with the last name first, and becomes "A. Bee".
    """
    shown = (shown_text(_RAISED.sub("", text), 50 * clean.NAME_CHARS) for text in texts[: clean.LONGEST_LIST])
    several = (several for text in shown for several in separated(text))
    names = [name for text in several for name in _split(text)]
    return tuple(dict.fromkeys(turned for name in names if (turned := _turned(name))))[: clean.LONGEST_LIST]


def _without_drawings(text: str) -> str:
    """Return a text without complete SVG drawings. One without an end stays, since all the rest would go with it."""
    if "</svg" not in text.lower():
        return text
    *closed, rest = re.split(r"</svg\s*>", text, flags=re.IGNORECASE)
    shown = (re.split(r"<svg\b", part, maxsplit=1, flags=re.IGNORECASE)[0] for part in closed)
    return " ".join((*shown, rest))


def _blank(tag: re.Match[str], own: Collection[str]) -> str:
    """Return what replaces a tag: nothing, a blank if its element is a block, or the tag itself if it is plain text.

    ``own``: elements that the site has named itself.
    """
    name, rest = tag["name"], tag["rest"] or ""
    usual = _USUAL.get(name)
    if usual is not None and (not rest or "=" in rest or name not in INLINE_WORDS):
        return usual
    name, rest = name.lower(), rest.strip("/ ")
    is_word = name in INLINE_WORDS and " " in rest and "=" not in rest
    is_known = name in NAMES or name in own or _ATTRIBUTE.match(rest)
    if not tag["prefix"] and (is_word or not is_known):
        return tag[0]
    return " " if is_apart(name) else ""


def _split(text: str) -> list[str]:
    pieces = [_AND.sub("", piece) for piece in text.split(", ")]
    unspaced = re.split("[,、，] ?", text)
    if len(unspaced) > 1 and all(map(_UNSPACED_NAME.fullmatch, unspaced)):
        return unspaced
    if len(pieces) % 2 == 0 and all(map(_INITIALS.fullmatch, pieces[1::2])):
        return [f"{last}, {first}" for last, first in zip(pieces[::2], pieces[1::2], strict=True)]
    parts = [part.strip() for part in _BETWEEN_NAMES.split(_AND.sub("", text))]
    parts = between_two([part for part in parts if not is_degree(part)])
    if all(" " in part for part in parts if part):
        return parts
    if len(parts) > 2 and len(parts) % 2 == 0 and not any(" " in part for part in parts):
        return [f"{last}, {first}" for last, first in zip(parts[::2], parts[1::2], strict=True)]
    return [text]


def _without_brackets(name: str) -> str:
    """Return a name without a place in brackets behind it, or an address before them: "ann@lab.example (Ann Bee)"."""
    before, bracket, inner = name.partition("(")
    if not bracket or not name.endswith(")"):
        return name
    return inner.rstrip(")") if "@" in before else before.strip() or name


def _suffixed(first: str) -> list[str] | None:
    """Return a forename and the suffix behind it: "Ann, Jr."; None if there is no suffix."""
    parts = first.split(", ")
    return parts if len(parts) == 2 and _SUFFIX.fullmatch(parts[1]) else None


def _turned(name: str) -> str:
    name = bare_name(_without_brackets(name.strip()))
    last, comma, first = name.strip().partition(", ")
    first, suffix = (inner[0], f", {inner[1]}") if (inner := _suffixed(first)) else (first, "")
    is_turned = comma and "," not in first and not _SUFFIX.fullmatch(first)
    turned = f"{first} {last}{suffix}" if is_turned else name
    return clean.line(turned, clean.NAME_CHARS)
