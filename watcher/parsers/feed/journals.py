"""Read what publishers write into feeds of journals in places of their own: citations before abstracts, authors.

The shapes are those of Nature, Science, ACM and Wiley (Atypon), PLOS, ScienceDirect and IEEE Xplore, in 2026.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from watcher.parsers.common import clean
from watcher.parsers.common.text_values import shown_text
from watcher.parsers.common.venue import venue_named

_CITATION = re.compile(
    r"\A[A-Z][^.;<>]{1,200}?, (?:"
    r"Published online: \d{1,2} \w{3,12} \d{4}; doi: ?10\.\S{1,200}"
    r"|(?:Ahead of Print|Early ?View|Accepted Article|Online First|Just Accepted)\."
    r"|Volume \w{1,8}(?:, (?:Issue|Number) [\w./-]{1,20})?(?:, Pages? [\w.–-]{1,30})?(?:, (?:\w{3,12} )?\d{4})?[.,]"
    r")\s*"
)
"""How a text is cited, in front of it or alone: journal, then where or when it appeared."""

_BY = re.compile(r"\A\s*<p>\s*by ([^<>]{1,20000})</p>\s*")
_FACTS = re.compile(r"\A\s*<p>\s*Publication date:")
_FACT = re.compile(r"<p>\s*(?:<b>)?(?P<name>Source|Author\(s\)):(?:</b>)?\s*(?P<value>[^<>]{1,20000})</p>")
_HEADING = re.compile(r"\A\s*<h[1-6]>\s*Abstract\s*</h[1-6]>", re.IGNORECASE)
_VOLUME = re.compile(r", (?:Volumes? |Part |Issue |Available online).*\Z")

_NAMED = (re.compile(r"ScienceDirect Publication: (.{1,200})"), re.compile(r"(.{1,200}) - new TOC"))
"""Titles of feeds that name a journal."""

_OF_ONE_JOURNAL = ("journals.plos.org",)
"""Hosts whose feeds have a journal's name for their title, and nowhere else."""


@dataclass(frozen=True, slots=True)
class JournalText:
    """What a text of an item holds: the abstract as HTML, "" for none; its authors, in one text; its venue."""

    abstract: str
    authors: str = ""
    venue: str | None = None


def taken_apart(markup: str) -> JournalText:
    """Take apart a text in HTML (``markup``). A text without a publisher's layout is all abstract."""
    if by := _BY.match(markup):
        return JournalText(markup[by.end() :], clean.unescaped(by[1]))
    if _FACTS.match(markup):
        found = {fact["name"]: clean.unescaped(fact["value"]).strip() for fact in _FACT.finditer(markup[:50_000])}
        venue = _VOLUME.sub("", found.get("Source", ""))
        return JournalText("", found.get("Author(s)", ""), venue_named(shown_text(venue)))
    return JournalText(_HEADING.sub("", markup, count=1))


def without_citation(text: str) -> str:
    """Return an abstract in one line without the citation in front of it, "" for a citation alone."""
    found = _CITATION.match(text)
    return text[found.end() :] if found else text


def journal_in(title: str, host: str) -> str | None:
    """Return the journal of a feed, as its title names it; None where it does not.

    ``host``: of the feed's address: at some, a title is a journal's name in any case.
    """
    named = next((found[1] for form in _NAMED if (found := form.fullmatch(title))), None)
    return venue_named(named or (title if host in _OF_ONE_JOURNAL else ""))
