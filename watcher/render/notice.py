"""Word messages without papers (incidents, recoveries, summaries, tests): a headline and a few sentences."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from watcher.model import Content, DeliveryKind, DisplayNames, Incident, IncidentKind, with_name
from watcher.render.clean import one_line, safe_url


@dataclass(frozen=True, slots=True)
class Notice:
    """The words of a message without papers.

    ``headline``: what happened, in one line.
    ``facts``: (name, value) of each.
    ``advice``: what watcher does about it, and what the reader can do.
    ``why``: why the reader gets the message.
    """

    headline: str
    facts: tuple[tuple[str, str], ...]
    advice: str
    why: str


_HEADLINES = {
    IncidentKind.SOURCE_BROKEN: ("{} cannot be read", "{} can be read again"),
    IncidentKind.SOURCE_UNREACHABLE: ("{} cannot be reached", "{} can be reached again"),
    IncidentKind.SOURCE_PARTIAL: ("{} shows only a part of its papers", "{} is complete again"),
    IncidentKind.SOURCE_GAP: ("papers of {} may be missing", "what was missing of {} is read"),
    IncidentKind.ENDPOINT_FAILING: ("messages to {} do not arrive", "messages to {} arrive again"),
    IncidentKind.ENDPOINT_GONE: ("receiver {} is gone", "receiver {} is back"),
    IncidentKind.INCLUDE_BROKEN: ("{} is not used as it stands", "the trouble with {} is over"),
    IncidentKind.CONFIG_BROKEN: ("the {} cannot be read", "the {} can be read again"),
    IncidentKind.TEMPLATE_BROKEN: ("template {} cannot be used", "template {} is used again"),
    IncidentKind.STEP_FAILED: ("{} fails", "{} works again"),
    IncidentKind.DATABASE_LOST: ("the database {} cannot be used", "the database {} can be used again"),
    IncidentKind.DATABASE_RESTORED: ("{} is to be read after a restore", "{} was read after a restore"),
}
OF_SOURCES = frozenset(
    {
        IncidentKind.SOURCE_BROKEN,
        IncidentKind.SOURCE_UNREACHABLE,
        IncidentKind.SOURCE_PARTIAL,
        IncidentKind.SOURCE_GAP,
        IncidentKind.DATABASE_RESTORED,
    }
)
"""Kinds of incident whose subject is a source."""

_ADVICE = {
    IncidentKind.SOURCE_BROKEN: "The page is there, but it is taken neither for papers nor for a quiet day. watcher "
    "goes on trying. When the page can be read again it tells what was missed, as far as the site still shows it, and "
    "says what is not. Look at it in a browser; if the site has changed its pages, a newer watcher may be needed.",
    IncidentKind.SOURCE_UNREACHABLE: "watcher goes on trying. When the site answers again it tells what was missed, as "
    "far as the site still shows it, and says what is not. If it stays away, look at the network and at the source's "
    "address in the config.",
    IncidentKind.SOURCE_PARTIAL: "What is shown is told. watcher looks again soon; a smaller list that stands for a "
    "day is taken as true.",
    IncidentKind.SOURCE_GAP: "It was not looked at, or could not be read, for too long. The readers of its papers are "
    "told in their next messages. `watcher status` names what is missing until it is read.",
    IncidentKind.ENDPOINT_FAILING: "What is due is kept for 14 days, tried again once an hour at least, and told when "
    "the receiver works again. Check its address and password in the config; try it with `watcher test-notify`.",
    IncidentKind.ENDPOINT_GONE: "What was due to it is no longer sent. Put the receiver back into the config, or send "
    "it elsewhere.",
    IncidentKind.INCLUDE_BROKEN: "Nobody else's subscriptions are concerned. Mend the file (`watcher check-config` "
    "shows every error in it), and let watcher read its config again.",
    IncidentKind.TEMPLATE_BROKEN: "Messages are sent all the same, with watcher's own template in its place. Mend it, "
    "try it with `watcher check-config`, and let watcher read its config again.",
    IncidentKind.STEP_FAILED: "This is a mistake of watcher itself. Nothing else is concerned, and nothing is lost: it "
    "is tried again at every look. Please report it, with what `watcher -v once` logs.",
    IncidentKind.CONFIG_BROKEN: "The config that was read before stays in force. `watcher check-config` shows every "
    "error.",
    IncidentKind.DATABASE_LOST: "Nothing is read and nothing is told until it is back: watcher makes no new one by "
    "itself, since that one would tell everything a second time. A daemon that runs goes on when the file is back; "
    "stop it to restore a backup. This message is not in `watcher deliveries`.",
    IncidentKind.DATABASE_RESTORED: "What it listed before counts as known, since it may have been told. "
    "`watcher replay --known NAME` tells a subscription all the same.",
}
_ALL_WELL = "There is nothing to do."
_MISSED = f"What was missed meanwhile is read, and what matched is told as usual. {_ALL_WELL}"
_LEFT = "What was missed meanwhile is read as far as the site shows it, and what matched is told as usual."
_RELIEF = {
    IncidentKind.SOURCE_BROKEN: _MISSED,
    IncidentKind.SOURCE_UNREACHABLE: _MISSED,
    IncidentKind.SOURCE_PARTIAL: _MISSED,
    IncidentKind.SOURCE_GAP: f"What matched is told as usual. {_ALL_WELL}",
    IncidentKind.ENDPOINT_FAILING: f"What was kept for it is being sent. {_ALL_WELL}",
}
_TO_OPERATOR = "You get this because watcher's config names you as its operator."
_TO_TESTED = "You get this because somebody tried this receiver with `watcher test-notify` or on watcher's pages."


def notice_of(content: Content) -> Notice:
    """Return the words of an incident, a recovery, a summary or a test."""
    if content.delivery.kind is DeliveryKind.SUMMARY:
        return _summary(content)
    incident = content.incident
    if incident is None:
        return Notice("test message", (), "This receiver works. It tells of no paper.", _TO_TESTED)
    is_over = content.delivery.kind is DeliveryKind.RECOVERY
    headline = _HEADLINES[incident.kind][is_over].format(subject_words(incident.kind, incident.subject, content.names))
    advice = _relief(incident, content) if is_over else advice_on(incident.kind)
    return Notice(headline, _facts(incident, content, is_over), advice, _why(incident, content))


def _why(incident: Incident, content: Content) -> str:
    """Return why the reader gets an incident: as the operator, or as a receiver of the broken file's subscriptions."""
    if content.is_to_operator or incident.kind is not IncidentKind.INCLUDE_BROKEN:
        return _TO_OPERATOR
    return f"You get this because subscriptions of {one_line(incident.subject, 150)} tell you of papers."


def headline_of(incident: Incident, shown: DisplayNames) -> str:
    """Return a line about the cause of an open incident."""
    return _HEADLINES[incident.kind][0].format(subject_words(incident.kind, incident.subject, shown))


def subject_words(kind: IncidentKind, subject: str, shown: DisplayNames) -> str:
    """Return what an incident is about, in words; a source by display name and name, since commands need the latter.

    ``subject``: as the incident has it. ``shown``: the display names.
    """
    return one_line(with_name(shown.of_source(subject), subject) if kind in OF_SOURCES else subject, 150)


def advice_on(kind: IncidentKind) -> str:
    """Return what an incident of this kind causes, and what to do about it."""
    return _ADVICE[kind]


def _relief(incident: Incident, content: Content) -> str:
    """Return what the end of an incident means: all is well, or what is still missing."""
    if not content.left:
        return _RELIEF.get(incident.kind, _ALL_WELL)
    return " ".join([_LEFT, *(one_line(sentence, 500) for sentence in content.left)])


def _summary(content: Content) -> Notice:
    """Return the words of a summary: each incident that the operator could not be told of, once."""
    open_ = sum(incident.ended is None for incident in content.incidents)
    facts = [(headline_of(one, content.names), _span(one, content.timezone)) for one in content.incidents]
    headline = f"{len(facts)} incidents while you could not be told, {open_ or 'none'} still open"
    well = "" if content.left else _ALL_WELL
    state = "`watcher status` shows what is open." if open_ else well
    advice = " ".join(filter(None, [state, *(one_line(sentence, 500) for sentence in content.left)]))
    return Notice(headline, tuple(facts), advice, _TO_OPERATOR)


def _span(incident: Incident, timezone: str) -> str:
    until = f", over since {_when(incident.ended, timezone)}" if incident.ended else ", still so"
    reason = f"; {one_line(incident.reason, 300)}" if incident.reason else ""
    return f"since {_when(incident.began, timezone)}{until}{reason}"


def _facts(incident: Incident, content: Content, is_over: bool) -> tuple[tuple[str, str], ...]:
    facts = [("Since", _when(incident.began, content.timezone))]
    if is_over and incident.ended:
        facts.append(("Until", _when(incident.ended, content.timezone)))
    if incident.reason:
        name = "Missing" if incident.kind is IncidentKind.SOURCE_GAP else "Reason"
        facts.append(("It was" if is_over else name, one_line(incident.reason, 500)))
    if address := safe_url(content.source_urls.get(incident.subject)):
        facts.append(("Page", address))
    return tuple(facts)


def _when(at: datetime, timezone: str) -> str:
    local = at.astimezone(ZoneInfo(timezone))
    return f"{local:%a} {local.day} {local:%b %Y, %H:%M} ({timezone})"
