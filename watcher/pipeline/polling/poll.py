"""Poll a source over the network: read, store and match, record the verdict."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

from watcher.errors import Overtaken, Stopped, WatcherError
from watcher.model import Hit, Judged, Paper, Source, Unreachable, Verdict
from watcher.parsers import PARSERS
from watcher.pipeline.context import Context
from watcher.pipeline.polling.missed import MissedLists, source_past
from watcher.pipeline.polling.missing import record_days, record_list
from watcher.pipeline.polling.polled import Polled
from watcher.pipeline.polling.restored import blind_span, deciding, end_blind_span
from watcher.pipeline.polling.updates import HELD, record_updates
from watcher.pipeline.polling.visits import keep_broken, keep_first, read_pages, record_visits
from watcher.pipeline.record import WAIT_FOR_ABSTRACT, Decide, Intake, record_matches
from watcher.policy.alerts import fate
from watcher.policy.alerts.incidents import KINDS, is_due, trouble_of
from watcher.policy.polls.citing import CitingLists
from watcher.policy.polls.days import KnownPage, Visit
from watcher.policy.polls.rhythm import DAYS, Look, Wait, next_wait
from watcher.policy.polls.verdict import worst
from watcher.sandbox.mishaps import reason_of
from watcher.store import Transaction

log = logging.getLogger(__name__)


def poll_pages(
    source: Source,
    context: Context,
    is_mine: Callable[[Transaction], bool] = lambda tx: True,
    since: date | None = None,
) -> Polled:
    """Read the pages of ``source``, then store everything that they list, with its matches, in one transaction.

    An unforeseen exception makes the source broken.

    ``is_mine``: asked in the storing transaction whether this process still has the source's turn.
    ``since``: also read what was listed from this day on, however far back.

    Raises ``WatcherError`` for what says nothing about the source: the process was stopped, another one took the turn,
    the database is away.
    """
    visits: list[Visit] = []
    try:
        return _poll(source, context, is_mine, since, visits)
    except WatcherError:
        raise
    except Exception as error:
        return broken_by(error, source, visits, context, is_mine)


def broken_by(
    error: Exception,
    source: Source,
    visits: Sequence[Visit],
    context: Context,
    is_mine: Callable[[Transaction], bool],
) -> Polled:
    """Record a poll that ended in an unforeseen exception as broken, and keep the body of its first page.

    ``visits``: the pages that were read before it.
    ``is_mine``: returns whether this process still has the source's turn; if not, nothing is recorded.
    """
    if context.stopping.is_set():
        raise Stopped(f"{source.name}: stopped while being read") from error
    judged = _with_place(Judged(Verdict.BROKEN, reason_of(error)), keep_first(source, visits, context))
    now = context.clock()
    with context.store.transaction() as tx:
        if not is_mine(tx):
            raise Overtaken(f"{source.name}: read by another daemon meanwhile") from error
        before = verdict_before(tx, source)
        wait = conclude(tx, source, judged, 0, len(visits), context, now)
    return Polled(source.name, judged, 0, 0, _retry_after(visits), wait, before)


def _poll(
    source: Source,
    context: Context,
    is_mine: Callable[[Transaction], bool],
    since: date | None,
    visits: list[Visit],
) -> Polled:
    with context.store.reading() as tx:
        known, validators = tx.pages.remembered(source.name, PARSERS[source.kind].reads(source))
        past = source_past(tx, source)
        context.rules.bring_up_to_date(tx, hold=False)
    missed = MissedLists(source, context, past, since, context.clock())
    gap = read_pages(source, context, known, validators, missed, visits)
    if context.stopping.is_set():
        raise Stopped(f"{source.name}: stopped while being read")
    kept = keep_broken(source, visits, context)
    now = context.clock()
    with context.store.transaction() as tx:
        if not is_mine(tx):
            raise Overtaken(f"{source.name}: read by another daemon meanwhile")
        intake = Intake(tx, context.rules, now)
        judged = record_visits(intake, source, visits, known)
        is_asked = since is not None  # then it is told, even if it is the past
        is_decided = bool(intake.touched or intake.updates)
        late = None if is_asked or not is_decided else _late(tx, source, known)
        blind = None if is_asked else blind_span(tx, source)
        first = _yes(not is_asked)
        if known and not is_asked:
            first = CitingLists(intake.citing).shows_first
        decide = _decide(source, first_poll=first, now=now, late=late)
        matched = intake.match(deciding(decide, blind))
        matched += record_updates(
            tx, intake.updates, now, deciding(lambda saved, paper, hit: HELD, blind), intake.heirs
        )
        tx.cited.record_read_back(intake.read_back)
        verdict, new, before = _with_place(worst(judged), kept), intake.new, verdict_before(tx, source)
        wait = conclude(tx, source, verdict, new, len(visits), context, now)
        record_days(tx, source, verdict, known, context, now)
        record_list(tx, source, verdict, gap, since, context, now)
        end_blind_span(tx, source, verdict, blind, now)
    return Polled(source.name, verdict, new, matched, _retry_after(visits), wait, before)


def conclude(
    tx: Transaction,
    source: Source,
    judged: Judged,
    new: int,
    pages: int,
    context: Context,
    now: datetime,
    wait: Wait | None = None,
) -> Wait | None:
    """Record a poll with its verdict, and open or end the source's incident; return the time until the next poll.

    Return None to wait for the configured ``every``.

    ``new``: number of papers never seen before.
    ``pages``: number of pages that were read.
    ``wait``: the time until the next poll, None to let the source's rhythm choose.
    """
    wait = wait or _own_rhythm(tx, source, judged, now)
    tx.pages.record_poll(source.name, judged, new, pages, now, wait)
    _record_trouble(tx, source, judged, context, now)
    return wait


def verdict_before(tx: Transaction, source: Source) -> Verdict | None:
    """Return the verdict of the last recorded poll, None before the first."""
    last = tx.pages.last_poll(source.name)
    return last.judged.verdict if last else None


def _with_place(judged: Judged, kept: Path | None) -> Judged:
    if kept is None or judged.verdict is not Verdict.BROKEN:
        return judged
    return replace(judged, reason=f"{judged.reason} (the page is kept as {kept})")


def _own_rhythm(tx: Transaction, source: Source, judged: Judged, now: datetime) -> Wait | None:
    """Return how long a source with ``every: auto`` waits, None for other sources."""
    if not source.is_auto:
        return None
    return next_wait([*tx.pages.looks(source.name, now - timedelta(days=DAYS)), Look(now, judged.verdict)], now)


def match_waiting(context: Context) -> int:
    """Match the papers that have waited too long for their abstract; return the number of new matches."""
    now = context.clock()
    with context.store.reading() as tx:
        waiting = tx.papers.waiting(before=now - WAIT_FOR_ABSTRACT)
    try:
        return _match_waited(context, waiting, now)
    except WatcherError:
        raise
    except Exception:  # match the papers one by one, so that only the faulty one waits
        return sum(_match_alone(context, paper_id, now) for paper_id in waiting)


def _match_waited(context: Context, paper_ids: Collection[int], now: datetime) -> int:
    if not paper_ids:
        return 0
    with context.store.transaction() as tx:
        context.rules.bring_up_to_date(tx)
        tx.papers.hold()  # matches lock several subscriptions
        matched = record_matches(tx, context.rules, paper_ids, _decide(None, first_poll=_yes(False), now=now), now)
        tx.papers.stop_waiting(paper_ids)
    context.tally.matches.add(by=matched)
    return matched


def _match_alone(context: Context, paper_id: int, now: datetime) -> int:
    try:
        return _match_waited(context, [paper_id], now)
    except WatcherError:
        raise
    except Exception as error:
        log.error("paper %d goes on waiting: %s", paper_id, reason_of(error, "matching"))
        return 0


def _yes(answer: bool) -> Callable[[Paper, Hit], bool]:
    return lambda paper, hit: answer


def _decide(
    source: Source | None, *, first_poll: Callable[[Paper, Hit], bool], now: datetime, late: fate.Late | None = None
) -> Decide:
    """Return the function that decides the fate of a match.

    ``first_poll``: returns whether the list that a paper is on is read for the first time.

    The look-back is passed on only for sources without a page for each digest day: they also list older papers.
    """
    has_days = source is None or PARSERS[source.kind].day_url(source) is not None
    look_back = None if source is None or has_days else source.look_back
    return lambda saved, paper, hit: fate.of_polled(
        saved.subscription,
        paper,
        first_poll=first_poll(paper, hit),
        look_back=look_back,
        now=now,
        began=saved.created_at,
        late=late,
    )


def _late(tx: Transaction, source: Source, known: Mapping[str, KnownPage]) -> fate.Late | None:
    """Return what is read late of a source with a page for each digest day.

    Return None for other sources, and if nothing of the source was read before.
    """
    read = [page.read_at for page in known.values() if page.is_read]
    if not read or PARSERS[source.kind].day_url(source) is None:
        return None
    return fate.Late(max(read), fate.LookBack(frozenset(tx.pages.days(source.name, source.look_back))))


def _record_trouble(tx: Transaction, source: Source, judged: Judged, context: Context, now: datetime) -> None:
    """Open or end the source's incident as the verdict says.

    The operator is told once of its beginning and of its end.
    """
    trouble = trouble_of(judged, context.config.unreachable_after)
    if trouble is None:
        tx.incidents.end(KINDS.values(), source.name, context.config.operator, now)
        return
    begun = tx.incidents.begin(trouble.kind, source.name, trouble.reason, now)
    if is_due(begun.incident.began, begun.told_at, trouble.tell_after, now):
        tx.incidents.tell(begun.id, context.config.operator, now)


def _retry_after(visits: Iterable[Visit]) -> timedelta | None:
    waits = [visit.fetched.retry_after for visit in visits if isinstance(visit.fetched, Unreachable)]
    return max((wait for wait in waits if wait), default=None)
