"""Change a good input within its form, so that what reads it gets further: a value in JSON, an element, a line."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable
from typing import Any

from tests.fuzz.pieces import PIECES

DEEP = 2_000
"""Levels of a value that is nested: what reads JSON gives up there, what walks through it may not."""

_ELEMENT = re.compile(rb"<([A-Za-z][\w:.-]{0,40})((?:\s[^<>]{0,500})?)>([^<]{0,5000})</\1>")
_ATTRIBUTE = re.compile(rb"(=\s*[\"'])([^\"']{0,500})")
_LINE = re.compile(rb"^([^\n:=]{1,60}[:=] ?)([^\n]*)$", re.M)


def change_json(data: bytes, chance: random.Random) -> bytes:
    """Change one value in a text of JSON; return other data as it is."""
    try:
        whole = json.loads(data[:200_000])
    except (ValueError, RecursionError):
        return data
    holder: Any = [whole]
    top, key = holder, 0
    for _ in range(chance.choice((1, 2, 3, 4, 6))):
        inner = holder[key]
        if not isinstance(inner, list | dict) or not inner:
            break
        holder = inner
        key = chance.choice(list(inner)) if isinstance(inner, dict) else chance.randrange(len(inner))
    chance.choice(_VALUES)(holder, key, chance)
    try:
        return json.dumps(top[0] if top else None, ensure_ascii=chance.random() < 0.7).encode("utf-8", "surrogatepass")
    except RecursionError:
        return data


def _odd(chance: random.Random) -> Any:
    piece = chance.choice(PIECES).decode("utf-8", "surrogateescape")
    numbers = (0, -1, 2**31, 2**63, -(2**63) - 1, 10**30, 1.5, 1e300, float("nan"), float("inf"))
    texts = (
        "",
        " ",
        "0000-00-00",
        "9999-12-31",
        "0001-01-01",
        "2026-02-30T25:61:61Z",
        "\ud800",
        "\0",
        piece,
        piece * 999,
    )
    return chance.choice((None, True, False, [], {}, [[]], [None], {"": ""}, {piece: piece}, *numbers, *texts))


def _put(holder: Any, key: Any, chance: random.Random) -> None:
    holder[key] = _odd(chance)


def _drop(holder: Any, key: Any, chance: random.Random) -> None:
    del holder[key]


def _repeat(holder: Any, key: Any, chance: random.Random) -> None:
    holder[key] = [holder[key]] * chance.choice((2, 50, 1_000))


def _rename(holder: Any, key: Any, chance: random.Random) -> None:
    if isinstance(holder, dict):
        holder[chance.choice((*holder, chance.choice(PIECES).decode("utf-8", "replace")))] = holder.pop(key)


def _nest(holder: Any, key: Any, chance: random.Random) -> None:
    for _ in range(chance.choice((1, 30, DEEP))):
        holder[key] = [holder[key]]


_VALUES: tuple[Callable[[Any, Any, random.Random], None], ...] = (
    _put,
    _put,
    _put,
    _put,
    _drop,
    _repeat,
    _rename,
    _nest,
)


def change_element(data: bytes, chance: random.Random) -> bytes:
    """Change, move, double or remove an innermost element of XML or HTML, or an attribute of such an element."""
    found = list(_ELEMENT.finditer(data[:100_000]))
    if not found:
        return data
    one, other = chance.choice(found), chance.choice(found)
    name, attributes, text = one.groups()
    piece = chance.choice(PIECES).replace(b"&", b"&amp;").replace(b"<", b"&lt;")
    quoted = piece.replace(b'"', b"&quot;").replace(b"'", b"&apos;")
    changed = chance.choice(
        (
            b"<%b%b>%b</%b>" % (name, attributes, piece * chance.choice((1, 1, 50, 5_000)), name),
            b"<%b%b>%b</%b>" % (name, attributes, other[3], name),
            b"<%b%b>%b</%b>" % (other[1], attributes, text, other[1]),
            b"<%b%b>%b</%b>" % (name, _ATTRIBUTE.sub(lambda at: at[1] + quoted, attributes), text, name),
            b"<%b%b>%b%b</%b>" % (name, attributes, text, other[0], name),
            b"<%b>" % name * 200 + text + b"</%b>" % name * 200,
            one[0] * chance.choice((2, 20, 500)),
            b"<%b/>" % name,
            b"",
        )
    )
    return data[: one.start()] + changed + data[one.end() :]


def change_line(data: bytes, chance: random.Random) -> bytes:
    """Change, double or remove one line that gives a name a value, or give it the value of another."""
    found = list(_LINE.finditer(data[:100_000]))
    if not found:
        return data
    one, other = chance.choice(found), chance.choice(found)
    changed = chance.choice(
        (
            one[1] + chance.choice(PIECES) * chance.choice((1, 1, 100)),
            one[1] + other[2],
            other[1] + one[2],
            one[0] + b"\n" + one[0],
            other[0] + b"\n" + one[0],
            one[1] + b"[" + one[2] + b"]",
            one[1],
            b"",
        )
    )
    return data[: one.start()] + changed + data[one.end() :]
