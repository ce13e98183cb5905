"""OpenAlex: lists of works, newest first. Its API is described at https://help.openalex.org/api."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta

from watcher.model import Entry, Reading, Source, Unreadable
from watcher.parsers.apis.answers import Values, answer_of, line_at, number_of, object_of, objects_of
from watcher.parsers.apis.cursors import next_address, parameter_of
from watcher.parsers.apis.missing import field_that_is_gone
from watcher.parsers.apis.order import runs_upwards
from watcher.parsers.apis.relations import openalex_in
from watcher.parsers.body import SavedBody
from watcher.parsers.common.dates import day_of
from watcher.parsers.common.sniff import BodyForm
from watcher.parsers.openalex.addresses import LAG, LISTED, NEWEST_FIRST, known_as, missed, mistakes, starts
from watcher.parsers.openalex.citing import asked_dois, asked_works, read_named, with_cited
from watcher.parsers.openalex.keys import OpenAlexKeys, own
from watcher.parsers.openalex.work import entry_of, relations_of
from watcher.parsers.parser import Parser, SavedForm

LOOKED_FOR = "an answer of OpenAlex"
MANY = 10
"""Fewest works of which one at least must have a title."""


def parse(body: bytes, url: str) -> Reading | Unreadable:
    """Read a list of works."""
    answer = answer_of(body, LOOKED_FOR)
    if isinstance(answer, Unreadable):
        return answer
    if "error" in answer:
        said = line_at(answer, "message", 300) or line_at(answer, "error", 300)
        return Unreadable(f"OpenAlex answers: {said or 'an error'}")
    if not isinstance(answer.get("results"), list) or not isinstance(answer.get("meta"), dict):
        return Unreadable(f"looked for {LOOKED_FOR}, found JSON without results and meta")
    works, meta = objects_of(answer, "results"), object_of(answer, "meta")
    if asked_dois(url):
        return read_named(works, url, LISTED)
    total, is_first = number_of(meta, "count"), parameter_of(url, "cursor") in ("", "*")
    if not works and total and is_first:
        return Unreadable(f"OpenAlex says that it has {total:,} works, and shows none")
    return _read(works, total, None if is_first and len(works) == total else meta.get("next_cursor"), url)


def _read(works: Sequence[Values], total: int | None, cursor: object, url: str) -> Reading | Unreadable:
    asked = asked_works(url)
    entries = [_cited(entry, work, asked) for work in works if (entry := entry_of(work))]
    if nameless := sum(openalex_in(work.get("id")) is None for work in works):
        return Unreadable(f"{nameless} of {len(works)} works have no id of OpenAlex")
    if len(works) >= MANY and not entries:
        return Unreadable(f"none of {len(works)} works has a title")
    gone = field_that_is_gone(works, parameter_of(url, "select"))
    found = (day_of(work.get("publication_date")) for work in works)
    days = [datetime.combine(day, time.max, UTC) for day in found if day]
    is_by_day = parameter_of(url, "sort") == NEWEST_FIRST
    turned = (
        "the newest works were asked for first, and the oldest stand first" if is_by_day and runs_upwards(days) else ""
    )
    warnings = tuple(filter(None, (gone, turned)))
    return Reading(
        entries=tuple({entry.keys: entry for entry in entries}.values()),
        next=next_address(url, cursor),
        whole=not warnings,
        warnings=warnings,
        remarks=tuple(_remarks(entries, works, total)),
        total=total,
        records=len(works),
        reaches=min(days) if is_by_day and days and not turned and "from_created_date" not in url else None,
        citing=tuple(f"openalex:{work}".lower() for work in asked) if is_by_day else (),
    )


def _cited(entry: Entry, work: Values, asked: Sequence[str]) -> Entry:
    return with_cited(entry, relations_of(work).cites, asked) if asked else entry


def _remarks(entries: Sequence[Entry], works: Sequence[Values], total: int | None) -> list[str]:
    related = [relations_of(work) for work in works]
    counted = (
        (total or 0, "works are found in all"),
        (len(works) - len(entries), "without a title are left out"),
        (sum(one.is_withdrawn for one in related), "are retracted"),
        (sum(bool(one.preprints) for one in related), "name their preprints"),
        (sum(not entry.abstract for entry in entries), "have no abstract there"),
    )
    return [f"{n:,} {what}" for n, what in counted if n]


def _shows_again(source: Source) -> timedelta | None:
    if source.url is not None or own(source).cites:
        return None
    return timedelta.max if own(source).by == "created" else LAG


def _told(source: Source) -> frozenset[str]:
    return frozenset(
        {"title", "abstract", "author", "org", "keyword", "category", "venue", "note", "published", "listed"}
        | {"author_id", "org_id"}
        | ({"cites"} if source.url or own(source).cites else set())
    )


def _is_answer(body: SavedBody) -> bool:
    """Whether it is a list of works: its head has the counts, or a work's id."""
    if body.form is not BodyForm.JSON:
        return False
    return b"openalex.org/W" in body.head or (b'"meta"' in body.head and b'"per_page"' in body.head)


PARSER = Parser(
    kind="openalex",
    version=3,
    own=OpenAlexKeys,
    check=mistakes,
    is_for_programs=lambda source: True,
    starts=starts,
    known_as=known_as,
    shows_again=_shows_again,
    is_passing=lambda source: True,
    lag=LAG,
    missed=missed,
    asks_back=lambda source: source.url is None and not own(source).cites,
    tells=_told,
    every=lambda source: timedelta(days=1) if own(source).cites else None,
    parse=lambda body, url, source: parse(body, url),
    saves="answers of OpenAlex",
    saved=(SavedForm("openalex works", _is_answer, lambda body: parse(body.data, "")),),
)
