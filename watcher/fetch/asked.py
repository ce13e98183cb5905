"""The address that is asked for, with its secrets for the wire and without them for everything else."""

from __future__ import annotations

from collections.abc import Callable

import httpx

from watcher.model.masking import OpenedAddress, starred_in, without_login, without_secrets

LONGEST_REASON = 400
"""Characters of a reason; it is cut when nothing in it is secret any more."""

OpenAddress = Callable[[str], OpenedAddress]
"""Puts its secrets into an address; raises ``WatcherError`` for one that is missing."""


def has_no_secrets(url: str) -> OpenedAddress:
    """Return an address as it is written."""
    return OpenedAddress(url, url)


class AskedAddress:
    """An address as it was asked for: how it is sent, and how it and what it leads to are shown and kept."""

    def __init__(self, url: str, open_address: OpenAddress) -> None:
        """Raises ``WatcherError`` for a secret that is missing, ``httpx.InvalidURL`` for what is no address."""
        self._opened = open_address(url)
        self.target = httpx.URL(self._opened.real)

    def shown(self, url: httpx.URL) -> str:
        """Return an address without password, fragment and secrets."""
        if url == self.target and self._opened.secrets:
            return without_login(self._opened.shown)
        return without_secrets(str(url.copy_with(userinfo=b"", fragment=None)), self._opened.secrets)

    def reason(self, text: str) -> str:
        """Return a reason for people without anything that may be a secret."""
        known = without_secrets(text, self._opened.secrets)
        return starred_in(known, self._opened.shown)[:LONGEST_REASON]
