"""The pages of one look at a source: fetched one after the other, then stored, each with a verdict."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

from watcher.fetch import pace_of
from watcher.model import Judged, NotModified, Page, Reading, Source, Unreachable, Unreadable, Validators
from watcher.parsers import PARSERS
from watcher.pipeline.parts import Parts
from watcher.pipeline.record import Intake
from watcher.verdict import DayHistory, doubt, entry_key, judge_page, sites_day, without_abstracts
from watcher.walk import KnownPage, Visit, walk

log = logging.getLogger(__name__)

MISSED_AFTER = timedelta(hours=24)
"""How long a list may stand that shows one day only."""


def takes_turns(source: Source, today: date) -> bool:
    """Whether the site asks for so slow a pace that looks at its sources wait for each other."""
    hosts = (urlsplit(start).hostname or "" for start in PARSERS[source.kind].starts(source, today))
    return any(pace_of(host, host, 0.0).interval for host in hosts)


def read_pages(
    source: Source,
    parts: Parts,
    known: Mapping[str, KnownPage],
    validators: Mapping[str, Validators],
    last: datetime | None,
) -> list[Visit]:
    """Fetch and parse page by page; where the walk goes next depends on what the last page said. ``last`` is when all
    of the source could be read for the last time."""
    parser = PARSERS[source.kind]
    now = parts.clock()
    steps = walk(
        source,
        parser.starts(source, now.date()),
        parser.day_url(source),
        known,
        follows_numbers=parts.rules.uses_numbers,
        lag=parser.lag,
        missed=_missed(source, last, now),
        now=now,
    )
    get = parts.fetcher.get if parser.obeys_robots(source) else partial(parts.fetcher.get, robots=False)
    visits: list[Visit] = []
    try:
        url = next(steps)
        while True:
            fetched = get(url, validators.get)
            parsed = parser.parse(fetched.body, fetched.url, source) if isinstance(fetched, Page) else None
            visits.append(Visit(url, fetched, parsed))
            url = steps.send(visits[-1])
    except StopIteration:
        return visits


def _missed(source: Source, last: datetime | None, now: datetime) -> tuple[str, ...]:
    """Where to read what was listed since the source was last read, after more than a day; no further back than is
    followed."""
    missed = PARSERS[source.kind].missed
    if missed is None or last is None or now - last <= MISSED_AFTER:
        return ()
    return missed(source, max(last, now - timedelta(days=source.follow)), now)


def keep_broken(source: Source, visits: Iterable[Visit], parts: Parts) -> Path | None:
    """Where the body of the first page that cannot be read is kept; None where there is none."""
    bodies = (
        visit.fetched.body
        for visit in visits
        if isinstance(visit.parsed, Unreadable) and isinstance(visit.fetched, Page)
    )
    body = next(bodies, None)
    return parts.kept.keep(source.name, body, parts.clock()) if body is not None and parts.kept else None


def record_visits(intake: Intake, source: Source, visits: Sequence[Visit]) -> list[Judged]:
    """Store every page; a verdict for each."""
    tx, now = intake.tx, intake.now
    further = {visit.parsed.next for visit in visits if isinstance(visit.parsed, Reading)}
    judged = []
    for visit in visits:
        match visit:
            case Visit(parsed=Reading() as reading, fetched=Page() as page):
                for warning in reading.warnings:
                    log.warning("%s: %s: %s", source.name, visit.url, warning)
                judged.append(_record_page(intake, source, page, reading, is_further=visit.asked in further))
            case Visit(parsed=Unreadable() as unreadable):
                judged.append(judge_page(unreadable, DayHistory(), 0, now))
            case Visit(fetched=NotModified() | Unreachable() as answer):
                if isinstance(answer, NotModified):
                    tx.pages.touch(source.name, visit.url, now)
                judged.append(judge_page(answer, DayHistory(), 0, now))
    return judged


def _record_page(intake: Intake, source: Source, page: Page, reading: Reading, *, is_further: bool) -> Judged:
    """Store what a page lists, unless it is too odd to be taken.

    What a list's further pages show says nothing of them, nor how short it is on days on which its site rests.
    """
    tx, now, version = intake.tx, intake.now, PARSERS[source.kind].reads(source)
    before = history = tx.pages.history(source.name, page.url, reading.day, version)
    past = tx.pages.past(source.name, reading.entries)
    if is_further:
        history = DayHistory(short_since=history.short_since, short_digest=history.short_digest)
    elif PARSERS[source.kind].rests(source, sites_day(now)):
        history = replace(history, recent=())
    reading = without_abstracts(reading, past)
    verdict = doubt(reading, history, past, now)
    if verdict is None:
        recorded = intake.add(reading.entries, source.name, whole=reading.whole)
        if not is_further:
            history = replace(history, gone=tx.pages.gone(source.name, reading.day, recorded.ids))
        verdict = judge_page(reading, history, len(recorded.new), now)
    shown = frozenset(entry_key(entry) for entry in reading.entries)
    tx.pages.record(source.name, page, reading, version, verdict, shown, before, now)
    return verdict
