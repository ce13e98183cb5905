"""Read the common parts of arXiv's forms: counting announcements, authors in a string, code in comments."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from watcher.model import ACCEPTED, PUBLISHED, Entry, Reading
from watcher.parsers.common import clean
from watcher.parsers.common.venue import venue_in, venue_named
from watcher.parsers.feed.item import cut_warning

KINDS = ("new", "cross", "replace")
"""Kinds of announcement: a new paper, one of another category that is shown here as well, a new version."""

BY_DEFAULT = ("new", "cross")

_AFFILIATION = re.compile(r" ?\([^()]*\)")
_BETWEEN = re.compile(r",(?! (?:Jr|Sr|II|III|IV)\b)")
_CODE = re.compile(r"https?://(?:www\.)?(?:github|gitlab)\.com/[\w.-]+/[\w-]+(?:\.[\w-]+)*", re.ASCII)


@dataclass(frozen=True, slots=True)
class Announced:
    """A paper and how it is announced.

    ``how``: ``new``, ``cross``, ``replace``, ``replace-cross``, or "" if it is not said.
    """

    entry: Entry
    how: str = ""

    def counts(self, announce: Iterable[str]) -> bool:
        """Return whether its kind is in ``announce``. An unknown kind counts, so that no paper is lost."""
        kind = "replace" if self.how.startswith("replace") else self.how
        return kind not in KINDS or kind in (tuple(announce) or BY_DEFAULT)


def announced(found: Iterable[Announced], announce: Iterable[str], *, is_cut: bool = False) -> Reading:
    """Return the reading of papers whose announcement counts, once each: several categories may repeat a paper.

    ``found``: the papers of a page, with their kinds of announcement.
    ``announce``: kinds of announcement that count (see ``KINDS``), empty for the usual ones.
    ``is_cut``: the page has more papers than were read.
    """
    kinds = tuple(announce)
    everything = list(found)
    entries: dict[str, Entry] = {}
    for one in everything:
        if one.counts(kinds):
            entries.setdefault(one.entry.keys[0], one.entry)
    papers = tuple(entries.values())
    warnings = [cut_warning(len(everything))] if is_cut else []
    without = sum(not entry.abstract for entry in papers)
    if without:
        warnings.append(f"{without} of {len(papers)} papers have no abstract")
    whole = not is_cut and (not papers or without < len(papers))
    return Reading(entries=papers, whole=whole, warnings=tuple(warnings))


def in_one_string(text: str) -> tuple[str, ...]:
    """Return the authors in a text such as "Ann Bee, Cy Dee (Some Lab)"; arXiv writes last names last."""
    names = _BETWEEN.split(_AFFILIATION.sub("", clean.line(text, 100 * clean.NAME_CHARS)))
    return clean.names([name.strip() for name in names])


def code_in(text: str) -> str | None:
    """Return the address of the first code repository in the authors' comment, None if there is none."""
    found = _CODE.search(clean.line(text))
    return clean.url(found[0].removesuffix(".git")) if found else None


def venue_and_stage(journal_reference: str, comment: str, doi: str | None = None) -> tuple[str | None, str | None]:
    """Where a paper appears, and how far it has come by that: published by its journal reference or the article's DOI.

    The authors' comment alone says that it is accepted.
    """
    appeared, accepted = venue_named(journal_reference), venue_in(comment)
    return appeared or accepted, PUBLISHED if doi or appeared else ACCEPTED if accepted else None
