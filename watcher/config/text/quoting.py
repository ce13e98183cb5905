"""Quote lines of a config in problems: keys, structure and harmless values are shown, everything else is stars."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from functools import cached_property

from watcher.config.text.harmless import KEYS, is_harmless, is_written_as_key, may_show_key, secret_from
from watcher.config.text.source import SourceText
from watcher.config.text.tree import BROKEN, ConfigNode, Items, Scalar

LONGEST_LINE = 2000
"""Most characters of a line that are quoted. A mistake behind them has its place shown, and no line."""


_SIGNS = frozenset("[]{},'\"#")
_SIGNS_BEFORE_A_BLANK = frozenset("-:?|>")
_COMMENT = re.compile(r"(?:^|(?<=\s))#")
_AFTER_A_SIGN = frozenset(["", " ", "\t", "-", "+"])


class Quoting:
    """Quotes lines of one file, with stars for everything that may not be shown.

    ``root``: what could be read of the file.
    ``scalars``: all its texts in order, keys included, even those that are not in ``root``.
    ``is_whole``: all of the file was read. If not, a line that was not read is understood by itself, as far as
        possible.
    """

    def __init__(
        self, source: SourceText, root: ConfigNode | None, scalars: Sequence[Scalar], *, is_whole: bool
    ) -> None:
        self._source, self._root, self._is_whole = source, root, is_whole
        self._scalars = [one for one in scalars if one.start < one.end]
        self._from, self._to = 0, len(source.text)

    def narrow(self, first: int, last: int) -> None:
        """Note that only lines between two offsets will be asked for, both lines included."""
        number, _ = self._source.position(first)
        self._from, _ = self._source.bounds(number)
        number, _ = self._source.position(last)
        _, self._to = self._source.bounds(number)

    def line(self, number: int, column: int) -> str:
        """Return a line, "" if the ``column`` to show is too far from its beginning.

        ``number``: of the line, from 1.
        """
        if column > LONGEST_LINE:
            return ""
        start, end = self._source.bounds(number)
        line = self._source.text[start : min(end, start + LONGEST_LINE)]
        texts = self._on(start, start + len(line))
        visible = _structure(line)
        if not self._is_whole:
            self._show_values(number, line, visible)
        for one in texts:
            for first, last, is_visible in self._parts(one):
                here = slice(max(first - start, 0), max(min(last - start, len(line)), 0))
                visible[here] = [is_visible] * len(visible[here])
        if any(one.style == BROKEN and not self._may_show(one) for one in texts):
            self._show_values(number, line, visible)
        for found in _ANY_KEY.finditer(line):
            visible[found.start() : found.end()] = [True] * len(found[0])
        return "".join(char if seen or char.isspace() else "*" for char, seen in zip(line, visible, strict=True))

    def _on(self, start: int, end: int) -> list[Scalar]:
        """Return the texts of which a part lies between two offsets."""
        first = bisect_right(self._scalars, start, key=_start) - 1
        return self._scalars[max(first, 0) : bisect_left(self._scalars, end, key=_start)]

    def _parts(self, one: Scalar) -> Iterator[tuple[int, int, bool]]:
        """Yield (start, end, is visible) for the parts of a text: its quotes are visible, comments after > or | not."""
        start, end = one.start, one.end
        if one.style in ("|", ">"):
            start = self._source.text.find("\n", start, end) + 1 or end
        if one.style == BROKEN:
            if not self._may_show(one):
                return  # the structure alone helps to see why it could not be read
            comment = _COMMENT.search(self._source.text, start, end)
            end = comment.start() if comment else end
        shown = self._may_show(one)
        yield start, end, shown
        written = self._source.text[start:end]
        if shown and (one.style == BROKEN or "\n" in written):
            yield start + secret_from(written), end, False
        if one.style and one.style not in ("|", ">", BROKEN) and end - start >= 2:
            yield start, start + 1, True
            yield end - 1, end, True

    def _may_show(self, one: Scalar) -> bool:
        known = self._roles.get(one.start)
        return known if known is not None else one.text in KEYS and is_written_as_key(one, self._source)

    @cached_property
    def _roles(self) -> dict[int, bool]:
        """Offset at which a text in the tree begins → whether the text may be shown."""
        roles: dict[int, bool] = {}
        waiting: list[tuple[ConfigNode, tuple[int | str, ...]]] = [(self._root, ())] if self._root is not None else []
        while waiting:
            node, path = waiting.pop()
            if isinstance(node, Scalar):
                if node.start < node.end:
                    # As it is written and as it is meant: a slash may be written as an escape.
                    written = self._source.text[node.start : node.end].strip("'\"")
                    roles[node.start] = is_harmless(path, written) and is_harmless(path, node.text or written)
            elif isinstance(node, Items):
                waiting += [(item, (*path, n)) for n, item in enumerate(node.items) if self._is_near(item)]
            else:
                table = str(path[-1]) if path else ""
                roles |= {key.start: may_show_key(key, self._source, table) for key in node.keys.values()}
                waiting += [(one, (*path, key)) for key, one in node.values.items() if self._is_near(one)]
        return roles

    def _is_near(self, node: ConfigNode) -> bool:
        # The end of a list or table that was not read to its end is not known: 0.
        return node.start <= self._to and (node.end >= self._from or not node.end)

    def _show_values(self, number: int, line: str, visible: list[bool]) -> None:
        """Make harmless values in a line visible, judging by the line and the key at the margin above it.

        ``visible``: for each character whether it is shown; changed by the call.
        """
        section = self._section(number)
        whole = _KEY_AND_VALUE.fullmatch(line)
        for pair in [whole] if whole and _value(whole, section) else _IN_BRACES.finditer(line):
            value = _value(pair, section)
            at = pair.start("value")
            visible[at : at + len(value)] = [True] * len(value)

    def _section(self, number: int) -> str:
        """Return the last key at the margin up to this line, "" if there is none."""
        at = bisect_right(self._sections, self._source.bounds(number)[1], key=lambda one: one[0]) - 1
        return self._sections[at][1] if at >= 0 else ""

    @cached_property
    def _sections(self) -> list[tuple[int, str]]:
        return [(found.start(), found["key"]) for found in _TOP_KEY.finditer(self._source.text)]


def _start(one: Scalar) -> int:
    return one.start


def _structure(line: str) -> list[bool]:
    """Return for each character of a line whether it is YAML's own, judged without knowing any text; no comments."""
    comment = _COMMENT.search(line)
    end = comment.end() if comment else len(line)
    return [
        n < end and _is_sign(char, line[n - 1 : n] if n else "", line[n + 1 : n + 2]) for n, char in enumerate(line)
    ]


def _is_sign(char: str, before: str, after: str) -> bool:
    if char in _SIGNS or (char == ":" and before == '"'):
        return True
    return char in _SIGNS_BEFORE_A_BLANK and after in _AFTER_A_SIGN


# --- a line that no parser has reached ---

_ANY_KEY = re.compile(rf"(?<![\w.-])(?:{'|'.join(sorted(KEYS, key=len, reverse=True))})[\"']?:(?=\s|\"|$)")
_KEY_AND_VALUE = re.compile(r"[ \t]*(?:-[ \t]+)*(?P<key>[a-z_]+):[ \t]+(?P<value>\S.*)")
_IN_BRACES = re.compile(r"[{,][ \t]*(?P<key>[a-z_]+):[ \t]+(?P<value>[^,{}\[\]]*)")
_TOP_KEY = re.compile(r"^(?P<key>[^\s#'\"-][^\s:]*):(?=\s|$)", re.MULTILINE)
_MORE_THAN_A_TEXT = re.compile(r"[&*!{]|\[.*(?:\{|:\s)")


def _value(pair: re.Match[str], section: str) -> str:
    """Return the value of a key in a line if it may be shown, else ""."""
    key, value = pair["key"], pair["value"].partition(" #")[0]
    if _MORE_THAN_A_TEXT.match(value) or (pair.re is _IN_BRACES and re.search(r":(\s|$)", value)):
        return ""
    path: tuple[int | str, ...] = (key,) if section == key else (section, 0, key)
    if section == "retain":
        path = (section, key)
    return value[: secret_from(value)] if is_harmless(path, value.strip("'\" ")) else ""
