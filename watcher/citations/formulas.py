"""Tell which formulas LaTeX can set. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence

from watcher.citations.signs import ALONE, OVER

LONGEST = 200
DEEPEST = 8

_PART = re.compile(
    r"\\(?:[A-Za-z]+|[,;:! %&#_])|[{}^_']|[A-Za-z0-9]|[-+*/=<>()\[\]|.,:;!?@]|[ ]+|(?P<other>.)", re.DOTALL
)
_TAKES_TEXT = frozenset(["text", "textbf", "textit", "textrm", "mbox", "operatorname"])


class _NotSettable(Exception):
    pass


def is_settable(formula: str) -> bool:
    """Return whether LaTeX can set what stands between two dollar signs, and it does nothing else than show a formula.

    Letters, signs, raised and lowered parts, groups, fractions and the commands of ``signs`` are known.
    """
    if not formula.strip() or len(formula) > LONGEST:
        return False
    found = list(_PART.finditer(formula))
    if any(one["other"] for one in found):
        return False
    try:
        _Formula([one[0] for one in found if one[0].strip()]).read()
    except _NotSettable:
        return False
    return True


class _Formula:
    """The parts of a formula, and the place up to which they were read."""

    def __init__(self, parts: Sequence[str]) -> None:
        self._parts, self._at = parts, 0

    def read(self) -> None:
        """Read the whole formula. Raises ``_NotSettable`` at anything that LaTeX would stop at."""
        self._row(DEEPEST)
        if self._at < len(self._parts):
            raise _NotSettable

    def _row(self, depth: int) -> None:
        raised = lowered = False
        while (part := self._peek()) not in ("", "}"):
            if (part in ("^", "'") and raised) or (part == "_" and lowered):
                raise _NotSettable  # a double one
            if part in ("^", "_"):
                self._at += 1
                self._argument(depth, only_simple=True)
            else:
                self._nucleus(depth)
            raised = part in ("^", "'") or (part == "_" and raised)
            lowered = part == "_" or (part in ("^", "'") and lowered)

    def _nucleus(self, depth: int) -> None:
        part = self._peek()
        if part == "{":
            self._group(depth)
            return
        self._at += 1
        name = part.removeprefix("\\")
        if not part.startswith("\\") or not name.isalpha():
            return
        if name == "frac":
            self._group(depth)
            self._group(depth)
        elif name in OVER:
            self._text(depth) if name in _TAKES_TEXT else self._argument(depth, only_simple=False)
        elif name not in ALONE:
            raise _NotSettable

    def _argument(self, depth: int, *, only_simple: bool) -> None:
        part = self._peek()
        if part == "{":
            self._group(depth)
            return
        is_simple = (len(part) == 1 and part not in "}^_'") or part[1:] in ALONE
        if not part or not is_simple:
            raise _NotSettable
        self._at += 1

    def _group(self, depth: int) -> None:
        if self._peek() != "{" or depth == 0:
            raise _NotSettable
        self._at += 1
        self._row(depth - 1)
        if self._peek() != "}":
            raise _NotSettable
        self._at += 1

    def _text(self, depth: int) -> None:
        """Read a group of plain words, in which raised and lowered parts are not allowed."""
        start = self._at
        self._group(depth)
        if any(part in ("^", "_") or part.startswith("\\") for part in self._parts[start : self._at]):
            raise _NotSettable

    def _peek(self) -> str:
        return self._parts[self._at] if self._at < len(self._parts) else ""
