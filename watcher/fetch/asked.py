"""The address that is asked for, with its secrets for the wire and without them for everything else."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import httpx

from watcher.model.masking import STARS, secret_parts


def _as_it_is(url: str) -> str:
    return url


@dataclass(frozen=True, slots=True)
class AddressSecrets:
    """The secrets that the config puts into the addresses of sources.

    ``fill``: puts them into an address; raises ``WatcherError`` for one that is missing.
    ``hidden``: returns each of them with what stands in its place.
    """

    fill: Callable[[str], str] = _as_it_is
    hidden: Callable[[], Mapping[str, str]] = field(default=dict)


class AskedAddress:
    """An address as it was asked for: how it is sent, and how it and what it leads to are shown and kept."""

    def __init__(self, url: str, secrets: AddressSecrets) -> None:
        """Raises ``WatcherError`` for a secret that is missing, ``httpx.InvalidURL`` for what is no address."""
        self.target = httpx.URL(secrets.fill(url))
        self._hidden = secrets.hidden()
        self._starred = dict.fromkeys(secret_parts(url), STARS)

    def shown(self, url: httpx.URL) -> str:
        """Return an address without password, fragment and the secrets of the config."""
        return _without(str(url.copy_with(userinfo=b"", fragment=None)), self._hidden)

    def reason(self, text: str) -> str:
        """Return a reason for people without anything that may be a secret."""
        return _without(text, {**self._starred, **self._hidden})


def _without(text: str, hidden: Mapping[str, str]) -> str:
    for secret in sorted(hidden, key=len, reverse=True):
        text = text.replace(secret, hidden[secret])
    return text
