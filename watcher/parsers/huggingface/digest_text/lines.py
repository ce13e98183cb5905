"""Cut a rendered digest page into lines, without the site's head and foot, and join them to paragraphs."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from watcher.parsers.huggingface.digest_text.marks import (
    DATE,
    WHEN,
    TextLine,
    is_address,
    is_meta,
    lines_in,
    link_of,
    names_paper,
    undressed,
)

WRAPPED_AT = 200
"""Widest line of a text that counts as wrapped."""

LONGEST_WORD = 30
"""Longest word that counts when a line's width is judged. Longer ones are addresses and formulas."""

LONGEST_DRESSED = 2_000
"""Most characters of a paragraph that may be a title with marks and link."""

STRONG_MARKS = frozenset(("#", "1", "**", "title"))
"""Marks that begin a paragraph wherever they stand."""

_UNWRAPPED = STRONG_MARKS | {"[]"}
_META_LINE = re.compile(rf"(?P<who>[^·]{{0,120}}?) ?· ?(?P<when>{DATE}(?: \d{{1,6}})?)", re.ASCII)

# A head piece may be glued to the next one, or to the first title.
_HEAD = re.compile(
    r"new(?=$|Get trending)|Get trending papers in your email inbox(?: once a day)?!|Subscribe(?!(?:d|s|rs?)\b| )"
    r"|Daily Papers(?=$|by)|by ?AK(?=$| ?and the)|and the research community|Trending Papers$"
    rf"|{DATE}(?=$|[^\s\d,])"
)
_BRAND = re.compile(r"Get trending papers in your email inbox|Daily Papers(?=$|by)|and the research community")
_FRAME_WORD = (
    "(?:Models|Datasets|Spaces|Buckets|Posts|Docs|Solutions|Pricing|Enterprise|Community|Company|TOS|Terms|Privacy|About"
    "|Careers|Jobs|Website|Papers|Daily|Weekly|Monthly|Day|Week|Month|Trending|Previous|Next|Log ?In|Sign ?Up|Submit"
    "|System theme|Back to (?:top|Articles)|Menu|Search|Skip to (?:main )?content|Load more|(?:© |🤗 ?)?Hugging Face"
    "|Hugging Face's logo|Search models, datasets, users\\.\\.\\.)"
)
_FRAME = re.compile(rf"{_FRAME_WORD}(?:[ |·•*/–-]++{_FRAME_WORD})*")
_WORD_AT_HYPHEN = re.compile(r"(?:[^\W\d_]-|\w--+)$")
_WHOLE_LINK = re.compile(r"^\S{0,6} ?\[.*\]\((?:(?!\]\()\S)*\)\**$")
_ADDRESS = re.compile(r"[/.]\w")
_LONE_HYPHEN = ("and", "or", "to", "und", "nor")

Fits = Callable[[TextLine, TextLine], bool]


@dataclass(frozen=True, slots=True)
class TextPage:
    """The lines of a page's papers.

    ``year``: of the visit, None if the page's head does not name it.
    ``is_branded``: the page says that it is the site's.
    """

    lines: Sequence[TextLine]
    year: int | None
    is_branded: bool


def page_of(text: str) -> TextPage:
    """Return the lines of a rendered page that belong to papers."""
    lines, head = _beheaded(lines_in(text))
    while lines and _FRAME.fullmatch(lines[-1].text):
        lines.pop()
    years = [found[3] for piece in head if (found := WHEN.fullmatch(piece)) and found[3]]
    return TextPage(lines, int(years[-1]) if years else None, any(_BRAND.match(piece) for piece in head))


@dataclass(frozen=True, slots=True)
class Paragraphs:
    """The paragraphs of a page, each as one line.

    ``are_joined``: they were joined from wrapped lines.
    ``are_guessed``: some have no blank line before them.
    """

    lines: Sequence[TextLine]
    are_joined: bool = False
    are_guessed: bool = False


def paragraphs_of(lines: Sequence[TextLine]) -> Paragraphs:
    """Return the paragraphs that lines make.

    If lines are long, each is a paragraph. If all are short, as in mails, a paragraph ends before a blank line, and at
    a line that would have had room for the next word. Raises ``ValueError`` with the line's number if it is not clear
    whether an address belongs to the text before it.
    """
    if any(line.width > WRAPPED_AT for line in lines if not line.marks and not is_meta(line)):
        return Paragraphs([part for line in lines for part in split_meta(line)])
    joined, are_guessed = _joined(lines)
    return Paragraphs([part for line in joined for part in split_meta(line)], True, are_guessed)


def split_meta(line: TextLine) -> list[TextLine]:
    """Return ``• 6 authors · Mar 29, 2020 4`` as the three lines that other renderings have; any other line alone."""
    found = _META_LINE.fullmatch(line.raw)
    if found is None:
        return [line]
    return [TextLine(line.number, part, part) for part in (found["who"], "·", found["when"]) if part]


def _joined(lines: Sequence[TextLine]) -> tuple[list[TextLine], bool]:
    """Return the paragraphs of wrapped lines, and whether some have no blank line before them."""
    fits = _fits(lines)
    is_spaced = not any(_is_apart(before, line, fits) for before, line in pairwise(lines) if not line.after_gap)
    paragraphs: list[list[TextLine]] = []
    for line in lines:
        before = paragraphs[-1][-1] if paragraphs else None
        if before is None or line.after_gap or _begins(before, line, fits, is_spaced=is_spaced):
            paragraphs.append([line])
        else:
            paragraphs[-1].append(line)
    return [_one_line(paragraph) for paragraph in paragraphs], not is_spaced


def _begins(before: TextLine, line: TextLine, fits: Fits, *, is_spaced: bool) -> bool:
    """Return whether a line without a blank line before it begins a paragraph.

    ``is_spaced``: blank lines separate the paragraphs of this page.
    """
    goes_on = is_spaced and is_address(before.raw) and not before.after_gap
    if (_stands_alone(before) and not goes_on) or line.marks & STRONG_MARKS:
        return True
    if is_address(line.raw):
        return not is_spaced and not _continues(before, line, fits)
    return _stands_alone(line) or fits(before, line)


def _is_apart(before: TextLine, line: TextLine, fits: Fits) -> bool:
    """Return whether a line shows that paragraphs of this page begin without a blank line before them."""
    if _stands_alone(before):
        return not is_meta(line) and _META_LINE.fullmatch(line.raw) is None
    if is_address(line.raw):
        return names_paper(link_of(line))
    return _stands_alone(line) or bool(line.marks & STRONG_MARKS) or fits(before, line)


def _continues(before: TextLine, address: TextLine, fits: Fits) -> bool:
    """Return whether an address on a line of its own is the end of the sentence before it.

    Links to papers stand below titles and abstracts, other addresses are parts of abstracts.
    """
    if fits(before, address) or names_paper(link_of(address)):
        return False
    if before.raw.endswith((".", "!", "?")):
        raise ValueError(address.number)
    return True


def _fits(lines: Sequence[TextLine]) -> Fits:
    """Return a function that says whether a line's first word would have had room on the line before."""
    going_on = [
        one.width
        for one, two in pairwise(lines)
        if not two.after_gap and not one.marks & _UNWRAPPED and max(map(len, one.raw.split())) <= LONGEST_WORD
        if not _stands_alone(one) and not _stands_alone(two)
    ]
    width = max(going_on, default=0)

    def fits(one: TextLine, two: TextLine) -> bool:
        word = two.raw.split(" ", 1)[0]
        gap = 0 if _WORD_AT_HYPHEN.search(one.raw) else 1
        return one.width + gap + (len(word) if _ADDRESS.search(word) else min(len(word), LONGEST_WORD)) <= width

    return fits


def _one_line(paragraph: Sequence[TextLine]) -> TextLine:
    rest: list[str] = []
    for before, line in pairwise(paragraph):
        rest += ["" if _goes_on(before.raw, line.raw) else " ", line.raw]
    more = "".join(rest)
    if not more:
        return paragraph[0]
    first = paragraph[0]
    whole = replace(first, text=first.text + more, raw=first.raw + more, first=first.text)
    return undressed(whole) if len(whole.raw) <= LONGEST_DRESSED else whole


def _goes_on(before: str, after: str) -> bool:
    """Return whether a line break is at a word's hyphen: ``multi-`` and ``modal``, but not ``pre-`` and ``and``."""
    if re.match(r"--+\w", after):
        return True
    return bool(_WORD_AT_HYPHEN.search(before)) and after[:1].isalnum() and after.split(" ", 1)[0] not in _LONE_HYPHEN


def _stands_alone(line: TextLine) -> bool:
    return (
        "#" in line.marks
        or _WHOLE_LINK.search(line.raw) is not None
        or is_meta(line)
        or _META_LINE.fullmatch(line.raw) is not None
    )


def _beheaded(lines: list[TextLine]) -> tuple[list[TextLine], list[str]]:
    """Return the lines without the site's head, and the pieces of the head."""
    pieces: list[str] = []
    for n, line in enumerate(lines):
        rest, cut = line.text, 0
        while found := _HEAD.match(rest):
            pieces.append(found[0])
            cut += 1
            rest = rest[found.end() :].lstrip()
        if rest and not _FRAME.fullmatch(rest):
            first = replace(line, text=rest, raw=rest if cut else line.raw)
            return [first, *lines[n + 1 :]], pieces
    return [], pieces
