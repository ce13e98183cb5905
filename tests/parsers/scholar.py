"""Answers of Semantic Scholar, of our own making, in the shapes that its documentation describes."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date
from typing import Any

BULK = "https://api.semanticscholar.org/graph/v1/paper/search/bulk"
DAY = date(2026, 3, 9)


def paper(number: int, day: date = DAY, **values: Any) -> dict[str, Any]:
    """A paper of Semantic Scholar, with everything that is read of it."""
    return {
        "paperId": f"{number:040x}",
        "externalIds": {
            "DOI": f"10.5555/TIDE.{number}",
            "PubMed": str(41_000_000 + number),
            "CorpusId": 270_000_000 + number,
        },
        "title": f"Tide pools &amp; CO2, part {number}",
        "abstract": f"We visit tide pools and count what lives there: pool number {number} is full.",
        "venue": "Journal of Tides",
        "year": day.year,
        "publicationDate": day.isoformat(),
        "publicationTypes": ["JournalArticle", "Review"],
        "journal": {"name": "J. Tides", "volume": "7", "pages": "1-9"},
        "fieldsOfStudy": ["Biology"],
        "s2FieldsOfStudy": [
            {"category": "Biology", "source": "external"},
            {"category": "Environmental Science", "source": "s2-fos-model"},
        ],
        "authors": [{"authorId": "1700001", "name": "Ada Amberg"}, {"authorId": None, "name": "Bo Brisk"}],
        **values,
    }


def papers(found: Sequence[object], total: object = None, token: str | None = None, **more: Any) -> bytes:
    """A list of papers as the bulk search answers it. ``token``: of the next page, None at the end."""
    about = {"total": len(found) if total is None else total, "token": token}
    return json.dumps({**about, "data": list(found), **more}).encode()
