"""Read a source for the first time after the database was restored, without telling again what was told before."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from watcher.model import IncidentKind, Judged, Source, Verdict
from watcher.pipeline.record import Decide
from watcher.policy.alerts.fate import BlindSpan, of_restored
from watcher.store import Transaction
from watcher.store.sources.missing import whole_verdicts

log = logging.getLogger(__name__)

WHOLE = whole_verdicts()

IN_PART = timedelta(days=1)
"""How long after a restore the first reading of a source must be whole. Later a partial one is enough."""


def begin_blind_span(tx: Transaction, source: Source, blind: BlindSpan) -> None:
    """Remember that a source has a blind span, until it has been read."""
    if known := tx.incidents.open_one(IncidentKind.DATABASE_RESTORED, source.name, hold=True):
        tx.incidents.close(known.id, blind.until)
    reason = f"what it listed before {blind.until:%Y-%m-%d %H:%M} UTC counts as known when it is read"
    begun = tx.incidents.begin(IncidentKind.DATABASE_RESTORED, source.name, reason, blind.since)
    tx.incidents.tell(begun.id, (), blind.until)


def end_blind_spans(tx: Transaction, now: datetime) -> None:
    """Forget the blind spans of all sources, so that what they list is told."""
    for known in tx.incidents.all_open(IncidentKind.DATABASE_RESTORED):
        tx.incidents.close(known.id, now)


def blind_span(tx: Transaction, source: Source) -> BlindSpan | None:
    """Return the blind span of a source, None if there is none or if the source was read since the restore."""
    known = tx.incidents.open_one(IncidentKind.DATABASE_RESTORED, source.name)
    if known is None or known.told_at is None:
        return None
    return BlindSpan(known.incident.began, known.told_at)


def deciding(decide: Decide, blind: BlindSpan | None) -> Decide:
    """Return a function that decides baseline for what was due in the blind span, and as ``decide`` for all else."""
    if blind is None:
        return decide
    return lambda saved, paper, hit: of_restored(saved, paper, blind) or decide(saved, paper, hit)


def end_blind_span(tx: Transaction, source: Source, judged: Judged, blind: BlindSpan | None, now: datetime) -> None:
    """End the blind span of a source if this poll read it whole, or in part at least ``IN_PART`` after the restore."""
    known = tx.incidents.open_one(IncidentKind.DATABASE_RESTORED, source.name, hold=True)
    is_read = judged.verdict in WHOLE or (judged.verdict is Verdict.PARTIAL and blind and now - blind.until >= IN_PART)
    if known and blind and is_read:
        tx.incidents.close(known.id, now)
        log.info("%s: read for the first time since the database was restored", source.name)
