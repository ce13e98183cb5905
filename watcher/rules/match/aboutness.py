"""Score how much a paper is about what a rule asks for, by where and how often the rule's terms occur in it.

The numbers below are round and were chosen by hand, on judged papers; docs/rules.md has them as a table. Each place of
a term gives points, and every point halves the distance of the score to 1. One point separates strong from weak.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from watcher.rules.folding.text import WordSpan
from watcher.rules.match.search import apart

IN_TITLE = 1.25
IN_FIRST_THIRD = 0.5
IN_LAST_SENTENCE = 0.5
IN_SUMMARY = 0.5
IN_KEYWORDS, BY_RANK = 0.25, 0.25
"""Points of a term in the site's keywords: the first for any keyword; the second divided by the keyword's place, from
1.
"""

EACH_MENTION, FULL_MENTIONS = 0.25, 2
EACH_LATER, LATER_MENTIONS = 0.1, 4
"""Points of each mention in the abstract after the first ones, and how many such mentions count."""

EACH_FURTHER_TERM, FURTHER_TERMS = 0.25, 3
"""Points of each further term that was found where one is enough, and how many such terms count."""

NO_SITE = 0.25
"""Points of a title or first third in addition, if there are no summary and keywords that could give some."""

NO_ABSTRACT = IN_FIRST_THIRD + EACH_MENTION
"""Points of a title in addition, if there is no abstract that could give some."""

AS_ASKED = 1.0
"""Least points of a term that is in the field that the rule names, or that the rule asks for with ``about:``."""


@dataclass(frozen=True, slots=True)
class TermStanding:
    """Where and how often terms occur in a paper, one term or several together.

    ``places``: positions of words in the abstract.
    ``mentions``: number of places in the abstract.
    ``keyword``: index of the first of the site's keywords that has a term, None if none has.
    ``terms``: number of different terms that were found.
    ``as_asked``: the rule names the field for one of them, or asks for it with ``about:``.
    """

    places: tuple[WordSpan, ...] = ()
    mentions: int = 0
    in_title: bool = False
    in_first_third: bool = False
    in_last_sentence: bool = False
    in_summary: bool = False
    keyword: int | None = None
    terms: int = 1
    as_asked: bool = False


class PaperShows(NamedTuple):
    """Whether a paper has an abstract, and whether it has a summary or keywords of the site."""

    abstract: bool
    site: bool


class Ground(NamedTuple):
    """Points that one fact gives.

    ``what``: the fact in words.
    """

    what: str
    points: float


def grounds(standing: TermStanding, shown: PaperShows) -> Iterator[Ground]:
    """Yield what each fact gives, the title first."""
    if standing.in_title:
        yield Ground("in the title", IN_TITLE)
        if not shown.abstract:
            yield Ground("no abstract to look into", NO_ABSTRACT)
    if standing.mentions:
        yield Ground(_times(standing.mentions), _of_mentions(standing.mentions))
    if standing.in_first_third:
        yield Ground("in its first third", IN_FIRST_THIRD)
    if standing.in_last_sentence:
        yield Ground("in its last sentence", IN_LAST_SENTENCE)
    if standing.in_summary:
        yield Ground("in the summary", IN_SUMMARY)
    if standing.keyword is not None:
        yield Ground(f"in keyword {standing.keyword + 1}", IN_KEYWORDS + BY_RANK / (1 + standing.keyword))
    if not shown.site and (standing.in_title or standing.in_first_third):
        yield Ground("no summary or keywords to look into", NO_SITE)
    if standing.terms > 1:
        further = min(standing.terms - 1, FURTHER_TERMS)
        yield Ground(f"{standing.terms} of its terms", EACH_FURTHER_TERM * further)


def _of_mentions(count: int) -> float:
    later = min(max(count - FULL_MENTIONS, 0), LATER_MENTIONS)
    return EACH_MENTION * min(count, FULL_MENTIONS) + EACH_LATER * later


def _times(count: int) -> str:
    often = "once" if count == 1 else "twice" if count == 2 else f"{count} times"
    return f"{often} in the abstract"


def points_of(standing: TermStanding, shown: PaperShows) -> float:
    """Return the points of all facts together."""
    points = sum(ground.points for ground in grounds(standing, shown))
    return max(points, AS_ASKED) if standing.as_asked else points


def score_of(points: float) -> float:
    """Return the score for a number of points, from 0 to 1. Every point halves the distance to 1."""
    return float(round(1 - 0.5**points, 4))


def pooled(some: Sequence[TermStanding]) -> TermStanding:
    """Return how several terms stand together, if one of them would have been enough."""
    if len(some) == 1:
        return some[0]
    places = tuple(apart(place for one in some for place in one.places))
    return TermStanding(
        places=places,
        mentions=len(places) + sum(one.mentions - len(one.places) for one in some),
        in_title=any(one.in_title for one in some),
        in_first_third=any(one.in_first_third for one in some),
        in_last_sentence=any(one.in_last_sentence for one in some),
        in_summary=any(one.in_summary for one in some),
        keyword=min((one.keyword for one in some if one.keyword is not None), default=None),
        terms=len(some),
        as_asked=any(one.as_asked for one in some),
    )
