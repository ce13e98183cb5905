"""Sign what a link lets its reader do, and check it when the link is used.

A signed text has two parts in the alphabet of base64url, joined by a dot: a JSON text that says what may be done, and
an HMAC-SHA256 of it. It is not encrypted. Whoever has it may do this one thing until it expires, and more than once, so
that doing it twice must be the same as doing it once.
"""

from __future__ import annotations

import hmac
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from hashlib import sha256

SHORTEST_KEY = 32
"""Fewest bytes of a key."""

LONGEST_SIGNED = 3_000
"""Most characters of a signed text; longer ones are refused unread."""

_CONTEXT = b"watcher signed link 1\0"
"""What is signed before every text, so that the same key never signs anything else by chance."""


@dataclass(frozen=True, slots=True)
class SignedLink:
    """What a link lets its reader do.

    ``purpose``: a word that only the page for it accepts, such as ``unsubscribe``.
    ``person``: the endpoint that was told (``ana``, ``ana#2``).
    ``things``: what it is about, in the order that the page expects: names, keys of papers.
    ``expires``: it is refused from this instant on (whole seconds).
    """

    purpose: str
    person: str
    things: tuple[str, ...]
    expires: datetime


class LinkRefusal(StrEnum):
    """Why a signed text is refused, in words that can follow ``this link is not taken:``."""

    BROKEN = "it is not whole"
    FORGED = "it was not made here, or was changed, or the key has been changed since"
    OTHER = "it is for something else"
    EXPIRED = "it has expired"


def sign_link(link: SignedLink, key: bytes) -> str:
    """Return a link as a signed text for an address.

    Raises ``ValueError`` if the key is too short or the text would be too long.
    """
    if len(key) < SHORTEST_KEY:
        raise ValueError(f"a key to sign with has {SHORTEST_KEY} bytes at least")
    said = [link.purpose, link.person, list(link.things), int(link.expires.timestamp())]
    payload = _base64(json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass"))
    signed = f"{payload}.{_signature(payload, key)}"
    if len(signed) > LONGEST_SIGNED:
        raise ValueError(f"a signed link has {LONGEST_SIGNED:,} characters at most")
    return signed


def verify_link(text: str, purpose: str, key: bytes, now: datetime) -> SignedLink | LinkRefusal:
    """Return what a signed text lets its reader do, or why it is refused.

    The signature is checked before anything else is read, in constant time.

    ``text``: from the link's address.
    ``purpose``: the only one that is let through, such as ``UNSUBSCRIBE``.
    ``key``: the secret that links are signed with.
    """
    payload, dot, signature = text.partition(".")
    if not (dot and payload and signature and text.isascii() and len(text) <= LONGEST_SIGNED):
        return LinkRefusal.BROKEN
    if len(key) < SHORTEST_KEY or not hmac.compare_digest(signature, _signature(payload, key)):
        return LinkRefusal.FORGED
    link = _said(payload)
    if link.purpose != purpose:
        return LinkRefusal.OTHER
    return link if now < link.expires else LinkRefusal.EXPIRED


def _said(payload: str) -> SignedLink:
    """Return the link that a text made by :func:`sign_link` says."""
    padded = payload + "=" * (-len(payload) % 4)
    said = json.loads(urlsafe_b64decode(padded).decode("utf-8", "surrogatepass"))
    purpose, person, things, expires = said
    return SignedLink(purpose, person, tuple(things), datetime.fromtimestamp(expires, UTC))


def _signature(payload: str, key: bytes) -> str:
    return _base64(hmac.new(key, _CONTEXT + payload.encode("ascii"), sha256).digest())


def _base64(raw: bytes) -> str:
    return urlsafe_b64encode(raw).decode("ascii").rstrip("=")
