"""What CSL JSON may hold, by the facts of the public schema of CSL's input data (version 1.0.2)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


TYPES = _words(
    "article article-journal article-magazine article-newspaper bill book broadcast chapter classic collection "
    "dataset document entry entry-dictionary entry-encyclopedia figure graphic hearing interview legal_case "
    "legislation manuscript map motion_picture musical_score pamphlet paper-conference patent performance "
    "periodical personal_communication post post-weblog regulation report review review-book software song "
    "speech standard thesis treaty webpage"
)
PEOPLE = _words(
    "author chair collection-editor compiler composer container-author contributor curator director editor "
    "editorial-director executive-producer interviewer illustrator organizer original-author performer "
    "producer recipient reviewed-author translator"
)
DAYS = _words("accessed available-date container event-date issued original-date submitted")
NUMBERS = _words(
    "chapter-number citation-number collection-number edition first-reference-note-number issue locator number "
    "number-of-pages number-of-volumes page page-first part printing supplement volume"
)
TEXTS = _words(
    "language journalAbbreviation shortTitle abstract annote archive archive_collection archive_location "
    "archive-place authority call-number citation-label collection-title container-title container-title-short "
    "dimensions division DOI event event-place genre ISAN ISBN ISCI ISMN ISRC ISSN ISWC jurisdiction keyword "
    "medium note original-publisher original-publisher-place original-title part-title PMCID PMID publisher "
    "publisher-place references reviewed-title scale section source status title title-short translated-title "
    "translated-title-short URL version year-suffix"
)
PARTS_OF_NAMES = _words("family given dropping-particle non-dropping-particle suffix literal")


def mistakes_in(items: object) -> list[str]:
    """Return what is wrong with CSL JSON, each with its place."""
    if not isinstance(items, list):
        return ["the whole is no list"]
    return [f"{n}: {what}" for n, item in enumerate(items) for what in _of_item(item)]


def _of_item(item: object) -> Iterator[str]:
    if not isinstance(item, dict):
        yield "is no object"
        return
    if not isinstance(item.get("id"), str | int) or item.get("id") == "":
        yield "has no id"
    if item.get("type") not in TYPES:
        yield f"type {item.get('type')!r}"
    for name, value in item.items():
        if name not in ("id", "type"):
            yield from _of_variable(name, value)


def _of_variable(name: str, value: Any) -> Iterator[str]:
    if name in PEOPLE:
        people = value if isinstance(value, list) else [value]
        yield from (f"{name}: {one!r}" for one in people if not _is_name(one))
    elif name in DAYS:
        if not _is_day(value):
            yield f"{name}: {value!r}"
    elif name in TEXTS or name in NUMBERS:
        if not isinstance(value, str) and not (name in NUMBERS and isinstance(value, int)):
            yield f"{name}: {value!r} is no text"
    else:
        yield f"there is no {name}"


def _is_name(one: object) -> bool:
    """Return whether this is a name: known parts, each a text, and one at least that says who it is."""
    if not isinstance(one, dict) or not one.keys() <= PARTS_OF_NAMES:
        return False
    return all(isinstance(part, str) for part in one.values()) and bool(one.get("family") or one.get("literal"))


def _is_day(value: object) -> bool:
    parts = value.get("date-parts") if isinstance(value, dict) and value.keys() == {"date-parts"} else None
    if not isinstance(parts, list) or not 1 <= len(parts) <= 2:
        return False
    return all(isinstance(one, list) and 1 <= len(one) <= 3 and all(isinstance(n, int) for n in one) for one in parts)
