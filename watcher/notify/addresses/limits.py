"""Say how long a message to a service may be, and how the service counts."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from watcher.model.objects import json_bytes
from watcher.notify.addresses.addresses import JSON, ON_THIS_HOST, load_plugin, own_schema
from watcher.notify.services.table import plugin_of

DEFAULT_LIMIT = 30_000
"""Most characters of a message to an unknown service."""

MAIL_LIMIT = 100_000
"""Most bytes of HTML: Gmail hides what is beyond 102 KB, and with it the link to unsubscribe."""

LIMITS = {
    **dict.fromkeys(("mailto", "mailtos"), MAIL_LIMIT),
    **dict.fromkeys(("console", "xml", "xmls", "form", "forms"), 300_000),
    **dict.fromkeys(("json", "jsons"), 250_000),  # what queues and functions of clouds take at most
    **dict.fromkeys(("matrix", "matrixs"), 27_000),  # an event of 64 KB holds the message twice
    **dict.fromkeys(("workflow", "workflows"), 12_000),  # a card of 28 KB in UTF-16; apprise says 1,000 characters
    **dict.fromkeys(("ntfy", "ntfys"), 3_900),  # by the server's default; apprise says 7,800
}
"""Service → longest body, as the service counts; only where apprise says something else."""

MOST = 100_000
TITLE_ROOM = 100
"""Characters left for the subject of services that put it into the body."""


def limit_of(url: str) -> int:
    """Return the longest body that a service takes, counted by ``measure_of``; a default for unknown services."""
    schema = own_schema(url)
    if schema in LIMITS:
        return LIMITS[schema]
    if not schema or schema in ON_THIS_HOST:
        return DEFAULT_LIMIT
    # Some services say it only once the address is known.
    service: Any = load_plugin(url) or plugin_of(schema)
    limit = getattr(service, "body_maxlen", None)
    if not isinstance(limit, int):
        return DEFAULT_LIMIT
    shared = service.overflow_amalgamate_title or service.title_maxlen == 0
    return max(min(limit, MOST) - (TITLE_ROOM if shared and limit > 2 * TITLE_ROOM else 0), 1)


def measure_of(url: str) -> Callable[[str], int]:
    """Return a function that counts a body as the service does, in characters unless something else is known."""
    return _MEASURES.get(own_schema(url), len)


def _bytes(text: str) -> int:
    return len(text.encode())


def _units(text: str) -> int:
    return len(text.encode("utf-16-le", "replace")) // 2


def _event_bytes(text: str) -> int:
    return len(json.dumps(text, ensure_ascii=False).encode("utf-8", "replace"))


_MEASURES: dict[str, Callable[[str], int]] = {
    **dict.fromkeys(("ntfy", "ntfys", "mailto", "mailtos"), _bytes),
    **dict.fromkeys((*JSON, "workflow", "workflows"), json_bytes),  # as apprise writes JSON: in ASCII
    **dict.fromkeys(("matrix", "matrixs"), _event_bytes),
    **dict.fromkeys(("tgram", "discord"), _units),  # an emoji counts as two characters
}
"""Service → how it counts, if that is not in characters."""
