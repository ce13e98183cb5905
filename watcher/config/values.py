"""A valid config: frozen values, with secrets not put in yet."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import timedelta
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit

from watcher.config.addresses import SHORTEST_SECRET, VARIABLE, Address, expand, logged_secrets, opened, put_in
from watcher.errors import Problem, WatcherError
from watcher.model import DisplayNames, Endpoint, NeverItem, QuietHours, Rate, Source, Subscription
from watcher.model.masking import OpenedAddress
from watcher.model.network.way_out import WayOut, proxy_credentials
from watcher.model.subscriptions import KeepKind, KeepTarget


@dataclass(frozen=True, slots=True, kw_only=True)
class Receiver:
    """A named way to reach somebody.

    ``urls``: label → apprise URL; the label is "" if there is one URL only.
    ``address``: the URL's parameter that takes an address, as in ``mail:ana@lab.org``; None if it takes none.
    """

    name: str
    urls: Mapping[str, Address]
    address: str | None = None
    quiet_hours: QuietHours | None = None
    rate: Rate | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class KeepPlace:
    """A place under ``keep`` as the config has it, with its secrets not put in yet.

    ``stars``: starred papers are kept there.
    """

    target: KeepTarget
    key: Address = field(default_factory=Address)
    stars: bool = False

    def texts(self) -> Iterator[str]:
        """Yield the texts that may contain ``${NAME}``."""
        yield from (self.key.text, self.target.place, self.target.find, *self.target.headers.values())

    def with_secrets(self, env: Mapping[str, str], folder: Path) -> KeepTarget:
        """Return the place with its secrets. Raises ``WatcherError`` that names what is missing."""
        target = self.target
        try:
            key = self.key.resolve(env, folder) if self.key.text or self.key.file else ""
            headers = {name: put_in(text, env) for name, text in target.headers.items()}
            place, find = expand(target.place, env), expand(target.find, env)
        except WatcherError as error:
            raise WatcherError(f"keep {target.name}: {error}") from None
        if target.kind in (KeepKind.FOLDER, KeepKind.BIB):
            place = str(folder / os.path.expanduser(place))
        return replace(target, key=key, headers=headers, place=place, find=find)


@dataclass(frozen=True, slots=True)
class Retain:
    """How long things are kept that are not needed to tell each paper once; None for ever.

    ``pages``: broken pages, kept as files. ``metrics``: the upvotes and comments of earlier reads.
    """

    attempts: timedelta | None = timedelta(days=365)
    polls: timedelta | None = timedelta(days=90)
    pages: timedelta | None = timedelta(days=90)
    metrics: timedelta | None = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class ListenAddress:
    """Where the web pages listen: a host and a port, or the path of a Unix ``socket``."""

    host: str = "127.0.0.1"
    port: int = 8380
    socket: str = ""

    @property
    def is_loopback(self) -> bool:
        """Whether only this machine can reach it."""
        if self.socket or self.host == "localhost":
            return True
        try:
            return ip_address(self.host).is_loopback
        except ValueError:
            return False

    def __str__(self) -> str:
        if self.socket:
            return f"unix:{self.socket}"
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


@dataclass(frozen=True, slots=True)
class WebSettings:
    """Where the web pages are, and who may read them.

    ``token_file``: file with the token that is asked for; "" for none, and then nobody may act.
    ``is_open``: reading needs no token.
    ``public_url``: address at which a proxy serves them, without a slash at its end; "" for none.
    """

    listen: ListenAddress = ListenAddress()
    token_file: str = ""
    is_open: bool = False
    public_url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """Everything that the config says.

    ``folder``: where relative names begin.
    ``operator``: the endpoints that are told of incidents and recoveries.
    ``sources``, ``receivers``, ``keep``: name → value; ``keep`` has the places where papers are kept.
    ``never``: items of all ``never:`` lists, those of the main file first.
    ``way``: how requests leave this machine, without the proxy's address.
    ``heartbeat``: address that is asked while all is well, with its secrets not put in; "" for none.
    ``unsubscribe``: a ``mailto:`` or web address, "" for none.
    ``web``: None without web pages.
    ``templates``: name → text, of templates that replace watcher's own.
    ``broken_templates``: name → why a template is not used.
    ``problems``: warnings.
    ``broken_includes``: included file that is not in force → its problems.
    ``instead``: included file that is not in force → what is in force instead, in words.
    ``includes``: included file that could be read, as people write it → its path.
    ``sections``: keys of the main file that have a value, even an empty list.
    ``patterns``: names of the files that are read beside the main one, relative to ``folder``.
    ``reloads_itself``: the daemon applies edits without being asked.
    ``accepted``: full name of a subscription, or "" for the whole config → warnings that are accepted.
    ``digest``: changes with the text of any of the files.
    """

    path: Path | None = None
    folder: Path = Path()
    timezone: str = "UTC"
    operator: tuple[Endpoint, ...] = ()
    sources: Mapping[str, Source] = field(default_factory=dict)
    receivers: Mapping[str, Receiver] = field(default_factory=dict)
    keep: Mapping[str, KeepPlace] = field(default_factory=dict)
    subscriptions: tuple[Subscription, ...] = ()
    never: tuple[NeverItem, ...] = ()
    database_text: str | None = field(default=None, repr=False)
    unreachable_after: timedelta = timedelta(hours=24)
    retain: Retain = Retain()
    contact: str | None = None
    heartbeat: str = field(default="", repr=False)
    proxy_text: str | None = field(default=None, repr=False)
    way: WayOut = field(default_factory=WayOut)
    unsubscribe: str = ""
    web: WebSettings | None = None
    templates: Mapping[str, str] = field(default_factory=dict)
    broken_templates: Mapping[str, str] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()
    broken_includes: Mapping[str, tuple[Problem, ...]] = field(default_factory=dict)
    instead: Mapping[str, str] = field(default_factory=dict)
    includes: Mapping[str, Path] = field(default_factory=dict)
    sections: frozenset[str] = frozenset()
    patterns: tuple[str, ...] = ()
    reloads_itself: bool = False
    accepted: Mapping[str, frozenset[str]] = field(default_factory=dict)
    digest: str = ""

    def accepts(self, warning: str, subscription: str = "") -> bool:
        """Return whether a warning is accepted for a subscription, or for everything."""
        return any(warning in self.accepted.get(name, ()) for name in (subscription, ""))

    @property
    def display_names(self) -> DisplayNames:
        """The display names of sources and subscriptions in the config; those of the database are not known here."""
        return DisplayNames(
            {one.name: one.shown_as for one in self.sources.values() if one.shown_as},
            {one.full_name: one.shown_as for one in self.subscriptions if one.shown_as},
        )

    def owner_of(self, file: Path) -> str:
        """Return the owner of the subscriptions in an included file, "" for the main file."""
        return "" if self.path is None or file.resolve() == self.path.resolve() else file.stem

    def names_of(self, file: Path) -> set[str]:
        """Return the names of the subscriptions in a file of the config."""
        owner = self.owner_of(file)
        return {one.name for one in self.subscriptions if one.owner == owner}

    def database(self, env: Mapping[str, str]) -> str | None:
        """Return the database's path or URL, None for the default. Raises ``WatcherError`` for a missing secret."""
        return None if self.database_text is None else expand(self.database_text, env)

    def way_out(self, env: Mapping[str, str]) -> WayOut:
        """Return how requests leave this machine. A missing secret of the proxy is an error only at its first use."""
        if self.proxy_text is None:
            return self.way
        try:
            return replace(self.way, proxy=expand(self.proxy_text, env).strip())
        except WatcherError as error:
            return replace(self.way, missing=str(error))

    def endpoints_of(self, target: str) -> tuple[Endpoint, ...]:
        """Return the endpoints of a receiver, () if there is no such receiver.

        ``target``: the receiver as ``to:`` names it: its name, or with an address ``mail:ana@lab.example``.
        """
        if target in self.keep:
            return (Endpoint(target),)
        name, colon, address = target.partition(":")
        receiver = self.receivers.get(name)
        if receiver is None or bool(colon) != bool(receiver.address) or (colon and not address):
            return ()
        return tuple(Endpoint(target, label) for label in receiver.urls)

    def has_endpoint(self, endpoint: Endpoint) -> bool:
        return endpoint in self.endpoints_of(endpoint.receiver)

    def keeps_at(self, endpoint: Endpoint) -> bool:
        """Return whether an endpoint is a place that papers are kept at."""
        return endpoint.receiver in self.keep and not endpoint.label

    def places(self, names: Iterable[str]) -> list[str]:
        """Return those of ``names`` that are places under ``keep``."""
        return [name for name in names if name in self.keep]

    def keep_target(self, name: str, env: Mapping[str, str]) -> KeepTarget:
        """Return a place under ``keep`` with its secrets. Raises ``WatcherError`` that names what is missing."""
        return self.keep[name].with_secrets(env, self.folder)

    def address(self, endpoint: Endpoint, env: Mapping[str, str]) -> str:
        """Return the apprise URL of an endpoint. Raises ``WatcherError`` with the receiver and what it is missing."""
        if not self.has_endpoint(endpoint):
            raise WatcherError(f"receiver {endpoint} is not in the config")
        if self.keeps_at(endpoint):
            raise WatcherError(f"{endpoint} keeps papers, and is told nothing")
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
        """Return the apprise URL of an endpoint, "" if something is missing."""
        try:
            return self.address(endpoint, env)
        except WatcherError:
            return ""

    def open_address(self, url: str, env: Mapping[str, str]) -> OpenedAddress:
        """Return an address with its secrets put in. Raises ``WatcherError`` with the name of a missing secret."""
        if url == self.heartbeat:
            return OpenedAddress(expand(url, env), url, {env[name]: f"${{{name}}}" for name in VARIABLE.findall(url)})
        return opened(url, self.sources.values(), env, self.folder)

    def rate_of(self, endpoint: Endpoint) -> tuple[str, Rate] | None:
        """Return the name of an endpoint's receiver and its rate, None if it has no rate."""
        receiver = self.receivers.get(endpoint.receiver.partition(":")[0])
        return (receiver.name, receiver.rate) if receiver and receiver.rate else None

    def quiet_hours_of(self, endpoint: Endpoint) -> QuietHours | None:
        receiver = self.receivers.get(endpoint.receiver.partition(":")[0])
        return receiver.quiet_hours if receiver else None

    def secrets(self, env: Mapping[str, str]) -> frozenset[str]:
        """Return every text that must not be shown: values of variables, addresses, passwords and tokens in them."""
        found = {env[name] for name in VARIABLE.findall(self.database_text or "") if env.get(name)}
        found |= {env[name] for name in VARIABLE.findall(self.proxy_text or "") if env.get(name)}
        found |= {env[name] for name in VARIABLE.findall(self.heartbeat) if env.get(name)}
        with suppress(WatcherError):
            found |= set(_pieces(expand(self.heartbeat, env)))
        found |= set(_of_proxy(self.way_out(env).proxy))
        found |= logged_secrets(self.sources.values(), env, self.folder)
        for place in self.keep.values():
            found |= {env[name] for text in place.texts() for name in VARIABLE.findall(text) if env.get(name)}
            try:
                target = place.with_secrets(env, self.folder)
            except WatcherError:
                continue
            found |= set(target.secrets)
            for asked in target.addresses:
                found |= set(_pieces(asked))
        for receiver in self.receivers.values():
            for address in receiver.urls.values():
                found |= {env[name] for name in VARIABLE.findall(address.text) if env.get(name)}
                try:
                    found |= set(_pieces(address.resolve(env, self.folder)))
                except WatcherError:
                    continue
        return frozenset(one for one in found if len(one) >= SHORTEST_SECRET)


def _pieces(url: str) -> Iterator[str]:
    """Yield an address, its password, and the tokens in its path. Its host is left out: it is useful in a log."""
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


def _of_proxy(proxy: str) -> Iterator[str]:
    """Yield the address of a proxy if it has a password, and that password in each of its forms."""
    try:
        password = urlsplit(proxy).password
    except ValueError:
        yield proxy
        return
    if password:
        yield from (proxy, password, unquote(password), proxy_credentials(proxy).removeprefix("Basic "))
