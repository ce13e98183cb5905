"""All regular expressions of the package, how each is used, and texts that would show that one takes too long.

``python -m tests.patterns`` tries them one after the other and says on stdout what it is about to do; whoever started
it ends it where it stands still.
"""

from __future__ import annotations

import ast
import importlib
import pkgutil
import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from re import _constants as sre  # type: ignore[attr-defined]
from re import _parser  # type: ignore[attr-defined]
from types import ModuleType
from typing import Any

import watcher

LONG = 100_000
"""Characters of a text: with so many, what takes linear time takes milliseconds, anything else many seconds."""

SEARCHING = frozenset(("search", "sub", "subn", "split", "findall", "finditer"))
WAYS = SEARCHING | {"match", "fullmatch"}

Way = str
Tree = Iterable[tuple[Any, Any]]


@dataclass(frozen=True)
class Used:
    """A regular expression, where it stands, and how it is used: ``search``, ``match``, ``fullmatch``."""

    name: str
    pattern: re.Pattern[Any]
    ways: frozenset[Way]


def all_used() -> list[Used]:
    """Those that modules and classes hold, also in tables, and those that functions name as they use them."""
    modules = [importlib.import_module(info.name) for info in pkgutil.walk_packages(watcher.__path__, "watcher.")]
    trees = {module: ast.parse(Path(str(module.__file__)).read_text(encoding="utf-8")) for module in modules}
    ways: dict[str, set[Way]] = {}
    for tree in trees.values():
        for name, way in _uses(tree):
            ways.setdefault(name, set()).add(way)
    found: dict[tuple[Any, int], Used] = {}
    for module, tree in trees.items():
        for label, pattern in _held(module):
            own = ways.get(label.rpartition(".")[2]) or WAYS  # what is looped over may be used in any way
            _add(found, f"{module.__name__}.{label}", pattern, own)
        for line, pattern, way in _inline(module, tree):
            _add(found, f"{module.__name__}:{line}", pattern, {way})
    return list(found.values())


def _add(found: dict[tuple[Any, int], Used], name: str, pattern: re.Pattern[Any], ways: Iterable[Way]) -> None:
    short = frozenset("search" if way in SEARCHING else way for way in ways)
    known = found.get((pattern.pattern, pattern.flags))
    name, short = (known.name, known.ways | short) if known else (name, short)
    found[pattern.pattern, pattern.flags] = Used(name, pattern, short)


def _uses(tree: ast.AST) -> Iterator[tuple[str, Way]]:
    """``NAME.match`` as (NAME, match), whether it is called there or handed on."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and node.attr in WAYS:
            if isinstance(node.value, ast.Name):
                yield node.value.id, node.attr
            elif isinstance(node.value, ast.Attribute):
                yield node.value.attr, node.attr


def _held(module: ModuleType) -> Iterator[tuple[str, re.Pattern[Any]]]:
    for name, value in vars(module).items():
        yield from _within(name, value)
        if isinstance(value, type) and value.__module__ == module.__name__:
            for key, inner in vars(value).items():
                yield from _within(f"{name}.{key}", inner)


def _within(name: str, value: object, depth: int = 0) -> Iterator[tuple[str, re.Pattern[Any]]]:
    if isinstance(value, re.Pattern):
        yield name, value
    elif isinstance(value, list | tuple | set | frozenset | Mapping) and depth < 4:
        parts = [*value, *value.values()] if isinstance(value, Mapping) else list(value)
        for n, part in enumerate(parts):
            yield from _within(f"{name}[{n}]", part, depth + 1)


def _inline(module: ModuleType, tree: ast.AST) -> Iterator[tuple[int, re.Pattern[Any], Way]]:
    """``re.fullmatch("…", text)`` where the pattern is made of what the module knows."""
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Attribute(value=ast.Name(id="re"), attr=way), args=[first, *rest]) if way in WAYS:
                try:
                    pattern, *more = (_value(part, module) for part in (first, *_flags(node, rest)))
                except NameError:
                    continue  # made of what the function knows
                if isinstance(pattern, str | bytes):
                    yield node.lineno, re.compile(pattern, more[0] if more else 0), way


def _flags(call: ast.Call, rest: list[ast.expr]) -> list[ast.expr]:
    named = [keyword.value for keyword in call.keywords if keyword.arg == "flags"]
    return named or [part for part in rest if ast.unparse(part).startswith("re.")]


def _value(node: ast.expr, module: ModuleType) -> Any:
    return eval(compile(ast.Expression(node), "pattern", "eval"), dict(vars(module)))


def texts(used: Used, length: int = LONG) -> Iterator[Any]:
    """Texts of the pattern's own pieces, repeated, with an end that it does not take."""
    pieces = _Pieces(used.pattern)
    ends = pieces.ends() if used.ways - {"search"} else pieces.ends()[:1]
    for before, unit in dict.fromkeys(pieces.units()):
        for end in ends:
            text = (before + unit * (length // len(unit)))[:length] + end
            yield text.encode("latin-1", "replace") if isinstance(used.pattern.pattern, bytes) else text


REPEATS = (sre.MAX_REPEAT, sre.MIN_REPEAT, sre.POSSESSIVE_REPEAT)
USUAL = [*map(chr, range(32, 127)), "\n", "\t", "é", "\x01", "\u2028", "中", "\u2010", "α"]
MOST_BRANCHES = 48


class _Pieces:
    """What a pattern is made of, as texts that the pieces take."""

    def __init__(self, pattern: re.Pattern[Any]) -> None:
        self._pattern = pattern
        written = pattern.pattern
        self._is_bytes = isinstance(written, bytes)
        self._tree = _parser.parse(written, pattern.flags & ~re.UNICODE if self._is_bytes else pattern.flags)
        self._literals = list(dict.fromkeys(_literals(self._tree)))
        self._groups: dict[int, str] = {}

    def ends(self) -> list[str]:
        """Ends that hardly any piece takes; where everything is taken but some characters, one of those."""
        refused = [char for char in self._literals if not char.isalnum()][:2]
        return list(dict.fromkeys(["\x00", "\n", *refused]))

    def units(self) -> Iterator[tuple[str, str]]:
        """(what comes before, what is repeated)."""
        for before, inner in self._repeats(self._tree, ""):
            for pick in range(max(8, _branches(inner))):
                for many in (0, 1):
                    yield from self._unit(before, self._sample(inner, pick, many))
        items = list(self._tree)
        for end in range(1, len(items) + 1):
            for pick, many in ((0, 0), (0, 1), (1, 1)):
                yield from self._unit("", self._sample(items[:end], pick, many))
        for char in [*self._literals[:12], " ", "a", "<a", "a ", "a-", "a.", "1"]:
            yield from self._unit("", char)

    @staticmethod
    def _unit(before: str, unit: str) -> Iterator[tuple[str, str]]:
        if unit:
            yield before, unit

    def _repeats(self, tree: Tree, before: str) -> Iterator[tuple[str, Tree]]:
        """Every part that is repeated, also those within others, each with a text that leads to it."""
        for op, value in tree:
            if op in REPEATS:
                yield before, value[2]
            for inner in _inside(op, value):
                yield from self._repeats(inner, before)
            before += self._sample([(op, value)], 0, 0)

    def _sample(self, tree: Tree, pick: int, many: int) -> str:
        """A text that the tree takes: with the ``pick``-th of what may stand somewhere, ``many`` of what repeats."""
        return "".join(self._piece(op, value, pick, many) for op, value in tree)

    def _piece(self, op: Any, value: Any, pick: int, many: int) -> str:
        if op in REPEATS:
            low, high, inner = value
            return self._sample(inner, pick, many) * min(max(low, many), high)
        if op is sre.SUBPATTERN:
            text = self._sample(value[3], pick, many)
            self._groups[value[0]] = text
            return text
        if op is sre.BRANCH:
            return self._sample(value[1][pick % len(value[1])], pick, many)
        if op is sre.ATOMIC_GROUP:
            return self._sample(value, pick, many)
        if op is sre.GROUPREF:
            return self._groups.get(value, "")
        chars = self._characters(op, value)
        return chars[pick % min(len(chars), 8)] if chars else ""

    def _characters(self, op: Any, value: Any) -> list[str]:
        """The characters, of the pattern's own first, that one place takes; none for what takes no character."""
        if op is sre.LITERAL:
            return [chr(value)]
        kinds = {sre.ANY: [(sre.NEGATE, None), (sre.LITERAL, 10)], sre.IN: value}
        kinds[sre.NOT_LITERAL] = [(sre.NEGATE, None), (sre.LITERAL, value)]
        if op not in kinds:
            return []
        own = [char for char in self._literals if not self._is_bytes or char.isascii()]
        return [char for char in dict.fromkeys([*own, *USUAL]) if self._takes(kinds[op], char)] or ["?"]

    def _takes(self, kinds: Tree, char: str) -> bool:
        is_negated, is_in = False, False
        for op, value in kinds:
            if op is sre.NEGATE:
                is_negated = True
            elif op is sre.LITERAL:
                is_in |= chr(value) == char
            elif op is sre.RANGE:
                is_in |= value[0] <= ord(char) <= value[1]
            else:
                is_in |= self._is_of(str(value), char)
        return is_in != is_negated

    def _is_of(self, category: str, char: str) -> bool:
        is_of = char.isalnum() and (char.isascii() or not self._is_bytes)
        if "DIGIT" in category:
            is_of = char.isdigit() and char.isascii()
        elif "SPACE" in category:
            is_of = char.isspace()
        elif "WORD" in category:
            is_of = is_of or char == "_"
        return is_of != ("NOT" in category)


def _inside(op: Any, value: Any) -> list[Tree]:
    if op in REPEATS:
        return [value[2]]
    if op is sre.SUBPATTERN:
        return [value[3]]
    if op is sre.BRANCH:
        return list(value[1])
    if op is sre.ATOMIC_GROUP:
        return [value]
    return [value[1]] if op in (sre.ASSERT, sre.ASSERT_NOT) else []


def _literals(tree: Tree) -> Iterator[str]:
    for op, value in tree:
        if op in (sre.LITERAL, sre.NOT_LITERAL):
            yield chr(value)
        elif op is sre.IN:
            for kind, inner in value:
                if kind is sre.LITERAL:
                    yield chr(inner)
                elif kind is sre.RANGE:
                    yield from map(chr, inner)
        for part in _inside(op, value):
            yield from _literals(part)


def _branches(tree: Tree) -> int:
    """The most branches that any place within has."""
    return min(max((_branches_at(op, value) for op, value in tree), default=0), MOST_BRANCHES)


def _branches_at(op: Any, value: Any) -> int:
    own = len(value[1]) if op is sre.BRANCH else 0
    return max([own, *map(_branches, _inside(op, value))])


def attempt(used: Used, text: Any) -> None:
    """Use a pattern as the package does, with a text."""
    for way in sorted(used.ways):
        if way == "search":
            for _ in used.pattern.finditer(text):
                pass
        else:
            getattr(used.pattern, way)(text)


def main(first: int, bounds: Mapping[str, int]) -> None:
    """Try all from the ``first`` on; ``bounds`` are the characters that those get at most whose names begin so."""
    for n, used in enumerate(all_used()[first:], start=first):
        for text in texts(used, min([LONG, *(size for name, size in bounds.items() if used.name.startswith(name))])):
            print(n, used.name, repr(text[:60]), flush=True)
            attempt(used, text)


if __name__ == "__main__":
    if sys.argv[1:] == ["list"]:
        print(*(used.name for used in all_used()), sep="\n")
    else:
        main(int(sys.argv[1]), {name: int(bound) for name, bound in (part.split("=") for part in sys.argv[2:])})
