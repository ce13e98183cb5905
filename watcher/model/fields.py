"""The table of paper fields: what is known of a paper, and how rules, merging, rows and lists treat each field.

A field is one line of :class:`PaperFacts`; or of :class:`Listing`, if each list has a value of its own. The rule
language, both indexes, the evaluator, merging, database columns and ``papers --json`` are made from these lines.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import date, datetime
from enum import StrEnum
from typing import Any


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


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a paper.

    ``attribute``: its name in values, rows and JSON.
    ``rule``: its name in the rule language, "" if rules cannot ask for it.
    ``kind``: None if rules cannot ask for it.
    ``merge``: None for a value that belongs to a list.
    ``is_several``: it holds a tuple of texts.
    ``folds_plurals``: rules take singular and plural of a word in it as one.
    """

    attribute: str
    rule: str = ""
    kind: FieldKind | None = None
    merge: Merge | None = None
    is_several: bool = False
    folds_plurals: bool = False

    @property
    def is_fact(self) -> bool:
        """Whether it belongs to the paper itself, not to a list of papers."""
        return self.merge is not None


def _fact(
    merge: Merge, rule: str = "", kind: FieldKind | None = None, *, folds_plurals: bool = False
) -> Mapping[str, Any]:
    return {"merge": merge, "rule": rule, "kind": kind, "folds_plurals": folds_plurals}


def _of_list(rule: str, kind: FieldKind) -> Mapping[str, Any]:
    return {"rule": rule, "kind": kind}


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperFacts:
    """What pages say of a paper, and the database stores.

    The places of a match are sorted in the order of these fields.

    ``organization``: whose paper it is.
    ``keywords`` and ``summary``: made by the site.
    ``note``: what the authors remark, such as the number of pages or where it will appear.
    ``venue``: where it appears.
    ``submitter``: who brought the paper to the site.
    """

    title: str = field(metadata=_fact(Merge.TEXT, "title", FieldKind.TEXT, folds_plurals=True))
    abstract: str = field(default="", metadata=_fact(Merge.TEXT, "abstract", FieldKind.TEXT, folds_plurals=True))
    authors: tuple[str, ...] = field(default=(), metadata=_fact(Merge.TEXT, "author", FieldKind.PEOPLE))
    organization: str | None = field(default=None, metadata=_fact(Merge.NEWEST, "org", FieldKind.TEXT))
    keywords: tuple[str, ...] = field(default=(), metadata=_fact(Merge.NEWEST, "keyword", FieldKind.TEXT))
    categories: tuple[str, ...] = field(default=(), metadata=_fact(Merge.NEWEST, "category", FieldKind.LABEL))
    summary: str | None = field(default=None, metadata=_fact(Merge.NEWEST, "summary", FieldKind.TEXT))
    note: str | None = field(default=None, metadata=_fact(Merge.NEWEST, "note", FieldKind.TEXT))
    venue: str | None = field(default=None, metadata=_fact(Merge.NEWEST, "venue", FieldKind.TEXT))
    published: datetime | None = field(default=None, metadata=_fact(Merge.NEWEST, "published", FieldKind.DAY))
    arxiv_id: str | None = field(default=None, metadata=_fact(Merge.FIRST))
    version: int | None = field(default=None, metadata=_fact(Merge.TEXT))
    doi: str | None = field(default=None, metadata=_fact(Merge.NEWEST))
    # Sources that list one paper would take turns: the first link stays.
    url: str | None = field(default=None, metadata=_fact(Merge.FIRST))
    submitter: str | None = field(default=None, metadata=_fact(Merge.NEWEST))
    code_url: str | None = field(default=None, metadata=_fact(Merge.NEWEST))
    project_url: str | None = field(default=None, metadata=_fact(Merge.NEWEST))
    thumbnail: str | None = field(default=None, metadata=_fact(Merge.NEWEST))


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """A paper on a source's list of a day.

    ``day``: None if the list names no day.
    ``rank``: its place on the list, from 1.
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

SEARCHED = tuple(one for one in (*FACTS, *_table(Listing), SOURCE, ID) if one.rule)
"""Fields that rules can ask for, in the order in which the places of a match are sorted."""

BY_RULE = {one.rule: one for one in SEARCHED}


def rule_names(*kinds: FieldKind) -> tuple[str, ...]:
    """Return the names in the rule language of all fields of these kinds, in the table's order."""
    return tuple(one.rule for one in SEARCHED if one.kind in kinds)


def attributes(*merges: Merge) -> tuple[str, ...]:
    """Return the attributes of all facts that are merged in one of these ways, in the table's order."""
    return tuple(one.attribute for one in FACTS if one.merge in merges)
