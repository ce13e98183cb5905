"""Find the secrets in an address, and remove them from text for people."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Iterable, Iterator
from urllib.parse import parse_qsl, unquote, urlsplit

from watcher.model.masking import STARS, fully_decoded, replaced, with_its_end, without_secrets

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


class Scrubber:
    """Removes secrets from texts as :func:`scrub` does, in a time that hardly grows with their number.

    Only secrets whose first characters occur in a text are looked for there. Those with a star are always looked for,
    since what stands in place of another secret may complete them.
    """

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        self._known: set[str] = set()
        self._written, self._decoded = _Beginnings(), _Beginnings()
        self.add(secrets)

    def add(self, secrets: Iterable[str]) -> None:
        """Remove these from now on, too."""
        for secret in secrets:
            if len(secret) >= SHORTEST_SECRET and secret not in self._known:
                self._known.add(secret)
                self._written.add(secret, secret)
                if len(secret) >= _SHORTEST_QUOTED:
                    self._decoded.add(secret, fully_decoded(secret))

    def __call__(self, text: str) -> str:
        """Return ``text`` without the secrets."""
        known = replaced(text, dict.fromkeys(self._written.near(text), STARS))
        near = self._decoded.near(fully_decoded(known.replace(STARS, " ")))
        return without_secrets(known, dict.fromkeys(near, STARS)) if near else known


class _Beginnings:
    """Secrets by the first characters of the form in which they are looked for."""

    def __init__(self) -> None:
        self._by_beginning: dict[str, list[str]] = {}
        self._always: list[str] = []

    def add(self, secret: str, form: str) -> None:
        is_short = len(form) < SHORTEST_SECRET
        if is_short or "*" in secret:
            self._always.append(secret)
        else:
            self._by_beginning.setdefault(form[:SHORTEST_SECRET], []).append(secret)

    def near(self, text: str) -> list[str]:
        """Return the secrets that may occur in a text."""
        found, by = list(self._always), self._by_beginning
        for beginning in {text[at : at + SHORTEST_SECRET] for at in range(len(text))}:
            if beginning in by:
                found += by[beginning]
        return found


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
        host = parts.hostname or ""
        values = [one for _, value in parse_qsl(parts.query) for one in with_its_end(value)]
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
