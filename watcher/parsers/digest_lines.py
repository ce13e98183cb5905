"""The lines of a digest page rendered to text, without the site's frame around the papers."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from watcher.parsers import clean

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_DATE = rf"({'|'.join(MONTHS)}) ([1-9]|[12]\d|3[01])(?:, ((?:19|20)\d\d))?"
WHEN = re.compile(rf"{_DATE}(?: (\d{{1,6}}))?", re.ASCII)
"""When a paper was published, and its comments: month, day, year or None, comments or None."""

COUNT = re.compile(r"-|\d{1,6}", re.ASCII)
"""Upvotes or comments; a dash is none."""

WRAPPED_AT = 200
"""A text in which no line is longer has been wrapped to a width."""

_BREAK = re.compile(r"\r\n|\r|\n")
_AUTHORS = re.compile(r"(?:[•*·-] ?)?\d{1,5} authors?", re.ASCII)
_META_LINE = re.compile(rf"(?P<who>[^·]{{0,120}}?) ?· ?(?P<when>{_DATE}(?: \d{{1,6}})?)", re.ASCII)

# A head piece may be glued to the next one, or to the first title.
_HEAD = re.compile(
    r"new(?=$|Get trending)|Get trending papers in your email inbox(?: once a day)?!|Subscribe(?!(?:d|s|rs?)\b| )"
    r"|Daily Papers(?=$|by)|by ?AK(?=$| ?and the)|and the research community|Trending Papers$"
    rf"|{_DATE}(?=$|[^\s\d,])"
)
_BRAND = re.compile(r"Get trending papers in your email inbox|Daily Papers(?=$|by)|and the research community")
_FRAME = re.compile(
    "Models|Datasets|Spaces|Buckets|Posts|Docs|Solutions|Pricing|Enterprise|Community|Company|TOS|Privacy|About|Careers"
    "|Website|Papers|Daily|Weekly|Monthly|Trending|Previous|Next|Log In|Sign Up|System theme|(?:© )?Hugging Face"
    "|Hugging Face's logo(?: Hugging Face)?|Load more"
)


@dataclass(frozen=True, slots=True)
class Line:
    """A line that is not blank, in clean text, and its number in the file."""

    number: int
    text: str


@dataclass(frozen=True, slots=True)
class Lines:
    """The lines of the papers; the year of the visit, where the head names it; whether the site names itself."""

    lines: Sequence[Line]
    year: int | None
    is_branded: bool


def lines_of(text: str) -> Lines:
    """Cut a rendered page into the lines of its papers."""
    blocks = [block for block in _blocks(text) if block]
    lines = [line for block in _unwrapped(blocks) for line in block]
    lines, head = _beheaded(lines)
    while lines and _FRAME.fullmatch(lines[-1].text):
        lines.pop()
    years = [found[3] for piece in head if (found := WHEN.fullmatch(piece)) and found[3]]
    split = [part for line in lines for part in split_meta(line)]
    return Lines(split, int(years[-1]) if years else None, any(_BRAND.match(piece) for piece in head))


def is_meta(text: str) -> bool:
    """Whether a line stands around a paper's title and abstract and tells of nothing but itself."""
    return text in ("·", "•") or any(form.fullmatch(text) for form in (COUNT, WHEN, _AUTHORS))


def split_meta(line: Line) -> list[Line]:
    """``• 6 authors · Mar 29, 2020 4`` as the three lines that other renderings make of it."""
    found = _META_LINE.fullmatch(line.text)
    if found is None:
        return [line]
    return [Line(line.number, part) for part in (found["who"], "·", found["when"]) if part]


def _blocks(text: str) -> Iterator[list[Line]]:
    """Runs of lines between blank ones; they may be empty."""
    block: list[Line] = []
    for number, raw in enumerate(_BREAK.split(text), start=1):
        if cleaned := clean.abstract(raw):
            block.append(Line(number, cleaned))
        else:
            yield block
            block = []
    yield block


def _unwrapped(blocks: list[list[Line]]) -> list[list[Line]]:
    """Where all lines are short, as mails have them, each block of text is one line again."""
    if any(len(line.text) > WRAPPED_AT for block in blocks for line in block):
        return blocks
    return [block if any(_stands_alone(line.text) for line in block) else [_joined(block)] for block in blocks]


def _stands_alone(text: str) -> bool:
    return is_meta(text) or _HEAD.fullmatch(text) is not None


def _joined(block: list[Line]) -> Line:
    return Line(block[0].number, clean.abstract(" ".join(line.text for line in block)))


def _beheaded(lines: list[Line]) -> tuple[list[Line], list[str]]:
    """The lines without the site's head, and the pieces of that."""
    pieces: list[str] = []
    for n, line in enumerate(lines):
        rest = line.text
        while found := _HEAD.match(rest):
            pieces.append(found[0])
            rest = rest[found.end() :].lstrip()
        if rest and not _FRAME.fullmatch(rest):
            return [Line(line.number, rest), *lines[n + 1 :]], pieces
    return [], pieces
