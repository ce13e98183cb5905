"""What an address hides, and taking it out of text that people read."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from urllib.parse import parse_qsl, unquote, urlsplit

SHORTEST_SECRET = 4
"""Characters; anything shorter would take half of every sentence with it."""

_HIDDEN = "***"
_MAIL = re.compile(r"mailtos?://", re.IGNORECASE)
_LIKE_A_HOST = re.compile(r"(localhost|[\w-]+(\.[\w-]+)+|\[[0-9a-f:.]+\])(:\d{1,5})?", re.IGNORECASE)


def scrub(text: str, secrets: Iterable[str]) -> str:
    """``text`` with every secret replaced; longer ones first, so that none shows in part."""
    for secret in sorted(secrets, key=len, reverse=True):
        if len(secret) >= SHORTEST_SECRET:
            text = text.replace(secret, _HIDDEN)
    return text


def secrets_of(url: str) -> frozenset[str]:
    """Everything in an address that may be a secret, encoded and not.

    Of a mail address that is itself and the password: user names and recipients are what an error is about. Of any
    other: user, password, path and query, and the first part where that is a token instead of a host.
    """
    return frozenset(piece for piece in _pieces(url) if len(piece) >= SHORTEST_SECRET)


def _pieces(url: str) -> Iterator[str]:
    yield url
    try:
        parts = urlsplit(url)
        host, values = parts.hostname or "", [value for _, value in parse_qsl(parts.query)]
    except ValueError:
        return
    # As it is written: urlsplit() gives the host in lower case, and what follows its colon as a port.
    where = parts.netloc.rpartition("@")[2]
    hidden = [parts.password or ""]
    if not _MAIL.match(url):
        token = [] if _LIKE_A_HOST.fullmatch(where) else [*where.split(":"), host]
        hidden += [parts.username or "", *parts.path.split("/"), *parts.query.split("&"), *values, *token]
    for piece in hidden:
        if piece:
            yield piece
            yield unquote(piece)
