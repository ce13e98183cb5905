"""Pack the folded words of a paper into one text, and evaluate rules on it: ten times faster than folding again.

For each text of the paper it has the number of positions, the position at which the last sentence begins, and the words
with their positions. It cannot answer what needs the texts themselves (a regex, an exact spelling, characters of a
place), see :func:`reads_texts`. Numbers, labels and listings are read from the paper.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from watcher.model import Paper
from watcher.model.fields import FieldKind, rule_names
from watcher.rules.folding.text import Folded, Words, WordSpan
from watcher.rules.language.tree import Compare, Exact, Label, Regex, RuleNode, leaves
from watcher.rules.match.document import Document

FOLDING = 4
"""Version of folding, of this form and of the index of words. After it was raised, stored words are made anew."""

_FIELDS = rule_names(FieldKind.TEXT, FieldKind.PEOPLE)
_NUMBERS = {field: number for number, field in enumerate(_FIELDS)}
_FIELD, _TEXT, _PART = "\x1d", "\x1e", "\x1f"
_BEGIN, _FORM, _SURFACE = "\x02", "\x03", "\x04"
_CONTROL = re.compile("[\x00-\x1f]")
_COUNTED = re.compile(f"{_BEGIN}([^{_BEGIN}{_FORM}{_SURFACE}]+){_FORM}([^{_BEGIN}]+)")


def pack(document: Document) -> str:
    """Return the folded words of a paper as one text, "" if one cannot be written so and the paper must be read."""
    texts = [[_packed(text) for text in document.texts(field)] for field in _FIELDS]
    texts.append([_packed(text) for text in document.site] if document.shows[1] else [])
    if any(text is None for some in texts for text in some):
        return ""
    flags = "".join("1" if shown else "0" for shown in document.shows)
    return _FIELD.join([flags, *(_TEXT.join(filter(None, some)) for some in texts)])


def _packed(text: Folded) -> str | None:
    parts = [f"{text.size}{_PART}{text.last_begins}{_PART}"]
    for words, sign in ((text.words.forms, _FORM), (text.words.surfaces, _SURFACE)):
        for word, spans in words.items():
            if _CONTROL.search(word):
                return None
            parts.append(f"{_BEGIN}{word}{sign}{','.join(map(_written_span, spans))}")
    return "".join((*parts, _BEGIN))


def _written_span(span: WordSpan) -> str:
    first, last = span
    return str(first) if last == first + 1 else f"{first}-{last}"


def _spans(written: str) -> list[WordSpan]:
    found = []
    for one in written.split(","):
        first, _, last = one.partition("-")
        found.append((int(first), int(last) if last else int(first) + 1))
    return found


class PackedWords(Words):
    """The words of one packed text, ``written`` as the database stores it. Each is read when it is asked for."""

    def __init__(self, written: str) -> None:
        self._written = written

    def at(self, form: str) -> Sequence[WordSpan]:
        key = f"{_BEGIN}{form}{_FORM}"
        begin = self._written.find(key)
        if begin < 0:
            return ()
        begin += len(key)
        return _spans(self._written[begin : self._written.index(_BEGIN, begin)])

    def beginning(self, start: str) -> set[WordSpan]:
        found: set[WordSpan] = set()
        at = self._written.find(_BEGIN + start)
        while at >= 0:
            end = self._written.index(_BEGIN, at + 1)
            word = self._written[at:end]
            found.update(_spans(word[max(word.find(_FORM), word.find(_SURFACE)) + 1 :]))
            at = self._written.find(_BEGIN + start, end)
        return found

    def counted(self) -> list[str]:
        return [form for form, spans in _COUNTED.findall(self._written) for _ in spans.split(",")]


class PackedText(Folded):
    """A text of which only the words are known, ``written`` as the database stores them."""

    def __init__(self, written: str) -> None:
        size, last, words = written.split(_PART)
        self._size, self._last = int(size), int(last)
        self._words = PackedWords(words)

    @property
    def size(self) -> int:
        return self._size


class PackedDocument(Document):
    """A paper with packed words.

    ``paper``: None if no rule asks for more than words.
    """

    def __init__(self, packed: str, paper: Paper | None = None) -> None:
        if paper is not None:
            super().__init__(paper)
        flags, *self._fields = packed.split(_FIELD)
        self._flags = flags
        self._texts, self._site = {}, None

    def texts(self, field: str) -> tuple[Folded, ...]:
        found = self._texts.get(field)
        if found is None:
            found = self._texts[field] = self._read(_NUMBERS[field])
        return found

    def _read(self, number: int) -> tuple[Folded, ...]:
        written = self._fields[number]
        return tuple(PackedText(text) for text in written.split(_TEXT)) if written else ()

    @property
    def site(self) -> tuple[Folded, ...]:
        if self._site is None:
            self._site = self._read(len(_FIELDS))
        return self._site

    def site_with(self, words: Iterable[str]) -> set[int]:
        if not self._fields[-1]:
            return set()
        some = list(words)
        return {number for number, text in enumerate(self.site) if any(text.words.at(word) for word in some)}

    @property
    def shows(self) -> tuple[bool, bool]:
        return self._flags[0] == "1", self._flags[1] == "1"


def reads_texts(node: RuleNode) -> bool:
    """Return whether a rule asks for something that packed words cannot answer."""
    return any(isinstance(leaf, Exact | Regex) for leaf in leaves(node))


def reads_papers(node: RuleNode) -> bool:
    """Return whether a rule asks for labels, numbers or days in addition to words."""
    return any(isinstance(leaf, Label | Compare) for leaf in leaves(node))
