"""What sites write for people, as values: HTML as plain text, dates of every style, names in one string."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from watcher.parsers.common import clean

_UNSHOWN = re.compile(r"<!--.*?(?:-->|$)|<(script|style|template)\b.*?(?:</\1\s*>|$)", re.IGNORECASE | re.DOTALL)
_TAG = re.compile(r"</?([a-zA-Z][\w:-]*+)(?:\s[^<>]*+)?/?>", re.ASCII)
_IN_A_WORD = re.compile(
    r"a|abbr|acronym|b|bd[io]|big|cite|code|del|em|font|i|ins|kbd|mark|q|s|samp|small|span|strike|strong|su[bp]|tt|u|var"
    r"|wbr|(?:jats:)?(?:italic|bold|su[bp])",
    re.IGNORECASE,
)
_INITIALS = re.compile(r"(?:\w\.[ -]?)+")
_SUFFIX = re.compile(r"(?:Jr|Sr|II|III|IV)\.?")
_BETWEEN_NAMES = re.compile(r", and |, | and ")
_FRACTION = re.compile(r"\.\d{7,}")
_YEAR_FIRST = re.compile(r"(\d{4})(?:-(\d\d))?", re.ASCII)


def shown_text(markup: str, limit: int = clean.ABSTRACT_CHARS) -> str:
    """HTML as the text that it shows, in one line; text without any tag as it is, its character references read."""
    text = markup[: 8 * limit]
    if "<" in text:
        text = _TAG.sub(_blank, _UNSHOWN.sub(" ", text))
    return clean.line(clean.unescaped(text), limit)


def moment(value: object) -> datetime | None:
    """An instant in UTC from ISO 8601, also cut short, or from the style of mail (RFC 822); None for anything else."""
    if not isinstance(value, str) or not value:
        return None
    text = _FRACTION.sub("", " ".join(value[:100].split()))
    if at := clean.instant(text):
        return at
    if found := _YEAR_FIRST.fullmatch(text):
        return clean.instant(f"{found[1]}-{found[2] or '01'}-01")
    try:
        at = parsedate_to_datetime(text)
        return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    except (ValueError, OverflowError, IndexError, TypeError):
        return None


def people(texts: Sequence[str]) -> tuple[str, ...]:
    """The names in texts that may each hold several: "A. Bee; C. Dee", "Bee, A., Dee, C.", "Ann Bee, Cy Dee".

    "Bee, A." is one name, the last one first, and becomes "A. Bee".
    """
    names = [name for text in texts[: clean.LONGEST_LIST] for name in _split(shown_text(text, 50 * clean.NAME_CHARS))]
    return tuple(dict.fromkeys(turned for name in names if (turned := _turned(name))))[: clean.LONGEST_LIST]


def _blank(tag: re.Match[str]) -> str:
    return "" if _IN_A_WORD.fullmatch(tag[1]) else " "


def _split(text: str) -> list[str]:
    if ";" in text:
        return text.split(";")
    pieces = text.split(", ")
    if len(pieces) % 2 == 0 and all(map(_INITIALS.fullmatch, pieces[1::2])):
        return [f"{last}, {first}" for last, first in zip(pieces[::2], pieces[1::2], strict=True)]
    parts = [part.strip() for part in _BETWEEN_NAMES.split(text)]
    if all(" " in part for part in parts if part):
        return parts
    return [text]


def _turned(name: str) -> str:
    last, comma, first = name.strip().partition(", ")
    is_turned = comma and "," not in first and not _SUFFIX.fullmatch(first)
    turned = f"{first} {last}" if is_turned else name
    return clean.line(turned, clean.NAME_CHARS)
