"""Read, in its own words, why a service refuses a request: APIs say that in JSON beside the status."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

SAYS_WHY = frozenset({400, 401, 403, 404, 409, 410, 414, 422})
"""Statuses of refusals that are about the request itself."""

MOST_READ = 16_000
"""Most bytes that are read of such an answer."""

LONGEST_SAID = 200
DEEPEST = 4
_NAMES = ("message", "detail", "details", "error_description", "description", "reason", "error", "errors", "title")
"""Names under which APIs say what is wrong, the most explicit first."""


def said_in(chunks: Iterable[bytes], content_type: str, encoding: str) -> str:
    """Return the reason in an answer of JSON, in a line; "" if it has none.

    ``chunks``: the body as it was sent. It is read up to ``MOST_READ``, and not at all if it is compressed.
    """
    kind = content_type.partition(";")[0].strip().lower()
    if not (kind == "application/json" or kind.endswith("+json")) or encoding.strip().lower() not in ("", "identity"):
        return ""
    body = bytearray()
    for chunk in chunks:
        body += chunk
        if len(body) > MOST_READ:
            return ""
    try:
        found = _words(json.loads(bytes(body)), DEEPEST)
    except (ValueError, RecursionError):
        return ""
    line = " ".join("".join(sign if sign.isprintable() else " " for sign in found).split())
    return line if len(line) <= LONGEST_SAID else line[: LONGEST_SAID - 1] + "…"


def _words(value: Any, deep: int) -> str:
    """Return the first text that says what is wrong, at most ``deep`` levels down."""
    if isinstance(value, str):
        return value
    if isinstance(value, list) and value and deep:
        return _words(value[0], deep - 1)
    if isinstance(value, dict) and deep:
        return next((words for name in _NAMES if (words := _words(value.get(name), deep - 1).strip())), "")
    return ""
