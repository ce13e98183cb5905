"""Find the secrets in an address, and remove them from text for people."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Iterable, Iterator
from urllib.parse import parse_qsl, unquote, urlsplit

from watcher.model.masking import STARS, replaced, without_secrets

SHORTEST_SECRET = 4
"""Fewest characters of a secret that is removed. Shorter ones occur by chance in any sentence."""

_SHORTEST_QUOTED = 8
"""Fewest characters of a secret that is also looked for in quoted forms and other letter case."""

_MAIL = re.compile(r"mailtos?://", re.IGNORECASE)
_LIKE_A_HOST = re.compile(r"(localhost|[\w-]+(\.[\w-]+)+|\[[0-9a-f:.]+\])(:\d{1,5})?", re.IGNORECASE)


def scrub(text: str, secrets: Iterable[str]) -> str:
    """Return ``text`` with every secret replaced; secrets of some length also in quoted forms and other letter case."""
    known = {secret: STARS for secret in secrets if len(secret) >= SHORTEST_SECRET}
    long = {secret: STARS for secret in known if len(secret) >= _SHORTEST_QUOTED}
    return without_secrets(replaced(text, known), long)


def secrets_of(url: str) -> frozenset[str]:
    """Return every part of an address that may be secret, encoded and decoded.

    Of a mail address these are the whole address and the password, since error messages need users and recipients. Of
    any other address these are user, password, path, query, and the first part if it is a token, not a host.
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
    # As it is sent: a service may answer with what it was asked.
    for piece in [f"{unquote(parts.username or '')}:{unquote(parts.password)}"] if parts.password else []:
        yield _in_base64(piece)
        yield _in_base64(piece.partition(":")[2])


def _in_base64(text: str) -> str:
    return b64encode(text.encode(errors="replace")).decode("ascii").rstrip("=")
