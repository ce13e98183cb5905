"""A config that holds: frozen values, secrets not resolved yet."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit

from watcher.config.text.harmless import is_words
from watcher.errors import Problem, WatcherError
from watcher.files.read import read_regular
from watcher.model import Endpoint, QuietHours, Rate, Source, Subscription

VARIABLE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")
SHORTEST_SECRET = 6
LONGEST_ADDRESS = 64_000
"""Bytes of a file that holds an address."""


@dataclass(frozen=True, slots=True)
class Address:
    """An apprise URL as the config has it: a text in which ``${NAME}`` stands for secrets, or a file that holds it."""

    text: str = field(default="", repr=False)
    file: str = field(default="", repr=False)

    def resolve(self, env: Mapping[str, str], folder: Path) -> str:
        """The URL. Raises ``WatcherError`` that names what is missing, and nothing that is there."""
        if self.file:
            return self._from_file(env, folder)
        return expand(self.text, env)

    def _from_file(self, env: Mapping[str, str], folder: Path) -> str:
        # By mistake the address itself may stand where the file's name belongs.
        folders = [Path(one) for one in (env.get("CREDENTIALS_DIRECTORY"),) if one] + [folder]
        for place in folders:
            data = read_regular(place / self.file, LONGEST_ADDRESS)
            if isinstance(data, bytes):
                try:
                    return data.decode().strip()
                except UnicodeDecodeError:
                    raise WatcherError(f"url_file {place / self.file} is not in UTF-8") from None
            if not data.is_missing:
                name = f" {self.file}" if is_words(self.file) or os.path.lexists(place / self.file) else ""
                raise WatcherError(f"url_file{name} in {place} cannot be read: {data.what}")
        name = f" {self.file}" if is_words(self.file) else " of the name that stands there"
        raise WatcherError(f"there is no url_file{name} in {' or '.join(map(str, folders))}")


def expand(text: str, env: Mapping[str, str]) -> str:
    """Put in what ``${NAME}`` stands for: as it is where it stands alone, percent-encoded inside a URL."""
    missing = [name for name in VARIABLE.findall(text) if not env.get(name)]
    if missing:
        raise WatcherError(f"${{{missing[0]}}} is not set in the environment")
    if alone := VARIABLE.fullmatch(text):
        return env[alone[1]]
    return VARIABLE.sub(lambda found: quote(env[found[1]], safe=""), text)


@dataclass(frozen=True, slots=True, kw_only=True)
class Receiver:
    """A named way to reach someone. ``address`` is the URL's parameter for addressed use (``mail:ana@lab.org``)."""

    name: str
    urls: Mapping[str, Address]
    address: str | None = None
    quiet_hours: QuietHours | None = None
    rate: Rate | None = None


@dataclass(frozen=True, slots=True)
class Retain:
    """How long is kept what nobody needs in order to tell once; None for ever."""

    attempts: timedelta | None = timedelta(days=365)
    polls: timedelta | None = timedelta(days=90)
    pages: timedelta | None = timedelta(days=90)
    metrics: timedelta | None = timedelta(days=365)


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """Everything that the config says.

    ``problems`` are warnings; ``broken_includes`` has for each included file that is not in force as it stands the
    problems that keep it out, and ``instead`` what is in force in its place, in words. ``templates`` are those that
    stand in the place of watcher's own, by name; ``broken_templates`` would, and says why they do not. ``unsubscribe``
    is a mailto or web address. ``sections`` are the main file's keys that hold something, be it an empty list.
    ``accepted`` has for each subscription, by its full name, the warnings that are accepted of it, and under "" those
    of the whole config. ``folder`` is where relative names count from. ``digest`` changes with any file's text.
    """

    path: Path | None = None
    folder: Path = Path()
    timezone: str = "UTC"
    operator: tuple[Endpoint, ...] = ()
    sources: Mapping[str, Source] = field(default_factory=dict)
    receivers: Mapping[str, Receiver] = field(default_factory=dict)
    subscriptions: tuple[Subscription, ...] = ()
    database_text: str | None = field(default=None, repr=False)
    unreachable_after: timedelta = timedelta(hours=24)
    retain: Retain = Retain()
    contact: str | None = None
    unsubscribe: str = ""
    templates: Mapping[str, str] = field(default_factory=dict)
    broken_templates: Mapping[str, str] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()
    broken_includes: Mapping[str, tuple[Problem, ...]] = field(default_factory=dict)
    instead: Mapping[str, str] = field(default_factory=dict)
    sections: frozenset[str] = frozenset()
    accepted: Mapping[str, frozenset[str]] = field(default_factory=dict)
    digest: str = ""

    def accepts(self, warning: str, subscription: str = "") -> bool:
        """Return whether a warning is accepted of a subscription, or of everything."""
        return any(warning in self.accepted.get(name, ()) for name in (subscription, ""))

    def database(self, env: Mapping[str, str]) -> str | None:
        """The database's path or URL, None for the default; raises ``WatcherError`` for a missing secret."""
        return None if self.database_text is None else expand(self.database_text, env)

    def endpoints_of(self, target: str) -> tuple[Endpoint, ...]:
        """The endpoints of a receiver as ``to:`` names it; none where there is no such receiver."""
        name, colon, address = target.partition(":")
        receiver = self.receivers.get(name)
        if receiver is None or bool(colon) != bool(receiver.address) or (colon and not address):
            return ()
        return tuple(Endpoint(target, label) for label in receiver.urls)

    def has_endpoint(self, endpoint: Endpoint) -> bool:
        return endpoint in self.endpoints_of(endpoint.receiver)

    def address(self, endpoint: Endpoint, env: Mapping[str, str]) -> str:
        """The apprise URL of an endpoint; raises ``WatcherError`` that names the receiver and what is missing."""
        if not self.has_endpoint(endpoint):
            raise WatcherError(f"receiver {endpoint} is not in the config")
        name, _, address = endpoint.receiver.partition(":")
        receiver = self.receivers[name]
        try:
            url = receiver.urls[endpoint.label].resolve(env, self.folder)
        except WatcherError as error:
            raise WatcherError(f"receiver {name}: {error}") from None
        if receiver.address:
            url += ("&" if "?" in url else "?") + f"{quote(receiver.address)}={quote(address, safe='@')}"
        return url

    def address_or_empty(self, endpoint: Endpoint, env: Mapping[str, str]) -> str:
        """The same, empty where it cannot be resolved."""
        try:
            return self.address(endpoint, env)
        except WatcherError:
            return ""

    def rate_of(self, endpoint: Endpoint) -> tuple[str, Rate] | None:
        """Return an endpoint's receiver with its rate, None without a rate."""
        receiver = self.receivers.get(endpoint.receiver.partition(":")[0])
        return (receiver.name, receiver.rate) if receiver and receiver.rate else None

    def quiet_hours_of(self, endpoint: Endpoint) -> QuietHours | None:
        receiver = self.receivers.get(endpoint.receiver.partition(":")[0])
        return receiver.quiet_hours if receiver else None

    def secrets(self, env: Mapping[str, str]) -> frozenset[str]:
        """Everything that must not be shown: what variables hold, addresses, their passwords and tokens."""
        found = {env[name] for name in VARIABLE.findall(self.database_text or "") if env.get(name)}
        for receiver in self.receivers.values():
            for address in receiver.urls.values():
                found |= {env[name] for name in VARIABLE.findall(address.text) if env.get(name)}
                try:
                    found |= set(_pieces(address.resolve(env, self.folder)))
                except WatcherError:
                    continue
        return frozenset(one for one in found if len(one) >= SHORTEST_SECRET)


def _pieces(url: str) -> Iterator[str]:
    """An address, its password and the tokens in its path; not its host, which is worth reading in a log."""
    if len(url) > len("console://x"):
        yield url
    try:
        parts = urlsplit(url)
    except ValueError:
        return
    for piece in (parts.password or "", *parts.path.split("/")):
        if "@" not in piece:
            yield piece
            yield unquote(piece)
