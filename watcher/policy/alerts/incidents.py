"""Decide what the operator and the readers are told of a source's trouble, and when."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from watcher.model import Incident, IncidentKind, Judged, Unread, Verdict
from watcher.policy.polls.gaps import what_of

KINDS = {
    Verdict.BROKEN: IncidentKind.SOURCE_BROKEN,
    Verdict.UNREACHABLE: IncidentKind.SOURCE_UNREACHABLE,
    Verdict.PARTIAL: IncidentKind.SOURCE_PARTIAL,
}

OF_SOURCES = frozenset({*KINDS.values(), IncidentKind.SOURCE_GAP})


@dataclass(frozen=True, slots=True)
class Trouble:
    """The trouble that a verdict means.

    ``tell_after``: how long it may last before the operator is told.
    """

    kind: IncidentKind
    reason: str
    tell_after: timedelta


def trouble_of(judged: Judged, unreachable_after: timedelta) -> Trouble | None:
    """Return the trouble that a verdict means, None for a good one.

    The operator is told of a broken page at once, of other trouble after ``unreachable_after``, since it may pass.
    """
    kind = KINDS.get(judged.verdict)
    if kind is None:
        return None
    patience = timedelta(0) if kind is IncidentKind.SOURCE_BROKEN else unreachable_after
    return Trouble(kind, judged.reason, patience)


def begins_trouble(judged: Judged, before: Verdict | None) -> bool:
    """Return whether a poll shows trouble, and another verdict than the poll before.

    ``before``: the verdict of the poll before, None for the first poll.
    """
    return judged.verdict in KINDS and judged.verdict is not before


def is_due(began: datetime, told_at: datetime | None, tell_after: timedelta, now: datetime) -> bool:
    """Return whether the operator has to be told of an open incident now: once, after it has lasted ``tell_after``.

    ``began``: when the trouble began.
    ``told_at``: when the operator was told, None if not yet.
    """
    return told_at is None and now - began >= tell_after


def unread_of(open_incidents: Iterable[Incident], wanted: Iterable[Collection[str]]) -> tuple[Unread, ...]:
    """Return the sources with an open incident that any of a message's subscriptions uses.

    ``wanted``: for each subscription its sources, empty if it uses all.
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
    """Return what is still missing after a source's incident has ended: sentences, none if nothing is missing.

    ``gap``: the open gap of the source in words, "" for none.
    ``accepted``: descriptions of pages that show too little and have been accepted as complete.
    ``is_inbox``: the source is an inbox. People have to drop its failed files in again, so that sentences say so.
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
