"""Make addresses of lists that are read by a cursor: each answer has the cursor of the next page."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import quote, urlunsplit

from watcher.parsers.common.dois import parameters
from watcher.parsers.common.links import place_of

LONGEST = 4_000
"""Most characters of a cursor; with a longer one, an address would be too long."""


def next_address(url: str, cursor: object, name: str = "cursor", *, adds: bool = False) -> str | None:
    """Return ``url`` with its ``cursor`` replaced; None if ``cursor`` is no usable text or ``url`` has no cursor.

    The rest of the address stays as it is written, so that placeholders for secrets are kept.

    ``name``: the parameter for cursors.
    ``adds``: an address without a cursor asks for the first page; the cursor is added to it.
    """
    if not isinstance(cursor, str) or not cursor or len(cursor) > LONGEST:
        return None
    place = place_of(url)
    if place is None:
        return None
    given = place.query.split("&")
    is_there = any(pair.startswith(f"{name}=") for pair in given)
    if not is_there and not (adds and place.netloc):
        return None
    try:
        put = f"{name}={quote(cursor, safe='')}"
    except UnicodeEncodeError:  # half of a character: JSON can say "\ud800"
        return None
    if not is_there:
        return urlunsplit(place._replace(query=f"{place.query}&{put}" if place.query else put))
    return urlunsplit(place._replace(query="&".join(put if pair.startswith(f"{name}=") else pair for pair in given)))


def query_of(asked: Mapping[str, str], secret: tuple[str, str | None] = ("", None)) -> str:
    """Return the query part of an address, without parameters that are empty.

    ``asked``: parameter → value.
    ``secret``: (parameter, placeholder for its secret), added unescaped; a placeholder of None adds nothing.
    """
    pairs = [f"{name}={quote(value, safe=':,/|*')}" for name, value in asked.items() if value]
    name, place = secret
    return "&".join([*pairs, f"{name}={place}"] if place else pairs)


def with_defaults(url: str, asked: Mapping[str, str]) -> str:
    """Return an address with those parameters of ``asked`` added that it lacks; the rest stays as it is written."""
    place = place_of(url)
    if place is None:
        return url
    given = [pair for pair in place.query.split("&") if pair]
    names = {pair.partition("=")[0] for pair in given}
    more = query_of({name: value for name, value in asked.items() if name not in names})
    return urlunsplit(place._replace(query="&".join([*given, *([more] if more else [])])))


def parameter_of(url: str, name: str) -> str:
    """Return the value of the parameter ``name`` in an address, "" if it has none."""
    place = place_of(url)
    return next((value for key, value in parameters(place.query if place else "") or () if key == name), "")
