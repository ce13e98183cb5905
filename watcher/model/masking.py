"""Take secrets out of texts for people: known ones, and the parts of addresses that look like secrets."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from urllib.parse import unquote, unquote_plus, urlsplit, urlunsplit

STARS = "***"

_OF_LISTS = """
    amp c cat categories category count date day days dir direction end feed field fields filter from format
    from_date id ids issue issn journal lang language limit list listing max max_results month n offset on op order
    order_by page per_page period q query range rss search search_query searchtype section size skip sort sort_by
    sortby sortorder start subject tag tags term terms to topic topics type until v via view volume week year
"""
_HARMLESS = frozenset(_OF_LISTS.split())
"""Names of parameters that say what is listed, and not who asks."""

_TOKEN = re.compile(
    r"(?=[^/]*\d)(?=[^/]*[A-Za-z])[A-Za-z0-9_~]{16,}|\d{24,}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}",
    re.ASCII | re.IGNORECASE,
)
"""A piece of a path that is no word: letters and digits in a row, without the hyphens and points of names; a UUID."""

_ALONE = re.compile(r"(?=.*\d)(?=.*[A-Za-z]).{8,}", re.ASCII)
"""A parameter without a name, or what stands behind a #, where it is no word."""

_ENDING = re.compile(r"\.(?:rss|xml|atom|json|rdf|ics|html?|php)$", re.IGNORECASE)
_ADDRESS_LIKE = re.compile(r"[/=?&@%]")
_ENCODINGS = 5
"""How often an address may be quoted again as a parameter of another one."""


@dataclass(frozen=True, slots=True)
class OpenedAddress:
    """An address that is asked for, with its secrets put in.

    ``real``: for the wire.
    ``shown``: for everything that is kept and shown; relative links count from there.
    ``secrets``: each secret, with what stands in its place.
    """

    real: str = field(repr=False)
    shown: str
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)


def replaced(text: str, by: Mapping[str, str]) -> str:
    """Return a text with some parts replaced, longer ones first, so that no rest of one is left."""
    for part in sorted(by, key=len, reverse=True):
        text = text.replace(part, by[part])
    return text


def without_secrets(text: str, secrets: Mapping[str, str]) -> str:
    """Return a text without secrets, in whatever way they are quoted in it.

    A word in which one stands otherwise than as it is written is left out but for its host.
    """
    folded = {_plain(secret): place for secret, place in secrets.items() if secret}
    known = replaced(text, secrets)
    return "".join(_without(word, secrets, folded) for word in re.split(r"(\s+)", known))


def _without(word: str, secrets: Mapping[str, str], folded: Mapping[str, str]) -> str:
    plain = _plain(replaced(word, dict.fromkeys(secrets.values(), " ")))
    for secret, place in folded.items():
        if secret in plain:
            head = re.match(r"[^/]*://[^/?#]*", word)
            return f"{head[0]}/{place}" if head and secret not in _plain(head[0]) else place
    return word


def _plain(text: str) -> str:
    """Return a text as it is when nothing in it is quoted, without case; blanks and plus signs are one."""
    for _ in range(_ENCODINGS):
        if (further := unquote(text)) == text:
            break
        text = further
    return text.replace("+", " ").casefold()


def starred(address: str) -> str:
    """Return an address for people, with stars for everything that may be a secret."""
    return replaced(address, dict.fromkeys(secret_parts(address), STARS))


def starred_in(text: str, address: str) -> str:
    """Return a sentence with stars for what may be a secret in ``address``, where it speaks of addresses."""
    parts = dict.fromkeys(secret_parts(address), STARS)
    words = re.split(r"(\s+)", text)
    return "".join(without_secrets(word, parts) if _ADDRESS_LIKE.search(word) else word for word in words)


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
    return any(_tokens(path))


def _tokens(path: str) -> Iterator[str]:
    for piece in path.split("/"):
        word, *parameters = piece.split(";")
        yield from (value for one in parameters if (value := one.partition("=")[2]))
        if _TOKEN.fullmatch(bare := _ENDING.sub("", word)):
            yield bare


def _parts(address: str) -> Iterator[str]:
    try:
        place = urlsplit(address)
    except ValueError:
        return
    user, at, _ = place.netloc.rpartition("@")
    if at:
        yield from (user, *user.split(":"))
    yield from _tokens(place.path)
    for pair in [*place.query.split("&"), *place.fragment.split("&")]:
        name, equals, value = pair.partition("=")
        if equals and name.lower() not in _HARMLESS:
            yield from (value, unquote_plus(value))
        elif not equals and _ALONE.fullmatch(name):
            yield from (name, unquote_plus(name))
