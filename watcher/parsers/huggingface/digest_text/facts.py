"""Read what surrounds the title and abstract of a paper on a rendered page, and find the paper it belongs to."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from enum import StrEnum

from watcher.model import Entry
from watcher.parsers.common import clean
from watcher.parsers.common.dates import instant_in
from watcher.parsers.common.links import ids_of_link
from watcher.parsers.common.names import names_in
from watcher.parsers.huggingface.digest_text.marks import (
    COMMENTS,
    COUNT,
    MONTHS,
    ORGANIZATION,
    PUBLISHED,
    UPVOTES,
    WHEN,
    TextLine,
    is_date,
    is_meta,
    labelled_names,
    link_of,
    names_paper,
)


class LineKind(StrEnum):
    """What a line looks like by itself. TEXT is a title, an abstract, or something that only its place can tell."""

    TEXT = "text"
    COUNT = "a number"
    UPVOTES = "upvotes"
    COMMENTS = "comments"
    DATE = "a date"
    NAMES = "authors"
    ORGANIZATION = "an organisation"
    LINK = "a link"
    ASIDE = "aside"


def kind_of(line: TextLine) -> LineKind:
    text = line.text
    if COUNT.fullmatch(text):
        return LineKind.COUNT
    if WHEN.fullmatch(text) or is_date(text):
        return LineKind.DATE
    for form, kind in (
        (UPVOTES, LineKind.UPVOTES),
        (COMMENTS, LineKind.COMMENTS),
        (ORGANIZATION, LineKind.ORGANIZATION),
    ):
        if form.fullmatch(text):
            return kind
    if labelled_names(text):
        return LineKind.NAMES
    if names_paper(link_of(line)):
        return LineKind.LINK
    return LineKind.ASIDE if is_meta(line) else LineKind.TEXT


@dataclass
class Record:
    """One paper, as far as it has been read.

    ``names``: line with the authors.
    ``organization``: whose paper it is, None if no line says it.
    ``are_placed``: only their place shows that ``names`` are authors.
    ``before_dot``: line before a dot, which may be an organisation.
    ``links``: addresses on lines of their own.
    ``within``: kinds of the lines between title and abstract.
    ``after``: kinds of the lines between the abstract and the next title.
    ``is_dotted``: its date came after a dot.
    """

    title: TextLine | None = None
    abstract: TextLine | None = None
    names: str = ""
    are_placed: bool = False
    organization: str | None = None
    before_dot: str | None = None
    upvotes: int | None = None
    comments: int | None = None
    published: datetime | None = None
    links: list[str] = field(default_factory=list)
    within: set[LineKind] = field(default_factory=set)
    after: set[LineKind] = field(default_factory=set)
    is_dotted: bool = False

    @property
    def has_own_link(self) -> bool:
        """Whether the line of the title is a link or ends with one."""
        return self.title is not None and self.title.link is not None

    def take(self, line: TextLine, kind: LineKind, year: int | None) -> None:
        """Take the facts in a line.

        ``year``: of dates without a year, None if not known.
        """
        match kind:
            case LineKind.DATE:
                self.is_dotted = LineKind.ASIDE in self.after
                self.published, comments = _published(line.text, year)
                self.comments = self.comments if comments is None else comments
            case LineKind.UPVOTES:
                self.upvotes = _number(UPVOTES, line.text)
            case LineKind.COMMENTS:
                self.comments = _number(COMMENTS, line.text)
            case LineKind.ORGANIZATION:
                found = ORGANIZATION.fullmatch(line.text)
                self.organization = found[1] if found else None
            case LineKind.NAMES:
                self.names = labelled_names(line.text)
            case LineKind.LINK:
                self.links.append(link_of(line) or "")
        (self.after if self.abstract or not self.title else self.within).add(kind)


def count(text: str) -> int:
    return 0 if text == "-" else int(text)


def entry_of_record(record: Record, title: str, abstract: str) -> Entry:
    """Return a record as an entry. The title's own link identifies the paper, or else the only link on its lines."""
    entry = Entry(
        title=title,
        abstract=abstract,
        authors=names_in([record.names]) if record.names else (),
        organization=record.organization,
        upvotes=record.upvotes,
        comments=record.comments,
        published=record.published,
    )
    own = clean.url(record.title.link) if record.title else None
    papers = {ids_of_link(link).keys[0]: link for link in record.links}
    address = own or (next(iter(papers.values())) if len(papers) == 1 else None)
    if address is None:
        return entry
    known = ids_of_link(address)
    return replace(entry, keys=known.keys, url=address, arxiv_id=known.arxiv_id, version=known.version, doi=known.doi)


def forget_doubtful(records: Sequence[Record]) -> None:
    """Remove facts after abstracts that may belong to the next paper: those that the last paper does not have.

    Lines between an abstract and the next title belong to the first of both papers, unless such lines also precede the
    first title. If that paper has none, only the end of the page can tell, where the last paper has its own. A date
    after a dot, or after the number of authors, always ends a paper.
    """
    seen = {kind for record in records for kind in record.after}
    for kind in seen - records[-1].after:
        for record in records:
            if kind in record.after:
                _forget(record, kind)


def _forget(record: Record, kind: LineKind) -> None:
    match kind:
        case LineKind.LINK:
            record.links.clear()
        case LineKind.DATE:
            record.published = record.published if record.is_dotted else None
        case LineKind.UPVOTES:
            record.upvotes = None
        case LineKind.NAMES:
            record.names = ""


def _number(form: re.Pattern[str], text: str) -> int | None:
    found = form.fullmatch(text)
    return count(found[1] or found[2]) if found else None


def _published(text: str, year: int | None) -> tuple[datetime | None, int | None]:
    """Return the day that a line names, and the number of comments behind it; None for what is not there."""
    labelled = PUBLISHED.fullmatch(text)
    text = labelled[1] if labelled else text
    found = WHEN.fullmatch(text)
    if found is None:
        return instant_in(text), None
    month, day, own_year, comments = found.groups()
    return _instant(own_year or year, month, day), int(comments) if comments else None


def _instant(year: int | str | None, month: str, day: str) -> datetime | None:
    if year is None:
        return None
    try:
        return datetime(int(year), MONTHS.index(month) + 1, int(day), tzinfo=UTC)
    except ValueError:
        return None
