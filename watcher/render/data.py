"""Write a delivery as a JSON object for programs (docs/webhooks.md). Every text in it is one line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from watcher.model import Content, DigestItem, Hit, Incident, MatchedSpan
from watcher.model.objects import because_json, json_bytes, paper_json, strength
from watcher.render.clean import safe_url, squeeze
from watcher.render.view import badge_of, links

VERSION = 1
"""Version of the object; raised when a field goes away or changes its meaning, not when one is added."""

ROOM = 60_000
"""Most characters of a list of texts, such as a paper's authors. The rest is left out, and a field says so."""

ADDRESSES = ("url", "code_url", "project_url", "thumbnail")


def data_of(content: Content) -> dict[str, object]:
    """Return all that a delivery says, as an object that JSON can hold."""
    delivery = content.delivery
    incidents = content.incidents or ((content.incident,) if content.incident else ())
    shown = {
        "version": VERSION,
        "kind": delivery.kind.value,
        "delivery": delivery.id,
        "part": delivery.part,
        "parts": delivery.parts,
        "made": delivery.created_at,
        "repeats": delivery.replay_of,
        "in_place_of": content.folded,
        "papers": [_paper(item) for item in content.items],
        "nothing": [
            {"subscription": one.subscription, "read": one.read, "since": one.since} for one in content.nothing
        ],
        "unread": [
            {"source": one.source, "since": one.since, "partly": one.partly, "missing": one.missing or None}
            for one in content.unread
        ],
        "incidents": [_incident(one) for one in incidents],
        "shown_as": {"sources": content.names.sources, "subscriptions": content.names.subscriptions},
    }
    return {name: _plain(value) for name, value in shown.items()}


def data_size(item: DigestItem) -> int:
    """Return how many bytes a paper takes in that object."""
    return json_bytes(_plain(_paper(item))) + 2


def _paper(item: DigestItem) -> dict[str, object]:
    shown = paper_json(item.paper, Hit(item.score)) | {one: safe_url(getattr(item.paper, one)) for one in ADDRESSES}
    del shown["because"]  # it belongs to one of the subscriptions
    kept = {name: _within_room(value) for name, value in shown.items() if isinstance(value, tuple)}
    return {
        **shown,
        **kept,
        "day": item.paper.digest_day,
        "links": [{"name": one.name, "url": one.url} for one in links(item.paper)],
        "subscriptions": [
            {
                "name": one.subscription,
                "strength": strength(one.hit),
                "score": one.hit.score,
                "terms": _terms(one.hit.places),
                "because": because_json(one.hit.because),
            }
            for one in item.matches
        ],
        "occasion": item.occasion,
        "occasions": list(item.occasions),
        "became": badge_of(item) or None,
        "told_before": item.told_before,
        "cut": [name for name, some in kept.items() if len(some) < len(getattr(item.paper, name))],
    }


def _within_room(texts: Sequence[str]) -> tuple[str, ...]:
    used, kept = 0, list[str]()
    for one in texts:
        used += len(one)
        if used > ROOM:
            break
        kept.append(one)
    return tuple(kept)


def _terms(places: Sequence[MatchedSpan]) -> list[str]:
    return list({place.term.casefold(): place.term for place in places}.values())


def _incident(one: Incident) -> dict[str, object]:
    return {
        "kind": one.kind.value,
        "subject": one.subject,
        "reason": one.reason,
        "began": one.began,
        "ended": one.ended,
    }


def _plain(value: Any) -> Any:
    """Return a value as JSON knows it: instants and days in ISO 8601, texts without control characters."""
    if isinstance(value, str):
        return squeeze(value).strip()
    if isinstance(value, Mapping):
        return {name: _plain(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    return value.isoformat() if isinstance(value, datetime | date) else value
