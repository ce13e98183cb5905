"""Crossref: lists of works. Its API is described at https://www.crossref.org/documentation/retrieve-metadata/rest-api/."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from watcher.model import Entry, Reading, Source, Unreadable
from watcher.parsers.apis.answers import Values, answer_of, line_at, number_of, object_of, objects_of, text_of
from watcher.parsers.apis.cursors import next_address, parameter_of
from watcher.parsers.body import SavedBody
from watcher.parsers.common import clean
from watcher.parsers.common.sniff import BodyForm
from watcher.parsers.crossref.addresses import LAG, earliest_asked, known_as, missed, mistakes, starts
from watcher.parsers.crossref.keys import CrossrefKeys
from watcher.parsers.crossref.work import ends_of, entry_of, relations_of
from watcher.parsers.parser import Parser, SavedForm

LOOKED_FOR = "an answer of Crossref"
MANY = 10
"""Fewest works of which one at least must have a title, and one an author."""


def parse(body: bytes, url: str) -> Reading | Unreadable:
    """Read a list of works, or a single one."""
    answer = answer_of(body, LOOKED_FOR)
    if isinstance(answer, Unreadable):
        return answer
    if "status" in answer and answer.get("status") != "ok":
        return Unreadable(f"Crossref answers: {_refusal(answer)}")
    message, sort = object_of(answer, "message"), text_of(answer, "message-type")
    if sort == "work":
        return _read([message], message, url)
    if not isinstance(message.get("items"), list):
        return Unreadable(f"looked for {LOOKED_FOR}, found JSON without items")
    works, total = objects_of(message, "items"), number_of(message, "total-results")
    if not works and total and parameter_of(url, "cursor") in ("", "*"):
        return Unreadable(f"Crossref says that it has {total:,} works, and shows none")
    return _read(works, message, url)


def _refusal(answer: Values) -> str:
    """What an answer says that is no list, in words."""
    said = [line_at(one, "message", 200) for one in objects_of(answer, "message")]
    plain = line_at(answer, "message", 300) or line_at(object_of(answer, "message"), "message", 300)
    return "; ".join(filter(None, said)) or plain or line_at(answer, "status") or "an error"


def _read(works: Sequence[Values], message: Values, url: str) -> Reading | Unreadable:
    entries = [entry for work in works if (entry := entry_of(work))]
    if nameless := sum(clean.doi(work.get("DOI")) is None for work in works):
        return Unreadable(f"{nameless} of {len(works)} works have no DOI")
    if len(works) >= MANY and not entries:
        return Unreadable(f"none of {len(works)} works has a title")
    ends = {end.keys: end for work in works for end in ends_of(work)}
    shown = {entry.keys: _ended(entry, ends.pop(entry.keys, None)) for entry in entries}
    total, is_first = number_of(message, "total-results"), parameter_of(url, "cursor") in ("", "*")
    cursor = None if is_first and len(works) == total else message.get("next-cursor")
    nobody = len(entries) >= MANY and not any(entry.authors for entry in entries)
    return Reading(
        entries=(*shown.values(), *ends.values()),
        next=next_address(url, cursor),
        whole=not nobody,
        warnings=(f"none of {len(entries)} works has an author",) if nobody else (),
        remarks=tuple(_remarks(entries, works, total)),
        total=total,
        records=len(works),
        reaches=earliest_asked(url),
    )


def _ended(entry: Entry, end: Entry | None) -> Entry:
    """Return an entry with what a notice on the same page says of it."""
    return replace(entry, note=end.note, retraction=end.retraction) if end else entry


def _remarks(entries: Sequence[Entry], works: Sequence[Values], total: int | None) -> list[str]:
    related = [relations_of(work) for work in works]
    counted = (
        (total or 0, "works are found in all"),
        (len(works) - len(entries), "without a title are left out"),
        (sum(one.is_withdrawn for one in related), "are retracted"),
        (sum(bool(one.withdraws) for one in related), "are notices that retract other works"),
        (sum(bool(one.corrects) for one in related), "are notices that correct other works"),
        (sum(bool(one.articles) for one in related), "are preprints that name their article"),
        (sum(not entry.abstract for entry in entries), "have no abstract there"),
    )
    return [f"{n:,} {what}" for n, what in counted if n]


def _told(source: Source) -> frozenset[str]:
    told = {"title", "abstract", "author", "org", "category", "venue", "note", "published", "listed"}
    return frozenset(told | {"author_id", "org_id"})


def _is_answer(body: SavedBody) -> bool:
    return body.form is BodyForm.JSON and b'"message-type"' in body.head and b'"message-version"' in body.head


PARSER = Parser(
    kind="crossref",
    version=3,
    own=CrossrefKeys,
    check=mistakes,
    is_for_programs=lambda source: True,
    starts=starts,
    known_as=known_as,
    shows_again=lambda source: timedelta.max if source.url is None else None,
    is_passing=lambda source: True,
    lag=LAG,
    missed=missed,
    asks_back=lambda source: source.url is None,
    tells=_told,
    parse=lambda body, url, source: parse(body, url),
    saves="answers of Crossref",
    saved=(SavedForm("crossref works", _is_answer, lambda body: parse(body.data, "")),),
)
