"""An answer of ESearch: how many records a search finds, and their ids (E-utilities in depth, "ESearch")."""

from __future__ import annotations

import re

from watcher.model import Reading, Unreadable
from watcher.parsers.common import clean
from watcher.parsers.feed.xml import FeedDocument, XmlElement
from watcher.parsers.pubmed.keys import MOST_IDS, days_asked, parts_of

_ID = re.compile(r"[1-9][0-9]{0,9}", re.ASCII)
_NOTHING = "No items found."
MOST_SHOWN = 300


def parse_search(document: FeedDocument, url: str) -> Reading | Unreadable:
    """Read what a search has found: the pages with its records, or a quiet day."""
    head = document.head
    if error := _shown(head.text("ERROR")):
        return Unreadable(f"PubMed answers with an error: {error}")
    errors, warnings = head.all("ErrorList")[:1], head.all("WarningList")[:1]
    if fields := _texts(errors, "FieldNotFound"):
        return Unreadable(f"PubMed knows no field {', '.join(fields)}: mend the query")
    if document.is_cut:
        return Unreadable("the answer is cut off")
    count, listed = _number(head.text("Count")), head.all("IdList")
    if count is None or not listed:
        return Unreadable("looked for the number of records and their ids (Count, IdList), found an answer without")
    ids = [child.text().strip() for child in listed[0].children if child.name == "Id"]
    if len(set(ids)) < len(ids) or not all(map(_ID.fullmatch, ids)):
        return Unreadable("looked for ids of records, found some that are none or are given twice")
    unknown = _texts(errors, "PhraseNotFound") + _texts(warnings, "QuotedPhraseNotFound")
    remarks = [f"PubMed finds {count:,} {'record' if count == 1 else 'records'} {days_asked(url)}".rstrip()]
    remarks += [f"PubMed read the query as: {read}"] if (read := _shown(head.text("QueryTranslation"))) else []
    said = [f"PubMed does not know: {phrase}" for phrase in unknown]
    said += [f"PubMed says: {text}" for text in _texts(warnings, "OutputMessage") if text != _NOTHING]
    missing = _missing(count, len(ids), days_asked(url))
    if not ids:
        reason = (missing,) if missing else ()
        return Reading(entries=(), whole=not missing, warnings=(*reason, *said), remarks=tuple(remarks))
    parts = parts_of(url, ids)
    if not parts:
        return Unreadable(f"a search of PubMed that finds {len(ids):,} records, and none of the records themselves")
    return Reading(
        entries=(),
        parts=parts,
        whole=not missing,
        warnings=(*((missing,) if missing else ()), *said),
        remarks=tuple(remarks),
    )


def _missing(count: int, given: int, days: str) -> str:
    """Return why not all records are given that a search finds, "" where all are."""
    if given >= count:
        return ""
    if given >= MOST_IDS:
        return (
            f"PubMed finds {count:,} records {days} and gives the first {given:,}: narrow the query, or look more often"
        )
    return f"PubMed says that it finds {count:,} records, and gives the ids of {given:,}"


def _number(text: str) -> int | None:
    return int(text) if re.fullmatch(r"[0-9]{1,9}", text) else None


def _texts(lists: list[XmlElement], name: str) -> list[str]:
    return [text for one in lists for child in one.all(name) if (text := _shown(child.text()))][:20]


def _shown(text: str) -> str:
    return clean.line(text, MOST_SHOWN)
