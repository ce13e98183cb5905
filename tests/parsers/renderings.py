"""Digest pages rendered to text in many ways, with the papers that they show.

A :class:`Layout` is a choice for every part of a rendering; :func:`render` writes papers so, and :func:`wrong` says
what of a reading contradicts them.
"""

from __future__ import annotations

import random
import textwrap
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, fields
from datetime import date

from watcher.model import Reading

RENDERED_HEAD = "new\n\nGet trending papers in your email inbox!\n\nSubscribe\n\nDaily Papers\n\nMar 10\n\n"
"""The head of a digest page rendered to text."""

HEADS = {
    "none": [],
    "seed": ["new", "Get trending papers in your email inbox!", "Subscribe", "Daily Papers",
             "byAK and the research community", "Oct 30"],
    "short": ["Daily Papers", "byAK and the research community"],
    "markdown": ["[Hugging Face](/)", "- [Models](/models)", "- [Datasets](/datasets)", "# Daily Papers",
                 "by [AK](https://huggingface.co/akhaliq)", "and the research community"],
    "frame": ["Models Datasets Spaces Docs", "Log In Sign Up", "Trending Papers"],
}  # fmt: skip
TAILS = {
    "none": [],
    "frame": ["Previous", "Next", "TOS", "Privacy", "© Hugging Face"],
    "line": ["TOS | Privacy | About"],
}

CHOICES: dict[str, Sequence[object]] = {
    "head": list(HEADS),
    "tail": list(TAILS),
    "blank": ["between lines", "between papers", "nowhere"],
    "ruler": [False, True],
    "title": ["plain", "### ", "1. ", "**", "- ", "Title: "],
    "link": ["none", "markdown", "angle", "after title", "after abstract", "before title", "relative"],
    "upvotes": ["none", "number", "▲ ", " upvotes"],
    "authors": ["none", "number", "before", "after", "labelled before", "labelled after"],
    "organization": ["none", "dotted", "labelled"],
    "date": ["none", "dotted", "alone", "iso", "labelled"],
    "comments": ["none", "with date", "own line", "labelled"],
    "abstract": ["plain", "Abstract: "],
    "wrap": [None, 60, 72, 79, 100],
    "indent": [0, 2],
    "at_hyphens": [True, False],
    "quoted": [False, True],
}


@dataclass(frozen=True)
class Shown:
    """A paper, with all that a rendering may show of it."""

    title: str
    abstract: str
    number: str
    authors: tuple[str, ...]
    organization: str | None = None
    day: date = date(2024, 3, 9)
    upvotes: int = 3
    comments: int = 2

    @property
    def url(self) -> str:
        return f"https://arxiv.org/abs/{self.number}"


@dataclass(frozen=True)
class Layout:
    """One choice for each part; the defaults are those of the plainest rendering."""

    head: str = "none"
    tail: str = "none"
    blank: str = "between lines"
    ruler: bool = False
    title: str = "plain"
    link: str = "none"
    upvotes: str = "none"
    authors: str = "none"
    organization: str = "none"
    date: str = "none"
    comments: str = "none"
    abstract: str = "plain"
    wrap: int | None = None
    indent: int = 0
    at_hyphens: bool = True
    quoted: bool = False

    def __str__(self) -> str:
        plain = Layout()
        changed = [
            f"{one.name}={getattr(self, one.name)}"
            for one in fields(self)
            if getattr(self, one.name) != getattr(plain, one.name)
        ]
        return ", ".join(changed) or "plain"


def any_layout(chance: random.Random) -> Layout:
    return Layout(**{name: chance.choice(list(values)) for name, values in CHOICES.items()})  # type: ignore[arg-type]


@dataclass
class _Writer:
    layout: Layout
    lines: list[str] = field(default_factory=list)

    def put(self, text: str, *, indent: int = 0, alone: bool = False) -> None:
        wrap = self.layout.wrap
        if wrap is None or alone:
            self.lines.append(" " * indent + text)
        else:
            gap = " " * indent
            self.lines += textwrap.wrap(
                text,
                wrap,
                initial_indent=gap,
                subsequent_indent=gap,
                break_long_words=False,
                break_on_hyphens=self.layout.at_hyphens,
            )
        if self.layout.blank == "between lines":
            self.lines.append("")

    def end(self, *, ruler: bool) -> None:
        if ruler:
            self.lines += ["", "---", ""]
        elif self.layout.blank != "nowhere":
            self.lines.append("")


def render(papers: Sequence[Shown], layout: Layout) -> str:
    writer = _Writer(layout)
    for line in HEADS[layout.head]:
        writer.put(line, alone=True)
    writer.end(ruler=False)
    for n, paper in enumerate(papers, start=1):
        _write(paper, n, layout, writer)
        writer.end(ruler=layout.ruler and n < len(papers))
    for line in TAILS[layout.tail]:
        writer.put(line, alone=True)
    lines = [f"> {line}".rstrip() for line in writer.lines] if layout.quoted else writer.lines
    return "\n".join(lines) + "\n"


def _write(paper: Shown, n: int, layout: Layout, writer: _Writer) -> None:
    upvotes = {"number": str(paper.upvotes or "-"), "▲ ": f"▲ {paper.upvotes}", " upvotes": f"{paper.upvotes} upvotes"}
    if layout.link == "before title":
        writer.put(paper.url, alone=True)
    if layout.upvotes in upvotes:
        writer.put(upvotes[layout.upvotes], alone=True)
    marked = layout.title in ("### ", "**") or "markdown" in layout.link
    writer.put(_title(paper, n, layout), alone=marked)
    if layout.link == "after title":
        writer.put(paper.url, alone=True)
    _authors(paper, layout, writer, "before")
    writer.put(("Abstract: " if layout.abstract != "plain" else "") + paper.abstract, indent=layout.indent)
    _authors(paper, layout, writer, "after")
    for line in _meta(paper, layout):
        writer.put(line, alone=True)
    if layout.link == "after abstract":
        writer.put(paper.url, alone=True)


def _title(paper: Shown, n: int, layout: Layout) -> str:
    title = paper.title
    if layout.link == "markdown":
        title = f"[{title}]({paper.url})"
    if layout.link == "relative":
        title = f"[{title}](/papers/{paper.number})"
    if layout.link == "angle":
        title = f"{title} <{paper.url}>"
    match layout.title:
        case "1. ":
            return f"{n}. {title}"
        case "**":
            return f"**{title}**"
        case "plain":
            return title
        case mark:
            return mark + title


def _authors(paper: Shown, layout: Layout, writer: _Writer, place: str) -> None:
    if layout.authors == place:
        writer.put(", ".join(paper.authors))
    elif layout.authors == f"labelled {place}":
        writer.put("Authors: " + ", ".join(paper.authors), alone=True)


def _meta(paper: Shown, layout: Layout) -> Iterable[str]:
    if layout.authors == "number":
        yield f"• {len(paper.authors)} authors"
    elif layout.organization == "dotted" and paper.organization and layout.date == "dotted":
        yield paper.organization
    if layout.organization == "labelled" and paper.organization:
        yield f"Organization: {paper.organization}"
    with_date = f" {paper.comments}" if layout.comments == "with date" and paper.comments else ""
    match layout.date:
        case "dotted":
            yield "·"
            yield f"{paper.day:%b} {paper.day.day}, {paper.day.year}{with_date}"
        case "alone":
            yield f"{paper.day:%b} {paper.day.day}, {paper.day.year}{with_date}"
        case "iso":
            yield paper.day.isoformat()
        case "labelled":
            yield f"Published: {paper.day:%d} {paper.day:%B} {paper.day.year}"
    if layout.comments == "own line" and paper.comments and layout.date == "dotted":
        yield str(paper.comments)
    if layout.comments == "labelled":
        yield f"{paper.comments} comments"


def wrong(reading: Reading, papers: Sequence[Shown]) -> list[str]:
    """What a reading says that the papers do not; leaving facts out is no fault, leaving out papers is."""
    faults = []
    if len(reading.entries) != len(papers):
        faults.append(f"{len(reading.entries)} papers instead of {len(papers)}")
    for entry, paper in zip(reading.entries, papers, strict=False):
        name = paper.organization or ""
        expected: list[tuple[str, object, tuple[object, ...]]] = [
            ("title", entry.title, (paper.title,)),
            ("abstract", entry.abstract, (paper.abstract,)),
            ("keys", entry.keys, ((), (f"arxiv:{paper.number}",))),
            ("authors", entry.authors, ((), paper.authors)),
            # A first word in small letters is the handle of a name that follows it.
            ("organization", entry.organization, (None, name, name.partition(" ")[2])),
            ("published", entry.published and entry.published.date(), (None, paper.day)),
            ("upvotes", entry.upvotes, (None, paper.upvotes)),
            ("comments", entry.comments, (None, paper.comments)),
        ]
        faults += [
            f"{name}: {value!r} for {paper.title!r}" for name, value, allowed in expected if value not in allowed
        ]
    return faults
