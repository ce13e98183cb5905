"""Messages without papers: an incident, its end, a test; a headline and a few sentences each."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from watcher.model import Content, DeliveryKind, Incident, IncidentKind
from watcher.render.clean import one_line


@dataclass(frozen=True, slots=True)
class Notice:
    """``facts`` are (name, value); ``advice`` says what watcher does and what the reader may do."""

    headline: str
    facts: tuple[tuple[str, str], ...]
    advice: str


_HEADLINES = {
    IncidentKind.SOURCE_BROKEN: ("{} cannot be read", "{} can be read again"),
    IncidentKind.SOURCE_UNREACHABLE: ("{} cannot be reached", "{} can be reached again"),
    IncidentKind.SOURCE_PARTIAL: ("{} shows only a part of its papers", "{} is complete again"),
    IncidentKind.ENDPOINT_FAILING: ("messages to {} do not arrive", "messages to {} arrive again"),
    IncidentKind.ENDPOINT_GONE: ("receiver {} is gone", "receiver {} is back"),
    IncidentKind.INCLUDE_BROKEN: ("{} cannot be read", "{} can be read again"),
    IncidentKind.CONFIG_BROKEN: ("the {} cannot be read", "the {} can be read again"),
}
_ADVICE = {
    IncidentKind.SOURCE_BROKEN: "watcher goes on trying, and tells what was missed when the page can be read again. "
    "If the site has changed its pages, a newer watcher may be needed.",
    IncidentKind.SOURCE_UNREACHABLE: "watcher goes on trying, and tells what was missed when the site answers again.",
    IncidentKind.SOURCE_PARTIAL: "What is shown is told. watcher looks again soon; a smaller list that stands for a "
    "day is taken as true.",
    IncidentKind.ENDPOINT_FAILING: "Nothing is lost: what is due is kept, one try an hour at least, and told when the "
    "receiver works again. Check its address and password in the config; try it with `watcher test-notify`.",
    IncidentKind.ENDPOINT_GONE: "Put the receiver back into the config to keep what is due to it from being lost.",
    IncidentKind.INCLUDE_BROKEN: "Its last good version stays in force. `watcher check-config` shows every error.",
    IncidentKind.CONFIG_BROKEN: "The config that was read before stays in force. `watcher check-config` shows every "
    "error.",
}
_NO_ADVICE = "There is nothing to do."


def notice_of(content: Content) -> Notice:
    """What an incident, a recovery or a test says."""
    incident = content.incident
    if incident is None:
        return Notice("test message", (), "This receiver works. watcher was asked to try it; no paper is told.")
    is_over = content.delivery.kind is DeliveryKind.RECOVERY
    headline = _HEADLINES[incident.kind][is_over].format(one_line(incident.subject, 100))
    return Notice(
        headline, _facts(incident, content.timezone, is_over), _NO_ADVICE if is_over else _ADVICE[incident.kind]
    )


def _facts(incident: Incident, timezone: str, is_over: bool) -> tuple[tuple[str, str], ...]:
    facts = [("Since", _when(incident.began, timezone))]
    if is_over and incident.ended:
        facts.append(("Until", _when(incident.ended, timezone)))
    if incident.reason:
        facts.append(("It was" if is_over else "Reason", one_line(incident.reason, 500)))
    return tuple(facts)


def _when(at: datetime, timezone: str) -> str:
    local = at.astimezone(ZoneInfo(timezone))
    return f"{local:%a} {local.day} {local:%b %Y, %H:%M} ({timezone})"
