"""Answers of OpenAlex and Crossref, of our own making, in the shapes that their documentation describes."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

OPENALEX = "https://api.openalex.org/works"
CROSSREF = "https://api.crossref.org/works"
DAY = date(2026, 3, 9)


# --- OpenAlex ---


def inverted(text: str) -> dict[str, list[int]]:
    """An abstract as OpenAlex sends it: each word with its places."""
    places: dict[str, list[int]] = {}
    for place, word in enumerate(text.split()):
        places.setdefault(word, []).append(place)
    return places


def location(name: str, link: str, sort: str = "journal", version: str | None = "publishedVersion") -> dict[str, Any]:
    """A place where a work is found."""
    source = {"id": "https://openalex.org/S4210000001", "display_name": name, "type": sort, "issn_l": "1234-5679"}
    return {"is_oa": True, "landing_page_url": link, "pdf_url": None, "source": source, "version": version}


def authorship(name: str, orcid: str | None = None, number: int = 1, **more: Any) -> dict[str, Any]:
    """An author of a work."""
    institution = {
        "id": "https://openalex.org/I4210000007",
        "display_name": "Institute of Made-up Things",
        "ror": "https://ror.org/03yrm5c26",
        "country_code": "DE",
        "type": "education",
    }
    return {
        "author_position": "middle",
        "author": {"id": f"https://openalex.org/A50000000{number:02}", "display_name": name, "orcid": orcid},
        "institutions": [institution],
        "is_corresponding": False,
        "raw_author_name": name,
        "raw_affiliation_strings": ["Institute of Made-up Things, Anywhere"],
        **more,
    }


def work(number: int, day: date = DAY, **values: Any) -> dict[str, Any]:
    """A work of OpenAlex, with everything that is read of it."""
    doi = f"https://doi.org/10.5555/kelp.{number}"
    return {
        "id": f"https://openalex.org/W44000{number:05}",
        "doi": doi,
        "display_name": f"Kelp &amp; CO<sub>2</sub>, part {number}",
        "type": "article",
        "publication_date": day.isoformat(),
        "created_date": (day + timedelta(days=1)).isoformat(),
        "authorships": [
            authorship("Ada Amberg", "https://orcid.org/0000-0002-1825-0097"),
            authorship("Bo Brisk", number=2),
        ],
        "abstract_inverted_index": inverted(f"We grow kelp in tanks and measure it: kelp number {number} grows."),
        "primary_location": location("Journal of Kelp", doi),
        "locations": [location("Journal of Kelp", doi)],
        "primary_topic": {
            "id": "https://openalex.org/T10001",
            "display_name": "Marine plants and their uses",
            "subfield": {"id": "https://openalex.org/subfields/1104", "display_name": "Aquatic Science"},
            "field": {"id": "https://openalex.org/fields/11", "display_name": "Agricultural and Biological Sciences"},
        },
        "topics": [
            {"id": "https://openalex.org/T10001", "display_name": "Marine plants and their uses", "score": 0.98}
        ],
        "keywords": [{"id": "https://openalex.org/keywords/kelp", "display_name": "Kelp", "score": 0.7}],
        "is_retracted": False,
        "referenced_works": ["https://openalex.org/W4400000099"],
        **values,
    }


def openalex(works: Sequence[object], total: int | None = None, cursor: str | None = None, **meta: Any) -> bytes:
    """A list of works as OpenAlex answers it."""
    about = {"count": len(works) if total is None else total, "db_response_time_ms": 21, "page": None, "per_page": 100}
    answer = {"meta": {**about, "next_cursor": cursor, **meta}, "results": list(works), "group_by": []}
    return json.dumps(answer).encode()


# --- Crossref ---


def parts(day: date | None, *, whole: bool = True) -> dict[str, Any]:
    """A date in parts."""
    numbers = [day.year, day.month, day.day] if day else [None]
    return {"date-parts": [numbers if whole else numbers[:2]]}


def stamp(day: date) -> dict[str, Any]:
    """A date with its time."""
    return parts(day) | {"date-time": f"{day}T09:30:00Z", "timestamp": 1_773_000_000_000}


def registered(number: int, *, day: date = DAY, **values: Any) -> dict[str, Any]:
    """A work of Crossref, with everything that is read of it."""
    return {
        "DOI": f"10.5555/Reef.{number}",
        "type": "journal-article",
        "title": [f"Reefs <i>en miniature</i>, part {number}"],
        "subtitle": ["A Story of Corals"],
        "abstract": "<jats:title>Abstract</jats:title><jats:p>Reefs matter. So does CO<jats:sub>2</jats:sub>.</jats:p>",
        "author": [
            {
                "given": "Ada",
                "family": "Amberg",
                "sequence": "first",
                "ORCID": "http://orcid.org/0000-0002-1825-0097",
                "authenticated-orcid": True,
                "affiliation": [
                    {
                        "name": "Institute of Made-up Things",
                        "id": [{"id": "https://ror.org/03yrm5c26", "id-type": "ROR", "asserted-by": "publisher"}],
                    }
                ],
            },
            {"name": "The Reef Group", "sequence": "additional", "affiliation": []},
        ],
        "container-title": ["Journal of Reefs &amp; Tanks"],
        "subject": ["Ecology"],
        "published": parts(day, whole=False),
        "published-online": parts(day),
        "issued": parts(day, whole=False),
        "created": stamp(day),
        "indexed": stamp(day + timedelta(days=1)),
        "relation": {},
        **values,
    }


def crossref(works: Sequence[object], total: int | None = None, cursor: str | None = "same==", **message: Any) -> bytes:
    """A list of works as Crossref answers it."""
    found = {
        "facets": {},
        "next-cursor": cursor,
        "total-results": len(works) if total is None else total,
        "items": list(works),
        "items-per-page": 200,
        "query": {"start-index": 0, "search-terms": None},
        **message,
    }
    return json.dumps(
        {"status": "ok", "message-type": "work-list", "message-version": "1.0.0", "message": found}
    ).encode()


def refused(said: str) -> bytes:
    """What Crossref says of a question that it does not understand."""
    why = [{"type": "parameter-not-allowed", "value": "x", "message": said}]
    return json.dumps({"status": "failed", "message-type": "validation-failure", "message": why}).encode()


def notice(number: int, *updates: tuple[str, str], **values: Any) -> dict[str, Any]:
    """A notice of Crossref that updates other works: pairs of a DOI and the sort of the update."""
    updated = [
        {"DOI": doi, "type": sort, "label": sort, "source": "publisher", "updated": stamp(DAY)} for doi, sort in updates
    ]
    return registered(number, **{"title": [f"Notice {number}"], "subtitle": [], "update-to": updated, **values})
