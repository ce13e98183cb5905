"""Read one line of a rendered digest: its words without marks, and what kinds of line it can be."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from watcher.parsers.common import clean
from watcher.parsers.common.dates import instant_in, is_day
from watcher.parsers.common.links import ids_of_link

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
DATE = rf"({'|'.join(MONTHS)}) ([1-9]|[12]\d|3[01])(?:, ((?:19|20)\d\d))?"
WHEN = re.compile(rf"{DATE}(?: (\d{{1,6}}))?", re.ASCII)
"""Matches when a paper was published, and its comments: month, day, year or None, comments or None."""

COUNT = re.compile(r"-|\d{1,6}", re.ASCII)
"""Matches a number of upvotes or comments; a dash means none."""

UPVOTES = re.compile(r"(?:[▲△⬆👍🔥]\ufe0f? ?|upvotes?:? ?)(-|\d{1,6})|(\d{1,6}) upvotes?", re.ASCII | re.IGNORECASE)
COMMENTS = re.compile(r"(?:💬 ?|comments?:? ?)(\d{1,6})|(\d{1,6}) comments?", re.ASCII | re.IGNORECASE)
ORGANIZATION = re.compile(r"(?:organi[sz]ation|affiliation): ?(.{1,120})", re.IGNORECASE)
AUTHORS = re.compile(r"authors?: ?(.+)", re.IGNORECASE)
_BY = re.compile(r"([Bb]y) (.+)")
_PARTICLES = frozenset(
    ("de", "da", "di", "do", "dos", "del", "la", "le", "van", "von", "der", "den", "ter", "bin", "al", "el")
)
_BETWEEN_NAMES = re.compile(r", and |, | and | & |; ")
_MORE_NAMES = re.compile(r",? (?:et al\.?|and \d+ (?:others|more)|\+ ?\d+ (?:authors|more))$|, ?…$")
PUBLISHED = re.compile(r"(?:(?:published|submitted)(?: on)?|date):? ?(.{6,40})", re.IGNORECASE)

_AUTHORS = re.compile(r"(?:[•*·-] ?)?\d{1,5} authors?", re.ASCII)
_ASIDE = re.compile(
    r"submitted by .{1,80}|abstract:?|summary:|tl;?dr:|view (?:paper|pdf)|arxiv page|pdf|upvote", re.IGNORECASE
)
_LABELLED_LINK = re.compile(r"(?:url|link|paper|arxiv|pdf|doi|code|github|project(?: page)?): ?(\S+)", re.IGNORECASE)

DEEPEST_QUOTE = 5
_QUOTED = re.compile(r"> ?")
_RULER = re.compile(r"[-=_*~ ]{3,}|[─━═]{3,}")
_PICTURE = re.compile(r"\[?!\[[^\]]*\]\(\S*\)")
_HEADING = re.compile(r"#{1,6} ++(.+?)(?:(?<! ) ++#+)?")
_NUMBER = re.compile(r"(?:(\d{1,4})[.)]|\[(\d{1,4})\](?!\()) ++(.+)", re.ASCII)
_BULLET = re.compile(r"[-*+•‣◦] ++(.+)")
_BOLD = re.compile(r"(\*\*|__)(.+)\1")
_BOLD_LABEL = re.compile(r"^(?P<before>[ \t]{0,8}(?:[-*+] )?)(?:\*\*|__)(?P<label>[A-Za-z;/-]{2,12}) ?:(?:\*\*|__) ?")
_LINK = re.compile(r"\[(.*)\]\(((?:(?!\]\()\S)*?)(?: ++\"[^\"]*\")?\)")
_LINK_WITHIN = re.compile(r"\[([^\[\]]*)\]\((?:https?://|/)[^()\s]*\)")
_URL = re.compile(r"<?(https?://[^\s<>]+)>?", re.IGNORECASE)
_URL_AFTER = re.compile(
    r"(.+?)(?<![ \t])[ \t]++(?:[-–—:|][ \t]++)?[(<\[]?(https?://[^\s<>()\[\]]+)[)>\]]?", re.IGNORECASE
)
_DUMPED = re.compile(r"\[(\d{1,4})\]", re.ASCII)
_TITLE = re.compile(r"title: ?(.+)", re.IGNORECASE)
_LABEL = re.compile(r"[A-Z][A-Za-z]{1,14}(?: [a-z]{1,10})?: ?\S")
_SOFT = "\u00ad"
_AT_HYPHEN = re.compile(r"\w-$|\u00ad$")
_ID = re.compile(r"(?:arxiv:? ?|\[arxiv:)(\S+?)\]?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class TextLine:
    """A line that is not blank, in clean text.

    ``number``: in the file.
    ``raw``: the text with its marks.
    ``marks``: how it is set off (``#``, ``1``, ``-``, ``**``, ``[]``, ``title``).
    ``place``: its number in a numbered list, None if it has none.
    ``link``: where it leads, None if it is no link.
    ``width``: characters of the line in the file.
    ``after_gap``: the line before is blank.
    ``first``: the first of the lines that were joined to this one, "" if it was a line by itself.
    """

    number: int
    text: str
    raw: str = ""
    marks: frozenset[str] = frozenset()
    place: int | None = None
    link: str | None = None
    width: int = 0
    after_gap: bool = False
    first: str = ""


def lines_in(text: str) -> list[TextLine]:
    """Return the lines of a text without marks of Markdown, mail and lists; no blank lines, rules and pictures."""
    raw = re.split(r"\r\n|\r|\n", text)
    for _ in range(DEEPEST_QUOTE):
        if all(line.startswith(">") for line in raw if line.strip()):
            raw = [_QUOTED.sub("", line, count=1) for line in raw]
    raw, links = _without_references(raw)
    lines: list[TextLine] = []
    gap = True
    for number, line in _with_whole_titles(raw, links):
        cleaned = clean.abstract(line)
        if not cleaned or (_RULER.fullmatch(cleaned) and cleaned != "-"):
            gap = True
        elif not _PICTURE.fullmatch(cleaned):
            read = _line(cleaned, links)
            if read.text:
                lines.append(replace(read, number=number, width=len(line.rstrip()), after_gap=gap))
                gap = False
    return lines


MOST_TITLE_LINES = 10
"""Most lines that go on with a title."""


def _with_whole_titles(raw: Sequence[str], links: Mapping[str, str]) -> Iterator[tuple[int, str]]:
    """Yield (number, line). A title goes on over the lines below it, up to one that is something else."""
    n = 0
    while n < len(raw):
        more = 0
        if "title" in raw[n].lower() and "title" in _read_line(raw[n], links).marks:
            more = _lines_of_title(raw, n, links)
        whole = raw[n].rstrip()
        for line in raw[n + 1 : n + 1 + more]:
            whole = whole.removesuffix(_SOFT) + ("" if _AT_HYPHEN.search(whole) else " ") + line.strip()
        yield n + 1, _without_bold_label(whole)
        n += 1 + more


def _lines_of_title(raw: Sequence[str], n: int, links: Mapping[str, str]) -> int:
    """Return how many of the lines after a labelled title belong to it.

    Indented ones do; others only if no blank line, and no list of names, parts them from the next label.
    """
    indented = 0
    for more, line in enumerate(raw[n + 1 : n + 1 + MOST_TITLE_LINES + 1]):
        is_indented = line[:1].isspace()
        if not line.strip():
            return indented
        if _ends_title(_read_line(line, links), is_indented=is_indented):
            return more
        if not is_indented and are_names(line.strip()):
            return indented
        indented = more + 1 if is_indented else indented
    return 0


def _ends_title(line: TextLine, *, is_indented: bool) -> bool:
    """Return whether a line below a title says by itself that it is something else: a label, a link, a number.

    An indented number or day is the end of a title: "… in the Year / 2026".
    """
    if is_indented and (COUNT.fullmatch(line.text) or is_date(line.text) or WHEN.fullmatch(line.text)):
        return False
    return is_meta(line) or "title" in line.marks or (not is_indented and _LABEL.match(line.text) is not None)


def _read_line(line: str, links: Mapping[str, str]) -> TextLine:
    return _line(clean.abstract(_without_bold_label(line)), links)


def _without_bold_label(line: str) -> str:
    return _BOLD_LABEL.sub(r"\g<before>\g<label>: ", line, count=1)


def is_meta(line: TextLine) -> bool:
    """Return whether a line stands around title and abstract and says by itself what it is."""
    text = line.text
    if text in ("·", "•") or any(form.fullmatch(text) for form in (COUNT, WHEN, _AUTHORS, UPVOTES, COMMENTS, _ASIDE)):
        return True
    return (
        link_of(line) is not None or bool(ORGANIZATION.fullmatch(text)) or is_date(text) or bool(labelled_names(text))
    )


def labelled_names(text: str) -> str:
    """Return the names on a line that labels them as authors, "" for any other line."""
    if found := AUTHORS.fullmatch(text):
        return found[1]
    found = _BY.fullmatch(text)
    return found[2] if found and (are_names(found[2]) or (found[1] == "by" and may_be_names(found[2]))) else ""


def may_be_names(text: str) -> bool:
    """Return whether a text may be one name or a list of names."""
    parts = _names(text)
    return _is_name(parts[0]) if len(parts) == 1 else are_names(text)


def are_names(text: str) -> bool:
    """Return whether a line is a list of at least two names; a title of two words may look like one name.

    In a longer list, three of four must have two to five words that look like names, since groups may be among authors.
    """
    parts = _names(text)
    named = sum(map(_is_name, parts))
    if any(len(part) > 60 or len(part.split()) > 6 for part in parts) or text.endswith((".", "?", "!")):
        return False
    return named == len(parts) == 2 or (len(parts) > 2 and 4 * named >= 3 * len(parts))


def _names(text: str) -> list[str]:
    return _BETWEEN_NAMES.split(_MORE_NAMES.sub("", text))


def _is_name(text: str) -> bool:
    words = text.split()
    return 2 <= len(words) <= 5 and all(map(_of_name, words))


def _of_name(word: str) -> bool:
    letters = word.strip(".,'’")
    if word in _PARTICLES:
        return True
    return bool(letters) and not letters[0].islower() and all(char.isalpha() or char in "-.'’" for char in letters)


def is_date(text: str) -> bool:
    """Return whether a line is a day with its year, and nothing else."""
    found = PUBLISHED.fullmatch(text)
    if found:
        return instant_in(found[1]) is not None or WHEN.fullmatch(found[1]) is not None
    return is_day(text)


def link_of(line: TextLine) -> str | None:
    """Return the address on a line with nothing else, "" for any other line."""
    text = line.text
    if found := _ID.fullmatch(text):
        return f"https://arxiv.org/abs/{found[1]}" if clean.arxiv_id(found[1]) else None
    labelled = _LABELLED_LINK.fullmatch(text)
    address = _URL.fullmatch(labelled[1] if labelled else text)
    if labelled and labelled[0].lower().startswith(("code", "github", "project")):
        return "" if address else None
    return address[1] if address else None


def names_paper(address: str | None) -> bool:
    """Return whether an address contains the id of a paper."""
    return bool(address) and not ids_of_link(address or "").keys[0].startswith("url:")


def _line(text: str, links: Mapping[str, str]) -> TextLine:
    if is_meta(TextLine(0, text)):
        return TextLine(0, text, text)
    own, text = _dumped(text, links)
    return undressed(TextLine(0, text, text, frozenset(["[]"]) if own else frozenset(), link=own))


def undressed(line: TextLine) -> TextLine:
    """Return a line, or a paragraph of several lines, with the marks taken off its text."""
    for _ in range(4):
        line = _undecorated(line)
    if line.link is None and (found := _URL_AFTER.fullmatch(line.text)) and names_paper(found[2]):
        line = replace(line, text=found[1].rstrip(), link=found[2])
    return replace(line, text=_LINK_WITHIN.sub(r"\1", line.text).strip())


def is_address(text: str) -> bool:
    """Return whether a line is an address, after a label at most."""
    return _URL.fullmatch(text) is not None or _LABELLED_LINK.fullmatch(text) is not None


def _undecorated(line: TextLine) -> TextLine:
    """Return the line without one kind of its marks."""
    text = line.text
    if found := _HEADING.fullmatch(text):
        return _marked(line, "#", found[1])
    if found := _NUMBER.fullmatch(text):
        return replace(_marked(line, "1", found[3]), place=int(found[1] or found[2]))
    if found := _BULLET.fullmatch(text):
        return _marked(line, "-", found[1])
    if (found := _BOLD.fullmatch(text)) and found[1] not in found[2]:
        return _marked(line, "**", found[2])
    if (found := _LINK.fullmatch(text)) and "](" not in found[1]:
        return replace(_marked(line, "[]", found[1].strip()), link=_absolute(found[2]))
    if found := _TITLE.fullmatch(text):
        return _marked(line, "title", found[1])
    return line


def _marked(line: TextLine, mark: str, text: str) -> TextLine:
    return replace(line, text=text, marks=line.marks | {mark})


def _absolute(address: str) -> str:
    return f"https://huggingface.co{address}" if address.startswith("/papers/") else address


def _without_references(raw: list[str]) -> tuple[list[str], dict[str, str]]:
    """Return the lines without the list of links that text browsers put at the end, and number → link of that list."""
    ends = [n for n, line in enumerate(raw) if line.strip() == "References"]
    if not ends:
        return raw, {}
    found = [re.fullmatch(r"\s*(\d{1,4})\. (\S+)\s*", line, re.ASCII) for line in raw[ends[-1] + 1 :] if line.strip()]
    links = {one[1]: one[2] for one in found if one}
    return (raw[: ends[-1]], links) if links and len(links) == len(found) else (raw, {})


def _dumped(text: str, links: Mapping[str, str]) -> tuple[str | None, str]:
    """Return a text browser's line without its links' numbers, after the link if the line is one link, else None."""
    numbers = [number for number in _DUMPED.findall(text) if number in links]
    if not numbers:
        return None, text
    own = links[numbers[0]] if len(numbers) == 1 and text.startswith(f"[{numbers[0]}]") else None
    return own, _DUMPED.sub(lambda found: "" if found[1] in links else found[0], text).strip()
