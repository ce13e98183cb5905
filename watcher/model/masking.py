"""Remove secrets from texts for people: known ones, and parts of addresses that look like secrets."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from urllib.parse import unquote, unquote_plus, urlsplit, urlunsplit

STARS = "***"

_OF_LISTS = """
    amp c cat categories category count cursor date day days dir direction end feed field fields filter format from
    from_date id ids issn issue journal lang language limit list listing max max_results month n offset on op order
    order_by page per_page period q query range rows rss search search_query searchtype section select size skip
    sort sort_by sortby sortorder start subject tag tags term terms to topic topics type until v via view volume
    publicationdateoryear week year
"""
_HARMLESS = frozenset(_OF_LISTS.split())
"""Names of parameters that say what is listed, not who asks."""

_TOKEN = re.compile(
    r"(?=[^/]*\d)(?=[^/]*[A-Za-z])[A-Za-z0-9_~]{16,}|\d{24,}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}",
    re.ASCII | re.IGNORECASE,
)
"""Matches a token in a path: letters and digits without the hyphens and points of names, or a UUID."""

_ALONE = re.compile(r"(?=.*\d)(?=.*[A-Za-z]).{8,}", re.ASCII)
"""Matches a token that is a parameter without a name, or follows a #."""

_ENDING = re.compile(r"\.(?:rss|xml|atom|json|rdf|ics|html?|php)$", re.IGNORECASE)
_ADDRESS_LIKE = re.compile(r"[/=?&@%]")
_ENCODINGS = 5
"""How many times an address may be percent-encoded, as parameter of an address in an address."""


@dataclass(frozen=True, slots=True)
class OpenedAddress:
    """An address with its secrets put in.

    ``real``: what is sent.
    ``shown``: what is stored and shown; relative links begin there.
    ``secrets``: secret → placeholder for it in ``shown``.
    ``headers``: header → value, sent with the address to its own host only.
    """

    real: str = field(repr=False)
    shown: str
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)


def with_its_end(secret: str) -> tuple[str, ...]:
    """Return a secret, and its part behind a first word: of ``Bearer TOKEN`` also ``TOKEN``."""
    end = secret.strip().partition(" ")[2].strip()
    return (secret, end) if end else (secret,)


def replaced(text: str, by: Mapping[str, str]) -> str:
    """Return a text with some parts replaced, the longest first: a part may contain another.

    ``by``: part → replacement.
    """
    for part in sorted(by, key=lambda one: (-len(one), one)):
        text = text.replace(part, by[part])
    return text


def without_secrets(text: str, secrets: Mapping[str, str]) -> str:
    """Return a text without secrets, however they are encoded in it.

    A word with a secret in an encoding is replaced as a whole, except its host.

    ``secrets``: secret → what replaces it.
    """
    folded = {fully_decoded(secret): place for secret, place in secrets.items() if secret}
    known = replaced(text, secrets)
    return "".join(_without(word, secrets, folded) for word in re.split(r"(\s+)", known))


def _without(word: str, secrets: Mapping[str, str], folded: Mapping[str, str]) -> str:
    decoded = fully_decoded(replaced(word, dict.fromkeys(secrets.values(), " ")))
    if not (found := [secret for secret in folded if secret in decoded]):
        return word
    place = folded[found[0]]
    head = re.match(r"[^/]*://[^/?#]*", word)
    host = fully_decoded(head[0]) if head else ""
    return f"{head[0]}/{place}" if head and not any(secret in host for secret in found) else place


def fully_decoded(text: str) -> str:
    """Return a text fully decoded and in lower case, with blanks in place of plus signs."""
    for _ in range(_ENCODINGS):
        if (further := unquote(text)) == text:
            break
        text = further
    return text.replace("+", " ").casefold()


def starred(address: str) -> str:
    """Return an address for people, with stars in place of everything that may be secret."""
    return replaced(address, dict.fromkeys(secret_parts(address), STARS))


def starred_in(text: str, address: str) -> str:
    """Return a sentence with stars in place of what may be secret in ``address``, in words that look like addresses."""
    parts = dict.fromkeys(secret_parts(address), STARS)
    words = re.split(r"(\s+)", text)
    return "".join(without_secrets(word, parts) if _ADDRESS_LIKE.search(word) else word for word in words)


def without_login(address: str) -> str:
    """Return an address without user, password and fragment: this is how pages are identified."""
    try:
        place = urlsplit(address)
    except ValueError:
        return address
    return urlunsplit(place._replace(netloc=place.netloc.rpartition("@")[2], fragment=""))


def secret_parts(address: str) -> frozenset[str]:
    """Return all parts of an address that may be secret, as written and decoded. Single characters are left out."""
    return frozenset(part for part in _parts(address) if len(part) > 1 and not part.startswith("${"))


def has_token(path: str) -> bool:
    """Return whether a part of a path is a token, such as sixteen or more letters and digits without a gap."""
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
