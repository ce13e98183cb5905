"""Fetch the pages of a poll, then store each page with a verdict."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

from watcher.model import (
    Judged,
    NotModified,
    Page,
    Reading,
    Source,
    Unreachable,
    Unreadable,
    Validators,
    Verdict,
)
from watcher.model.masking import starred, without_login
from watcher.parsers import PARSERS
from watcher.pipeline.context import Context
from watcher.pipeline.polling.missed import MissedLists
from watcher.pipeline.record import Intake
from watcher.policy.polls.citing import reached_by
from watcher.policy.polls.days import KnownPage, Visit, has_no_page, is_failed, shown_day
from watcher.policy.polls.gaps import Gap, announced_on, of_cut
from watcher.policy.polls.pace import pace_of
from watcher.policy.polls.verdict import (
    TAKEN_AS_TRUE_AFTER,
    DayHistory,
    doubt,
    entry_key,
    judge_page,
    lost_days,
    sites_day,
    without_abstracts,
)
from watcher.policy.polls.walk import MOST_PAGES, walk
from watcher.sandbox.here import parse_page
from watcher.store import Transaction
from watcher.store.sources.pages import NOT_WHOLE

log = logging.getLogger(__name__)

FORGOTTEN_AFTER = timedelta(days=60)
"""How long the address of a list is remembered after it was last asked for."""

TROUBLES = (Verdict.UNREACHABLE, Verdict.BROKEN, Verdict.PARTIAL)
"""Verdicts that mean that something is missing."""


def takes_turns(source: Source, today: date) -> bool:
    """Return whether polls of sources at the same site wait for each other, since the site wants very few requests.

    ``today``: the day of the poll (UTC).
    """
    hosts = (urlsplit(start).hostname or "" for start in PARSERS[source.kind].starts(source, today))
    return any(pace_of(host, host, 0.0).interval for host in hosts)


def read_pages(
    source: Source,
    context: Context,
    known: Mapping[str, KnownPage],
    validators: Mapping[str, Validators],
    missed: MissedLists,
    visits: list[Visit],
) -> Gap | None:
    """Fetch and parse the pages of a source in the order of the walk, appending each to ``visits``.

    Return what was missed and cannot be read any more, None if nothing was.

    ``known``: remembered pages, by address.
    ``validators``: validators to send with the next request, by address.
    ``missed``: decides which further lists to read.
    ``visits``: filled page by page, so that the caller has the first ones even if a later one raises.
    """
    parser = PARSERS[source.kind]
    steps = walk(
        source,
        parser.starts(source, missed.now.date()),
        parser.day_url(source),
        known,
        follows_numbers=context.rules.uses_numbers,
        is_passing=parser.is_passing(source),
        lag=parser.lag,
        missed=missed,
        day_before=parser.day_before,
        last=missed.past.last,
        since=missed.since,
        now=missed.now,
    )
    get = context.fetcher.get if parser.obeys_robots(source) else partial(context.fetcher.get, robots=False)
    # If the last poll missed something, ask without validators: a 304 would hide what is missing.
    given = {} if missed.past.was_short else _of_today(validators, known, missed.now)
    try:
        ask = next(steps)
        while True:
            fetched = get(ask.url, _validators_of(source, ask.url, given))
            parsed = parse_page(fetched, source, context.parsing) if isinstance(fetched, Page) else None
            visits.append(Visit(ask.url, fetched, parsed, ask.day, ask.is_guess, ask.is_given_up, ask.name))
            ask = steps.send(visits[-1])
    except StopIteration as end:
        _mark_odd(visits, end.value.odd)
        is_cut = missed.past.last is not None and end.value.is_cut
        return missed.gap or (of_cut(source.name, MOST_PAGES + 1) if is_cut else None)


def _mark_odd(visits: list[Visit], odd: Sequence[tuple[Visit, str]]) -> None:
    """Put down with the visits after which a list could not be followed why that is so."""
    reasons = {id(visit): reason for visit, reason in odd}
    visits[:] = [replace(visit, odd=reasons[id(visit)]) if id(visit) in reasons else visit for visit in visits]


def _of_today(
    validators: Mapping[str, Validators], known: Mapping[str, KnownPage], now: datetime
) -> Mapping[str, Validators]:
    """Return the validators of pages that were asked for before on this day (UTC).

    Each page is therefore asked for without validators once a day, since some servers answer 304 for ever.
    """
    today = now.astimezone(UTC).date()
    return {url: given for url, given in validators.items() if known[url].read_at.astimezone(UTC).date() == today}


def _validators_of(source: Source, asked: str, given: Mapping[str, Validators]) -> Callable[[str], Validators | None]:
    """Return a function that gives the validators of each address on the way from ``asked``.

    A list is known by the address that was asked for. Its validators are therefore sent to wherever redirects lead; a
    server that redirects ignores them (RFC 9110, 13.2.1).
    """
    if PARSERS[source.kind].day_url(source) is not None:
        return given.get
    own = given.get(without_login(asked))
    return lambda address: own


def _known_as(source: Source, visit: Visit) -> str:
    """Return the address under which a page is remembered.

    For a list it is the address that was asked for, since redirects may end elsewhere at every poll. For the page of a
    digest day it is the address of the answer, without what a redirect added behind it.
    """
    day_url = PARSERS[source.kind].day_url(source)
    if day_url is None:
        address, mark, place = (visit.name or without_login(visit.asked)).partition("#")
        return without_login(PARSERS[source.kind].known_as(source, address)) + mark + place
    if isinstance(visit.parsed, Reading) and visit.parsed.day is not None:
        own = day_url(visit.parsed.day)
        return own if visit.url.startswith(f"{own}?") else visit.url
    return visit.url


def keep_broken(source: Source, visits: Iterable[Visit], context: Context) -> Path | None:
    """Keep the body of the first unreadable page in a file; return its path, None if no page was unreadable."""
    return keep_first(source, (visit for visit in visits if isinstance(visit.parsed, Unreadable)), context)


def keep_first(source: Source, visits: Iterable[Visit], context: Context) -> Path | None:
    """Keep the body of the first page that has one in a file; return its path, None if there is none."""
    body = next((visit.fetched.body for visit in visits if isinstance(visit.fetched, Page)), None)
    return context.kept.keep(source.name, body, context.clock()) if body is not None and context.kept else None


def record_visits(
    intake: Intake, source: Source, visits: Sequence[Visit], known: Mapping[str, KnownPage]
) -> list[Judged]:
    """Store every page with what it lists; return a verdict for each, in the order of ``visits``.

    ``known``: remembered pages, by address.
    """
    tx, now = intake.tx, intake.now
    further = _further(visits)
    # If the newest page is broken as well, the reasons do not name each day.
    is_named = not isinstance(visits[0].parsed, Unreadable)
    judged = []
    for visit in visits:
        if visit.day is not None and is_failed(visit, known):
            found = _record_failure(tx, source, visit, now, is_named=is_named)
        else:
            if visit.day is not None and has_no_page(visit, known):
                tx.missing.fail(source.name, visit.asked, visit.day, now, is_gone=True)
                tx.missing.settle(source.name, visit.day, previous=shown_day(visit, known))
            found = _record_visit(intake, source, visit, is_further=visit.asked in further)
        # A day that was given up is known to miss something: that is no trouble of this poll.
        is_known = visit.is_given_up and found.verdict in TROUBLES
        judged.append(Judged(Verdict.UNCHANGED) if is_known else found)
    if (lost := _lost(intake, source, judged)) is not None:
        judged.append(lost)
    _forget_addresses(tx, source, known, judged, now)
    return judged


def _lost(intake: Intake, source: Source, judged: Sequence[Judged]) -> Judged | None:
    """Return the verdict on papers that a list, read to its end, should still show, None if it does."""
    shown_for = PARSERS[source.kind].shows_again(source)
    if shown_for is None or any(one.verdict in TROUBLES for one in judged):
        return None
    since = intake.now.astimezone(UTC).date() - timedelta(days=source.look_back - 1)
    published = None if shown_for == timedelta.max else datetime.combine(since, time(), UTC) - shown_for
    return lost_days(intake.tx.pages.gone_of_days(source.name, since, intake.listed, published))


def _further(visits: Sequence[Visit]) -> set[str | None]:
    """Return the addresses of pages that are not the first of their list to show papers."""
    readings = [visit.parsed for visit in visits if isinstance(visit.parsed, Reading)]
    return {reading.next for reading in readings}.union(*(reading.parts[1:] for reading in readings))


def _forget_addresses(
    tx: Transaction, source: Source, known: Mapping[str, KnownPage], judged: Sequence[Judged], now: datetime
) -> None:
    """Forget addresses at which lists are no longer found, once all lists were read: some have a date in them."""
    if PARSERS[source.kind].day_url(source) is not None or any(one.verdict in TROUBLES for one in judged):
        return
    before = now - FORGOTTEN_AFTER
    if any(page.read_at < before for page in known.values()):
        tx.pages.forget(source.name, before)


def _record_visit(intake: Intake, source: Source, visit: Visit, *, is_further: bool) -> Judged:
    tx, now = intake.tx, intake.now
    match visit:
        case Visit(parsed=Reading() as counted) if counted.parts:
            _log_warnings(source, visit, counted)
            return Judged(Verdict.QUIET) if counted.whole else judge_page(counted, DayHistory(), 0, now)
        case Visit(parsed=Reading() as reading, fetched=Page() as page):
            _log_warnings(source, visit, reading)
            if visit.day is not None:  # an older day: its page may name no day after it, as an empty one does
                reading = replace(reading, is_newest=False)
            page = replace(page, url=_known_as(source, visit))
            # Who is asked for it again is asked for another page, or leads to a list that may have changed.
            if visit.name or reading.works:
                page = replace(page, validators=Validators())
            return _record_page(intake, source, page, reading, visit.odd, is_further=is_further)
        case Visit(fetched=NotModified() as unchanged):
            return _record_unchanged(tx, source, replace(unchanged, url=_known_as(source, visit)), now)
        case Visit(parsed=Unreadable() as unreadable):
            return judge_page(unreadable, DayHistory(), 0, now)
        case Visit(fetched=Unreachable() as unreachable):
            return judge_page(unreachable, DayHistory(), 0, now)
        case _:
            raise AssertionError(f"a page that nobody parsed: {visit.asked}")


def _log_warnings(source: Source, visit: Visit, reading: Reading) -> None:
    for warning in reading.warnings:
        log.warning("%s: %s: %s", source.name, starred(visit.url), warning)


def _record_failure(tx: Transaction, source: Source, visit: Visit, now: datetime, *, is_named: bool) -> Judged:
    """Record that a digest day's page could not be read; return the verdict.

    A missing page (404) is accepted after ``TAKEN_AS_TRUE_AFTER``, or at once if the day was a guess.

    ``is_named``: say in the reason which day it was; not wanted when the newest page is broken as well.
    """
    assert visit.day is not None
    is_gone = isinstance(visit.fetched, Unreachable) and visit.fetched.is_gone
    since = tx.missing.fail(source.name, visit.asked, visit.day, now, is_gone=is_gone)
    if is_gone and (visit.is_guess or now - since >= TAKEN_AS_TRUE_AFTER):
        tx.missing.settle(source.name, visit.day, is_news=not visit.is_guess)
        return Judged(Verdict.UNCHANGED)
    match visit:
        case Visit(parsed=Unreadable(reason=reason)):
            return Judged(Verdict.BROKEN, f"{visit.day}: {reason}" if is_named else reason)
        case Visit(fetched=Unreachable(reason=reason)):
            return Judged(Verdict.PARTIAL, f"{visit.day}: {reason}")
        case _:
            return Judged(Verdict.PARTIAL, f"{visit.day}: its address shows a later day")


def _record_unchanged(tx: Transaction, source: Source, answer: NotModified, now: datetime) -> Judged:
    """Record that a page has not changed. If today's announcement is due, an unchanged list is partial."""
    tx.pages.touch(source.name, answer.url, now)
    if (day := _due(source, now)) is not None:
        shown = tx.pages.history(source.name, answer.url, None).recent[:1]
        if shown and shown[0][0] < day:
            last = shown[0][0]
            reason = f"shows the announcement of {last.day} {last:%B %Y}, unchanged"
            return Judged(Verdict.PARTIAL, _of_list(source, answer.url, reason))
    return judge_page(answer, DayHistory(), 0, now)


def _due(source: Source, now: datetime) -> date | None:
    """Return the day whose announcement a source's lists must show now, None if they need not."""
    parser, day = PARSERS[source.kind], sites_day(now)
    return day if parser.announces(source) and not parser.rests(source, day) else None


def _record_page(intake: Intake, source: Source, page: Page, reading: Reading, odd: str, *, is_further: bool) -> Judged:
    """Judge a page and store what it lists, unless that is too odd (see :func:`watcher.policy.polls.verdict.doubt`).

    ``odd``: why its list could not be followed any further, "" if it could.

    Further pages of a list are not compared with how many papers they showed before. On days of rest a list may show
    fewer.
    """
    tx, now, version = intake.tx, intake.now, PARSERS[source.kind].reads(source)
    intake.citing |= tx.cited.record(reading.works, now)
    reading = replace(reading, entries=tx.cited.named(reading.entries))
    before = history = tx.pages.history(source.name, page.url, reading.day, version)
    late = "" if is_further else _late(tx, source, page, reading, now)
    past = tx.pages.past(source.name, reading.entries)
    if is_further:
        history = DayHistory(short_since=history.short_since, short_digest=history.short_digest)
    elif PARSERS[source.kind].rests(source, sites_day(now)):
        history = replace(history, recent=())
    reading = without_abstracts(reading, past)
    verdict = doubt(reading, history, past, now)
    if verdict is None:
        recorded = intake.add(reading.entries, source.name, whole=reading.whole)
        if (day := reached_by(reading, goes_on=bool(odd))) is not None:
            intake.read_back |= dict.fromkeys(reading.citing, day)
        if not is_further:
            history = replace(history, gone=tx.pages.gone(source.name, reading.day, recorded.ids))
        verdict = judge_page(reading, history, len(recorded.new), now)
    if (what := odd or late) and verdict.verdict not in NOT_WHOLE:
        verdict = Judged(Verdict.PARTIAL, what)
    shown = frozenset(entry_key(entry) for entry in reading.entries)
    announced = max(announced_on(reading.entries), default=None) if PARSERS[source.kind].announces(source) else None
    tx.pages.record(source.name, page, reading, version, verdict, shown, before, now, announced=announced)
    return verdict


def _late(tx: Transaction, source: Source, page: Page, reading: Reading, now: datetime) -> str:
    """Return why a list shows an earlier announcement than today's, "" if it does not or need not."""
    day = _due(source, now)
    if day is None:
        return ""
    before = tx.missing.listed_before(source.name, day)
    return _of_list(source, page.url, PARSERS[source.kind].behind(source, reading, before, day))


def _of_list(source: Source, url: str, reason: str) -> str:
    """Put the name of the list in front of ``reason``, if the source has several; "" stays ""."""
    name = PARSERS[source.kind].called(source, url)
    return f"{name}: {reason}" if reason and name else reason
