"""What the operator should hear of a source: when trouble begins, when it is told, when it has ended."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from watcher.model import IncidentKind, Judged, Verdict

KINDS = {
    Verdict.BROKEN: IncidentKind.SOURCE_BROKEN,
    Verdict.UNREACHABLE: IncidentKind.SOURCE_UNREACHABLE,
    Verdict.PARTIAL: IncidentKind.SOURCE_PARTIAL,
}


@dataclass(frozen=True, slots=True)
class Trouble:
    """The incident that a verdict means, and how long it may last before the operator is told."""

    kind: IncidentKind
    reason: str
    tell_after: timedelta


def trouble_of(judged: Judged, unreachable_after: timedelta) -> Trouble | None:
    """None for a poll that went well. A broken page is told at once; the rest may pass by itself."""
    kind = KINDS.get(judged.verdict)
    if kind is None:
        return None
    patience = timedelta(0) if kind is IncidentKind.SOURCE_BROKEN else unreachable_after
    return Trouble(kind, judged.reason, patience)


def is_due(began: datetime, told_at: datetime | None, tell_after: timedelta, now: datetime) -> bool:
    """Whether an incident that is still open has to be told now: once, after its time."""
    return told_at is None and now - began >= tell_after
