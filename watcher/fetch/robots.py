"""Read robots.txt by RFC 9309, and ``Crawl-delay``, which many sites use though the RFC does not have it.

No library does it since a refusal must name its line, and since a hostile file must not cost time. Patterns are matched
piece by piece, without backtracking.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import quote

LONGEST = 500_000
"""Most bytes of a file that are read; RFC 9309 asks for at least 500 KiB."""

LONGEST_DELAY = 60.0
"""Longest time between two requests that a site can ask for (seconds)."""

_AGENT = re.compile(r"[A-Za-z_-]+")
_ESCAPE = re.compile(r"%([0-9A-Fa-f]{2})")
_SAFE = "!#$%&'()*+,/:;=?@[]~"
_UNRESERVED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")


@dataclass(frozen=True, slots=True)
class RobotsLine:
    """A line ``Allow`` or ``Disallow``.

    ``number``: of the line, from 1.
    ``allows``: it is an ``Allow``.
    ``pattern``: normalised.
    """

    number: int
    allows: bool
    pattern: str

    def __str__(self) -> str:
        return f"line {self.number}, `{'Allow' if self.allows else 'Disallow'}: {self.pattern[:100]}`"


@dataclass(frozen=True, slots=True)
class Robots:
    """The lines of a robots.txt that are for one reader.

    ``delay``: seconds that it asks to leave between requests.
    """

    lines: tuple[RobotsLine, ...] = ()
    delay: float = 0.0

    def refusal(self, target: str) -> RobotsLine | None:
        """Return the line that forbids ``target`` (path and query), None if it is allowed.

        The longest matching pattern decides; of equally long ones, ``Allow`` does.
        """
        path = _normal(target) or "/"
        fitting = [line for line in self.lines if _fits(line.pattern, path)]
        decisive = max(fitting, key=lambda line: (len(line.pattern), line.allows), default=None)
        return None if decisive is None or decisive.allows or path == "/robots.txt" else decisive


def read_robots(body: bytes, agent: str) -> Robots:
    """Return the lines for ``agent``, or those for everybody if there are none. Never raises.

    ``agent``: a product token such as ``watcher``.
    """
    text = body[:LONGEST].decode("utf-8", "replace").removeprefix("\ufeff")
    groups = _groups(text)
    ours = [part for names, parts in groups if agent.lower() in names for part in parts]
    if not any(agent.lower() in names for names, _ in groups):
        ours = [part for names, parts in groups if "*" in names for part in parts]
    lines = tuple(part for part in ours if isinstance(part, RobotsLine))
    delays = [part for part in ours if isinstance(part, float)]
    return Robots(lines, min(max(delays, default=0.0), LONGEST_DELAY))


def _groups(text: str) -> list[tuple[set[str], list[RobotsLine | float]]]:
    """Return (agents, lines and delays) of each group of a file; agents are in lower case."""
    groups: list[tuple[set[str], list[RobotsLine | float]]] = []
    names_go_on = False
    for number, key, value in _records(text):
        if key == "user-agent":
            if not names_go_on:
                groups.append((set(), []))
            found = _AGENT.match(value)
            groups[-1][0].add("*" if value.startswith("*") else found[0].lower() if found else "")
            names_go_on = True
        elif key in ("allow", "disallow", "crawl-delay"):
            names_go_on = False
            if groups and (part := _part(number, key, value)) is not None:
                groups[-1][1].append(part)
    return groups


def _records(text: str) -> Iterator[tuple[int, str, str]]:
    for number, line in enumerate(re.split(r"\r\n|\r|\n", text), start=1):
        key, colon, value = line.partition("#")[0].partition(":")
        if colon:
            yield number, key.strip().lower(), value.strip()


def _part(number: int, key: str, value: str) -> RobotsLine | float | None:
    """Return a line or a delay, None if the line means nothing (an empty ``Disallow`` forbids nothing)."""
    if key == "crawl-delay":
        return float(value) if re.fullmatch(r"\d{1,6}(\.\d{0,6})?", value) else None
    return RobotsLine(number, key == "allow", _normal(value)) if value.startswith(("/", "*")) else None


def _normal(text: str) -> str:
    """Return the one spelling of a path: no needless escapes, escapes in capitals, all else as escaped UTF-8."""

    def spelled(found: re.Match[str]) -> str:
        character = chr(int(found[1], 16))
        return character if character in _UNRESERVED else found[0].upper()

    return _ESCAPE.sub(spelled, quote(text, safe=_SAFE))


def _fits(pattern: str, path: str) -> bool:
    """Return whether ``pattern`` matches the beginning of ``path``.

    ``*`` matches anything, ``$`` at the end matches the end. Each piece between stars is put at the leftmost place,
    which leaves most room for the next one; so no backtracking is needed.
    """
    is_anchored = pattern.endswith("$")
    first, *rest = pattern.removesuffix("$").split("*")
    if not path.startswith(first):
        return False
    at = len(first)
    if is_anchored:
        if not rest:
            return at == len(path)
        *rest, last = rest
        end = len(path) - len(last)
        path, is_there = path[: max(end, 0)], path.endswith(last)
        if not is_there or end < at:
            return False
    for piece in rest:
        at = path.find(piece, at)
        if at < 0:
            return False
        at += len(piece)
    return True
