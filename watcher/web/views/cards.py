"""Make papers into cards, as lists show them: with hits marked, the subscriptions that match, and why."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from watcher.model import FIRST, DigestItem, DisplayNames, Fate, Hit, Paper, Rank, rank_of
from watcher.model.citing import CITES
from watcher.model.words import counted
from watcher.render.clean import one_line
from watcher.render.view import PaperView, about, authors_line, cites_line, paper_view
from watcher.store import Transaction
from watcher.store.history.browsing import PaperMatch
from watcher.store.papers.marks import EVERYBODY, MarkKind

FATES = {Fate.HELD: "waits for its time", Fate.OWED: "", Fate.BASELINE: "known before", Fate.DROPPED: "not told"}
"""Fate of a match → what is said of it, "" if it was told as usual."""


@dataclass(frozen=True, slots=True)
class CardMatch:
    """A subscription that a paper matched.

    ``strong``: the match has a score of 0.5 or more.
    ``terms``: the words that matched.
    ``note``: what is unusual about its fate, "" for nothing.
    ``shown_as``: display name of the subscription.
    ``up``: whether its reader found the paper useful, None if they did not say.
    """

    subscription: str
    strong: bool
    terms: str
    note: str
    shown_as: str
    up: bool | None = None


@dataclass(frozen=True, slots=True)
class Card:
    """A paper as lists show it.

    ``view``: its texts, with hits marked.
    ``about``: authors, venue and listings, in words.
    ``strong``: one of its matches is.
    """

    key: str
    id: str
    view: PaperView
    about: str
    upvotes: int | None
    matches: tuple[CardMatch, ...]
    strong: bool
    is_starred: bool = False
    is_read: bool = False

    @property
    def thumb(self) -> str:
        """The thumb of all its matches: ``up``, ``down``, or "" if there is none or they differ."""
        said = {one.up for one in self.matches}
        return "" if len(said) != 1 else {True: "up", False: "down", None: ""}[said.pop()]


@dataclass(frozen=True, slots=True)
class MatchedPaper:
    """A paper with its matches."""

    paper: Paper
    matches: Sequence[PaperMatch]


def ranked(tx: Transaction, papers: Sequence[Paper]) -> list[MatchedPaper]:
    """Return papers with their matches: strong matches first, then weak ones, then papers without a match."""
    by_paper: dict[int, list[PaperMatch]] = {}
    for one in tx.browsing.matches_of([paper.id for paper in papers]):
        by_paper.setdefault(one.paper_id, []).append(one)
    found = [MatchedPaper(paper, by_paper.get(paper.id, ())) for paper in papers]
    return sorted(found, key=lambda one: _rank(one.paper, one.matches))


def _rank(paper: Paper, matches: Sequence[PaperMatch]) -> tuple[bool, Rank, int]:
    return not matches, rank_of(paper, max((one.score for one in matches), default=0.0)), -paper.id


def card_of(paper: Paper, matches: Iterable[PaperMatch], names: DisplayNames) -> Card:
    """Return the card of a paper with its matches."""
    some = list(matches)
    item = DigestItem(
        paper=paper,
        subscriptions=tuple(dict.fromkeys(one.subscription for one in some)),
        score=max((one.score for one in some), default=0.0),
        places=tuple(sorted({place for one in some for place in one.places})),
    )
    return _card(item, tuple(_matches(paper, some)), names)


def card_of_hit(paper: Paper, hit: Hit, names: DisplayNames) -> Card:
    """Return the card of a paper that a rule on trial has found."""
    return _card(DigestItem(paper=paper, subscriptions=(), score=hit.score, places=hit.places), (), names)


def _card(item: DigestItem, matches: tuple[CardMatch, ...], names: DisplayNames) -> Card:
    paper = item.paper
    return Card(
        key=paper.key,
        id=paper.key.removeprefix("arxiv:"),
        view=paper_view(item, names),
        about=" · ".join(part for part in (authors_line(paper.authors), *_about(paper, names)) if part),
        upvotes=paper.upvotes,
        matches=matches,
        strong=item.strong,
    )


def _about(paper: Paper, names: DisplayNames) -> list[str]:
    """Return what is known besides the texts, except the upvotes, which stand before the title."""
    votes = "" if paper.upvotes is None else counted(paper.upvotes, "upvote")
    return [part for part in about(paper, names) if part != votes]


def _matches(paper: Paper, some: Sequence[PaperMatch]) -> Iterable[CardMatch]:
    by_name: dict[str, list[PaperMatch]] = {}
    for one in some:
        by_name.setdefault(one.subscription, []).append(one)
    for name, ones in by_name.items():
        first = next((one for one in ones if one.occasion == FIRST), ones[0])
        places = [place for one in ones for place in one.places]
        terms = dict.fromkeys(one_line(place.term, 60) for place in places if place.field != CITES)
        if cited := cites_line(paper, places):
            terms[cited] = None
        liked = (one_line(word, 60) for one in ones if one.because for word in one.because.words)
        strong, said = any(one.strong for one in ones), ", ".join([*(terms or dict.fromkeys(liked))][:4])
        yield CardMatch(name, strong, said, FATES[first.fate], first.shown_as or name, first.up)


def marked_cards(tx: Transaction, papers: Sequence[Paper], cards: Sequence[Card]) -> list[Card]:
    """Return the cards of papers with the marks that users of the pages share."""
    marks = tx.marks.of_papers([paper.id for paper in papers], EVERYBODY)
    found = [marks.get(paper.id, frozenset()) for paper in papers]
    return [
        replace(card, is_starred=MarkKind.STAR in mine, is_read=MarkKind.READ in mine)
        for card, mine in zip(cards, found, strict=True)
    ]
