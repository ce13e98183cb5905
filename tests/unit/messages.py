"""Invented papers and what is told of them, for the tests of messages."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from watcher.model import Content, Delivery, DeliveryKind, DigestItem, Endpoint, Incident, Listing, MatchedSpan, Paper

NOW = datetime(2026, 3, 10, 8, 0, tzinfo=UTC)

HOSTILE = (
    "Evil\r\n title\x00 \x1b[31mred\x1b[0m \u202eback\u202c <!channel> @everyone <@U123> "
    "[x](javascript:alert(1)) </b><script>alert(2)</script> {{7*7}} *bold* `code` &lt; ||spoiler||"
)


def paper(id: int = 1, **changes: Any) -> Paper:
    """A paper with every field that a message shows; ``changes`` replaces some."""
    fields: dict[str, Any] = {
        "key": f"arxiv:2603.0000{id}",
        "title": "Pruning Bonsai Networks Without Shears",
        "abstract": (
            "Small trees need small tools. We study pruning of bonsai networks in pots, and find that pruning twice "
            "a year keeps nine leaves in ten. Nothing else was tried."
        ),
        "authors": ("Ada Fern", "Bo Moss", "Cy Ivy", "Di Oak", "Ed Elm"),
        "arxiv_id": f"2603.0000{id}",
        "url": f"https://papers.example/2603.0000{id}",
        "organization": "Garden Institute",
        "first_seen": NOW,
        "code_url": "https://code.example/bonsai",
        "project_url": "https://bonsai.example/",
        "listings": (listing(),),
    }
    return Paper(id=id, **(fields | changes))


def listing(source: str = "hf-daily", **changes: Any) -> Listing:
    """Third on the list of 9 March, 1,234 upvotes, one comment."""
    fields: dict[str, Any] = {"day": date(2026, 3, 9), "rank": 3, "upvotes": 1234, "comments": 1, "read_at": NOW}
    return Listing(source=source, **(fields | changes))


def places(text: str, term: str, field: str = "abstract") -> tuple[MatchedSpan, ...]:
    """Everywhere that ``term`` stands in ``text``, as it is written."""
    found, at = [], text.find(term)
    while at >= 0:
        found.append(MatchedSpan(field, at, at + len(term), term))
        at = text.find(term, at + 1)
    return tuple(found)


def item(shown: Paper | None = None, term: str = "pruning", **changes: Any) -> DigestItem:
    """A strong match of ``term`` for one subscription."""
    shown = shown or paper()
    fields: dict[str, Any] = {
        "subscriptions": ("ana/trees",),
        "score": 0.9,
        "places": places(shown.title, term.capitalize(), "title") + places(shown.abstract, term),
    }
    return DigestItem(paper=shown, **(fields | changes))


def digest(*items: DigestItem, part: int = 1, parts: int = 1) -> Content:
    """A digest of these papers."""
    return Content(delivery=delivery(DeliveryKind.DIGEST, part=part, parts=parts), items=items)


def delivery(kind: DeliveryKind, **changes: Any) -> Delivery:
    """A delivery of its first claim."""
    return Delivery(id="d" * 32, kind=kind, endpoint=Endpoint("me"), fence=1, created_at=NOW, **changes)


def notice(kind: DeliveryKind, incident: Incident | None = None, **changes: Any) -> Content:
    """A message without papers."""
    return Content(delivery=delivery(kind), incident=incident, **changes)
