"""Find where a paper appears (a conference, workshop or journal), as a site or the authors' remark names it.

Authors remark anything. Only a clause is read that says that the paper itself is accepted or published, and where.
Nothing follows from a clause about submission, review, or an earlier version.
"""

from __future__ import annotations

import re

from watcher.parsers.common import clean

VENUE_CHARS = 200
LONGEST_REMARK = 2_000

_YEAR = r"(?:(?:19|20)\d\d|['’]\d\d)\b"
_ACRONYM = r"[A-Z][A-Za-z&+/-]{0,20}[A-Z][A-Za-z]{0,10}"
_DATED = rf"{_ACRONYM}(?:[ -]|\b)(?={_YEAR})"

_END = re.compile(r"[;|•]|https?://\S*|(?<![A-Z])(?<!\b[A-Z][a-z])(?<!\b[A-Z][a-z]{2})(?<!\b[A-Z][a-z]{3})\.(?=\s|$)")
"""Matches the end of a clause, but not the points in ``J. Phys.``, ``Proc.`` and ``Int. Conf.``."""

_NOT_ACCEPTED = re.compile(
    r"(?i)\b(?:(?:re)?submi\w+|under (?:review|revision|consideration)|in (?:review|revision|preparation)|rejected|"
    r"not (?:yet )?(?:been )?(?:accepted|published)|withdrawn|retracted|plan\w*|intended|(?<!ready )versions?)\b"
)
_SUBJECT = (
    r"(?:(?:this|the|our)\s+)?(?:(?:paper|work|article|manuscript)\s+)?"
    r"(?:(?:it|has|been|is|was|will|to|be|recently)\s+){0,4}"
)
_SAID = re.compile(
    rf"(?:^|[,(]\s*)(?i:{_SUBJECT}(?P<verb>accepted|published|appears?|appeared|presented|forthcoming))"
    rf"(?:[a-z()\- ]{{0,60}}?\s(?:at|to|in|by)\s+|[:,]?\s+(?={_DATED}))(?P<name>.+)"
)
_BARE = re.compile(
    rf"(?P<name>{_DATED}{_YEAR}(?:[ ,(\[-]+(?i:main|oral|spotlight|poster|findings|conference|full|long|short|demo|"
    r"highlight|workshop|paper|track|presentation|camera[ -]ready|accepted|version)[)\]]*)*)"
)
_BEFORE = re.compile(r"(?i)(?:the\s+)?(?:main\s+)?(?:(?:proceedings|proc\.|conference)\s+(?:of|at)\s+)?(?:the\s+)?")
_AFTER = re.compile(
    r",?\s*\(?(?<!\d)\d{1,5}\s*(?:pages?|pp|figures?|tables?)\b.*|,\s+(?:as|with|where|which|under|and)\s.*|"
    r"\s+(?:as|with|where|which|under|and)\s+(?:an?\s|the\s|is\s|supp|\d).*|"
    r",\s*(?i:project|code|website|data|supp|accepted|to appear|camera|doi)\b.*|(?<![\s,:(\[-])[\s,:(\[-]+$"
)
_VENUE_WORD = re.compile(
    r"(?i)\b(?:conference|conf\.|workshop|symposium|congress|colloquium|journal|transactions|proceedings|letters|review|"
    r"annals|magazine|bulletin|findings|lecture notes)"
)
_NAME = re.compile(r"[A-Z][\w&'’.-]*(?:\s+(?:of|on|and|in|for|the|&|[A-Z(][\w&'’.()-]*))*(?:,?\s+[\d()–-]+)*")
_NO_NAME = re.compile(
    r"(?i)(?:jan|feb|mar|apr|may|june?|july?|aug|sept?|oct|nov|dec)[a-z]*\.?\s+\d|"
    r"(?:springer|elsevier|wiley|ieee|acm|mdpi|chapter|section|part|english|press|print|open access)\b\W*$"
)
_KIND_OF_PAPER = re.compile(
    r"(?i)\s*\(?(?:oral|spotlight|poster|findings|workshops?|main|highlight|demo|best paper)[^,.;()]*\)?"
)
_PREPRINTS = re.compile(r"(?i)(?:\w*rxiv|ssrn|research square|preprints?)\b")
_BESIDE = re.compile(r"(?i)[,;|]?\s*(?:published online\b|doi:|https?://).*")


def venue_named(text: object) -> str | None:
    """Return the venue that a site names, None for preprint servers, addresses and numbers."""
    name = _BESIDE.sub("", clean.line(text, LONGEST_REMARK)).removeprefix("In: ")[:VENUE_CHARS].strip(" ,;")
    is_name = sum(map(str.isalpha, name)) >= 2 and not _PREPRINTS.match(name)
    return name if is_name else None


def venue_in(remark: str) -> str | None:
    """Return the venue at which a paper is accepted or published, by the authors' own remark; None if it names none."""
    for clause in (one.strip(" ,.!*") for one in _END.split(clean.line(remark, LONGEST_REMARK))):
        if bare := _BARE.fullmatch(clause):
            return bare["name"]
        said = None if _NOT_ACCEPTED.search(clause) else _SAID.search(clause)
        if said and (name := _venue(said["name"], said["verb"].lower())):
            return name
    return None


def _venue(text: str, verb: str) -> str | None:
    """Return the name at the end of a clause if it looks like that of a venue, else None."""
    name = _BEFORE.sub("", text, count=1)
    if dated := re.match(rf"[^,(]*\([^()]*{_YEAR}[^()]*\)|[^(]*?\b{_DATED}{_YEAR}|[^,]*{_YEAR}", name):
        name = dated[0] + _kind_of_paper(name[dated.end() :])
    name = _AFTER.sub("", name)[:VENUE_CHARS].strip()
    if not re.match(r"[A-Z\d]", name) or _NO_NAME.match(name) or _PREPRINTS.match(name):
        return None
    is_dated = re.search(rf"{_DATED}{_YEAR}", name) is not None
    if is_dated or _VENUE_WORD.search(name):
        return name
    return name if verb != "presented" and _NAME.fullmatch(name) else None


def _kind_of_paper(rest: str) -> str:
    found = _KIND_OF_PAPER.match(rest)
    return found[0] if found else ""
