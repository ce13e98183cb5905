"""A config as a tree of texts with their places, whatever format it was written in."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

BROKEN = "!"
"""Style of a value that could not be read. Its problem is noted already."""
DEEPEST = 50
"""Most lists and tables inside each other."""
UNPRINTABLE = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ufeff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Matches characters that no text may contain, not even as an escape: control characters, single surrogates."""


@dataclass(frozen=True, slots=True)
class Scalar:
    """A text.

    ``style``: ``'``, ``"``, ``|``, ``>``, "" for a plain one, or ``BROKEN``.
    ``start`` and ``end``: offsets in the file.
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
    """A list in the file, and the offsets in the text between which it stands."""

    start: int
    end: int = 0
    items: list[ConfigNode] = field(default_factory=list)


@dataclass(slots=True)
class Table:
    """Keys with their values, in the order of the file, and the offsets in the text between which they stand."""

    start: int
    end: int = 0
    keys: dict[str, Scalar] = field(default_factory=dict)
    values: dict[str, ConfigNode] = field(default_factory=dict)

    def get(self, key: str) -> ConfigNode | None:
        return self.values.get(key)


ConfigNode = Scalar | Items | Table


def plain_values(node: ConfigNode) -> Any:
    """Return a tree as lists, dicts and texts. A value that was not written is None."""
    match node:
        case Scalar():
            return None if node.empty else node.text
        case Items():
            return [plain_values(item) for item in node.items]
        case Table():
            return {key: plain_values(value) for key, value in node.values.items()}


def find_node(root: ConfigNode, path: tuple[int | str, ...]) -> tuple[ConfigNode, bool]:
    """Return the node at a path of keys and indexes and True; or the last node on the way there and False."""
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
    """Yield all texts below a node, without keys."""
    waiting = [node]
    while waiting:
        one = waiting.pop()
        if isinstance(one, Scalar):
            yield one
        else:
            waiting += list(reversed(one.items if isinstance(one, Items) else [*one.values.values()]))
