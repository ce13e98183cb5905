"""A digest page rendered to text: a reader-mode copy, a text browser's dump, a mail.

Renderings differ in what they keep, so the structure is recognised rather than exact lines::

    [head: new · Get trending papers … · Subscribe · Daily Papers · byAK … · Oct 30]
    ( [upvotes or -]  title  abstract  [• 6 authors | organisation] [·] [Mar 29, 2020 [comments]] )+

A title is a short line, an abstract a longer one; they alternate strictly, with or without blank lines and with or
without the lines around them. What breaks the alternation makes the page unreadable: a title without its abstract
would become another paper's title, and every paper after it a wrong one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from watcher.model import Entry, Reading, Unreadable
from watcher.parsers import clean
from watcher.parsers.digest_lines import COUNT, MONTHS, WHEN, Line, is_meta, lines_of
from watcher.parsers.html import LARGEST_PAGE
from watcher.parsers.huggingface_entry import MOST_ENTRIES
from watcher.parsers.sniff import decoded

LONGEST_TITLE = 300
LONGEST_ORGANIZATION = 120
SHORTEST_ABSTRACT = 80
USUAL_ABSTRACT = 200
UNBRANDED_PAPERS = 3
"""How many papers a text must have that nowhere says what it is."""


class _Refused(Exception):
    """Why the text is no digest page; never leaves this module."""


@dataclass
class _Cursor:
    """The lines still to be read."""

    lines: Sequence[Line]
    at: int = 0

    def peek(self, ahead: int = 0) -> Line | None:
        place = self.at + ahead
        return self.lines[place] if place < len(self.lines) else None

    def take(self) -> Line:
        self.at += 1
        return self.lines[self.at - 1]


def parse(body: bytes) -> Reading | Unreadable:
    """Read all papers of a rendered page, or none. They have no keys and no digest day.

    A date without a year is of the year that the page's head names, and unknown where the head names none.
    """
    text = decoded(body) if len(body) <= LARGEST_PAGE else None
    if text is None:
        return Unreadable(f"{len(body):,} bytes that are too many, or no text in UTF-8")
    page = lines_of(text)
    try:
        entries = list(_entries(_Cursor(page.lines), page.year))
        _check(entries, page.is_branded)
    except _Refused as refused:
        return Unreadable(str(refused))
    return Reading(entries=tuple(replace(entry, rank=rank) for rank, entry in enumerate(entries, start=1)))


def _entries(cursor: _Cursor, year: int | None) -> Iterator[Entry]:
    """A page shows upvotes for every paper or for none: the first one decides what a lone number is."""
    first = cursor.peek()
    counted = first is not None and COUNT.fullmatch(first.text) is not None
    while cursor.peek():
        upvotes = _upvotes(cursor) if counted else None
        title = _title(cursor)
        entry = Entry(title=title, abstract=_abstract(cursor, title), upvotes=upvotes)
        yield _with_meta(entry, cursor, year, counted)


def _upvotes(cursor: _Cursor) -> int | None:
    line = cursor.peek()
    if line is None or not COUNT.fullmatch(line.text):
        return None
    return _count(cursor.take().text)


def _count(text: str) -> int:
    return 0 if text == "-" else int(text)


def _title(cursor: _Cursor) -> str:
    line = cursor.peek()
    if line is None:
        raise _Refused("the text ends where a title is due: it is cut off")
    if is_meta(line.text) or len(line.text) > LONGEST_TITLE:
        raise _Refused(f"line {line.number}: looked for a title (a short line), found {_shown(line.text)}")
    return clean.line(cursor.take().text)


def _abstract(cursor: _Cursor, title: str) -> str:
    line = cursor.peek()
    if line is None:
        raise _Refused(f"the text ends after the title {_shown(title)}: it is cut off, or no digest page")
    if is_meta(line.text) or len(line.text) < SHORTEST_ABSTRACT:
        raise _Refused(f"line {line.number}: looked for the abstract of {_shown(title)}, found {_shown(line.text)}")
    return cursor.take().text


def _with_meta(entry: Entry, cursor: _Cursor, year: int | None, counted: bool) -> Entry:
    """The entry with what the lines after its abstract say, up to the next title or its upvotes."""
    while line := cursor.peek():
        if found := WHEN.fullmatch(line.text):
            month, day, own_year, comments = found.groups()
            published = _instant(own_year or year, month, day)
            entry = replace(entry, published=published, comments=int(comments) if comments else None)
        elif COUNT.fullmatch(line.text):
            if counted and not _is_count(cursor.peek(1)):
                break
            entry = replace(entry, comments=_count(line.text))
        elif _is_organization(cursor):
            entry = replace(entry, organization=_organization(line.text))
        elif not is_meta(line.text):
            break
        cursor.take()
    return entry


def _is_count(line: Line | None) -> bool:
    return line is not None and COUNT.fullmatch(line.text) is not None


def _is_organization(cursor: _Cursor) -> bool:
    """Whether a dot follows that stands between the authors or the organisation and the date."""
    line, after = cursor.peek(), cursor.peek(1)
    if line is None or after is None or is_meta(line.text):
        return False
    return len(line.text) <= LONGEST_ORGANIZATION and after.text in ("·", "•")


def _organization(text: str) -> str:
    """The name without the handle that its picture's description puts before it: ``nvidia NVIDIA``."""
    handle, _, name = text.partition(" ")
    return name if name and _is_handle(handle, name) else text


def _is_handle(handle: str, name: str) -> bool:
    letters, rest = (re.sub(r"[\W_]", "", text).casefold() for text in (handle, name))
    initials = "".join(word[0] for word in name.casefold().split() if word[0].isalpha())
    return rest.startswith(letters) or letters.startswith(rest) or letters == initials or handle[:1].islower()


def _instant(year: int | str | None, month: str, day: str) -> datetime | None:
    if year is None:
        return None
    try:
        return datetime(int(year), MONTHS.index(month) + 1, int(day), tzinfo=UTC)
    except ValueError:
        return None


def _check(entries: Sequence[Entry], is_branded: bool) -> None:
    """Refuse other texts that happen to alternate: a chapter with headings, lines wrapped at some width."""
    if not entries:
        raise _Refused("no titles with abstracts")
    if len(entries) > MOST_ENTRIES:
        raise _Refused(f"{len(entries):,} papers; more than {MOST_ENTRIES:,} are not read")
    if 2 * sum(len(entry.abstract) >= USUAL_ABSTRACT for entry in entries) < len(entries):
        raise _Refused("lines too short for abstracts: they may be wrapped")
    if is_branded or any(entry.published or entry.organization for entry in entries):
        return
    if len(entries) < UNBRANDED_PAPERS or 2 * sum(" " in entry.title for entry in entries) < len(entries):
        raise _Refused("text with headings, without anything that a digest page has")


def _shown(text: str) -> str:
    return f'"{text}"' if len(text) <= 60 else f'"{text[:60]}…" ({len(text)} characters)'
