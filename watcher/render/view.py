"""What templates show: every decision about wording taken, nothing escaped yet."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from watcher.model import Content, Item, Paper, Place
from watcher.render.clean import clip, one_line, safe_url
from watcher.render.snippet import Segment, snippet, spans_in, whole

LONGEST_TITLE = 300
LONGEST_SUBJECT = 78
"""Characters that a mail reader shows of a subject, and that fit into one line of its header (RFC 5322, 2.1.1)."""

FIRST_AUTHORS = 3
MOST_TERMS = 6
MOST_LISTINGS = 3


@dataclass(frozen=True, slots=True)
class Link:
    """``url`` is an http(s) address that can stand between any brackets and quotes."""

    name: str
    url: str


@dataclass(frozen=True, slots=True)
class PaperView:
    """One paper as a message shows it; ``about`` is organisation, listing and votes, ``terms`` what matched."""

    title: str
    marked_title: tuple[Segment, ...]
    url: str | None
    authors: str
    about: str
    terms: str
    snippet: tuple[Segment, ...]
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


def names_of(items: Iterable[Item]) -> list[str]:
    """The subscriptions that a message is for, each once."""
    return [one_line(name, 100) for name in dict.fromkeys(name for item in items for name in item.subscriptions)]


def paper_view(item: Item) -> PaperView:
    """What a message shows of one paper."""
    paper = item.paper
    title = one_line(paper.title, LONGEST_TITLE) or "(no title)"
    return PaperView(
        title=title,
        marked_title=_marked_title(paper.title, item.places) or (Segment(title),),
        url=main_url(paper),
        authors=authors_line(paper.authors),
        about=" · ".join(about(paper)),
        terms=terms_line(item.places),
        snippet=excerpt(paper, item.places),
        links=links(paper),
        told_before=day(item.told_before) if item.told_before else "",
    )


def authors_line(authors: Sequence[str]) -> str:
    """The first three and the last: the order says who did the work and who leads."""
    names = [name for name in (one_line(name, 80) for name in authors) if name]
    if len(names) <= FIRST_AUTHORS + 1:
        return ", ".join(names)
    left = len(names) - FIRST_AUTHORS - 1
    return f"{', '.join(names[:FIRST_AUTHORS])} … {names[-1]} (and {left} more)"


def terms_line(places: Iterable[Place]) -> str:
    """The terms of the rule that matched, each once."""
    terms = list(dict.fromkeys(one_line(place.term, 60) for place in places))
    more = [f"{len(terms) - MOST_TERMS} more"] if len(terms) > MOST_TERMS else []
    return ", ".join(terms[:MOST_TERMS] + more)


def about(paper: Paper) -> list[str]:
    """Organisation, where and when it was listed, votes and comments."""
    parts = [one_line(paper.organization, 80)] if paper.organization else []
    days: dict[str, date | None] = {}
    for listing in paper.listings:
        known = days.get(listing.source)
        days[listing.source] = max(filter(None, (known, listing.day)), default=None)
    listed = [f"{one_line(source, 60)}, {day(at)}" if at else one_line(source, 60) for source, at in days.items()]
    parts += listed[:MOST_LISTINGS]
    by_age = sorted(paper.listings, key=lambda listing: listing.read_at, reverse=True)
    upvotes = next((listing.upvotes for listing in by_age if listing.upvotes is not None), None)
    comments = next((listing.comments for listing in by_age if listing.comments is not None), None)
    if upvotes is not None:
        parts.append(counted(upvotes, "upvote"))
    if comments:
        parts.append(counted(comments, "comment"))
    return parts


def excerpt(paper: Paper, places: Sequence[Place]) -> tuple[Segment, ...]:
    """The abstract around its first match, with what matched; the site's own summary where there is no abstract."""
    if paper.abstract.strip():
        return snippet(paper.abstract, spans_in(paper.abstract, places, "abstract"))
    summary = paper.summary or ""
    return snippet(summary, spans_in(summary, places, "summary"))


def _marked_title(title: str, places: Sequence[Place]) -> tuple[Segment, ...]:
    return whole(title, spans_in(title, places, "title"), LONGEST_TITLE)


def main_url(paper: Paper) -> str | None:
    """Where a click on the title leads."""
    found = links(paper)
    return found[0].url if found else None


def links(paper: Paper) -> tuple[Link, ...]:
    """Paper page, arXiv, PDF, code, project; each address once."""
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


def subject_of(content: Content) -> str:
    """How many, of what, the first title; which part of how many."""
    if not content.items:
        return "no papers"
    items = sorted(content.items, key=lambda item: (item.told_before is not None, not item.strong))
    names = names_of(content.items)
    others = f" and {len(names) - 1} more" if len(names) > 1 else ""
    part = f" ({content.delivery.part}/{content.delivery.parts})" if content.delivery.parts > 1 else ""
    head = f"{counted(len(items), 'paper')} for {one_line(names[0], 30)}{others}{part}: "
    return head + clip(one_line(items[0].paper.title) or "(no title)", LONGEST_SUBJECT - len(head))


def folded_line(content: Content) -> str:
    """What a message says that takes the place of some that its receiver missed; empty for any other."""
    return f"In place of {counted(content.folded, 'message')} that could not be sent before." if content.folded else ""


def counted(n: int, what: str) -> str:
    """``1 paper``, ``2 papers``."""
    return f"{n:,} {what}" + ("" if n == 1 else "s")


def day(at: date) -> str:
    """``10 Mar 2026``."""
    return f"{at.day} {at:%b %Y}"
