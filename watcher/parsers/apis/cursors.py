"""Make the address of the next page of a list that is read by a cursor."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import quote, urlunsplit

from watcher.parsers.common.dois import parameters
from watcher.parsers.common.links import place_of

LONGEST = 4_000
"""Characters of a cursor; longer ones fit into no address."""


def next_address(url: str, cursor: object) -> str | None:
    """Return ``url`` with another ``cursor``, None for a cursor that is none or an address without one.

    All else of the address stays as it is written, also the places for secrets.
    """
    if not isinstance(cursor, str) or not cursor or len(cursor) > LONGEST:
        return None
    place = place_of(url)
    if place is None:
        return None
    given = place.query.split("&")
    if not any(pair.startswith("cursor=") for pair in given):
        return None
    put = f"cursor={quote(cursor, safe='')}"
    return urlunsplit(place._replace(query="&".join(put if pair.startswith("cursor=") else pair for pair in given)))


def query_of(asked: Mapping[str, str], secret: tuple[str, str | None] = ("", None)) -> str:
    """Return the query of an address, without what is empty.

    ``secret``: a parameter and the place for its secret, which is put in as it is; None for no secret.
    """
    pairs = [f"{name}={quote(value, safe=':,/|*')}" for name, value in asked.items() if value]
    name, place = secret
    return "&".join([*pairs, f"{name}={place}"] if place else pairs)


def with_defaults(url: str, asked: Mapping[str, str]) -> str:
    """Return an address with the parameters that it does not have itself; all else stays as it is written."""
    place = place_of(url)
    if place is None:
        return url
    given = [pair for pair in place.query.split("&") if pair]
    names = {pair.partition("=")[0] for pair in given}
    more = query_of({name: value for name, value in asked.items() if name not in names})
    return urlunsplit(place._replace(query="&".join([*given, *([more] if more else [])])))


def parameter_of(url: str, name: str) -> str:
    """Return the value of a parameter of an address, "" for none."""
    place = place_of(url)
    return next((value for key, value in parameters(place.query if place else "") or () if key == name), "")
