"""A digest page rendered to text: a reader-mode copy, a text browser's dump, a mail, Markdown.

Renderings differ in what they keep, so the structure is recognised rather than exact lines::

    [head: new · Get trending papers … · Subscribe · Daily Papers · byAK … · Oct 30]
    ( [upvotes]  title  [link] [authors]  abstract  [authors] [• 6 authors | organisation] [·] [date [comments]] )+

A title is a short line, an abstract a longer paragraph; they alternate strictly, with or without blank lines and with
or without the lines around them; where the first title is set off (``###``, ``1.``, ``**``), all are. Where lines can
be joined, or authors stand, in more than one way, all are tried. What breaks the alternation makes the page
unreadable, and so does a text that can be read in two ways: a title without its abstract would become another paper's
title, and every paper after it a wrong one.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from watcher.model import Entry, Reading, Unreadable
from watcher.parsers.common import clean
from watcher.parsers.common.html import LARGEST_PAGE
from watcher.parsers.common.sniff import decoded
from watcher.parsers.huggingface.digest_text.facts import (
    LineKind,
    Record,
    count,
    entry_of_record,
    forget_doubtful,
    kind_of,
)
from watcher.parsers.huggingface.digest_text.lines import STRONG_MARKS, Paragraphs, TextPage, page_of, paragraphs_of
from watcher.parsers.huggingface.digest_text.marks import TextLine, are_names, is_meta, may_be_names
from watcher.parsers.huggingface.digest_text.refusal import (
    SENTENCE_ENDS,
    USUAL_ABSTRACT,
    NoDigest,
    check_entries,
    check_joints,
    quoted,
)

LONGEST_TITLE = 300
LONGEST_ORGANIZATION = 120
SHORTEST_ABSTRACT = 80
MOST_LINES = 150_000
"""Most lines that are read, which takes some seconds; 5,000 wrapped papers have fewer."""

USUAL = 0.75
"""Smallest share of papers that must have a kind of line between title and abstract, or unlabelled authors, if any has.
"""

_ENDS = (".", "!", "?", "…", ")", '"', "”", "'", "’", ":", "}", "$", "]", "。")
_LABEL = re.compile(
    r"(?:abstract ?[:.—–-] ?"
    r"|(?:summary|synopsis|overview|description|tl;?dr|key (?:points?|findings?|takeaways?)): ?)+",
    re.IGNORECASE,
)
_INSTITUTION = re.compile(
    r"\b(?:academy|ai|cent(?:er|re)|college|company|corp|foundation|group|inc|institut\w*|intelligence|labs?|laborator\w+"
    r"|research|robotics|school|society|tech\w*|team|universi\w+)\b",
    re.IGNORECASE,
)
_UNREAD_LINK = re.compile(r"https?://|\]\(")
_LISTED = STRONG_MARKS | {"-"}


class _NamesAt:
    """Places of authors that are not labelled as such."""

    NOWHERE, BEFORE, AFTER = "nowhere", "before the abstract", "after the abstract"


def parse(body: bytes) -> Reading | Unreadable:
    """Return all papers of a rendered page, or why it is none.

    They have no digest day, and keys only if their titles are links. A date without a year has the year that the page's
    head names, and is unknown if it names none.
    """
    text = decoded(body) if len(body) <= LARGEST_PAGE else None
    if text is None:
        return Unreadable(f"{len(body):,} bytes that are too many, or no text in UTF-8")
    if (lines := text.count("\n") + text.count("\r")) > MOST_LINES:
        return Unreadable(f"{lines:,} lines; more than {MOST_LINES:,} are not read")
    page = page_of(text)
    try:
        paragraphs = paragraphs_of(page.lines)
    except ValueError as error:
        return Unreadable(f"line {error}: an address that may belong to the text before it, or not")
    readings: dict[tuple[object, ...], tuple[Entry, ...]] = {}
    refusals: list[NoDigest] = []
    for names in (_NamesAt.NOWHERE, _NamesAt.BEFORE, _NamesAt.AFTER):
        try:
            entries = _read(paragraphs, page, names)
        except NoDigest as refused:
            refusals.append(refused)
        else:
            readings.setdefault(tuple((entry.keys, entry.title, entry.abstract) for entry in entries), entries)
    if not readings:
        return Unreadable(str(max(refusals, key=lambda refused: refused.line)))
    if len(readings) > 1:
        return Unreadable(_ambiguity(list(readings.values())))
    return Reading(entries=next(iter(readings.values())))


def _read(paragraphs: Paragraphs, page: TextPage, names: str) -> tuple[Entry, ...]:
    records = _Records(paragraphs, page.year, names).all()
    if not records:
        raise NoDigest("no titles with abstracts")
    forget_doubtful(records)
    entries = tuple(replace(_entry(record, records[0]), rank=rank) for rank, record in enumerate(records, start=1))
    check_entries(entries, page.is_branded)
    if paragraphs.are_joined:
        check_joints(entries, are_guessed=paragraphs.are_guessed)
    return entries


def _ambiguity(readings: Sequence[Sequence[Entry]]) -> str:
    """Return how two ways to read a page differ, in words."""
    one, two = readings[:2]
    for first, second in zip(one, two, strict=False):
        if (first.title, first.abstract) != (second.title, second.abstract):
            seen = (first.title, second.title) if first.title != second.title else (first.abstract, second.abstract)
            return f"can be read in two ways: {quoted(seen[0])} or {quoted(seen[1])}"
    return f"can be read in two ways: {len(one)} papers or {len(two)}"


@dataclass
class _Records:
    """Reads lines in order.

    ``names``: place of authors that are not labelled.
    """

    paragraphs: Paragraphs
    year: int | None
    names: str
    found: list[Record] = field(default_factory=list)
    coming: Record = field(default_factory=Record)
    numbered: int = 0
    dotted_lists: bool = False

    def all(self) -> list[Record]:
        lines = self.paragraphs.lines
        kinds = [kind_of(line) for line in lines]
        first = next((n for n, kind in enumerate(kinds) if kind is LineKind.TEXT), len(kinds))
        self.leading = frozenset(kinds[:first]) - {LineKind.ASIDE}
        self.marks = lines[first].marks & _LISTED if first < len(kinds) else frozenset()
        for n, (line, kind) in enumerate(zip(lines, kinds, strict=True)):
            following = kinds[n + 1] if n + 1 < len(kinds) else None
            if kind is LineKind.TEXT:
                self._text(line, lines[n + 1] if following else None)
            elif kind is LineKind.COUNT:
                self._count(line, following)
            else:
                self._fact(line, kind)
        self._end()
        return self.found

    @property
    def _open(self) -> Record | None:
        """The paper whose title was read and whose abstract was not, None for none."""
        return self.found[-1] if self.found and self.found[-1].abstract is None else None

    def _fact(self, line: TextLine, kind: LineKind) -> None:
        if not self.found or (self._open is None and kind in self.leading):
            self.coming.take(line, kind, self.year)
        elif self._open and line.text in ("·", "•"):
            raise NoDigest(f"looked for {self._due()}, found {quoted(line.text)}", line.number)
        elif kind is LineKind.DATE and kind in self.found[-1].after:
            raise NoDigest(f"a paper's second date, or a title that looks like one: {quoted(line.text)}", line.number)
        else:
            self.found[-1].take(line, kind, self.year)

    def _count(self, line: TextLine, following: LineKind | None) -> None:
        """Take a lone number. A page shows upvotes of all papers or of none; its first paper decides which."""
        if self._open:
            if LineKind.COUNT in self.leading or following is LineKind.COUNT:
                raise NoDigest(f"looked for {self._due()}, found {quoted(line.text)}", line.number)
        elif LineKind.COUNT in self.leading and (not self.found or following is not LineKind.COUNT):
            self.coming.upvotes = count(line.text)
            self.coming.after.add(LineKind.COUNT)
        elif self.found and self.found[-1].after & {LineKind.DATE, LineKind.ASIDE}:
            self.found[-1].comments = count(line.text)

    def _text(self, line: TextLine, following: TextLine | None) -> None:
        if self._open:
            self._within(line, self._open)
        elif not (self.found and self._is_of_last(line, following, self.found[-1])):
            self._title(line)

    def _is_of_last(self, line: TextLine, following: TextLine | None, last: Record) -> bool:
        """Return whether a line after an abstract was an organisation before a dot, or authors, and take it then."""
        is_short = len(line.text) <= (SHORTEST_ABSTRACT if line.text.endswith(SENTENCE_ENDS) else LONGEST_ORGANIZATION)
        if is_short and following and following.text in ("·", "•"):
            self._dotted(line, last)
        elif not last.names and are_names(line.text) and (self.names == _NamesAt.AFTER or self._is_unmarked(line)):
            last.names, last.are_placed = line.text, True
        else:
            return self._is_unmarked(line) and self._is_aside(line)
        return True

    def _dotted(self, line: TextLine, last: Record) -> None:
        """Take the line before a dot: an organisation or the authors. Two words with capitals may be either."""
        if "," not in line.text:
            is_person = may_be_names(line.text) and not _INSTITUTION.search(line.text)
            last.before_dot = None if is_person else _organization(line.text)
            return
        self.dotted_lists = True
        if line.text.count(",") > 1 and are_names(line.text):
            last.names = line.text

    def _is_unmarked(self, line: TextLine) -> bool:
        return bool(self.marks) and not line.marks & self.marks

    def _is_aside(self, line: TextLine) -> bool:
        """Return whether a line is too short for a part of an abstract, on a page whose titles are set off."""
        if self.paragraphs.are_guessed:
            return False
        return len(line.text) < SHORTEST_ABSTRACT and not line.text.endswith(_ENDS)

    def _title(self, line: TextLine) -> None:
        if is_meta(line) or len(line.text) > LONGEST_TITLE or not any(map(str.isalpha, line.text)):
            raise NoDigest(f"looked for a title (a short line), found {quoted(line.text)}", line.number)
        if _UNREAD_LINK.search(line.text):
            raise NoDigest(f"looked for a title, found a link that is no whole one: {quoted(line.text)}", line.number)
        marks = line.marks & _LISTED
        if marks not in (self.marks, {"1"}):
            wanted = " and ".join(sorted(self.marks)) or "nothing"
            raise NoDigest(f"titles are set off by {wanted}, not so {quoted(line.raw)}", line.number)
        if marks != self.marks:
            self.numbered += 1
            if self.numbered > 1:
                raise NoDigest(f"some titles have numbers, the first has none: {quoted(line.raw)}", line.number)
            line = replace(line, text=line.raw)
        elif (
            "1" in marks and self.found and self.found[-1].title and line.place != (self.found[-1].title.place or 0) + 1
        ):
            raise NoDigest(f"the numbers of titles leap to {quoted(line.raw)}", line.number)
        self.coming.title, self.coming.after = line, set()
        self.found.append(self.coming)
        self.coming = Record()

    def _within(self, line: TextLine, record: Record) -> None:
        """Take a line between a title and what follows it: authors, or the abstract."""
        if not record.names and self._are_names_before(line):
            record.names, record.are_placed = line.text, True
        elif self.marks and not line.marks & self.marks and self._is_aside(line):
            return
        elif len(line.text) < SHORTEST_ABSTRACT or (self.marks & STRONG_MARKS and line.marks & self.marks):
            raise NoDigest(f"looked for {self._due()}, found {quoted(line.text)}", line.number)
        elif len(line.text) < USUAL_ABSTRACT and not line.text.endswith(_ENDS):
            raise NoDigest(f"{self._due()} ends within a sentence: {quoted(line.text)}", line.number)
        elif are_names(line.text) or may_be_names(line.first.rstrip(", ")):
            raise NoDigest(f"looked for {self._due()}, found names: {quoted(line.first or line.text)}", line.number)
        else:
            record.abstract = line

    def _are_names_before(self, line: TextLine) -> bool:
        if self.names == _NamesAt.BEFORE:
            return may_be_names(line.text)
        return self._is_unmarked(line) and are_names(line.text)

    def _due(self) -> str:
        title = self.found[-1].title
        return f"the abstract of {quoted(title.text if title else '')}"

    def _end(self) -> None:
        if self._open and self._open.title:
            title = quoted(self._open.title.text)
            raise NoDigest(f"the text ends after the title {title}: it is cut off, or no digest page")
        if self.coming.after or self.coming.links or self.coming.upvotes is not None:
            raise NoDigest("the text ends where a title is due: it is cut off" if self.found else "no titles")
        self._check_names()
        for kind in {kind for record in self.found for kind in record.within}:
            having = sum(
                kind in record.within or (kind is LineKind.LINK and record.has_own_link) for record in self.found
            )
            if having < USUAL * len(self.found):
                raise NoDigest(f"only {having} of {len(self.found)} papers have {kind} between title and abstract")

    def _check_names(self) -> None:
        """Check that lines taken for unlabelled authors are the usual way of this page. Raises ``NoDigest``."""
        placed = [record for record in self.found if record.are_placed]
        for record in self.found:
            # Where others have authors after the abstract, one name there may be an author's.
            may_be_author = self.dotted_lists or bool(placed and not record.names)
            record.organization = record.organization or (None if may_be_author else record.before_dot)
        weak = sum(not are_names(record.names) for record in placed)
        least = 1.0 if weak or self.paragraphs.are_guessed else USUAL
        if placed and (len(placed) < least * len(self.found) or 2 * weak > len(placed)):
            raise NoDigest(
                f"authors, or a title without its abstract? {len(placed)} of {len(self.found)} papers have such a line"
            )
        for title in (record.title for record in self.found if placed and not record.are_placed):
            if title and ("," in title.text or may_be_names(title.text)):
                raise NoDigest(f"a title, or authors without one? {quoted(title.text)}", title.number)


def _entry(record: Record, first: Record) -> Entry:
    title, abstract = record.title, record.abstract
    assert title and abstract and first.abstract
    text = abstract.text if abstract.marks and abstract.marks == first.abstract.marks else abstract.raw
    return entry_of_record(
        record, clean.line(title.text), clean.abstract(_LABEL.sub("", text, count=1) if _LABEL.match(text) else text)
    )


def _organization(text: str) -> str:
    """Return the name without the handle before it, which describes its picture: ``nvidia NVIDIA``."""
    handle, _, name = text.partition(" ")
    return name if name and _is_handle(handle, name) else text


def _is_handle(handle: str, name: str) -> bool:
    letters, rest = (re.sub(r"[\W_]", "", text).casefold() for text in (handle, name))
    initials = "".join(word[0] for word in name.casefold().split() if word[0].isalpha())
    return rest.startswith(letters) or letters.startswith(rest) or letters == initials or handle[:1].islower()
