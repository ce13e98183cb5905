"""Answers of OpenReview, of our own making, in the shapes that its documentation describes."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any

SEARCH = "https://api2.openreview.net/notes/search"
DAY = date(2026, 3, 9)
VENUE = "Pond.cc/2026/Conference"


def milliseconds(day: date, hour: int = 12) -> int:
    """An instant of a day as OpenReview tells it."""
    return int(datetime(day.year, day.month, day.day, hour, tzinfo=UTC).timestamp() * 1000)


def note(number: int, day: date = DAY, *, more: dict[str, Any] | None = None, **values: Any) -> dict[str, Any]:
    """A submission, with everything that is read of it. ``more``: values of its content."""
    content = {
        "title": f"Learning from Ponds &amp; Puddles, part {number}",
        "authors": ["Ada Amberg", "Bo Brisk"],
        "authorids": ["~Ada_Amberg1", "~Bo_Brisk2"],
        "keywords": ["ponds", "puddles"],
        "abstract": f"We watch ponds and learn what swims there: pond number {number} is deep.",
        "TLDR": "Ponds teach.",
        "primary_area": "applications to nature",
        "venue": "POND 2026 poster",
        "venueid": VENUE,
        "pdf": f"/pdf/{number:08x}.pdf",
        "html": f"https://doi.org/10.5555/pond.{number}",
        "code": "https://github.com/pond/pond",
        "_bibtex": "@inproceedings{amberg2026learning}",
        **(more or {}),
    }
    own = f"pOnD_{number:05}"
    return {
        "id": own,
        "forum": own,
        "number": number,
        "cdate": milliseconds(day),
        "tcdate": milliseconds(day),
        "tmdate": milliseconds(day, 13),
        "invitations": [f"{VENUE}/-/Submission", f"{VENUE}/-/Edit"],
        "readers": ["everyone"],
        "content": {name: {"value": value} for name, value in content.items()},
        **values,
    }


def notes(found: Sequence[object], count: int | None = None, **more: Any) -> bytes:
    """A list of submissions. ``count``: how many there are in all; None for as many as are shown."""
    return json.dumps({"notes": list(found), "count": len(found) if count is None else count, **more}).encode()


def challenge() -> dict[str, Any]:
    """OpenReview's answer to programs that ask for pages for browsers only."""
    return {
        "name": "ChallengeRequiredError",
        "message": "A challenge has to be passed first",
        "status": 403,
        "details": {"url": "https://openreview.net/challenge"},
    }
