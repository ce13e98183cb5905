"""A record of PubMed as an entry: articles, and chapters of books (https://dtd.nlm.nih.gov/ncbi/pubmed/)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime

from watcher.model import BY_MARK, PUBLISHED, Entry
from watcher.model.fields import kept_id
from watcher.parsers.common import clean
from watcher.parsers.common.dois import of_doi
from watcher.parsers.common.text_values import shown_text
from watcher.parsers.common.venue import venue_named
from watcher.parsers.feed.xml import XmlElement

ARTICLE, CHAPTER = "PubmedArticle", "PubmedBookArticle"
RETRACTED = "Retracted Publication"
PREPRINT = "Preprint"
ORGANIZATION_CHARS = 4_000
NOTE_CHARS = 1_000

_PMID = re.compile(r"[1-9][0-9]{0,9}", re.ASCII)
_PMCID = re.compile(r"PMC[1-9][0-9]{0,9}", re.ASCII)
_NO_TITLE = re.compile(r"\[?(?:Not Available|In Process Citation)\]?\.?", re.IGNORECASE)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_NOTED = {
    "RetractionIn": "This article has been retracted",
    "PartialRetractionIn": "Retracted in part",
    "ExpressionOfConcernIn": "Expression of concern",
    "CorrectedandRepublishedIn": "Corrected and republished",
    "ErratumIn": "Erratum",
}
"""What is noted of a record, by how another one relates to it; the worst first."""

_NOTICES = frozenset({"RetractionOf"})


def entries_of_record(node: XmlElement) -> Iterator[Entry]:
    """Yield a record, and the papers that it retracts; nothing of a record without an id or a title."""
    record = _first(node, "MedlineCitation", "BookDocument")
    pmid = record.text("PMID") if record else ""
    if record is None or not _PMID.fullmatch(pmid):
        return
    entry = _entry(node, record, pmid)
    if entry.title:
        yield entry
        yield from _retracted_by(record, entry)


def pmid_key(pmid: str) -> str:
    """Return the key of a PubMed record, the same wherever it is listed (https://en.wikipedia.org/wiki/Info_URI_scheme).

    ``pmid``: its number in PubMed.
    """
    return f"id:info:pmid/{pmid}"


def record_link(pmid: str) -> str:
    """Return the address of the PubMed record with the number ``pmid``."""
    return f"https://pubmed.ncbi.nlm.nih.gov/{pmid}/"


def pmid_of(node: XmlElement) -> str:
    """Return the id of a record, "" where it has none."""
    record = _first(node, "MedlineCitation", "BookDocument")
    return record.text("PMID") if record else ""


def record_keys(pmid: str, doi: str | None, pmcid: str = "") -> tuple[str, ...]:
    """Return the keys of a paper, strongest first.

    ``pmid`` and ``pmcid``: its numbers in PubMed and, "" for none, in PubMed Central (``PMC…``).
    """
    central = (f"url:https://pmc.ncbi.nlm.nih.gov/articles/{pmcid}/",) if pmcid else ()
    return (*(of_doi(doi).keys if doi else ()), pmid_key(pmid), f"url:{record_link(pmid)}", *central)


def _entry(node: XmlElement, record: XmlElement, pmid: str) -> Entry:
    article = _first(record, "Article") or record
    ids = _ids(node, record)
    doi = next((found for text in (ids.get("doi", ""), *_located(article)) if (found := clean.doi(text))), None)
    pmcid = ids.get("pmc", "") if _PMCID.fullmatch(ids.get("pmc", "")) else ""
    types = _types(article)
    authors = _authors(article)
    added, venue, note = _added(node), _venue(article), _note(record, types)
    return Entry(
        title=_title(article),
        stage=PUBLISHED if venue and PREPRINT not in types else None,
        retraction=BY_MARK if note.startswith(_NOTED["RetractionIn"]) else None,
        author_ids=_author_ids(authors),
        keys=record_keys(pmid, doi, pmcid),
        abstract=_abstract(article),
        authors=clean.names([name for author in authors if (name := _name(author))]),
        arxiv_id=of_doi(doi).arxiv_id if doi else None,
        doi=doi,
        url=record_link(pmid),
        organization=_affiliations(authors) or None,
        keywords=_keywords(record),
        categories=types,
        note=note or None,
        venue=venue,
        published=_published(article),
        listed=added,
        is_follow_up=RETRACTED in types,
    )


def _first(node: XmlElement, *names: str) -> XmlElement | None:
    return next(iter(node.all(*names)), None)


def _within(node: XmlElement, *path: str) -> list[XmlElement]:
    """The elements at the end of a path of names below a node."""
    found = [node]
    for name in path:
        found = [child for one in found for child in one.all(name)]
    return found


def _text(node: XmlElement, limit: int = clean.TITLE_CHARS) -> str:
    return shown_text(node.markup(), limit)


def _title(article: XmlElement) -> str:
    """The title without the full stop behind it, or the brackets around one that was translated."""
    own = (
        *_within(article, "ArticleTitle"),
        *_within(article, "VernacularTitle"),
        *_within(article, "Book", "BookTitle"),
    )
    for text in map(_text, own):
        title = text.removesuffix(".") if not text.endswith("..") else text
        inner = title[1:-1].removesuffix(".")
        if title and not _NO_TITLE.fullmatch(title):
            return inner if title[0] == "[" and title[-1] == "]" and "[" not in inner else title
    return ""


def _abstract(article: XmlElement) -> str:
    """All sections of the abstract, each behind its label."""
    sections = []
    for node in _within(article, "Abstract", "AbstractText"):
        label, text = clean.line(node.attributes.get("Label", ""), 100), _text(node, clean.ABSTRACT_CHARS)
        sections.append(f"{label}: {text}" if label and text and label.upper() != "UNLABELLED" else text)
    return clean.abstract(" ".join(filter(None, sections)))


def _authors(article: XmlElement) -> list[XmlElement]:
    """Those who wrote it: of a chapter not those who edited the book."""
    lists = [one for one in article.all("AuthorList") if one.attributes.get("Type", "authors") == "authors"]
    listed = [author for one in lists for author in one.all("Author") if author.attributes.get("ValidYN") != "N"]
    return listed[: clean.LONGEST_LIST]


def _name(author: XmlElement) -> str:
    parts = (author.text("ForeName") or author.text("Initials"), author.text("LastName"), author.text("Suffix"))
    return " ".join(filter(None, parts)) or _text(_first(author, "CollectiveName") or XmlElement("", {}))


def _author_ids(authors: Iterable[XmlElement]) -> tuple[str, ...]:
    """The ORCIDs of those who have one."""
    return tuple(
        kept
        for author in authors
        for one in author.all("Identifier")
        if one.attributes.get("Source") == "ORCID"
        for kept in kept_id("author", "orcid", one.text(), _name(author))
    )


def _affiliations(authors: Iterable[XmlElement]) -> str:
    """The affiliations of all authors, each once, as many as fit whole."""
    places: dict[str, None] = {}
    length = 0
    for node in (one for author in authors for one in _within(author, "AffiliationInfo", "Affiliation")):
        place = _text(node).rstrip(".")
        if not place or place in places:
            continue
        length += len(place) + 2
        if length > ORGANIZATION_CHARS:
            break
        places[place] = None
    return clean.line("; ".join(places), ORGANIZATION_CHARS)


def _types(article: XmlElement) -> tuple[str, ...]:
    nodes = (*_within(article, "PublicationTypeList", "PublicationType"), *article.all("PublicationType"))
    return clean.names(list(dict.fromkeys(node.text().strip() for node in nodes)))


def _keywords(record: XmlElement) -> tuple[str, ...]:
    """The authors' keywords and the headings of MeSH, each once."""
    nodes = (
        *_within(record, "KeywordList", "Keyword"),
        *_within(record, "MeshHeadingList", "MeshHeading", "DescriptorName"),
    )
    return clean.names(list(dict.fromkeys(map(_text, nodes))))


def _venue(article: XmlElement) -> str | None:
    journal, book = _within(article, "Journal", "Title"), _within(article, "Book", "BookTitle")
    return venue_named(_text((journal or book)[0])) if journal or book else None


def _ids(node: XmlElement, record: XmlElement) -> dict[str, str]:
    """The ids of the record itself by their kinds: those of what it cites stand deeper."""
    lists = (*_within(node, "PubmedData", "ArticleIdList"), *_within(node, "PubmedBookData", "ArticleIdList"))
    nodes = [child for one in (*lists, *record.all("ArticleIdList")) for child in one.all("ArticleId")]
    return {child.attributes.get("IdType", ""): child.text().strip() for child in reversed(nodes)}


def _located(article: XmlElement) -> list[str]:
    nodes = article.all("ELocationID")
    return [
        node.text()
        for node in nodes
        if node.attributes.get("EIdType") == "doi" and node.attributes.get("ValidYN") != "N"
    ]


def _added(node: XmlElement) -> date | None:
    """The day on which the record came to PubMed, its Entrez date."""
    dates = (
        *_within(node, "PubmedData", "History", "PubMedPubDate"),
        *_within(node, "PubmedBookData", "History", "PubMedPubDate"),
    )
    by_status = {one.attributes.get("PubStatus", ""): one for one in reversed(dates)}
    return next((day for name in ("entrez", "pubmed") if name in by_status and (day := _day(by_status[name]))), None)


def _published(article: XmlElement) -> datetime | None:
    """The day on which it was published: electronically, else in print, where a whole day is named."""
    nodes = (
        *article.all("ArticleDate"),
        *_within(article, "Journal", "JournalIssue", "PubDate"),
        *article.all("ContributionDate"),
    )
    day = next((day for one in nodes if (day := _day(one))), None)
    return datetime(day.year, day.month, day.day, tzinfo=UTC) if day else None


def _day(node: XmlElement) -> date | None:
    year, month, day = (node.text(name) for name in ("Year", "Month", "Day"))
    number = _MONTHS.index(month[:3].lower()) + 1 if month[:3].lower() in _MONTHS else month
    try:
        return date(int(year), int(number), int(day))
    except ValueError:
        return None


def _note(record: XmlElement, types: Iterable[str]) -> str:
    """What was found wrong with it afterwards, as the notices on it are cited."""
    notices = _within(record, "CommentsCorrectionsList", "CommentsCorrections")
    said = [
        f"{words}: {source}" if (source := _cited(notice)) else words
        for kind, words in _NOTED.items()
        for notice in notices
        if notice.attributes.get("RefType") == kind
    ]
    if RETRACTED in types and not any(one.startswith(_NOTED["RetractionIn"]) for one in said):
        said.insert(0, _NOTED["RetractionIn"])
    return clean.line(". ".join(one.rstrip(".") for one in said), NOTE_CHARS)


def _cited(notice: XmlElement) -> str:
    return clean.line(notice.text("RefSource"), 300)


def _retracted_by(record: XmlElement, entry: Entry) -> Iterator[Entry]:
    """Yield what a notice of retraction says of the papers that it names, each known or nobody's."""
    for notice in _within(record, "CommentsCorrectionsList", "CommentsCorrections"):
        pmid = notice.text("PMID")
        if notice.attributes.get("RefType") in _NOTICES and _PMID.fullmatch(pmid):
            note = f"{_NOTED['RetractionIn']}: {entry.title} ({entry.url})"
            keys = pmid_key(pmid), f"url:{record_link(pmid)}"
            yield Entry(title="", keys=keys, note=note, retraction=entry.url, is_follow_up=True)
