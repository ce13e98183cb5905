"""The feed of a search that somebody saved at PubMed ("Create RSS"): the latest records that it finds."""

from __future__ import annotations

import re
from dataclasses import replace

from watcher.model import Entry, Reading, Unreadable
from watcher.parsers.common import clean
from watcher.parsers.common.links import place_of
from watcher.parsers.feed import kind as feed
from watcher.parsers.pubmed.article import record_keys, record_link

HOST = "pubmed.ncbi.nlm.nih.gov"
_PATH = re.compile(r"/([1-9][0-9]{0,9})/?", re.ASCII)
_HEAD = re.compile(r"\A.{0,2000}?\b(?P<no>NO )?ABSTRACT\s*")
"""The citation, which stands before the abstract, or before the words that there is none."""
_CITED = re.compile(r"\A[^.]{1,300}\. (?:19|20)\d\d\b.{0,600}\Z")
"""What stands in place of an abstract where there is none: "J Kilns. 2026 Mar 9;3(2):1-9. doi: 10.…" """
_TAIL = re.compile(r"PMID: ?[0-9]{1,10}(?: ?\| ?(?:PMC: ?\w{1,20}|DOI: ?\S{1,300})){0,3} ?\Z")
MOST_TAIL = 700
"""Characters at the end of an item in which its ids stand."""


def parse_rss(body: bytes, url: str) -> Reading | Unreadable:
    """Read a feed of PubMed; of a feed that is cut off, the whole entries with a warning."""
    reading = feed.parse(body, url)
    if isinstance(reading, Unreadable):
        return reading
    entries = [_recorded(entry) for entry in reading.entries]
    others = sum(entry is None for entry in entries)
    if others or (not entries and HOST.encode() not in body):
        return Unreadable(
            f"looked for PubMed's feed, found one whose entries lead elsewhere ({others} of {len(entries)})"
        )
    return replace(reading, entries=tuple(entry for entry in entries if entry))


def is_rss(body: bytes) -> bool:
    """Return whether a feed is PubMed's own; most feeds nowhere name it and need not be read for that."""
    if HOST.encode() not in body:
        return False
    reading = feed.parse(body, "")
    return isinstance(reading, Reading) and bool(reading.entries) and all(map(_pmid, reading.entries))


def _pmid(entry: Entry) -> str:
    place = place_of(entry.url or "")
    found = _PATH.fullmatch(place.path) if place and place.hostname == HOST else None
    return found[1] if found else ""


def _recorded(entry: Entry) -> Entry | None:
    """An entry as the record that it is of: known by the record's ids, with the abstract alone for its text."""
    pmid = _pmid(entry)
    if not pmid:
        return None
    title = entry.title.removesuffix(".") if not entry.title.endswith("..") else entry.title
    return replace(
        entry,
        title=title,
        keys=record_keys(pmid, entry.doi),
        shared=(),
        abstract=_abstract(entry.abstract),
        url=record_link(pmid),
        published=None,
        is_secondhand=False,
    )


def _abstract(text: str) -> str:
    """The text without the citation before it and the ids behind it; "" where it has nothing else."""
    at = max(len(text) - MOST_TAIL, 0)
    own = text[:at] + _TAIL.sub("", text[at:]).rstrip()
    head = _HEAD.match(own)
    if head is None:
        return "" if _CITED.match(own) else clean.abstract(own)
    return "" if head["no"] else clean.abstract(own[head.end() :])
