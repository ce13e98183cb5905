"""Handle addresses in the config that contain placeholders for secrets.

Secrets are put in when something is asked or sent; everything that is shown or stored has the placeholders.
"""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote, urlsplit

from watcher.config.text.harmless import is_words
from watcher.errors import WatcherError
from watcher.files.read import read_regular
from watcher.model import Source
from watcher.model.masking import OpenedAddress, replaced, secret_parts
from watcher.parsers import PARSERS
from watcher.parsers.parser import SecretPlace

VARIABLE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")
SHORTEST_SECRET = 6
LONGEST_ADDRESS = 64_000
"""Most bytes of a file that holds an address."""


@dataclass(frozen=True, slots=True)
class Address:
    """An apprise URL, as the config has it.

    ``text``: the URL, with ``${NAME}`` in place of secrets.
    ``file``: the file that holds the URL instead, "" for none.
    """

    text: str = field(default="", repr=False)
    file: str = field(default="", repr=False)

    def resolve(self, env: Mapping[str, str], folder: Path, kind: str = "url_file") -> str:
        """Return the URL with its secrets. Raises ``WatcherError`` that names what is missing, and quotes nothing else.

        ``folder``: where relative names of files begin.
        ``kind``: what the file is called in the error.
        """
        if self.file:
            return self._from_file(env, folder, kind)
        return expand(self.text, env)

    def _from_file(self, env: Mapping[str, str], folder: Path, kind: str) -> str:
        # By mistake the address itself may stand where the file's name belongs.
        folders = _folders(env, folder)
        for place in folders:
            data = read_regular(place / self.file, LONGEST_ADDRESS)
            if isinstance(data, bytes):
                try:
                    return data.decode().strip()
                except UnicodeDecodeError:
                    raise WatcherError(f"{kind} {place / self.file} is not in UTF-8") from None
            if not data.is_missing:
                name = f" {self.file}" if is_words(self.file) or os.path.lexists(place / self.file) else ""
                raise WatcherError(f"{kind}{name} in {place} cannot be read: {data.what}")
        name = f" {self.file}" if is_words(self.file) else " of the name that stands there"
        raise WatcherError(f"there is no {kind}{name} in {' or '.join(map(str, folders))}")


def _folders(env: Mapping[str, str], folder: Path) -> list[Path]:
    return [Path(one) for one in (env.get("CREDENTIALS_DIRECTORY"),) if one] + [folder]


def secret_file(name: str, env: Mapping[str, str], folder: Path) -> Path | None:
    """Return the path of a file with an address, None if there is no such file."""
    return next((place / name for place in _folders(env, folder) if os.path.lexists(place / name)), None)


def file_of(url: str) -> str | None:
    """Return the name of the file that holds the address of a source, None if the address is in the config."""
    found = _PLACE.search(url)
    return found["file"] if found else None


def expand(text: str, env: Mapping[str, str]) -> str:
    """Return a text with the values of its ``${NAME}``. Raises ``WatcherError`` if one is not set.

    A value is percent-encoded, unless the text is nothing but one ``${NAME}``.
    """
    missing = [name for name in VARIABLE.findall(text) if not env.get(name)]
    if missing:
        raise WatcherError(f"${{{missing[0]}}} is not set in the environment")
    if alone := VARIABLE.fullmatch(text):
        return env[alone[1]]
    return VARIABLE.sub(lambda found: quote(env[found[1]], safe=""), text)


def put_in(text: str, env: Mapping[str, str]) -> str:
    """Return a text that is no address with its ``${NAME}`` filled in. Raises ``WatcherError`` if one is not set."""
    missing = [name for name in VARIABLE.findall(text) if not env.get(name)]
    if missing:
        raise WatcherError(f"${{{missing[0]}}} is not set in the environment")
    return VARIABLE.sub(lambda found: env[found[1]], text)


_PLACE = re.compile(
    r"\$(?:\{|%7B)(?:file:(?P<file>[^{}\s]+?)|(?P<name>[A-Za-z_][A-Za-z0-9_]*))(?:\}|%7D)", re.IGNORECASE
)
"""Matches a placeholder for a secret in an address, also with percent-encoded braces."""

UNKNOWN_HOST = "unknown.invalid"
"""Host in the address of a source whose file does not exist."""


def address_from_file(file: str, env: Mapping[str, str], folder: Path) -> str:
    """Return an address in place of the one in a file: with the same host, and a placeholder for the rest.

    Raises ``WatcherError`` if the file cannot be read or holds no web address.
    """
    return f"{_origin(_whole(file, env, folder))}/{place_of_file(file)}"


def has_host_and_port(url: str) -> bool:
    """Return whether an address has a host that can be read, and no port or a valid one."""
    try:
        place = urlsplit(VARIABLE.sub("x", url))
        return place.port != 0
    except ValueError:
        return False


def unknown_address(file: str) -> str:
    """Return an address in place of the one in a file that does not exist."""
    return f"https://{UNKNOWN_HOST}/{place_of_file(file)}"


def opened(url: str, sources: Iterable[Source], env: Mapping[str, str], folder: Path) -> OpenedAddress:
    """Return an address with the secrets that the config has in addresses of the same site, and with no others.

    The site may write placeholders as well, in a link to the next page or in a redirect; so no other site's secrets may
    be put in. A secret that a kind sends in a header leaves the address. Raises ``WatcherError`` that names a secret
    that is missing or too short, or that no header takes.
    """
    if (file := file_of(url)) and any(source.url == url for source in sources):
        return _of_file(file, env, folder)
    origin = _origin(url)
    ours: dict[str, str] = {}
    for source in sources:
        for place, site, header in _places(source):
            if _origin(site) == origin:
                ours[place] = header or ours.get(place, "")
    found = {
        place[0]: _value(place["name"], env) if place["name"] else _in_file(place["file"], env, folder)
        for place in _PLACE.finditer(url)
        if _named(place) in ours
    }
    headers = {place[0]: ours[_named(place)] for place in _PLACE.finditer(url) if ours.get(_named(place))}
    real = replaced(
        _without_parameters(url, {f"{header}={place}" for place, header in headers.items()}),
        {place: quote(value, safe="") for place, value in found.items() if place not in headers},
    )
    return OpenedAddress(
        real,
        url,
        {value: place for place, value in found.items()},
        {header: _for_header(place, found[place]) for place, header in headers.items()},
    )


def _named(place: re.Match[str]) -> str:
    """Return a placeholder in the form in which :func:`_places` has it."""
    return place["name"] or place_of_file(place["file"])


def _without_parameters(url: str, pairs: Collection[str]) -> str:
    """Return an address without some pairs ``name=value`` of its query, as they are written."""
    if not pairs:
        return url
    head, mark, rest = url.partition("?")
    query, sharp, fragment = rest.partition("#")
    kept = [pair for pair in query.split("&") if pair not in pairs]
    return f"{head}{mark if any(kept) else ''}{'&'.join(kept)}{sharp}{fragment}"


def _for_header(place: str, value: str) -> str:
    if not (value.isascii() and value.isprintable() and " " not in value):
        raise WatcherError(f"{place} has a sign that no header takes: it is no key of this site")
    return value


def logged_secrets(sources: Iterable[Source], env: Mapping[str, str], folder: Path) -> frozenset[str]:
    """Return every part of the addresses of sources that must not be logged."""
    sources, found = tuple(sources), set[str]()
    for url in asked_with_secrets(sources):
        found |= secret_parts(url)
        try:
            secrets = opened(url, sources, env, folder).secrets
        except WatcherError:
            continue
        found |= {form for secret in secrets for form in (secret, quote(secret, safe=""), quote(secret))}
    return frozenset(found)


def asked_with_secrets(sources: Iterable[Source]) -> Iterator[str]:
    """Yield addresses that together contain all placeholders for secrets of these sources."""
    for source in sources:
        if source.url:
            yield source.url
        yield from map(address_with, PARSERS[source.kind].secrets(source))


def address_with(secret: SecretPlace) -> str:
    """Return an address at the secret's site that contains its placeholder."""
    return f"{_origin(secret.site)}/?{secret.header or 'key'}={secret.place}"


def _places(source: Source) -> Iterator[tuple[str, str, str]]:
    """Yield (placeholder, address of its site, the header in which it is sent or "") for the secrets of a source."""
    for place in _PLACE.finditer(source.url or ""):
        if place["name"]:
            yield place["name"], source.url or "", ""
    for secret in PARSERS[source.kind].secrets(source):
        for place in _PLACE.finditer(secret.place):
            yield _named(place), secret.site, secret.header


def _origin(url: str) -> str:
    """Return the scheme and the host of an address, without user and password, in lower case."""
    place = urlsplit(url)
    return f"{place.scheme}://{place.netloc.rpartition('@')[2]}".lower()


def place_of_file(file: str) -> str:
    """Return the placeholder for the secret in a file."""
    return f"${{file:{file}}}"


def is_file_name(text: str) -> bool:
    """Return whether a file's name can be written in a placeholder."""
    return _PLACE.fullmatch(place_of_file(text)) is not None


def _of_file(file: str, env: Mapping[str, str], folder: Path) -> OpenedAddress:
    """Return the address in a file. Of its path only the depth is shown, on which relative links depend."""
    real = _whole(file, env, folder)
    whole, place = urlsplit(real), place_of_file(file)
    depth = max(whole.path.count("/"), 1)
    path = whole.path.removeprefix("/")
    values = [pair.partition("=")[2] for pair in whole.query.split("&")]
    secrets = {f"{path}?{whole.query}", path, whole.query, *path.split("/"), *values, *secret_parts(real)}
    known = {secret: place for secret in secrets if len(secret) >= SHORTEST_SECRET}
    return OpenedAddress(real, f"{_origin(real)}/{'/'.join([place] * depth)}", known)


def _value(name: str, env: Mapping[str, str]) -> str:
    value = env.get(name)
    if not value:
        raise WatcherError(f"${{{name}}} is not set in the environment")
    if len(value) < SHORTEST_SECRET:
        raise WatcherError(f"${{{name}}} has fewer than {SHORTEST_SECRET} characters: too few to be kept out of sight")
    return value


def _in_file(file: str, env: Mapping[str, str], folder: Path) -> str:
    value = Address(file=file).resolve(env, folder, "file")
    if len(value) < SHORTEST_SECRET or len(value.split()) != 1:
        raise WatcherError(f"file {file} holds no secret: one line of {SHORTEST_SECRET} characters at least")
    return value


def _whole(file: str, env: Mapping[str, str], folder: Path) -> str:
    address = Address(file=file).resolve(env, folder)
    if not re.fullmatch(r"https?://[^\s/]+(/\S*)?", address) or not has_host_and_port(address):
        raise WatcherError(f"url_file {file} holds no web address")
    return address
