"""YAML → a tree of texts with their places.

Of YAML only what a config needs is read: tables, lists and scalars, every scalar as the text that it is. Tags,
anchors, aliases, merge keys, duplicate keys and second documents are refused, and so are files too large or too deep.
The tree is built from libyaml's events without recursion (composing nodes would overflow the C stack on hostile input).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import yaml

from watcher.config.text.harmless import shown_key

if TYPE_CHECKING:
    from watcher.config.text.mistakes import Mistakes

BROKEN = "!"
"""The style of a value that could not be read and whose problem is noted already."""
DEEPEST = 50
"""Lists and tables inside each other."""
MOST_TEXTS = 400_000
"""Texts of one file, keys included."""
UNPRINTABLE = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ufeff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What cannot stand in a text, not even as an escape: control characters, halves of characters."""
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True, slots=True)
class Scalar:
    """A text. ``start`` and ``end`` are offsets.

    ``style`` is ``'``, ``"``, ``|``, ``>``, empty for a plain one, or ``BROKEN``.
    """

    text: str
    style: str
    start: int
    end: int

    @property
    def empty(self) -> bool:
        """Whether nothing was written at all."""
        return not self.text and not self.style


@dataclass(slots=True)
class Items:
    """A list."""

    start: int
    end: int = 0
    items: list[ConfigNode] = field(default_factory=list)


@dataclass(slots=True)
class Table:
    """Keys with their values, in the file's order."""

    start: int
    end: int = 0
    keys: dict[str, Scalar] = field(default_factory=dict)
    values: dict[str, ConfigNode] = field(default_factory=dict)

    def get(self, key: str) -> ConfigNode | None:
        return self.values.get(key)


ConfigNode = Scalar | Items | Table


class _Stop(Exception):
    """The rest cannot be read: the offset, what, hint."""

    def __init__(self, offset: int, what: str, hint: str = "") -> None:
        super().__init__(what)
        self.offset, self.what, self.hint = offset, what, hint


QUOTE = "put a text that begins with such a sign into quotes"


class Builder:
    """Puts events together, and notes what it refuses.

    ``root`` is the tree as far as it is built, ``scalars`` are all texts so far, also those that found no place in it;
    ``is_whole`` is false where reading stopped at something that is refused.
    """

    def __init__(self, mistakes: Mistakes) -> None:
        self.mistakes = mistakes
        self.scalars: list[Scalar] = []
        self.root: ConfigNode | None = None
        self.is_whole = True
        self._open: list[tuple[Items | Table, Scalar | None]] = []

    def read(self, text: str) -> ConfigNode | None:
        """The tree of ``text``, which has the length and the lines of the source's; None where there is nothing.

        Raises ``yaml.YAMLError`` where it is not YAML.
        """
        try:
            return self._build(yaml.parse(text, Loader=_LOADER))
        except _Stop as stop:
            self.mistakes.note(stop.offset, stop.what, stop.hint)
            self.is_whole = False
            return None

    def _build(self, events: Iterator[yaml.Event]) -> ConfigNode | None:
        documents = 0
        for event in events:
            offset = event.start_mark.index if event.start_mark else 0
            end = event.end_mark.index if event.end_mark else offset
            match event:
                case yaml.DocumentStartEvent():
                    documents += 1
                    if documents > 1:
                        raise _Stop(offset, "a second document begins here", "remove the line `---`")
                case yaml.AliasEvent():
                    self.mistakes.note(offset, "aliases, as `*` begins one, are not read", QUOTE)
                    self._add(Scalar("", BROKEN, offset, offset))
                case yaml.ScalarEvent():
                    self._refuse_extras(event, offset)
                    self._add(self._scalar(event, offset, end))
                case yaml.SequenceStartEvent() | yaml.MappingStartEvent():
                    self._refuse_extras(event, offset)
                    self._begin(Items(offset) if isinstance(event, yaml.SequenceStartEvent) else Table(offset))
                case yaml.SequenceEndEvent() | yaml.MappingEndEvent():
                    self._open.pop()[0].end = end
        return self.root

    def _scalar(self, event: Any, offset: int, end: int) -> Scalar:
        found = Scalar(event.value, event.style or "", offset, end)
        self.scalars.append(found)
        if len(self.scalars) > MOST_TEXTS:
            raise _Stop(offset, f"there are more than {MOST_TEXTS:,} texts", "split the file over included files")
        strange = UNPRINTABLE.search(event.value)
        if strange is None:
            return found
        self.mistakes.note(offset, f"a character that cannot stand in a text (U+{ord(strange[0]):04X})", "remove it")
        return Scalar("", BROKEN, offset, end)

    def _begin(self, node: Items | Table) -> None:
        self._add(node)
        self._open.append((node, None))
        if len(self._open) > DEEPEST:
            raise _Stop(node.start, f"lists and tables are nested more than {DEEPEST} deep")

    def _add(self, node: ConfigNode) -> None:
        if not self._open:
            self.root = node
            return
        parent, key = self._open[-1]
        if isinstance(parent, Items):
            parent.items.append(node)
        elif key is not None:
            self._set(parent, key, node)
            self._open[-1] = (parent, None)
        else:
            self._open[-1] = (parent, self._key(node))

    def _key(self, node: ConfigNode) -> Scalar:
        if isinstance(node, Scalar):
            return node
        self.mistakes.note(node.start, "a list or table cannot be a key", QUOTE)
        return Scalar("", BROKEN, node.start, node.start)

    def _set(self, table: Table, key: Scalar, value: ConfigNode) -> None:
        if key.style == BROKEN:
            return
        if key.text in table.keys:
            line, _ = self.mistakes.source.position(table.keys[key.text].start)
            shown = shown_key(key, self.mistakes.source, self._name_of(table)) or "a key"
            self.mistakes.note(key.start, f"{shown} stands here twice", f"it is on line {line} already; keep one")
            return
        table.keys[key.text] = key
        table.values[key.text] = value

    def _name_of(self, table: Table) -> str:
        """The key of the innermost open table, which is ``table``; empty for one in a list, and for the outermost."""
        above = self._open[-2][1] if len(self._open) > 1 and self._open[-1][0] is table else None
        return above.text if above else ""

    def _refuse_extras(self, event: Any, offset: int) -> None:
        # What stands behind the sign is not repeated: it is the rest of a password that begins so.
        if event.anchor is not None:
            self.mistakes.note(offset, "anchors, as `&` begins one, are not read", QUOTE)
        if event.tag is not None:
            self.mistakes.note(offset, "tags, as `!` begins one, are not read", QUOTE)


def plain_values(node: ConfigNode) -> Any:
    """The tree as lists, dicts and texts; a value that was not written is None."""
    match node:
        case Scalar():
            return None if node.empty else node.text
        case Items():
            return [plain_values(item) for item in node.items]
        case Table():
            return {key: plain_values(value) for key, value in node.values.items()}


def find_node(root: ConfigNode, path: tuple[int | str, ...]) -> tuple[ConfigNode, bool]:
    """The node at a path of keys and indexes, else the last one on the way there; and whether it is the one."""
    node = root
    for step in path:
        below: ConfigNode | None = None
        if isinstance(node, Table):
            below = node.get(str(step))
        elif isinstance(node, Items) and isinstance(step, int) and step < len(node.items):
            below = node.items[step]
        if below is None:
            return node, False
        node = below
    return node, True


def scalars(node: ConfigNode) -> Iterator[Scalar]:
    """All texts under a node, keys left out."""
    waiting = [node]
    while waiting:
        one = waiting.pop()
        if isinstance(one, Scalar):
            yield one
        else:
            waiting += list(reversed(one.items if isinstance(one, Items) else [*one.values.values()]))
