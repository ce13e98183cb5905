"""Invent messages with every part that a message can have, to try users' templates on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime

from watcher.model import (
    WITHDRAWN,
    Content,
    Delivery,
    DeliveryKind,
    DigestItem,
    Endpoint,
    Incident,
    IncidentKind,
    Listing,
    MatchedSpan,
    Nothing,
    Paper,
    TemplateTrouble,
    Unread,
)
from watcher.render.message import render_message

_NOW = datetime(2026, 3, 10, 8, tzinfo=UTC)
_PAPER = Paper(
    id=1,
    key="arxiv:2603.00001",
    title="Pruning Bonsai Networks Without Shears",
    abstract="Small trees need small tools. We study pruning of bonsai networks in pots.",
    authors=("Ada Fern", "Bo Moss", "Cy Ivy", "Di Oak", "Ed Elm"),
    arxiv_id="2603.00001",
    url="https://papers.example/2603.00001",
    organization="Garden Institute",
    first_seen=_NOW,
    code_url="https://code.example/bonsai",
    listings=(Listing(source="hf-daily", day=date(2026, 3, 9), rank=1, upvotes=12, comments=1, read_at=_NOW),),
)
_BARE = Paper(id=2, key="title:only a title", title="Only a Title", first_seen=_NOW)
_INCIDENT = Incident(kind=IncidentKind.SOURCE_BROKEN, subject="hf-daily", reason="no papers in the page", began=_NOW)


def _digest() -> Content:
    full = DigestItem(
        paper=_PAPER, subscriptions=("trees",), score=0.9, places=(MatchedSpan("abstract", 39, 46, "pruning"),)
    )
    many = [replace(full, paper=replace(_PAPER, id=n)) for n in range(10, 16)]
    others = [
        replace(full, score=0.2),
        replace(full, short=True, also=True),
        replace(full, short=True),
        replace(full, told_before=date(2026, 3, 6)),
        replace(full, occasions=("v2", "code")),
        replace(full, occasions=(WITHDRAWN,)),
        DigestItem(paper=_BARE, subscriptions=("trees", "weather"), score=0.9),
    ]
    return Content(
        delivery=_delivery(DeliveryKind.DIGEST),
        items=(*many, *others),
        nothing=(Nothing(subscription="moons", read=412, since=_NOW),),
        unread=(Unread(source="hf-daily", since=_NOW),),
        folded=3,
        source_urls={"hf-daily": "https://papers.example/"},
    )


def _delivery(kind: DeliveryKind) -> Delivery:
    return Delivery(id="sample", kind=kind, endpoint=Endpoint("me"), fence=1, part=1, parts=2, created_at=_NOW)


def _samples() -> tuple[Content, ...]:
    digest = _digest()
    over = replace(_INCIDENT, ended=_NOW)
    return (
        digest,
        replace(digest, items=digest.items[:1], nothing=(), unread=(), folded=0),
        replace(digest, delivery=_delivery(DeliveryKind.EMPTY), items=()),
        Content(delivery=_delivery(DeliveryKind.INCIDENT), incident=_INCIDENT, source_urls=digest.source_urls),
        Content(delivery=_delivery(DeliveryKind.RECOVERY), incident=over),
        Content(delivery=_delivery(DeliveryKind.SUMMARY), incidents=(_INCIDENT, over)),
        Content(delivery=_delivery(DeliveryKind.TEST)),
    )


def usable_templates(templates: Mapping[str, str]) -> tuple[dict[str, str], tuple[TemplateTrouble, ...]]:
    """Return the templates that can fill every kind of message, and the troubles of the others.

    ``templates``: name → text.
    """
    kept, found = dict(templates), list[TemplateTrouble]()
    while troubles := [one for content in _samples() for one in render_message(content, kept).troubles]:
        # One broken template breaks those that build on it: out with the first, then the rest again.
        first = troubles[0]
        found.append(first)
        if kept.pop(first.template, None) is None:
            kept.clear()
    return kept, tuple(found)
