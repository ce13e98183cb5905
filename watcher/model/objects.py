"""Write things as JSON objects, the same for ``--json`` and the API of the web pages."""

from __future__ import annotations

import json
from datetime import date, datetime
from typing import Any

from watcher.model.fields import FACTS, LISTED
from watcher.model.papers import Because, Paper
from watcher.model.telling import Hit

PAPER_FIELDS = ("key", *(one.attribute for one in FACTS), "first_seen")


def paper_json(paper: Paper, hit: Hit | None) -> dict[str, object]:
    """Return a paper in the form of ``--json``.

    ``strength`` and ``score`` in it are null if no rule was asked, ``because`` if neither library nor words were.
    """
    shown: dict[str, object] = {name: getattr(paper, name) for name in PAPER_FIELDS}
    shown["strength"] = strength(hit)
    shown["score"] = None if hit is None else hit.score
    shown["because"] = None if hit is None else because_json(hit.because)
    shown["listings"] = [
        {"source": listing.source, "date": listing.day}
        | {one.attribute: getattr(listing, one.attribute) for one in LISTED}
        for listing in paper.listings
    ]
    return shown


def because_json(because: Because | None) -> dict[str, object] | None:
    """Return as an object why a paper is told: the liked papers, and the words; null where nothing was asked."""
    if because is None:
        return None
    papers = [{"key": one.keys[0] if one.keys else None, "title": one.title} for one in because.papers]
    return {"papers": papers, "words": list(because.words)}


def strength(hit: Hit | None) -> str | None:
    """Return ``strong`` or ``weak``, None without a hit."""
    return None if hit is None else "strong" if hit.strong else "weak"


def json_text(value: object) -> str:
    """Return a value as JSON in one line, with days and instants in ISO 8601."""
    return json.dumps(value, ensure_ascii=False, default=_plain)


def json_bytes(value: object) -> int:
    """Return how many bytes a value takes as JSON in ASCII."""
    return len(json.dumps(value))


def _plain(value: Any) -> Any:
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, set | frozenset):
        return sorted(value)
    raise TypeError(f"{type(value).__name__} is not JSON")
