"""What templates show: every decision about wording taken, nothing escaped yet."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from watcher.model import Content, Item, Paper, Place
from watcher.render.escape import one_line, url

SNIPPET = 280
"""Characters of the abstract that a message shows around the first match."""

BEFORE = 60
FIRST_AUTHORS = 3
MOST_TERMS = 6


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of text, matched by the rule or not."""

    text: str
    is_match: bool


@dataclass(frozen=True, slots=True)
class Link:
    name: str
    url: str


@dataclass(frozen=True, slots=True)
class PaperView:
    """One paper as a message shows it; ``about`` is organisation, listing and votes, ``terms`` what matched."""

    title: str
    url: str | None
    authors: str
    about: str
    terms: str
    snippet: tuple[Piece, ...]
    links: tuple[Link, ...]
    told_before: str


@dataclass(frozen=True, slots=True)
class Group:
    """The papers told for the same subscriptions: those that are about it, those that mention it, those known."""

    names: str
    strong: tuple[PaperView, ...]
    weak: tuple[PaperView, ...]
    known: tuple[PaperView, ...]

    @property
    def count(self) -> int:
        return len(self.strong) + len(self.weak) + len(self.known)


def groups_of(items: Iterable[Item]) -> tuple[Group, ...]:
    """Papers by the subscriptions that they are told for, in the order in which these come."""
    by_names: dict[tuple[str, ...], list[Item]] = {}
    for item in items:
        by_names.setdefault(item.subscriptions, []).append(item)
    return tuple(
        Group(
            names=" and ".join(one_line(name, 100) for name in names),
            strong=tuple(paper_view(one) for one in some if one.strong and not one.told_before),
            weak=tuple(paper_view(one) for one in some if not one.strong and not one.told_before),
            known=tuple(paper_view(one) for one in some if one.told_before),
        )
        for names, some in by_names.items()
    )


def paper_view(item: Item) -> PaperView:
    paper = item.paper
    return PaperView(
        title=one_line(paper.title) or "(no title)",
        url=main_url(paper),
        authors=authors_line(paper.authors),
        about=" · ".join(about(paper)),
        terms=", ".join(list(dict.fromkeys(one_line(place.term, 60) for place in item.places))[:MOST_TERMS]),
        snippet=snippet(paper.abstract, item.places),
        links=links(paper),
        told_before=day(item.told_before) if item.told_before else "",
    )


def authors_line(authors: Sequence[str]) -> str:
    """The first three and the last: the order says who did the work and who leads."""
    names = [one_line(name, 80) for name in authors]
    if len(names) <= FIRST_AUTHORS + 1:
        return ", ".join(names)
    left = len(names) - FIRST_AUTHORS - 1
    return f"{', '.join(names[:FIRST_AUTHORS])} … {names[-1]} ({left} more)"


def about(paper: Paper) -> list[str]:
    """Organisation, where and when it was listed, votes and comments."""
    parts = [one_line(paper.organization, 80)] if paper.organization else []
    days: dict[str, date | None] = {}
    for listing in paper.listings:
        known = days.get(listing.source)
        days[listing.source] = max(filter(None, (known, listing.day)), default=None)
    parts += [f"{source}, {day(at)}" if at else source for source, at in days.items()]
    newest = max(paper.listings, key=lambda listing: listing.read_at, default=None)
    if newest and newest.upvotes is not None:
        parts.append(counted(newest.upvotes, "upvote"))
    if newest and newest.comments:
        parts.append(counted(newest.comments, "comment"))
    return parts


def main_url(paper: Paper) -> str | None:
    return url(paper.url) or (f"https://arxiv.org/abs/{paper.arxiv_id}" if paper.arxiv_id else None)


def links(paper: Paper) -> tuple[Link, ...]:
    """Paper page, arXiv, PDF, code, project; each address once."""
    id = paper.arxiv_id
    named = [
        ("Paper", url(paper.url)),
        ("arXiv", url(f"https://arxiv.org/abs/{id}") if id else None),
        ("PDF", url(f"https://arxiv.org/pdf/{id}") if id else None),
        ("DOI", url(f"https://doi.org/{paper.doi}") if paper.doi else None),
        ("Code", url(paper.code_url)),
        ("Project", url(paper.project_url)),
    ]
    seen: dict[str, str] = {}
    for name, address in named:
        if address:
            seen.setdefault(address, name)
    return tuple(Link(name, address) for address, name in seen.items())


def snippet(abstract: str, places: Iterable[Place]) -> tuple[Piece, ...]:
    """A window of the abstract around its first match, with all matches in it marked.

    The text may have changed since it was matched: places that lie outside are left out.
    """
    if not abstract:
        return ()
    spans = sorted((p.start, p.end) for p in places if p.field == "abstract" and 0 <= p.start < p.end <= len(abstract))
    first = spans[0][0] if spans else 0
    start = _word_start(abstract, max(first - BEFORE, 0))
    end = _word_end(abstract, min(start + SNIPPET, len(abstract)))
    pieces = [Piece("… ", False)] if start else []
    at = start
    for span_start, span_end in spans:
        if span_start < at or span_end > end:
            continue
        pieces += [Piece(abstract[at:span_start], False), Piece(abstract[span_start:span_end], True)]
        at = span_end
    pieces.append(Piece(abstract[at:end], False))
    if end < len(abstract):
        pieces.append(Piece(" …", False))
    return tuple(Piece(_flat(piece.text), piece.is_match) for piece in pieces if piece.text)


def subject_of(content: Content) -> str:
    """How many, of what, the first title; which part of how many."""
    items = sorted(content.items, key=lambda item: (item.told_before is not None, not item.strong))
    names = list(dict.fromkeys(name for item in content.items for name in item.subscriptions))
    what = names[0] if len(names) == 1 else f"{names[0]} and {len(names) - 1} more"
    part = f" ({content.delivery.part}/{content.delivery.parts})" if content.delivery.parts > 1 else ""
    head = f"{counted(len(items), 'paper')} for {one_line(what, 60)}{part}: "
    return one_line(head + one_line(items[0].paper.title, max(90 - len(head), 30)), 160)


def counted(n: int, what: str) -> str:
    """``1 paper``, ``2 papers``."""
    return f"{n:,} {what}" + ("" if n == 1 else "s")


def day(at: date) -> str:
    return f"{at.day} {at:%b %Y}"


def _flat(text: str) -> str:
    """A line, its outer blanks kept: pieces stand side by side."""
    inner = one_line(text, SNIPPET * 2)
    return (" " if text[:1].isspace() else "") + inner + (" " if text[-1:].isspace() and inner else "")


def _word_start(text: str, at: int) -> int:
    blank = text.find(" ", at) if at else -1
    return blank + 1 if 0 <= blank < at + 30 else at


def _word_end(text: str, at: int) -> int:
    if at >= len(text):
        return len(text)
    blank = text.rfind(" ", 0, at)
    return blank if blank > at - 30 else at
