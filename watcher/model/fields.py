"""The table of paper fields: what is known of a paper, and how rules, merging, rows and lists treat each field.

A field is one line of :class:`PaperFacts`; or of :class:`Listing`, if each list has a value of its own. The rule
language, both indexes, the evaluator, merging, database columns and ``papers --json`` are made from these lines.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import date, datetime
from enum import StrEnum
from typing import Any

ACCEPTED, PUBLISHED = "accepted", "published"

STAGES = (None, ACCEPTED, PUBLISHED)
"""How far a paper has come: a manuscript or preprint, accepted by a venue, published there."""


BY_MARK = "retracted"
"""Retraction of a paper that is marked as retracted, where no notice is named."""


class FieldKind(StrEnum):
    """How rules can ask for a field."""

    TEXT = "text"  # words, phrases, regexes
    PEOPLE = "people"  # names
    LABEL = "label"  # a whole value, or its beginning
    NUMBER = "number"  # a comparison with the newest number
    DAY = "day"  # a comparison with a day


class Merge(StrEnum):
    """Which value a paper keeps when another value is read."""

    NEWEST = "newest"  # the last one read
    TEXT = "text"  # the one of the newest version, together with the rest of that version's text
    FIRST = "first"  # the first one read
    IDS = "ids"  # all that were read; of one scheme and name the last ones
    STAGE = "stage"  # the last one read of those that were read with the furthest stage


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a paper.

    ``attribute``: its name in values, rows and JSON.
    ``rule``: its name in the rule language, "" if rules cannot ask for it.
    ``kind``: None if rules cannot ask for it.
    ``merge``: None for a value that belongs to a list.
    ``is_several``: it holds a tuple of texts.
    ``folds_plurals``: rules take singular and plural of a word in it as one.
    ``has``: the name by which ``has:`` asks whether it is known, "" if it cannot be asked for.
    """

    attribute: str
    rule: str = ""
    kind: FieldKind | None = None
    merge: Merge | None = None
    is_several: bool = False
    folds_plurals: bool = False
    has: str = ""

    @property
    def is_fact(self) -> bool:
        """Whether it belongs to the paper itself, not to a list of papers."""
        return self.merge is not None


def _fact(
    merge: Merge,
    rule: str = "",
    kind: FieldKind | None = None,
    *,
    folds_plurals: bool = False,
    has: str | None = None,
) -> Mapping[str, Any]:
    known_as = rule if has is None else has
    return {"merge": merge, "rule": rule, "kind": kind, "folds_plurals": folds_plurals, "has": known_as}


def _of_list(rule: str, kind: FieldKind) -> Mapping[str, Any]:
    return {"rule": rule, "kind": kind}


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperFacts:
    """What pages say of a paper, and the database stores.

    The places of a match are sorted in the order of these fields.

    ``organization``: whose paper it is.
    ``categories``: the source's subject codes, such as ``cs.LG``.
    ``version``: its number, from 1; None if no source counts versions.
    ``code_url``, ``project_url``, ``thumbnail``: addresses of its code, its web page and a small picture.
    ``keywords`` and ``summary``: made by the site.
    ``note``: what the authors remark, such as the number of pages or where it will appear.
    ``venue``: where it appears.
    ``submitter``: who brought the paper to the site.
    ``stage``: how far it has come by what sources say, one of ``STAGES``; None if no source says it.
    ``retraction``: DOI or address of its publisher's notice, ``retracted`` if no notice is named.
    ``author_ids`` and ``org_ids``: ids of its authors and their places, with names: see ``kept_id``.
    ``cited_ids``: ids of the papers that it cites, with their titles, of those whose citations a source asks for.
    """

    title: str = field(metadata=_fact(Merge.TEXT, "title", FieldKind.TEXT, folds_plurals=True, has=""))
    abstract: str = field(default="", metadata=_fact(Merge.TEXT, "abstract", FieldKind.TEXT, folds_plurals=True))
    authors: tuple[str, ...] = field(default=(), metadata=_fact(Merge.TEXT, "author", FieldKind.PEOPLE))
    organization: str | None = field(default=None, metadata=_fact(Merge.NEWEST, "org", FieldKind.TEXT))
    keywords: tuple[str, ...] = field(default=(), metadata=_fact(Merge.NEWEST, "keyword", FieldKind.TEXT))
    categories: tuple[str, ...] = field(default=(), metadata=_fact(Merge.NEWEST, "category", FieldKind.LABEL))
    summary: str | None = field(default=None, metadata=_fact(Merge.NEWEST, "summary", FieldKind.TEXT))
    note: str | None = field(default=None, metadata=_fact(Merge.NEWEST, "note", FieldKind.TEXT))
    venue: str | None = field(default=None, metadata=_fact(Merge.STAGE, "venue", FieldKind.TEXT))
    published: datetime | None = field(default=None, metadata=_fact(Merge.NEWEST, "published", FieldKind.DAY))
    arxiv_id: str | None = field(default=None, metadata=_fact(Merge.FIRST, has="arxiv"))
    version: int | None = field(default=None, metadata=_fact(Merge.TEXT))
    doi: str | None = field(default=None, metadata=_fact(Merge.STAGE, has="doi"))
    stage: str | None = field(default=None, metadata=_fact(Merge.STAGE))
    retraction: str | None = field(default=None, metadata=_fact(Merge.NEWEST, has="retraction"))
    # Sources that list one paper would take turns: the first link stays.
    url: str | None = field(default=None, metadata=_fact(Merge.FIRST))
    submitter: str | None = field(default=None, metadata=_fact(Merge.NEWEST))
    code_url: str | None = field(default=None, metadata=_fact(Merge.NEWEST, has="code"))
    project_url: str | None = field(default=None, metadata=_fact(Merge.NEWEST, has="project"))
    thumbnail: str | None = field(default=None, metadata=_fact(Merge.NEWEST))
    author_ids: tuple[str, ...] = field(default=(), metadata=_fact(Merge.IDS, "author_id", FieldKind.LABEL))
    org_ids: tuple[str, ...] = field(default=(), metadata=_fact(Merge.IDS, "org_id", FieldKind.LABEL))
    cited_ids: tuple[str, ...] = field(default=(), metadata=_fact(Merge.IDS, "cites", FieldKind.LABEL))


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """A paper on a source's list of a day.

    ``day``: None if the list names no day.
    ``rank``: its place on the list, from 1.
    ``upvotes`` and ``comments``: their numbers when last read, None if the source shows none.
    ``read_at``: when the numbers were last read.
    """

    source: str
    day: date | None = field(metadata=_of_list("listed", FieldKind.DAY))
    rank: int | None = None
    upvotes: int | None = field(default=None, metadata=_of_list("upvotes", FieldKind.NUMBER))
    comments: int | None = field(default=None, metadata=_of_list("comments", FieldKind.NUMBER))
    read_at: datetime


def _table(record: type[Any]) -> tuple[Field, ...]:
    return tuple(Field(one.name, is_several=one.default == (), **one.metadata) for one in fields(record))


FACTS = _table(PaperFacts)
"""Fields that belong to a paper wherever it is listed; each is a column."""

LISTED = tuple(one for one in _table(Listing) if one.attribute not in ("source", "day", "read_at"))
"""Fields that belong to one listing: its numbers."""

SOURCE = Field("listings", "source", FieldKind.LABEL)
"""The names of the sources that list a paper, as a field."""

ID = Field("key", "id", FieldKind.LABEL)
"""All that a paper is called by, as a field: its key, arXiv id with and without version, DOI, link."""

IDENTIFIED = {one.rule: one.rule.removesuffix("_id") for one in FACTS if one.merge is Merge.IDS}
"""Fields of ids, and the fields of names that rules write before them: ``author:orcid:…`` asks for an ``author_id``."""

HAS = Field("has", "has", FieldKind.LABEL)
"""The names of the facts that are known of a paper: its code, its venue …"""

KNOWN_BY_HAS = {one.has: one for one in FACTS if one.has}
"""What ``has:`` can ask for, and the fact that it is about."""

SEARCHED = tuple(one for one in (*FACTS, *_table(Listing), SOURCE, ID, HAS) if one.rule)
"""What a rule can ask for, in the order in which the places of a match are sorted."""

BY_RULE = {one.rule: one for one in SEARCHED}


def rule_names(*kinds: FieldKind) -> tuple[str, ...]:
    """Return the names in the rule language of all fields of these kinds, in the table's order."""
    return tuple(one.rule for one in SEARCHED if one.kind in kinds)


def attributes(*merges: Merge) -> tuple[str, ...]:
    """Return the attributes of all facts that are merged in one of these ways, in the table's order."""
    return tuple(one.attribute for one in FACTS if one.merge in merges)


# --- ids of people and places: a text for each, the id, a blank, and the name that its source has for it ---


_ORCID = re.compile(r"(?:https?://)?(?:(?:www\.)?orcid\.org/)?((?:\d{4}-?){3}\d{3}[\dX])/?", re.IGNORECASE | re.ASCII)
_OPENALEX = r"(?:https?://)?(?:(?:www\.|api\.)?openalex\.org/)?(?:[a-z]+/)?({0}\d{{3,12}})/?"
_ROR = re.compile(r"(?:https?://)?(?:(?:www\.)?ror\.org/)?(0[a-hj-km-np-tv-z0-9]{6}\d\d)/?", re.IGNORECASE | re.ASCII)
_ARXIV = re.compile(
    r"(?:(?:https?://)?arxiv\.org/(?:abs|pdf)/)?(\d{4}\.\d{4,5}|[a-z-]{2,12}(?:\.[a-z]{2})?/\d{7})(?:v\d{1,4})?",
    re.IGNORECASE | re.ASCII,
)
_DOI = re.compile(r"(?:(?:https?://)?(?:dx\.)?doi\.org/)?(10\.\d{4,9}/\S{1,200})", re.IGNORECASE | re.ASCII)
_HANDLE = re.compile(r"(?:https?://huggingface\.co/)?([\w.-]{1,96})/?", re.ASCII)

MOST_IDS = 3_000
"""Ids that a paper keeps: some have as many authors."""


def _orcid(text: str) -> str | None:
    """Return an ORCID iD with its hyphens, None if its check digit (ISO 7064, 11-2) is wrong."""
    found = _ORCID.fullmatch(text)
    if not found:
        return None
    plain = found[1].replace("-", "").upper()
    total = 0
    for digit in plain[:-1]:
        total = (total + int(digit)) * 2
    check = (12 - total % 11) % 11
    return "-".join(plain[at : at + 4] for at in range(0, 16, 4)) if plain[-1] == "0123456789X"[check] else None


def _first_of(pattern: re.Pattern[str]) -> Callable[[str], str | None]:
    return lambda text: found[1].lower() if (found := pattern.fullmatch(text)) else None


def _openalex(letter: str) -> Callable[[str], str | None]:
    return _first_of(re.compile(_OPENALEX.format(letter), re.IGNORECASE | re.ASCII))


SCHEMES: Mapping[str, Mapping[str, Callable[[str], str | None]]] = {
    "author": {"orcid": _orcid, "openalex": _openalex("A"), "hf": _first_of(_HANDLE)},
    "org": {"ror": _first_of(_ROR), "openalex": _openalex("I"), "hf": _first_of(_HANDLE)},
    "cites": {"arxiv": _first_of(_ARXIV), "doi": _first_of(_DOI), "openalex": _openalex("W")},
}
"""Field of rules → name of a scheme → what reads an id of it, plain or as an address."""

_OF_PAPERS = ("arxiv", "doi")
"""Schemes of ids of papers: two with one title are two, as a preprint and its article are."""


def identity(field: str, scheme: str, text: str) -> str | None:
    """Return the id of a person, place or paper as it is kept, such as ``orcid:0000-…``; None if the text is none.

    ``field``: ``author``, ``org`` or ``cites``.
    ``scheme``: who gives such ids, a key of ``SCHEMES[field]`` such as ``orcid`` or ``ror``.
    ``text``: the id, plain or as an address.
    """
    found = SCHEMES[field][scheme](text.strip())
    return found and f"{scheme}:{found}".lower()


def kept_id(field: str, scheme: str, text: object, name: str) -> tuple[str, ...]:
    """Return an id and its name as a paper keeps them, as one text ``("orcid:0000-… Their Name",)``; () if it is no id.

    ``field``, ``scheme``, ``text``: see :func:`identity`.
    """
    found = identity(field, scheme, text) if isinstance(text, str) else None
    return (f"{found} {' '.join(name.split())}".strip(),) if found else ()


def id_of(kept: str) -> str:
    """Return the id, in lower case, of a text that :func:`kept_id` made."""
    return kept.partition(" ")[0].lower()


def kept_name(kept: str) -> str:
    """Return the name, "" for none, of a text that :func:`kept_id` made."""
    return kept.partition(" ")[2]


def merged_ids(known: Sequence[str], read: Iterable[str]) -> list[str]:
    """Return the ids of a paper after a source was read; of those with one scheme and name, only what was read stays.

    Ids of papers with one name stay, since a preprint and its article are two; so do ids without names.

    ``known``: what the paper had; ``read``: what the source says. Both as :func:`kept_id` makes them.
    """
    new = list(dict.fromkeys(read))
    replaced = {(one.partition(":")[0], kept_name(one).casefold()) for one in new if kept_name(one)}
    ids = {id_of(one) for one in new}
    kept = [
        one
        for one in known
        if id_of(one) not in ids
        and (one.startswith(_OF_PAPERS) or (one.partition(":")[0], kept_name(one).casefold()) not in replaced)
    ]
    # What says the same in another order is no change.
    same = sorted(kept + new) == sorted(known)
    return list(known) if same else (kept + new)[:MOST_IDS]
