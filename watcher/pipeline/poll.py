"""Read a source, store what it lists, match it."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from watcher.alerts import fate
from watcher.alerts.incidents import KINDS, is_due, trouble_of
from watcher.errors import WatcherError
from watcher.model import (
    Decision,
    Judged,
    NotModified,
    Page,
    Paper,
    Reading,
    Saved,
    Source,
    Unreachable,
    Unreadable,
    Verdict,
)
from watcher.parsers import PARSERS
from watcher.pipeline.parts import Parts
from watcher.pipeline.rulebook import RuleBook
from watcher.pipeline.updates import record_updates
from watcher.store import Transaction
from watcher.store.matches import Found
from watcher.verdict import DayHistory, entry_key, judge_page, worst
from watcher.walk import KnownPage, Visit, walk

log = logging.getLogger(__name__)

WAIT_FOR_ABSTRACT = timedelta(hours=24)
SOON = timedelta(minutes=15)


class Stopped(WatcherError):
    """The process was asked to stop while a source was being read: what was not read says nothing of the source."""


class Overtaken(WatcherError):
    """Another daemon has read the source meanwhile, since this one was held up past its turn: nothing is stored."""


@dataclass(frozen=True, slots=True)
class Polled:
    """What one look at a source gave; ``new`` counts papers never seen before, ``matched`` new matches."""

    source: str
    judged: Judged
    new: int
    matched: int
    retry_after: timedelta | None = None


def poll(source: Source, parts: Parts, is_mine: Callable[[Transaction], bool] = lambda tx: True) -> Polled:
    """Read the pages of ``source`` and store all that they list, with its matches, in one transaction.

    ``is_mine`` is asked in that transaction whether the turn that the poll was begun in lasts.
    """
    with parts.store.reading() as tx:
        known = tx.pages.known(source.name)
        parts.rules.bring_up_to_date(tx, hold=False)
    visits = read_pages(source, parts, known)
    if parts.stopping.is_set():
        raise Stopped(f"{source.name}: stopped while being read")
    now = parts.clock()
    with parts.store.transaction() as tx:
        if not is_mine(tx):
            raise Overtaken(f"{source.name}: read by another daemon meanwhile")
        parts.rules.bring_up_to_date(tx)
        judged, read = _record_visits(tx, source, visits, now)
        matched = record_matches(tx, parts.rules, read.touched, _decide(first_poll=not known, now=now), now)
        matched += record_updates(tx, parts.rules, read.updates, now)
        verdict, new = worst(judged), read.new
        tx.pages.record_poll(source.name, verdict, new, len(visits), now)
        _record_trouble(tx, source, verdict, parts, now)
    log.info("%s: %s, %d new, %d matched%s", source.name, verdict.verdict, new, matched, _because(verdict))
    return Polled(source.name, verdict, new, matched, _retry_after(visits))


def next_poll(source: Source, polled: Polled, now: datetime, jitter: float) -> datetime:
    """When to look again: after ``every``, sooner where something was missing, never before the server allows.

    Up to a tenth of ``every`` is added, so that a thousand watchers do not ask in the same second.
    """
    wait = source.every
    if polled.judged.verdict in (Verdict.PARTIAL, Verdict.BROKEN, Verdict.UNREACHABLE):
        wait = min(wait, SOON)
    return now + max(wait, polled.retry_after or timedelta(0)) + source.every * jitter / 10


def read_pages(source: Source, parts: Parts, known: Mapping[str, KnownPage]) -> list[Visit]:
    """Fetch and parse page by page; where the walk goes next depends on what the last page said."""
    parser = PARSERS[source.kind]
    with parts.store.reading() as tx:
        validators = tx.pages.validators(source.name, parser.reads(source))
    steps = walk(
        source,
        parser.starts(source, parts.clock().date()),
        parser.day_url(source),
        known,
        follows_numbers=parts.rules.uses_numbers,
        now=parts.clock(),
    )
    visits: list[Visit] = []
    try:
        url = next(steps)
        while True:
            fetched = parts.fetcher.get(url, validators.get)
            parsed = parser.parse(fetched.body, fetched.url, source) if isinstance(fetched, Page) else None
            visits.append(Visit(url, fetched, parsed))
            url = steps.send(visits[-1])
    except StopIteration:
        return visits


@dataclass
class _Read:
    """What the pages of one look gave: papers never seen before, those to be matched, and updates of known ones."""

    new: int = 0
    touched: set[int] = field(default_factory=set)
    updates: dict[int, str] = field(default_factory=dict)


def _record_visits(
    tx: Transaction, source: Source, visits: Sequence[Visit], now: datetime
) -> tuple[list[Judged], _Read]:
    """Store every page; a verdict for each."""
    read = _Read()
    for visit in visits:
        if isinstance(visit.parsed, Reading):
            for warning in visit.parsed.warnings:
                log.warning("%s: %s: %s", source.name, visit.url, warning)
    return [_record_visit(tx, source, visit, read, now) for visit in visits], read


def _record_visit(tx: Transaction, source: Source, visit: Visit, read: _Read, now: datetime) -> Judged:
    version = PARSERS[source.kind].reads(source)
    reading = visit.parsed
    if not isinstance(reading, Reading) or not isinstance(visit.fetched, Page):
        if isinstance(visit.fetched, NotModified):
            tx.pages.touch(source.name, visit.url, now)
        return judge_page(_unread(visit), DayHistory(), 0, now)
    history = tx.pages.history(source.name, visit.url, reading.day)
    recorded = tx.papers.record_entries(reading.entries, source.name, now, whole=reading.whole)
    verdict = judge_page(reading, history, len(recorded.new), now)
    shown = frozenset(entry_key(entry) for entry in reading.entries)
    tx.pages.record(source.name, visit.fetched, reading, version, verdict, shown, history, now)
    read.new += len(recorded.new)
    read.touched |= set(recorded.touched)
    read.updates |= recorded.updates
    return verdict


def _unread(visit: Visit) -> Unreadable | NotModified | Unreachable:
    match visit:
        case Visit(parsed=Unreadable() as unreadable):
            return unreadable
        case Visit(fetched=NotModified() | Unreachable() as answer):
            return answer
    raise AssertionError("a page that was read is judged with its history")


def record_matches(
    tx: Transaction,
    rules: RuleBook,
    paper_ids: Collection[int],
    decide: Callable[[Saved, Paper], Decision],
    now: datetime,
) -> int:
    """Match papers against all rules and store what is found for the first time; how many matches that is.

    A paper whose abstract has not been read yet waits for it.
    """
    ready = tx.papers.ready(paper_ids, waited_since=now - WAIT_FOR_ABSTRACT)
    known = tx.matches.known(ready)
    found = [
        Found(saved.id, paper.id, hit, decide(saved, paper))
        for saved, paper, hit in rules.match(tx.papers.get(ready), known)
    ]
    return tx.matches.record(found, now)


def match_waiting(parts: Parts) -> int:
    """Match the papers that have waited a day for an abstract that did not come."""
    now = parts.clock()
    with parts.store.reading() as tx:
        waiting = tx.papers.waiting(before=now - WAIT_FOR_ABSTRACT)
    if not waiting:
        return 0
    with parts.store.transaction() as tx:
        parts.rules.bring_up_to_date(tx)
        matched = record_matches(tx, parts.rules, waiting, _decide(first_poll=False, now=now), now)
        tx.papers.stop_waiting(waiting)
    return matched


def _decide(*, first_poll: bool, now: datetime) -> Callable[[Saved, Paper], Decision]:
    return lambda saved, paper: fate.of_polled(saved.subscription, paper, first_poll=first_poll, now=now)


def _record_trouble(tx: Transaction, source: Source, judged: Judged, parts: Parts, now: datetime) -> None:
    """Keep the incident of this source as the verdict says; the operator hears once of its beginning and end."""
    trouble = trouble_of(judged, parts.config.unreachable_after)
    if trouble is None:
        tx.incidents.end(KINDS.values(), source.name, parts.config.operator, now)
        return
    begun = tx.incidents.begin(trouble.kind, source.name, trouble.reason, now)
    if is_due(begun.incident.began, begun.told_at, trouble.tell_after, now):
        tx.incidents.tell(begun.id, parts.config.operator, now)


def _retry_after(visits: Iterable[Visit]) -> timedelta | None:
    waits = [visit.fetched.retry_after for visit in visits if isinstance(visit.fetched, Unreachable)]
    return max((wait for wait in waits if wait), default=None)


def _because(judged: Judged) -> str:
    return f" ({judged.reason})" if judged.reason else ""
