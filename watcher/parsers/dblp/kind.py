"""DBLP as a kind of source. Its search is described at https://dblp.org/faq/How+to+use+the+dblp+search+API.html."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import timedelta

from watcher.model import Entry, Reading, Source, Unreadable
from watcher.parsers.apis.answers import answer_of, line_at, number_of, object_of, objects_of
from watcher.parsers.apis.cursors import next_address, parameter_of
from watcher.parsers.body import SavedBody
from watcher.parsers.common.sniff import BodyForm, body_form
from watcher.parsers.dblp.keys import DblpKeys, list_of_address, mistakes, own, starts
from watcher.parsers.dblp.record import ENDED, NO_PAPERS, Publication, entry_of, of_person, of_search
from watcher.parsers.feed.item import cut_warning
from watcher.parsers.feed.xml import NotWellFormed, XmlForm, read_xml
from watcher.parsers.parser import Parser, SavedForm

LOOKED_FOR = "an answer of DBLP"
MANY = 10
"""Fewest publications of which one at least must have an author."""

FORM = XmlForm(what="record of a person at DBLP", roots=("dblpperson",), items=("r",), most_elements=50_000)
_PERSON = re.compile(rb"<dblpperson\b")
_HEAD = 2_000
_PLACE = re.compile(r"[0-9]{1,7}", re.ASCII)


def parse(body: bytes, url: str) -> Reading | Unreadable:
    """Read an answer of the search, or the record of a person."""
    if _is_person(body):
        return _parse_person(body)
    answer = answer_of(body, LOOKED_FOR)
    if isinstance(answer, Unreadable):
        return answer
    result = object_of(answer, "result")
    status, hits = object_of(result, "status"), result.get("hits")
    if (code := line_at(status, "@code", 10)) not in ("", "200"):
        return Unreadable(f"DBLP answers: {line_at(status, 'text', 200) or 'an error'} ({code})")
    if not isinstance(hits, dict) or (total := number_of(hits, "@total")) is None:
        said = line_at(answer, "error", 200) or line_at(answer, "message", 200)
        return Unreadable(f"DBLP answers: {said}" if said else f"looked for {LOOKED_FOR}, found JSON without hits")
    found = [hits["hit"]] if isinstance(hits.get("hit"), dict) else objects_of(hits, "hit")
    asked = parameter_of(url, "f")
    if total and not found and asked in ("", "0"):
        return Unreadable(f"DBLP says that it has {total:,} publications, and shows none")
    following = (int(asked) if _PLACE.fullmatch(asked) else 0) + len(found)
    return _read(
        [of_search(object_of(hit, "info")) for hit in found],
        next=next_address(url, str(following), "f") if following < total else None,
        total=total,
        remarks=[f"DBLP finds {total:,} publications"],
    )


def _is_person(body: bytes) -> bool:
    return body_form(body) is BodyForm.XML and _PERSON.search(body[:_HEAD]) is not None


def _parse_person(body: bytes) -> Reading | Unreadable:
    try:
        document = read_xml(body, FORM)
    except NotWellFormed as wrong:
        return Unreadable(f"looked for {LOOKED_FOR}, found XML that is not well-formed ({wrong})")
    if isinstance(document, Unreadable):
        return document
    if not document.items:
        return Unreadable("the record of a person at DBLP has no publications")
    found = [of_person(node) for item in document.items for node in item.children[:1]]
    return _read(found, warnings=[cut_warning(len(found))] if document.is_cut else [])


def _read(
    found: Sequence[Publication],
    *,
    next: str | None = None,
    total: int | None = None,
    remarks: Sequence[str] = (),
    warnings: Sequence[str] = (),
) -> Reading | Unreadable:
    papers = [one for one in found if one.sort not in NO_PAPERS]
    if nameless := sum(not one.key for one in papers):
        return Unreadable(f"{nameless} of {len(papers)} publications have no key of DBLP")
    entries = [entry for one in papers if (entry := entry_of(one))]
    if papers and not entries:
        return Unreadable(f"none of {len(papers)} publications has a title")
    nobody = len(entries) >= MANY and not any(entry.authors for entry in entries)
    said = [*warnings, *([f"none of {len(entries)} publications has an author"] if nobody else [])]
    return Reading(
        entries=tuple({entry.keys: entry for entry in entries}.values()),
        next=next,
        whole=not said,
        warnings=tuple(said),
        remarks=(*remarks, *_remarks(found, papers, entries)),
        total=total,
        records=len(found),
    )


def _remarks(found: Sequence[Publication], papers: Sequence[Publication], entries: Sequence[Entry]) -> list[str]:
    counted = (
        (len(found) - len(papers), "volumes and pages of people are left out"),
        (len(papers) - len(entries), "without a title are left out"),
        (sum(one.sort == ENDED for one in papers), "are withdrawn"),
        (sum(entry.is_follow_up for entry in entries), "are old, and matter only if they are known"),
    )
    return [f"{n:,} {what}" for n, what in counted if n]


def _told(source: Source) -> frozenset[str]:
    told = {"title", "author", "category", "venue", "note"}
    return frozenset(told | ({"listed", "author_id"} if source.url or own(source).author else set()))


def _is_search(body: SavedBody) -> bool:
    return body.form is BodyForm.JSON and b'"result"' in body.head and b'"@total"' in body.head


PARSER = Parser(
    kind="dblp",
    version=1,
    own=DblpKeys,
    check=mistakes,
    is_for_programs=lambda source: True,
    starts=starts,
    called=lambda source, url: list_of_address(url),
    every=lambda source: timedelta(days=1),
    tells=_told,
    parse=lambda body, url, source: parse(body, url),
    saves="answers of DBLP's search (JSON), and its records of people (XML)",
    saved=(
        SavedForm("dblp search", _is_search, lambda body: parse(body.data, "")),
        SavedForm("dblp person", lambda body: _is_person(body.data), lambda body: parse(body.data, "")),
    ),
)
