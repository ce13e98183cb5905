"""What the operator should hear of a source: when trouble begins, when it is told, when it has ended."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from watcher.model import Incident, IncidentKind, Judged, Unread, Verdict
from watcher.polls.gaps import what_of

KINDS = {
    Verdict.BROKEN: IncidentKind.SOURCE_BROKEN,
    Verdict.UNREACHABLE: IncidentKind.SOURCE_UNREACHABLE,
    Verdict.PARTIAL: IncidentKind.SOURCE_PARTIAL,
}

OF_SOURCES = frozenset({*KINDS.values(), IncidentKind.SOURCE_GAP})


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
    """Which sources cannot be read, or were not, of those that subscriptions look at; ``wanted`` has each one's, empty
    for all."""
    looked_at = list(wanted)
    return tuple(
        Unread(
            source=one.subject,
            since=one.began,
            partly=one.kind is IncidentKind.SOURCE_PARTIAL,
            missing=what_of(one.reason) if one.kind is IncidentKind.SOURCE_GAP else "",
        )
        for one in open_incidents
        if one.kind in OF_SOURCES and any(not sources or one.subject in sources for sources in looked_at)
    )


def left_by(incident: Incident, gap: str, accepted: Iterable[str], *, is_inbox: bool) -> list[str]:
    """What the end of a trouble with a source leaves, in sentences: the ``gap`` that is open, what pages show too
    little and are taken as they are, and files of an inbox, which nobody reads again by itself."""
    if incident.kind not in OF_SOURCES or incident.ended is None:
        return []
    left = [f"Not all of {incident.subject} could be read: {gap}."] if gap else []
    left += [f"{what}: that has stood for a day, and is taken as true." for what in accepted]
    if is_inbox and incident.kind is IncidentKind.SOURCE_BROKEN:
        left.append("What could not be read lies in failed/ of its folder, the reason beside it: drop it in again.")
    if is_inbox and incident.kind is IncidentKind.SOURCE_PARTIAL:
        left.append("A file that was not whole lies in done/ of its folder: drop in a whole one to have the rest.")
    return left
