"""Read YAML into a tree of texts with their places.

Only what a config needs of YAML is read: tables, lists and scalars, each scalar as a text. Tags, anchors, aliases,
merge keys, duplicate keys and further documents are refused; so are files that are too large or too deep. The tree is
built from libyaml's events without recursion: composing nodes would overflow the C stack on hostile input.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import yaml

from watcher.config.text.harmless import shown_key
from watcher.config.text.mistakes import Mistakes
from watcher.config.text.tree import BROKEN, DEEPEST, UNPRINTABLE, ConfigNode, Items, Scalar, Table

MOST_TEXTS = 400_000
"""Most texts in one file, keys included."""

_SECRETS = frozenset({"!env", "!env_var", "!secret", "!vault", "!envvar"})
"""Tags with which other programs read secrets."""

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Stop(Exception):
    """The rest of the file cannot be read. Arguments: offset, what is wrong, hint."""

    def __init__(self, offset: int, what: str, hint: str = "") -> None:
        super().__init__(what)
        self.offset, self.what, self.hint = offset, what, hint


_ESCAPED = {"\b": "b", "\a": "a", "\f": "f", "\v": "v", "\x1b": "e", "\0": "0"}
"""Control character → the letter that stands for it behind a backslash."""

QUOTE = "put a text that begins with such a sign into quotes"


class Builder:
    """Builds the tree from events, and notes what it refuses.

    ``root``: the tree so far.
    ``scalars``: all texts so far, even those that are not in the tree.
    ``is_whole``: False if reading stopped at something that is refused.
    """

    def __init__(self, mistakes: Mistakes) -> None:
        self.mistakes = mistakes
        self.scalars: list[Scalar] = []
        self.root: ConfigNode | None = None
        self.is_whole = True
        self._open: list[tuple[Items | Table, Scalar | None]] = []
        self._doubled: set[int] = set()

    def read(self, text: str) -> ConfigNode | None:
        """Return the tree of ``text``, None if it is empty. Raises ``yaml.YAMLError`` if it is no YAML.

        ``text``: must have the length and lines of the file's text.
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
                    is_refused = self._refuse_extras(event, offset)
                    found = self._scalar(event, offset, end)
                    self._add(Scalar("", BROKEN, offset, end) if is_refused else found)
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
        what, hint = f"a character that cannot stand in a text (U+{ord(strange[0]):04X})", "remove it"
        if event.style == '"' and strange[0] in _ESCAPED:
            what = f"`\\{_ESCAPED[strange[0]]}` in double quotes is no backslash and a letter, but a control character"
            hint = "put the text into single quotes"
        self.mistakes.note(offset, what, hint)
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
            is_item = len(self._open) > 1 and isinstance(self._open[-2][0], Items)
            if is_item and table.start in self._doubled:
                return
            self._doubled.add(table.start)
            line, _ = self.mistakes.source.position(table.keys[key.text].start)
            shown = shown_key(key, self.mistakes.source, self._name_of(table)) or "a key"
            hint = f"it is on line {line} already; keep one" + (
                ", or begin another with - before it" if is_item else ""
            )
            self.mistakes.note(key.start, f"{shown} stands here twice", hint)
            return
        table.keys[key.text] = key
        table.values[key.text] = value

    def _name_of(self, table: Table) -> str:
        """Return the key of ``table``, which is the innermost open table; "" in a list, and for the outermost one."""
        above = self._open[-2][1] if len(self._open) > 1 and self._open[-1][0] is table else None
        return above.text if above else ""

    def _refuse_extras(self, event: Any, offset: int) -> bool:
        """Note anchors and tags as errors; return whether there is one."""
        # What stands behind the sign is not repeated: it is the rest of a password that begins so.
        if event.anchor is not None:
            self.mistakes.note(offset, "anchors, as `&` begins one, are not read", QUOTE)
        if event.tag is not None:
            hint = 'write "${NAME}" for a secret' if event.tag.lower() in _SECRETS else QUOTE
            self.mistakes.note(offset, "tags, as `!` begins one, are not read", hint)
        return event.anchor is not None or event.tag is not None
