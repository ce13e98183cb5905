"""Hold an address that is asked for: with its secrets for sending, without them for all that is shown or stored."""

from __future__ import annotations

from collections.abc import Callable

import httpx

from watcher.model.masking import OpenedAddress, starred_in, without_login, without_secrets

LONGEST_REASON = 400
"""Most characters of a reason. It is cut after its secrets were removed, so that no part of one is left."""

OpenAddress = Callable[[str], OpenedAddress]
"""Returns an address with its secrets put in. Raises ``WatcherError`` if one is missing."""


def has_no_secrets(url: str) -> OpenedAddress:
    """Return an address that has no secrets, as it is written."""
    return OpenedAddress(url, url)


class AskedAddress:
    """An address that is asked for.

    ``target``: the address as it is sent.
    ``headers``: what is sent with it and with what it leads to on the same host, and nowhere else.
    """

    def __init__(self, url: str, open_address: OpenAddress) -> None:
        """Raises ``WatcherError`` if a secret is missing, ``httpx.InvalidURL`` if it is no address."""
        self._opened = open_address(url)
        self.target = httpx.URL(self._opened.real)
        self.headers = self._opened.headers

    def shown(self, url: httpx.URL) -> str:
        """Return this address, or one that it led to, without password, fragment and secrets."""
        if url == self.target and self._opened.secrets:
            return without_login(self._opened.shown)
        return without_secrets(str(url.copy_with(userinfo=b"", fragment=None)), self._opened.secrets)

    def reason(self, text: str) -> str:
        """Return a reason for people, without anything that may be a secret."""
        known = without_secrets(text, self._opened.secrets)
        return starred_in(known, self._opened.shown)[:LONGEST_REASON]
