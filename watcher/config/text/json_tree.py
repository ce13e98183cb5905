"""Read a line of JSON into the same tree as YAML: texts with their places. A mistake has its place, too.

Numbers and booleans are texts, as from YAML: their keys give them a type. A null counts as not written.
"""

from __future__ import annotations

import json
import re
from json.decoder import scanstring  # type: ignore[attr-defined]  # the only one that says where a text ends

from watcher.config.text.harmless import shown_key
from watcher.config.text.mistakes import Mistakes
from watcher.config.text.tree import BROKEN, DEEPEST, UNPRINTABLE, ConfigNode, Items, Scalar, Table

IN_QUOTES = "json"
"""Style of a text that was in quotation marks in JSON. Unlike in YAML, these are never part of what was meant."""

_BLANKS = re.compile(r"[ \t\r\n]*")
_PLAIN = re.compile(r"[^\s,\]}]+")


def json_tree_of(mistakes: Mistakes) -> ConfigNode | None:
    """Return the tree of a text, None if it is no JSON. Note what is wrong in ``mistakes``."""
    text = mistakes.source.text
    try:
        json.loads(text, parse_constant=_refuse)
    except json.JSONDecodeError as error:
        mistakes.note(error.pos, f"is no JSON: {error.msg[:1].lower()}{error.msg[1:]}", _HINT)
        return None
    except (ValueError, RecursionError):
        mistakes.note(0, "is no JSON that can be read", _HINT)
        return None
    builder = _Builder(mistakes)
    root, _ = builder.value(_BLANKS.match(text).end(), 0)  # type: ignore[union-attr]  # matches always
    mistakes.know(root, builder.scalars, is_whole=True)
    return root


_HINT = 'write {"name": "…", "rule": "…", "to": ["…"]} on one line'


def _refuse(constant: str) -> None:
    raise ValueError(constant)


class _Builder:
    """Builds the tree of a text that is known to be JSON. Readers return what they read and the offset behind it."""

    def __init__(self, mistakes: Mistakes) -> None:
        self.scalars: list[Scalar] = []
        self._mistakes, self._text = mistakes, mistakes.source.text

    def value(self, at: int, depth: int) -> tuple[ConfigNode, int]:
        first = self._text[at]
        if first in "{[" and depth >= DEEPEST:
            self._mistakes.note(at, "lists and tables too deep inside each other", _HINT)
            return Scalar("", IN_QUOTES, at, at), len(self._text)
        if first == "{":
            return self._table(at, depth)
        if first == "[":
            return self._items(at, depth)
        if first == '"':
            return self._string(at)
        plain = _PLAIN.match(self._text, at)
        assert plain is not None
        self.scalars.append(Scalar("" if plain[0] == "null" else plain[0], "", at, plain.end()))
        return self.scalars[-1], plain.end()

    def _string(self, at: int) -> tuple[Scalar, int]:
        text, end = scanstring(self._text, at + 1, True)
        self.scalars.append(Scalar(text, IN_QUOTES, at, end))
        strange = UNPRINTABLE.search(text)
        if strange is None:
            return self.scalars[-1], end
        what = f"a character that cannot stand in a text (U+{ord(strange[0]):04X})"
        self._mistakes.note(at, what, "remove it; what is written with two \\u escapes needs both")
        return Scalar("", BROKEN, at, end), end

    def _items(self, at: int, depth: int) -> tuple[ConfigNode, int]:
        items, at = Items(at), self._skip(at + 1)
        while at < len(self._text) and self._text[at] != "]":
            item, at = self.value(at, depth + 1)
            items.items.append(item)
            at = self._skip(at, ",")
        items.end = at + 1
        return items, at + 1

    def _table(self, at: int, depth: int) -> tuple[ConfigNode, int]:
        table, at = Table(at), self._skip(at + 1)
        while at < len(self._text) and self._text[at] != "}":
            key, at = self._string(at)
            value, at = self.value(self._skip(at, ":"), depth + 1)
            at = self._skip(at, ",")
            if key.text in table.keys:
                what = f"{shown_key(key, self._mistakes.source) or 'a key'} stands here twice"
                self._mistakes.note(key.start, what, "keep one")
            elif key.style != BROKEN and not (isinstance(value, Scalar) and value.empty):
                table.keys[key.text], table.values[key.text] = key, value
        table.end = at + 1
        return table, at + 1

    def _skip(self, at: int, sign: str = "") -> int:
        """Return the offset behind blanks, and behind ``sign`` if that follows them."""
        at = _BLANKS.match(self._text, at).end()  # type: ignore[union-attr]  # matches always
        if sign and self._text.startswith(sign, at):
            at = _BLANKS.match(self._text, at + 1).end()  # type: ignore[union-attr]
        return at
