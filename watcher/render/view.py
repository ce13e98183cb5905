"""Prepare what templates show: all wording is decided here, nothing is escaped yet."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from watcher.model import FIRST, DigestItem, DisplayNames, MatchedSpan, Paper, PaperEvent, event_of
from watcher.model.citing import CITES, cited_in
from watcher.model.fields import id_of, kept_name
from watcher.model.words import counted, listed
from watcher.render.clean import one_line, safe_url
from watcher.render.readable import readable, shown_with
from watcher.render.snippet import Segment, alike, snippet, spans_in, whole_text

LONGEST_TITLE = 300
LONGEST_SUMMARY = 400
LONGEST_BECAUSE = 400
FIRST_AUTHORS = 3
MOST_TERMS = 6
MOST_LISTINGS = 3
MOST_CITED = 3
LONGEST_CITED = 100

BY_NAME = "by name"
NO_NAMES = DisplayNames()
"""No display names: everything is shown by its name."""


@dataclass(frozen=True, slots=True)
class Link:
    """A named link.

    ``url``: http or https; safe between brackets and quotes.
    """

    name: str
    url: str


@dataclass(frozen=True, slots=True)
class PaperView:
    """A paper as a message shows it.

    ``about``: organisation, venue, listing and votes, in words.
    ``terms``: the terms of the rule that matched.
    ``summary``: the site's own summary in one line, () if it has none.
    ``snippet``: the part of the abstract with the terms; () if title or summary show a term, or there is no abstract.
    ``because``: which of the reader's papers it cites, why it is like a subscription's library; "" for neither.
    ``badge``: what is new about a paper that was told before, "" for a new paper.
    ``thumbs``: links by which the reader says whether the paper was useful, () if nobody asks.
    """

    title: str
    marked_title: tuple[Segment, ...]
    url: str | None
    authors: str
    about: str
    terms: str
    snippet: tuple[Segment, ...]
    links: tuple[Link, ...]
    told_before: str
    badge: str = ""
    summary: tuple[Segment, ...] = ()
    because: str = ""
    thumbs: tuple[Link, ...] = ()

    @property
    def note(self) -> str:
        """What is shown beside the title if the paper is in short form."""
        beside = f"told {self.told_before}" if self.badge and self.told_before else self.told_before or self.terms
        return "; ".join(part for part in (self.badge, beside) if part)


@dataclass(frozen=True, slots=True)
class Group:
    """The papers that are told for the same subscriptions.

    ``names``: of the subscriptions, in words.
    ``strong``: papers about what the rule asks for.
    ``weak``: papers that mention it.
    ``known``: papers told before for another subscription.
    ``short``: papers after the first ``max_papers``.
    ``updates``: papers that were told before, with their events: new versions, withdrawals, publication …
    ``also``: papers of which the title is enough.
    """

    names: str
    strong: tuple[PaperView, ...]
    weak: tuple[PaperView, ...]
    known: tuple[PaperView, ...]
    short: tuple[PaperView, ...] = ()
    updates: tuple[PaperView, ...] = ()
    also: tuple[PaperView, ...] = ()

    @property
    def count(self) -> int:
        """The number of papers in the group."""
        return sum(map(len, (self.strong, self.weak, self.known, self.short, self.updates, self.also)))


def groups_of(items: Iterable[DigestItem], shown: DisplayNames = NO_NAMES) -> tuple[Group, ...]:
    """Return the papers grouped by their subscriptions, in the order in which these come."""
    by_names: dict[tuple[str, ...], list[DigestItem]] = {}
    for item in items:
        by_names.setdefault(item.subscriptions, []).append(item)
    return tuple(_group(names, some, shown) for names, some in by_names.items())


def _group(names: tuple[str, ...], items: list[DigestItem], display: DisplayNames) -> Group:
    parts: dict[str, list[PaperView]] = {"strong": [], "weak": [], "known": [], "short": [], "updates": [], "also": []}
    for item in items:
        parts[part_of(item)].append(paper_view(item, display))
    shown = {part: tuple(papers) for part, papers in parts.items()}
    return Group(names=listed([one_line(display.of_subscription(name), 100) for name in names]), **shown)


def part_of(item: DigestItem) -> str:
    """Return the name of the field of :class:`Group` under which a message shows a paper, such as ``updates``."""
    if item.occasion != FIRST:
        return "updates"
    if item.told_before:
        return "known"
    if item.also:
        return "also"
    if item.short:
        return "short"
    return "strong" if item.strong else "weak"


def paper_view(item: DigestItem, shown: DisplayNames = NO_NAMES) -> PaperView:
    """Return what a message shows of a paper."""
    paper = item.paper
    title = readable_title(paper)
    marked_title = _marked(paper.title, item.places, "title", LONGEST_TITLE)
    summary = _marked_summary(paper, item.places)
    shows_why = any(one.hit for one in (*summary, *marked_title))
    is_shown = bool(summary) and (shows_why or not any(place.field == "abstract" for place in item.places))
    return PaperView(
        title=title,
        marked_title=marked_title or (Segment(title),),
        url=main_url(paper),
        authors=authors_line(paper.authors),
        about=" · ".join(_about_item(item, shown)),
        terms=terms_line(item.places),
        summary=summary,
        snippet=() if is_shown else excerpt(paper, item.places),
        links=links(paper),
        told_before=day_in_words(item.told_before) if item.told_before else "",
        badge=badge_of(item),
        because=because_line(item),
        thumbs=tuple(Link(name, url) for name, url in zip(("Useful", "Not for me"), item.thumbs, strict=False)),
    )


def _about_item(item: DigestItem, shown: DisplayNames) -> list[str]:
    """Return what is known beside the texts: how fast the paper rose, which other subscriptions tell it."""
    votes = "" if item.paper.upvotes is None else counted(item.paper.upvotes, "upvote")
    rose = f"{votes}, {item.rise} of them within a day"
    parts = [rose if part == votes and item.rise else part for part in about(item.paper, shown)]
    names = [one_line(name, 100) for name in item.also_in]
    return parts + ([f"also in: {listed(names)}"] if names else [])


def because_line(item: DigestItem) -> str:
    """Return which of the reader's papers a paper cites, and why it is like a library; "" if no match says so.

    Of several matches with a library the one with the best score counts.
    """
    return one_line("; ".join(filter(None, (cites_line(item.paper, item.places), _alike_line(item)))), LONGEST_BECAUSE)


def cites_line(paper: Paper, places: Iterable[MatchedSpan]) -> str:
    """Return ``cites your “Title”`` for the papers that a rule asked for, "" if it asked for none."""
    names = {id_of(one): kept_name(one) for one in paper.cited_ids}
    titles = dict.fromkeys(names.get(id) or id for id in cited_in(places) if id in names)
    shown = sorted(f"“{one_line(readable(title), LONGEST_CITED)}”" for title in titles)
    more = [f"{len(shown) - MOST_CITED} more"] if len(shown) > MOST_CITED else []
    return f"Cites your {listed([*shown[:MOST_CITED], *more])}" if shown else ""


def _alike_line(item: DigestItem) -> str:
    hits = [one.hit for one in item.matches if one.hit.because is not None]
    best = max(hits, key=lambda hit: hit.score, default=None)
    return readable(best.because.in_words) if best and best.because else ""


def badge_of(item: DigestItem) -> str:
    """Return what became of a paper, in a few words: ``now published in River Letters``; "" for a new paper."""
    return "; ".join(_became(occasion, item.paper) for occasion in item.occasions if occasion != FIRST)


def _became(occasion: str, paper: Paper) -> str:
    venue = one_line(paper.venue or "", 80)
    match event_of(occasion):
        case PaperEvent.PUBLISHED:
            return f"now published in {venue}" if venue else "now published"
        case PaperEvent.ACCEPTED:
            return f"accepted at {venue}" if venue else "accepted"
        case PaperEvent.CODE:
            return "now with code"
        case PaperEvent.WITHDRAWN | PaperEvent.RETRACTED as event:
            return event.value
    return f"new version {one_line(occasion, 20)}"


def authors_line(authors: Sequence[str]) -> str:
    """Return the first three authors and the last, since the order of authors says who did the work and who leads."""
    names = [name for name in (one_line(name, 80) for name in authors) if name]
    if len(names) <= FIRST_AUTHORS + 2:  # "and 1 more" would be no shorter than the name
        return ", ".join(names)
    left = len(names) - FIRST_AUTHORS - 1
    return f"{', '.join(names[:FIRST_AUTHORS])} … {names[-1]} (and {left} more)"


def terms_line(places: Iterable[MatchedSpan]) -> str:
    """Return the terms that matched, each once, in one line."""
    by_folded: dict[str, str] = {}
    for place in places:
        if place.field == CITES:
            continue  # said by the titles, in another line
        # Of two people with one name it may be the other one.
        how = f" ({BY_NAME})" if place.field == "author" else ""
        by_folded.setdefault(place.term.casefold(), one_line(place.term, 60) + how)
    terms = list(by_folded.values())
    more = [f"{len(terms) - MOST_TERMS} more"] if len(terms) > MOST_TERMS else []
    return ", ".join(terms[:MOST_TERMS] + more)


def about(paper: Paper, shown: DisplayNames = NO_NAMES) -> list[str]:
    """Return short texts about a paper: organisation, venue, where and when it was listed, votes and comments."""
    parts = [one_line(text, 80) for text in (paper.organization, paper.venue) if text]
    days: dict[str, date | None] = {}
    for listing in paper.listings:
        known = days.get(listing.source)
        days[listing.source] = max(filter(None, (known, listing.day)), default=None)
    named = ((one_line(shown.of_source(source), 60), at) for source, at in days.items())
    listed = [f"{source}, {day_in_words(at)}" if at else source for source, at in named]
    parts += listed[:MOST_LISTINGS]
    by_age = sorted(paper.listings, key=lambda listing: listing.read_at, reverse=True)
    comments = next((listing.comments for listing in by_age if listing.comments is not None), None)
    if paper.upvotes is not None:
        parts.append(counted(paper.upvotes, "upvote"))
    if comments:
        parts.append(counted(comments, "comment"))
    return parts


def excerpt(paper: Paper, places: Sequence[MatchedSpan]) -> tuple[Segment, ...]:
    """Return the sentences of the abstract with most places that matched, as segments."""
    return snippet(*shown_with(paper.abstract, spans_in(paper.abstract, places, "abstract")))


def readable_title(paper: Paper) -> str:
    """Return a title for people: one line, with readable TeX."""
    return one_line(readable(paper.title), LONGEST_TITLE) or "(no title)"


def _marked_summary(paper: Paper, places: Sequence[MatchedSpan]) -> tuple[Segment, ...]:
    """Return the site's summary as segments. Words that matched elsewhere are marked, too: rules rarely ask for it."""
    summary, elsewhere = paper.summary or "", {"title": paper.title, "abstract": paper.abstract}
    found = spans_in(summary, places, "summary") or alike(summary, places, elsewhere)
    return whole_text(*shown_with(summary, found), LONGEST_SUMMARY)


def _marked(text: str, places: Sequence[MatchedSpan], field: str, longest: int) -> tuple[Segment, ...]:
    return whole_text(*shown_with(text, spans_in(text, places, field)), longest)


def main_url(paper: Paper) -> str | None:
    """Return the address behind the title, None if there is none."""
    found = links(paper)
    return found[0].url if found else None


def links(paper: Paper) -> tuple[Link, ...]:
    """Return the links of a paper (page, arXiv, PDF, code, project), each address once."""
    id = paper.arxiv_id
    named = [
        ("Paper", safe_url(paper.url)),
        ("arXiv", safe_url(f"https://arxiv.org/abs/{id}") if id else None),
        ("PDF", safe_url(f"https://arxiv.org/pdf/{id}") if id else None),
        ("DOI", safe_url(f"https://doi.org/{paper.doi}") if paper.doi else None),
        ("Code", safe_url(paper.code_url)),
        ("Project", safe_url(paper.project_url)),
    ]
    seen: dict[str, str] = {}
    for name, address in named:
        if address:
            seen.setdefault(address, name)
    return tuple(Link(name, address) for address, name in seen.items())


def day_in_words(at: date) -> str:
    """Return a day as ``10 Mar 2026``."""
    return f"{at.day} {at:%b %Y}"
