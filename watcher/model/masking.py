"""Star what may be a secret in the address of a source: user, password, tokens in path and query."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import unquote_plus, urlsplit, urlunsplit

STARS = "***"

_HARMLESS = frozenset(
    [
        "amp",
        "c",
        "cat",
        "categories",
        "category",
        "count",
        "date",
        "day",
        "days",
        "dir",
        "direction",
        "end",
        "feed",
        "field",
        "fields",
        "filter",
        "from",
        "format",
        "from_date",
        "id",
        "ids",
        "issue",
        "issn",
        "journal",
        "lang",
        "language",
        "limit",
        "list",
        "listing",
        "max",
        "max_results",
        "month",
        "n",
        "offset",
        "on",
        "op",
        "order",
        "order_by",
        "page",
        "per_page",
        "period",
        "q",
        "query",
        "range",
        "rss",
        "search",
        "search_query",
        "searchtype",
        "section",
        "size",
        "skip",
        "sort",
        "sort_by",
        "sortby",
        "sortorder",
        "start",
        "subject",
        "tag",
        "tags",
        "term",
        "terms",
        "to",
        "topic",
        "topics",
        "type",
        "until",
        "v",
        "via",
        "view",
        "volume",
        "week",
        "year",
    ]
)
"""Names of parameters that say what is listed, and not who asks."""

_LONG_TOKEN = re.compile(r"(?=[^/]*\d)(?=[^/]*[A-Za-z])[A-Za-z0-9_~]{16,}", re.ASCII)
"""A piece of a path that is no word: letters and digits in a row, without the hyphens and points of names."""


def starred(address: str) -> str:
    """Return an address for people, with stars for everything that may be a secret."""
    for secret in sorted(secret_parts(address), key=len, reverse=True):
        address = address.replace(secret, STARS)
    return address


def without_login(address: str) -> str:
    """Return an address without user, password and fragment: what a page is known by."""
    try:
        place = urlsplit(address)
    except ValueError:
        return address
    return urlunsplit(place._replace(netloc=place.netloc.rpartition("@")[2], fragment=""))


def secret_parts(address: str) -> frozenset[str]:
    """Return everything of an address that may be a secret, as it is written and decoded; nothing shorter than two."""
    return frozenset(part for part in _parts(address) if len(part) > 1 and not part.startswith("${"))


def has_token(path: str) -> bool:
    """Return whether a piece of a path is a token: letters and digits in a row, sixteen at least."""
    return any(_LONG_TOKEN.fullmatch(piece) for piece in path.split("/"))


def _parts(address: str) -> Iterator[str]:
    try:
        place = urlsplit(address)
    except ValueError:
        return
    user, at, _ = place.netloc.rpartition("@")
    if at:
        yield from (user, *user.split(":"))
    for piece in place.path.split("/"):
        if _LONG_TOKEN.fullmatch(piece):
            yield piece
    for pair in place.query.split("&"):
        name, _, value = pair.partition("=")
        if name.lower() not in _HARMLESS:
            yield from (value, unquote_plus(value))
