"""What a parser expects of its site's page, and what of it a page of today lacks. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from tests.sources import make_source
from watcher.model import Entry, Page, Reading, Source, Unreachable, Unreadable
from watcher.parsers import PARSERS

MOST_DAYS_OLD = 7
"""Days that the newest paper of a list may be old."""

FEW = 0.5
"""Share of the papers that have to have a field for it to be there at all."""

Filled = Callable[[Entry], object]
FIELDS: dict[str, Filled] = {
    "id": lambda entry: any(key.startswith(("arxiv:", "doi:")) for key in entry.keys),
    "abstract": lambda entry: entry.abstract,
    "authors": lambda entry: entry.authors,
    "day": lambda entry: entry.listed or entry.published,
    "link": lambda entry: entry.url,
    "categories": lambda entry: entry.categories,
    "upvotes": lambda entry: entry.upvotes is not None,
    "version": lambda entry: entry.version,
}


@dataclass(frozen=True, slots=True)
class LiveSource:
    """A source that is looked at. ``fields``: what its papers have; ``least``: how many there are on a working day;
    ``has_day``: its page names its digest day and the one before."""

    source: Source
    fields: tuple[str, ...]
    least: int
    has_day: bool = False

    @property
    def name(self) -> str:
        return self.source.name


def _live(
    name: str, kind: str, fields: Sequence[str], least: int, *, has_day: bool = False, **keys: object
) -> LiveSource:
    return LiveSource(make_source(name, kind, **keys), ("authors", "link", *fields), least, has_day)


ALL = (
    _live("hf-daily", "huggingface", ("id", "abstract", "upvotes", "day"), 3, has_day=True),
    _live("hf-api", "huggingface", ("id", "abstract", "upvotes"), 3, via="api"),
    _live("hf-weekly", "huggingface", ("id", "abstract", "upvotes"), 10, listing="weekly"),
    _live("arxiv-rss", "arxiv", ("id", "abstract", "day", "categories"), 20, categories=("cs.CL",)),
    _live("arxiv-list", "arxiv", ("id", "abstract", "day", "categories"), 20, categories=("cs.CL",), via="listing"),
    _live("arxiv-api", "arxiv", ("id", "abstract", "day", "version"), 20, categories=("cs.CL",), via="api"),
    _live("biorxiv-api", "biorxiv", ("id", "abstract", "day", "version"), 30),
    _live("biorxiv-rss", "biorxiv", ("id", "abstract", "day"), 20, via="rss"),
    _live("medrxiv-api", "medrxiv", ("id", "abstract", "day", "version"), 10),
    _live("openalex", "openalex", ("id", "abstract", "day", "categories"), 20, topic=("T10028",)),
    _live("crossref", "crossref", ("id", "day", "categories"), 20, query="learning", filter=("has-abstract:true",)),
    _live("semanticscholar", "semanticscholar", ("id", "abstract", "day", "categories"), 20, query="learning"),
    _live("dblp", "dblp", ("categories",), 20, query="learning"),
    _live("openreview", "openreview", ("abstract", "categories"), 10, query="learning", journal=("TMLR",)),
    _live("aclanthology", "aclanthology", ("day", "categories"), 900),
    _live("aclanthology-2025", "aclanthology", ("abstract", "day"), 900, journal=("2025.acl",)),
    _live("pubmed", "pubmed", ("id", "day", "categories"), 20, query="cancer[ti]"),
    _live(
        *("arxiv-oai", "oai", ("id", "abstract", "day", "categories"), 20),
        url="https://oaipmh.arxiv.org/oai",
        set=("cs:cs:CL",),
        metadata="arXiv",
    ),
    _live("feed", "feed", ("id", "day"), 3, url="https://www.nature.com/nature.rss"),
)


def drifted(
    live: LiveSource, found: Page | Unreachable, parsed: Reading | Unreadable | None, now: datetime
) -> list[str]:
    """Return the missing expectations of a page in words, nothing if all are met."""
    if isinstance(found, Unreachable):
        return [f"does not answer: {found.reason}"]
    if not isinstance(parsed, Reading):
        return [f"cannot be read: {parsed.reason if parsed else 'nobody parsed it'}"]
    if not parsed.entries and PARSERS[live.source.kind].rests(live.source, now.date()):
        return []
    return list(_of_reading(live, parsed, now))


def _of_reading(live: LiveSource, read: Reading, now: datetime) -> Iterator[str]:
    yield from (f"warns: {warning}" for warning in read.warnings)
    n = len(read.entries)
    if n < live.least and not PARSERS[live.source.kind].rests(live.source, now.date()):
        yield f"shows {n} papers; {live.least} at least are expected"
    for name in live.fields if n else ():
        has = sum(bool(FIELDS[name](entry)) for entry in read.entries)
        if has < FEW * n:
            yield f"{has} of {n} papers have a field that all had: {name}"
    if live.has_day and not (read.day and read.previous):
        yield "the page does not name its digest day and the one before"
    newest = max(filter(None, map(_instant, read.entries)), default=None)
    if newest and now - newest > timedelta(days=MOST_DAYS_OLD):
        yield f"the newest paper is of {newest:%Y-%m-%d}"


def _instant(entry: Entry) -> datetime | None:
    return _of_day(entry.listed) if entry.listed else entry.published


def _of_day(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)
