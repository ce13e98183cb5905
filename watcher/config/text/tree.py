"""A config as a tree of texts with their places, whatever it was written in."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

BROKEN = "!"
"""The style of a value that could not be read and whose problem is noted already."""
DEEPEST = 50
"""Lists and tables inside each other."""
UNPRINTABLE = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ufeff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What cannot stand in a text, not even as an escape: control characters, halves of characters."""


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
