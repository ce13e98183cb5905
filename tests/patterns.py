"""Feed every compiled pattern of the package long repetitions of its own pieces: ``python -m tests.patterns [START]``.

A pattern that tries each place of a text again from each other place needs minutes for a text that a stranger wrote.
Each trial has ``LIMIT`` seconds of CPU, after which the system ends the process: a match cannot be interrupted
otherwise, and time on the CPU, unlike time on the wall, is no other where the machine is busy. The pattern that was
tried last is the slow one.
"""

from __future__ import annotations

import ast
import importlib
import pkgutil
import re
import signal
import sys
from collections.abc import Iterator, Mapping
from re import _constants as code
from re import _parser as parser
from types import ModuleType
from typing import Any

import watcher

LENGTH = 50_000
LIMIT = 2.0
ANYWHERE = frozenset({"search", "sub", "subn", "split", "findall", "finditer"})
WAYS = {*ANYWHERE, "match", "fullmatch"}

BOUNDED = {"watcher.parsers.common.venue.": 2_000}
"""What the callers of a module's patterns cut their texts to, by the beginning of the pattern's place."""


def patterns() -> dict[str, tuple[re.Pattern[Any], frozenset[str]]]:
    """Every pattern in a module or class of the package, by its place, with the methods it is used by."""
    found = {}
    for info in pkgutil.walk_packages(watcher.__path__, "watcher."):
        if info.name != "watcher.__main__" and "._migrations" not in info.name:
            module = importlib.import_module(info.name)
            ways = _ways(module)
            for place, pattern in _held(module.__name__, vars(module), 0):
                name = place.rsplit(".", 1)[-1].split("[")[0]
                found[place] = pattern, ways.get(name) or frozenset(WAYS)
    return dict(sorted(found.items()))


def _held(place: str, values: Mapping[str, Any], depth: int) -> Iterator[tuple[str, re.Pattern[Any]]]:
    for name, value in values.items():
        yield from _in(f"{place}.{name}", value, depth)


def _in(place: str, value: Any, depth: int) -> Iterator[tuple[str, re.Pattern[Any]]]:
    if isinstance(value, re.Pattern):
        yield place, value
    elif depth > 3 or place.rsplit(".", 1)[-1].startswith("__"):
        return
    elif isinstance(value, Mapping):
        for number, (key, one) in enumerate(value.items()):
            yield from _in(f"{place}[{number}]", key, depth + 1)
            yield from _in(f"{place}[{number}]", one, depth + 1)
    elif isinstance(value, (tuple, list, frozenset, set)):
        for number, one in enumerate(value):
            yield from _in(f"{place}[{number}]", one, depth + 1)
    elif type(value).__module__.startswith("watcher.") and not isinstance(value, type):
        fields = getattr(value, "__dataclass_fields__", ())
        yield from _held(place, {name: getattr(value, name) for name in fields}, depth + 1)
    elif isinstance(value, type) and value.__module__.startswith("watcher."):
        yield from _held(place, vars(value), depth + 1)


def _ways(module: ModuleType) -> dict[str, frozenset[str]]:
    """By what methods each name of a module is called; a name that is used otherwise is left out."""
    if not module.__file__:
        return {}
    with open(module.__file__, encoding="utf-8") as file:
        tree = ast.parse(file.read())
    called: dict[str, set[str]] = {}
    uses: dict[str, int] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
            uses[node.id] = uses.get(node.id, 0) + 1
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.attr in WAYS:
            called.setdefault(node.value.id, set()).add(node.attr)
            uses[node.value.id] = uses.get(node.value.id, 0) - 1
    return {name: frozenset(ways) for name, ways in called.items() if name.startswith("_") and not uses.get(name)}


def texts(pattern: re.Pattern[Any], length: int) -> list[str]:
    """Long repetitions of a pattern's pieces, alone and behind its shortest one, with an end that fits none of them."""
    found: dict[str, None] = {"x": None}
    for sequence in _sequences(list(parser.parse(pattern.pattern, pattern.flags & ~re.DEBUG))):
        samples = _samples(sequence)
        for end in range(1, len(samples) + 1):
            for start in range(max(0, end - 4), end):
                found["".join(samples[start:end])] = None
    pieces = [piece for piece in found if piece]
    heads = ("", min((piece for piece in pieces if len(piece) > 1), key=len, default=""))
    long = {head + piece * (length // len(piece)) + "\x00": None for piece in pieces for head in heads}
    return list(long)


def loses_its_place(pattern: re.Pattern[Any]) -> bool:
    """Whether something possessive in a pattern may fail in its middle.

    Python before 3.11.5 then goes on from that middle (gh-106052), and Debian 12 has 3.11.2. What ends with an empty
    alternative, as in ``(?:…|)*+``, never fails.
    """
    sequences = _sequences(list(parser.parse(pattern.pattern, pattern.flags & ~re.DEBUG)))
    bodies = [list(item[1][2]) for some in sequences for item in some if item[0] is code.POSSESSIVE_REPEAT]
    return any(not _never_fails(body) and not _fails_at_once(body) for body in bodies)


def _never_fails(body: list[Any]) -> bool:
    return len(body) == 1 and body[0][0] is code.BRANCH and not body[0][1][1][-1]


def _fails_at_once(body: list[Any]) -> bool:
    """Whether only the first sign of a body may be missing."""
    first, *rest = body
    is_first = _is_sign(first) or (_is_run(first) and first[1][0] <= 1)
    return is_first and all(_is_run(item) and item[1][0] == 0 for item in rest)


def _is_sign(item: Any) -> bool:
    return item[0] in (code.LITERAL, code.NOT_LITERAL, code.ANY, code.IN)


def _is_run(item: Any) -> bool:
    is_repeat = item[0] in (code.MAX_REPEAT, code.MIN_REPEAT, code.POSSESSIVE_REPEAT)
    return is_repeat and len(item[1][2]) == 1 and _is_sign(item[1][2][0])


def _samples(sequence: list[Any]) -> list[str]:
    """A sample for each piece of a sequence; letters that follow each other are one piece."""
    found: list[str] = []
    for number, item in enumerate(sequence):
        if item[0] is code.LITERAL and number and sequence[number - 1][0] is code.LITERAL:
            found[-1] += chr(item[1])
        else:
            found.append(_sample(item))
    return found


def _sequences(items: list[Any]) -> Iterator[list[Any]]:
    yield items
    for op, argument in items:
        if op in (code.MAX_REPEAT, code.MIN_REPEAT, code.POSSESSIVE_REPEAT):
            yield from _sequences(list(argument[2]))
        elif op in (code.SUBPATTERN, code.ATOMIC_GROUP):
            yield from _sequences(list(argument[-1] if op is code.SUBPATTERN else argument))
        elif op is code.BRANCH:
            for branch in argument[1]:
                yield from _sequences(list(branch))
        elif op in (code.ASSERT, code.ASSERT_NOT):
            yield from _sequences(list(argument[1]))


def _sample(item: Any) -> str:
    """A short text that one piece of a pattern matches."""
    op, argument = item
    if op is code.LITERAL:
        return chr(argument)
    if op is code.NOT_LITERAL:
        return "a" if argument != ord("a") else "b"
    if op is code.ANY:
        return "a"
    if op is code.IN:
        return _member(argument)
    if op in (code.MAX_REPEAT, code.MIN_REPEAT, code.POSSESSIVE_REPEAT):
        times: int = max(1, min(argument[0], 8))
        return "".join(map(_sample, argument[2])) * times
    if op is code.SUBPATTERN:
        return "".join(map(_sample, argument[-1]))
    if op is code.ATOMIC_GROUP:
        return "".join(map(_sample, argument))
    if op is code.BRANCH:
        return "".join(map(_sample, argument[1][0]))
    return ""


def _member(choices: list[Any]) -> str:
    negated = choices[0][0] is code.NEGATE
    for op, argument in choices[negated:]:
        if negated:
            break
        if op is code.LITERAL:
            return chr(argument)
        if op is code.RANGE:
            return chr(argument[0])
        if op is code.CATEGORY:
            return {code.CATEGORY_DIGIT: "1", code.CATEGORY_SPACE: " ", code.CATEGORY_WORD: "a"}.get(argument, "-")
    return next((sign for sign in "a 1-<" if not _excluded(sign, choices[1:])), "\x7f")


def _excluded(sign: str, choices: list[Any]) -> bool:
    tests = {code.CATEGORY_DIGIT: str.isdigit, code.CATEGORY_SPACE: str.isspace, code.CATEGORY_WORD: str.isalnum}
    return any(
        (op is code.LITERAL and argument == ord(sign))
        or (op is code.RANGE and argument[0] <= ord(sign) <= argument[1])
        or (op is code.CATEGORY and argument in tests and tests[argument](sign))
        for op, argument in choices
    )


def length_of(place: str) -> int:
    return next((length for start, length in BOUNDED.items() if place.startswith(start)), LENGTH)


def try_all(start: int) -> None:
    """Try the patterns from ``start`` on, and name each before it is tried."""
    signal.signal(signal.SIGVTALRM, signal.SIG_DFL)
    for number, (place, (pattern, ways)) in enumerate(patterns().items()):
        if number < start:
            continue
        print(place, flush=True)
        for text in texts(pattern, length_of(place)):
            subject = text if isinstance(pattern.pattern, str) else text.encode("utf-8", "replace")
            for way in sorted(ways - ANYWHERE) + ["finditer"] * bool(ways & ANYWHERE):
                signal.setitimer(signal.ITIMER_VIRTUAL, LIMIT)
                if way == "finditer":
                    for _ in pattern.finditer(subject):
                        pass
                else:
                    getattr(pattern, way)(subject)
    signal.setitimer(signal.ITIMER_VIRTUAL, 0)


if __name__ == "__main__":
    try_all(int(sys.argv[1]) if len(sys.argv) > 1 else 0)
