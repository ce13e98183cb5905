"""A record of a repository as an entry, in Dublin Core or in one of arXiv's forms.

The forms are those of http://www.openarchives.org/OAI/2.0/oai_dc.xsd and https://info.arxiv.org/help/oa/index.html.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

from watcher.model import ARTICLE, Entry, OtherForm
from watcher.parsers.arxiv.entry import code_in, in_one_string, venue_and_stage
from watcher.parsers.common import clean
from watcher.parsers.common.dates import day_of
from watcher.parsers.common.dois import PaperIds, of_doi
from watcher.parsers.common.links import forms_named, ids_of_name, normalised_url
from watcher.parsers.common.text_values import moment, people, shown_text
from watcher.parsers.common.venue import venue_named
from watcher.parsers.feed.xml import XmlElement

ANNOUNCED_WITHIN = timedelta(days=14)
"""How long after its submission a paper of arXiv is announced, where nobody holds it back."""

WITHDRAWN = "This paper has been withdrawn: its repository has deleted the record."

_AND = re.compile(r",? and ")
_BRACKETS = re.compile(r"\([^()]*+\)")
_DEEPEST = 3

_COMMENT = re.compile(r"Comments?: *", re.IGNORECASE)
_MONTH = re.compile(r"(\d\d)(\d\d)\.")
_OLD_MONTH = re.compile(r"[a-z-]+/(\d\d)(\d\d)\d{3}")


@dataclass(frozen=True, slots=True)
class Head:
    """The head of a record.

    ``identifier``: the record's name everywhere.
    ``day``: that of its last change.
    ``sets``: the sets of the repository that it is in, such as ``cs:cs:LG``.
    ``is_deleted``: the repository has taken the record away.
    """

    identifier: str
    day: date | None
    sets: tuple[str, ...]
    is_deleted: bool


def head_of(record: XmlElement) -> Head | None:
    """Return the head of a record, None where it has no identifier."""
    node = next(iter(record.all("header")), None)
    identifier = clean.line(node.text("identifier"), clean.NAME_CHARS) if node else ""
    if node is None or not identifier:
        return None
    sets = clean.names([one.text() for one in node.all("setSpec")])
    return Head(identifier, day_of(node.text("datestamp")), sets, node.attributes.get("status") == "deleted")


def deleted(head: Head, site: str) -> Entry:
    """Return what a deleted record says of its paper, an entry that matters only if the paper is known.

    ``site``: address of the repository, for keys.
    """
    return Entry(title="", keys=_keys(head, PaperIds(()), site), note=WITHDRAWN, is_follow_up=True, is_removed=True)


def form_in(record: XmlElement) -> str:
    """Return the name of the form in which a record stands, "" where it has none."""
    node = _inner(record)
    return node.name if node else ""


def entry_of_item(record: XmlElement, head: Head, site: str) -> Entry | None:
    """Return a record of a known form as an entry, None where it has no title.

    ``site``: address of the repository, for keys.
    """
    node = _inner(record)
    read = READERS.get(node.name) if node else None
    entry = read(node, head, site) if node and read else None
    if entry is None or not entry.title:
        return None
    return _of_arxiv(entry, head) if entry.arxiv_id and head.identifier.lower().startswith("oai:arxiv.org:") else entry


def _inner(record: XmlElement) -> XmlElement | None:
    metadata = next(iter(record.all("metadata")), None)
    return next(iter(metadata.children), None) if metadata else None


def _of_arxiv(entry: Entry, head: Head) -> Entry:
    """An entry of arXiv, of which a change counts only where the paper is known.

    It is new where it was submitted, or got its number, not long before the day of its last change: a new version or
    another category of an old paper is no new one.
    """
    if head.day is None:
        return entry
    month = _MONTH.match(entry.arxiv_id or "") or _OLD_MONTH.match(entry.arxiv_id or "")
    last = max(head.day, date.min + ANNOUNCED_WITHIN)
    since = last - timedelta(days=3)
    is_numbered = month is not None and (month[1], month[2]) in {(f"{day:%y}", f"{day:%m}") for day in (since, last)}
    is_fresh = entry.published is not None and entry.published.date() >= last - ANNOUNCED_WITHIN
    return replace(entry, is_follow_up=not (is_numbered or is_fresh))


# --- the forms ---


def _dublin_core(node: XmlElement, head: Head, site: str) -> Entry:
    """Dublin Core: every element may stand there several times, and most repositories have habits of their own."""
    named = [child.text().strip() for child in node.all("dc:identifier")]
    ids = _ids([head.identifier, *named])
    texts = [shown_text(child.markup()) for child in node.all("dc:description")]
    comments = next((text for text in texts if _COMMENT.match(text)), "")
    abstract = max((text for text in texts if text != comments), key=len, default="")
    days = [day for child in node.all("dc:date") if (day := day_of(child.text().strip()))]
    remark = _COMMENT.sub("", comments, count=1)
    links = [link for text in named if (link := clean.url(text))]
    subjects = [" ".join(child.text().split()) for child in node.all("dc:subject")]
    arxiv = _categories_of(head.sets) if ids.arxiv_id else ()
    types = [child.text().strip().rpartition("/")[2] for child in node.all("dc:type")]
    appeared = next((text for child in node.all("dc:source") if venue_named(text := child.text())), "")
    venue, stage = venue_and_stage(appeared, remark, ids.doi)
    first = min(days, default=None)
    return Entry(
        title=next(
            (text for child in node.all("dc:title") if (text := shown_text(child.markup(), clean.TITLE_CHARS))), ""
        ),
        keys=_keys(head, ids, site, links),
        abstract=abstract,
        authors=people([child.text() for child in node.all("dc:creator")]),
        forms=_forms(ids),
        names_forms=True,
        stage=stage if ids.arxiv_id else None,
        arxiv_id=ids.arxiv_id,
        doi=ids.doi,
        url=_link(ids, links),
        keywords=clean.names(list(dict.fromkeys(subjects))),
        categories=arxiv or clean.names(list(dict.fromkeys(types))),
        note=clean.line(remark) or None,
        venue=venue,
        code_url=code_in(remark) if ids.arxiv_id else None,
        published=datetime(first.year, first.month, first.day, tzinfo=UTC) if first else None,
        listed=head.day,
    )


def _arxiv(node: XmlElement, head: Head, site: str) -> Entry:
    """arXiv's own form, with authors in parts and the days of the first and the last version."""
    authors = [one for listed in node.all("authors") for one in listed.all("author")]
    names = [" ".join(filter(None, map(one.text, ("forenames", "keyname", "suffix")))) for one in authors]
    places = dict.fromkeys(" ".join(child.text().split()) for one in authors for child in one.all("affiliation"))
    return replace(
        _common(node, head, site),
        authors=clean.names([" ".join(name.split()) for name in names]),
        organization=clean.line("; ".join(places), clean.ABSTRACT_CHARS) or None,
        published=moment(node.text("created").strip()),
    )


def _arxiv_raw(node: XmlElement, head: Head, site: str) -> Entry:
    """arXiv's form with all versions, and the authors as they wrote themselves."""
    versions = node.all("version")
    numbers = [_number(one.attributes.get("version", "")) for one in versions]
    return replace(
        _common(node, head, site),
        authors=in_one_string(_AND.sub(", ", _without_places(node.text("authors")))),
        version=max((number for number in numbers if number), default=None),
        submitter=clean.line(node.text("submitter"), clean.NAME_CHARS) or None,
        published=moment(versions[0].text("date").strip()) if versions else None,
    )


def _without_places(text: str) -> str:
    """The authors without what stands in brackets: "Ann Bee (1), Cy Dee (2) ((1) Some Lab, (2) Another)"."""
    for _ in range(_DEEPEST):
        text = _BRACKETS.sub(" ", text)
    return " ".join(text.split()).replace(" ,", ",")


def _common(node: XmlElement, head: Head, site: str) -> Entry:
    number, doi = clean.arxiv_id(node.text("id").strip()), clean.doi(node.text("doi").split(" ")[0])
    ids = replace(_ids([head.identifier, f"arxiv:{number[0]}" if number else ""]), doi=doi)
    comments = node.text("comments")
    venue, stage = venue_and_stage(node.text("journal-ref"), comments, doi)
    return Entry(
        title=clean.line(node.text("title")),
        keys=_keys(head, ids, site),
        forms=_forms(ids),
        names_forms=True,
        stage=stage,
        abstract=clean.abstract(node.text("abstract")),
        arxiv_id=ids.arxiv_id,
        doi=doi,
        url=_link(ids, ()),
        categories=clean.names(list(dict.fromkeys(node.text("categories").split()))),
        note=clean.line(comments) or None,
        venue=venue,
        code_url=code_in(comments),
        listed=head.day,
    )


READERS: Mapping[str, Callable[[XmlElement, Head, str], Entry]] = {
    "oai_dc:dc": _dublin_core,
    "arXiv": _arxiv,
    "arXivRaw": _arxiv_raw,
}
"""The name of a record's root → what reads it."""


def _number(version: str) -> int | None:
    found = re.fullmatch(r"v([1-9]\d?)", version)
    return int(found[1]) if found else None


def _ids(names: list[str]) -> PaperIds:
    """The arXiv id and the DOI among names of a paper, the first of each. arXiv's own DOI is none of a journal's."""
    found = [ids_of_name(name) for name in names if name]
    arxiv = next((one.arxiv_id for one in found if one.arxiv_id), None)
    dois = (one.doi for one in found if one.doi and not (arxiv and one.arxiv_id))
    return PaperIds((), arxiv_id=arxiv, doi=next(dois, None))


def _keys(head: Head, ids: PaperIds, site: str, links: list[str] | None = None) -> tuple[str, ...]:
    """Return what a record is known by, strongest first. Its identifier is the same in whatever repository lists it.

    A DOI beside an arXiv id is the article's: see :func:`_forms`.
    """
    arxiv = ids.arxiv_id or ids_of_name(head.identifier).arxiv_id
    own = f"id:{head.identifier}" if head.identifier.lower().startswith("oai:") else f"id:{site}:{head.identifier}"
    named = (f"arxiv:{arxiv}",) if arxiv else of_doi(ids.doi).keys if ids.doi else ()
    addresses = [
        f"url:{normalised_url(link)}"
        for link in links or ()
        if not (found := ids_of_name(link)).doi and not found.arxiv_id
    ]
    return tuple(dict.fromkeys([*named, *([] if arxiv else [own, *addresses[:1]])]))


def _forms(ids: PaperIds) -> tuple[OtherForm, ...]:
    """Return the article of a preprint at arXiv, where its record names one."""
    return forms_named(ids.doi, ARTICLE, beside=(f"arxiv:{ids.arxiv_id}",)) if ids.arxiv_id else ()


def _link(ids: PaperIds, links: tuple[str, ...] | list[str]) -> str | None:
    if ids.arxiv_id:
        return f"https://arxiv.org/abs/{ids.arxiv_id}"
    return next(iter(links), None) or (f"https://doi.org/{ids.doi}" if ids.doi else None)


def _categories_of(sets: tuple[str, ...]) -> tuple[str, ...]:
    """arXiv's categories among sets: ``cs:cs:CL`` is cs.CL, ``physics:hep-ex`` is hep-ex."""
    named = [one.split(":") for one in sets]
    return tuple(f"{parts[1]}.{parts[2]}" if len(parts) == 3 else parts[1] for parts in named if len(parts) in (2, 3))
