"""Decide what the operator and the readers are told of a source's trouble, and when."""

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
    """The incident that a verdict means.

    ``tell_after``: how long it may last before the operator is told.
    """

    kind: IncidentKind
    reason: str
    tell_after: timedelta


def trouble_of(judged: Judged, unreachable_after: timedelta) -> Trouble | None:
    """Return the trouble that a verdict means, None for a good one.

    A broken page is told at once, other trouble after ``unreachable_after``: it may pass by itself.
    """
    kind = KINDS.get(judged.verdict)
    if kind is None:
        return None
    patience = timedelta(0) if kind is IncidentKind.SOURCE_BROKEN else unreachable_after
    return Trouble(kind, judged.reason, patience)


def begins_trouble(judged: Judged, before: Verdict | None) -> bool:
    """Return whether a poll shows trouble that the poll before did not show."""
    return judged.verdict in KINDS and judged.verdict is not before


def is_due(began: datetime, told_at: datetime | None, tell_after: timedelta, now: datetime) -> bool:
    """Return whether the operator has to be told of an open incident now: once, after ``tell_after``."""
    return told_at is None and now - began >= tell_after


def unread_of(open_incidents: Iterable[Incident], wanted: Iterable[Collection[str]]) -> tuple[Unread, ...]:
    """Return the sources that cannot be read or miss something, of those that subscriptions use.

    ``wanted``: the sources of each subscription, empty for all.
    """
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
    """Return, in sentences, what is still missing when a source's trouble ends.

    ``gap``: the open gap of the source, "" for none.
    ``accepted``: pages that show too little and are taken as complete, in words.
    ``is_inbox``: the source is an inbox: nobody reads its failed files again by itself.
    """
    if incident.kind not in OF_SOURCES or incident.ended is None:
        return []
    left = [f"Not all of {incident.subject} could be read: {gap}."] if gap else []
    left += [f"{what}: that has stood for a day, and is taken as true." for what in accepted]
    if is_inbox and incident.kind is IncidentKind.SOURCE_BROKEN:
        left.append("What could not be read lies in failed/ of its folder, the reason beside it: drop it in again.")
    if is_inbox and incident.kind is IncidentKind.SOURCE_PARTIAL:
        left.append("A file that was not whole lies in done/ of its folder: drop in a whole one to have the rest.")
    return left
