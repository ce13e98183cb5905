"""Read the text of a rule into pieces by hand: lark's grammar, ten times as fast and without its import.

What is right is read as lark reads it; ``tests/unit/test_rules_reader.py`` compares both. What is wrong is left to
lark, which says what stands where something else was expected.
"""

from __future__ import annotations

import re
from contextlib import suppress

from watcher.errors import RuleError
from watcher.rules.language.terms import COMPARED

DEEPEST = 50
"""Most parentheses and exclusions that may be open at one place."""

_WORD = r"""[^\s()"](?:[^\s()"]|(?<=\w)\((?:\d{1,4}|[IVX]{1,4}|[\dA-Za-z](?:,[\dA-Za-z]){0,3})\))*"""
"""Matches a word. A number or few letters in parentheses right behind a letter belong to it: SU(2), Fe(II), SL(2,Z)."""

TERMINALS = {
    "OR": r"OR(?![^\s()\"])",
    "AND": r"AND(?![^\s()\"])",
    "NOT": r"NOT(?![^\s()\"])",
    "MINUS": r"(?<![^\s(])-(?=\S)",
    "COMPARISON": rf"(?ai:{COMPARED})\s*[<>=]+\s*[^\s()\"]*",
    "FIELD": r"[A-Za-z_]+:(?=\S)",
    "EXACT": rf'=(?:"[^"]*"|{_WORD})',
    "PHRASE": r'"[^"]*"(?:~[^\s()"]*)?',
    "REGEX": r"\/(?:\\.|[^\/\\])+\/",
    "WORD": _WORD,
}
"""The words of the language, those that are tried first before the others."""

_ONE = ("NOT", "MINUS", "COMPARISON", "FIELD", "EXACT", "PHRASE", "WORD")


def _scanner(*names: str) -> re.Pattern[str]:
    """Return a pattern that matches one of these, or a parenthesis."""
    own = "|".join(f"(?P<{name}>{TERMINALS[name]})" for name in names)
    return re.compile(rf"{own}|(?P<LPAR>\()|(?P<RPAR>\))")


_BEGINS = _scanner(*_ONE)
"""What may stand where a term has to begin."""

_GOES_ON = _scanner("OR", "AND", *_ONE)
"""What may stand behind a term."""

_BLANKS = re.compile(r"\s*")

_IN_FIELD = re.compile("|".join(f"(?P<{name}>{TERMINALS[name]})" for name in ("EXACT", "PHRASE", "REGEX", "WORD")))
"""What may stand behind the name of a field."""


class RuleToken(str):
    """A word of the language.

    ``type``: its name in ``TERMINALS``.
    ``start_pos``: its offset in the rule.
    """

    __slots__ = ("start_pos", "type")

    type: str
    start_pos: int


class _NoPlace:
    """Stands for the place of a branch, which is not noted."""

    empty = True
    start_pos = end_pos = 0


class RuleBranch:
    """A branch of the tree, as lark makes them.

    ``data``: name of what the grammar calls it.
    ``children``: branches and pieces, in order.
    """

    __slots__ = ("children", "data")

    meta = _NoPlace

    def __init__(self, data: str, children: list[RuleBranch | RuleToken]) -> None:
        self.data, self.children = data, children


class _Unread(Exception):
    """The text is no rule, or one that only lark reads."""


def tree_by_hand(text: str) -> RuleBranch | None:
    """Return the tree of a rule, without places of its branches; None if the text is no rule, or only lark reads it.

    Raises ``RuleError`` for a rule that is nested too deeply.
    """
    reader = _Reader(text)
    try:
        branch = reader.any()
    except _Unread:
        return None
    return None if reader.is_open_at_end() else branch


def read_until(text: str, end: int) -> tuple[RuleToken | None, int]:
    """Return the last piece of a rule before an offset, and the offset of the innermost parenthesis that is open there.

    ``text``: what is no rule. Where nothing is open, the second is the length of the text.
    ``end``: offset of the first piece that cannot stand where it stands.
    """
    reader = _read_as_far_as_possible(text)
    before = next((piece for piece in reversed(reader.read) if piece.start_pos < end), None)
    return before, next((piece.start_pos for piece in reversed(reader.opened) if piece == "("), len(text))


def rule_pieces(text: str) -> list[RuleToken]:
    """Return the words of the language in a rule, in order; of what is no rule, those before the mistake."""
    return _read_as_far_as_possible(text).read


def _read_as_far_as_possible(text: str) -> _Reader:
    reader = _Reader(text)
    with suppress(_Unread):
        reader.any()
    return reader


class _Reader:
    def __init__(self, text: str) -> None:
        self._text, self._at = text, 0
        self._next: tuple[str, RuleToken] | None = None
        self.read: list[RuleToken] = []
        """All pieces so far."""
        self.opened: list[RuleToken] = []
        """Parentheses and signs of exclusion within which the reader is, the outermost first."""

    def is_open_at_end(self) -> bool:
        """Return whether something is left."""
        return self._next is not None or bool(self._text[self._at :].strip())

    def any(self) -> RuleBranch:
        children: list[RuleBranch | RuleToken] = [self._all()]
        while operator := self._take("OR"):
            children += (operator, self._all())
        return RuleBranch("any", children)

    def _all(self) -> RuleBranch:
        self._look(_BEGINS)
        children: list[RuleBranch | RuleToken] = [self._one()]
        while self._look(_GOES_ON) and (found := self._next) and found[0] not in ("OR", "RPAR"):
            if operator := self._take("AND"):
                children.append(operator)
                self._look(_BEGINS)
            children.append(self._one())
        return RuleBranch("all", children)

    def _one(self) -> RuleBranch:
        if self._next is None:
            raise _Unread
        kind, piece = self._next
        self._next = None
        if kind in ("NOT", "MINUS"):
            self._open(piece)
            self._look(_BEGINS)
            excluded = self._one()
            self.opened.pop()
            return RuleBranch("negated", [piece, excluded])
        if kind == "LPAR":
            self._open(piece)
            inside = self.any()
            if not self._take("RPAR"):
                raise _Unread
            self.opened.pop()
            return RuleBranch("group", [inside])
        if kind == "FIELD":
            return RuleBranch("in_field", [piece, self._value()])
        if kind == "COMPARISON":
            return RuleBranch("compared", [piece])
        if kind in ("EXACT", "PHRASE", "WORD"):
            return RuleBranch("plain", [piece])
        raise _Unread

    def _open(self, piece: RuleToken) -> None:
        """Note what a parenthesis or a sign of exclusion opens. Raises ``RuleError`` for one too many."""
        if len(self.opened) >= DEEPEST:
            start = piece.start_pos
            hint = f"{DEEPEST} levels at most: simplify it"
            raise RuleError("nested too deep", start=start, end=start + len(piece), hint=hint)
        self.opened.append(piece)

    def _value(self) -> RuleToken:
        found = _IN_FIELD.match(self._text, self._at)
        if found is None:
            raise _Unread
        return self._piece(found)

    def _look(self, scanner: re.Pattern[str]) -> bool:
        """Find the next word, where none is waiting; return whether there is one. Raises ``_Unread``."""
        if self._next is None:
            self._at = _BLANKS.match(self._text, self._at).end()  # type: ignore[union-attr]
            found = scanner.match(self._text, self._at)
            if found is None:
                if self._at < len(self._text):
                    raise _Unread
                return False
            self._next = (found.lastgroup or "", self._piece(found))
        return True

    def _piece(self, found: re.Match[str]) -> RuleToken:
        kind = found.lastgroup or ""
        piece = RuleToken(found[kind])
        piece.type, piece.start_pos = kind, found.start(kind)
        self._at = found.end()
        self.read.append(piece)
        return piece

    def _take(self, kind: str) -> RuleToken | None:
        """Take the next word, if it is of this kind."""
        if self._next is None or self._next[0] != kind:
            return None
        piece, self._next = self._next[1], None
        return piece
