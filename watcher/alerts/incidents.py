"""What the operator should hear of a source: when trouble begins, when it is told, when it has ended."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from watcher.model import Incident, IncidentKind, Judged, Unread, Verdict

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


def begins_trouble(judged: Judged, before: Verdict | None) -> bool:
    """Whether a look shows trouble that the look before it, if there was one, did not show."""
    return judged.verdict in KINDS and judged.verdict is not before


def is_due(began: datetime, told_at: datetime | None, tell_after: timedelta, now: datetime) -> bool:
    """Whether an incident that is still open has to be told now: once, after its time."""
    return told_at is None and now - began >= tell_after


def unread_of(open_incidents: Iterable[Incident], wanted: Iterable[Collection[str]]) -> tuple[Unread, ...]:
    """Which sources cannot be read, of those that subscriptions look at; ``wanted`` has each one's, empty for all."""
    looked_at = list(wanted)
    return tuple(
        Unread(source=one.subject, since=one.began, partly=one.kind is IncidentKind.SOURCE_PARTIAL)
        for one in open_incidents
        if one.kind in KINDS.values() and any(not sources or one.subject in sources for sources in looked_at)
    )
