"""Keep the incident ``SOURCE_GAP`` of a source up to date: what was missed, until it is read."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta

from watcher.model import IncidentKind, Judged, Source, Verdict
from watcher.parsers import PARSERS
from watcher.pipeline.context import Context
from watcher.policy.alerts.incidents import KINDS
from watcher.policy.polls.days import DaySpan, KnownPage, unread
from watcher.policy.polls.gaps import Gap, of_days, since_in
from watcher.store import Transaction
from watcher.store.deliveries.incidents import Open
from watcher.store.sources.missing import whole_verdicts

STAYS = timedelta(days=45)
"""How long a gap without a remedy stays open: until a monthly digest has mentioned it, too."""

WHOLE = whole_verdicts()


def record_days(
    tx: Transaction, source: Source, judged: Judged, before: Mapping[str, KnownPage], context: Context, now: datetime
) -> None:
    """Open, update or end the gap of digest days that are missing and that no further poll reads.

    The operator is told only if a day is missing that was not missing before. Nothing is done for sources without a
    page for each digest day, nor while the source is in other trouble.

    ``before``: the pages that were known before this poll, by address.
    """
    if PARSERS[source.kind].day_url(source) is None or judged.verdict not in WHOLE:
        return
    known = _open(tx, source)
    missing = _unread(tx.pages.known(source.name), source, now)
    gap = of_days(source.name, missing)
    if gap is None:
        tx.incidents.end([IncidentKind.SOURCE_GAP], source.name, context.config.operator, now)
    elif known is None or not _holds(_unread(before, source, now), missing):
        _tell(tx, source, gap, known, context, now)
    else:
        tx.incidents.begin(IncidentKind.SOURCE_GAP, source.name, str(gap), now)


def record_list(
    tx: Transaction,
    source: Source,
    judged: Judged,
    gap: Gap | None,
    since: date | None,
    context: Context,
    now: datetime,
) -> None:
    """Open, update or end the gap of papers that a source's lists no longer show.

    It ends when everything from its day on was asked for, or after ``STAYS`` if it names no day. Nothing is done for
    sources with a page for each digest day, nor while the source is in other trouble: the next poll finds the same gap.

    ``gap``: what this poll found missing, None for nothing.
    ``since``: the day from which this poll was asked to read everything, None if it was not.
    """
    has_news = gap is not None or since is not None or judged.verdict is Verdict.NEW
    if PARSERS[source.kind].day_url(source) is not None or judged.verdict not in WHOLE or not has_news:
        return
    known = _open(tx, source)
    begun = since_in(known.incident.reason) if known else None
    if known and since and begun and since <= begun:
        tx.incidents.end([IncidentKind.SOURCE_GAP], source.name, context.config.operator, now)
        known = None
    if gap is not None and not (known and gap.what in known.incident.reason):
        _tell(tx, source, gap.joined(known.incident.reason) if known else gap, known, context, now)
    elif known and begun is None and now - known.incident.began >= STAYS:
        tx.incidents.close(known.id, now)


def _tell(tx: Transaction, source: Source, gap: Gap, known: Open | None, context: Context, now: datetime) -> None:
    if known:
        tx.incidents.close(known.id, now)
    begun = tx.incidents.begin(IncidentKind.SOURCE_GAP, source.name, str(gap), now)
    # The recovery that is sent for the trouble names the gap already: do not tell it twice.
    is_said = tx.incidents.has_told_end(KINDS.values(), source.name, now)
    tx.incidents.tell(begun.id, () if is_said else context.config.operator, now)


def _open(tx: Transaction, source: Source) -> Open | None:
    return tx.incidents.open_one(IncidentKind.SOURCE_GAP, source.name, hold=True)


def _unread(known: Mapping[str, KnownPage], source: Source, now: datetime) -> tuple[DaySpan, ...]:
    return unread(known, source, PARSERS[source.kind].day_before, now)


def _holds(some: tuple[DaySpan, ...], others: tuple[DaySpan, ...]) -> bool:
    """Return whether every day of ``others`` lies in ``some``."""
    return all(any(one.first <= other.first and other.last <= one.last for one in some) for other in others)
