"""Addresses in the config, with places for secrets: put in where something is asked or sent, kept out of all else."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping
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
"""Bytes of a file that holds an address."""


@dataclass(frozen=True, slots=True)
class Address:
    """An apprise URL as the config has it: a text in which ``${NAME}`` stands for secrets, or a file that holds it."""

    text: str = field(default="", repr=False)
    file: str = field(default="", repr=False)

    def resolve(self, env: Mapping[str, str], folder: Path, kind: str = "url_file") -> str:
        """The URL. Raises ``WatcherError`` that names what is missing, and nothing that is there.

        ``kind``: what a file is called then.
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
    """Return where a file with an address is, None if it is nowhere."""
    return next((place / name for place in _folders(env, folder) if os.path.lexists(place / name)), None)


def file_of(url: str) -> str | None:
    """Return the file that holds the address of a source, None if it stands in the config."""
    found = _PLACE.search(url)
    return found["file"] if found else None


def expand(text: str, env: Mapping[str, str]) -> str:
    """Put in what ``${NAME}`` stands for: as it is where it stands alone, percent-encoded inside a URL."""
    missing = [name for name in VARIABLE.findall(text) if not env.get(name)]
    if missing:
        raise WatcherError(f"${{{missing[0]}}} is not set in the environment")
    if alone := VARIABLE.fullmatch(text):
        return env[alone[1]]
    return VARIABLE.sub(lambda found: quote(env[found[1]], safe=""), text)


def put_in(text: str, env: Mapping[str, str]) -> str:
    """Put in what ``${NAME}`` stands for, as it is: for texts that are no addresses."""
    missing = [name for name in VARIABLE.findall(text) if not env.get(name)]
    if missing:
        raise WatcherError(f"${{{missing[0]}}} is not set in the environment")
    return VARIABLE.sub(lambda found: env[found[1]], text)


_PLACE = re.compile(
    r"\$(?:\{|%7B)(?:file:(?P<file>[^{}\s]+?)|(?P<name>[A-Za-z_][A-Za-z0-9_]*))(?:\}|%7D)", re.IGNORECASE
)
"""Where a secret belongs in an address, also after the braces were quoted."""

UNKNOWN_HOST = "unknown.invalid"
"""The host of a source whose file is not there."""


def address_from_file(file: str, env: Mapping[str, str], folder: Path) -> str:
    """Return what stands for the address in a file: its host, and a place for the rest.

    Raises ``WatcherError`` if the file cannot be read or holds no web address.
    """
    return f"{_origin(_whole(file, env, folder))}/{place_of_file(file)}"


def has_host_and_port(url: str) -> bool:
    """Return whether the host of an address, and the port if it has one, can be told: brackets, digits."""
    try:
        place = urlsplit(VARIABLE.sub("x", url))
        return place.port != 0
    except ValueError:
        return False


def unknown_address(file: str) -> str:
    """Return what stands for the address in a file that is not there."""
    return f"https://{UNKNOWN_HOST}/{place_of_file(file)}"


def opened(url: str, sources: Iterable[Source], env: Mapping[str, str], folder: Path) -> OpenedAddress:
    """Put into an address the secrets that the config has in addresses of the same site, and no others.

    Sites can write places, too: in a link to the next page, or in a redirect. Raises ``WatcherError`` that names a
    secret that is missing or too short.
    """
    if (file := file_of(url)) and any(source.url == url for source in sources):
        return _of_file(file, env, folder)
    origin = _origin(url)
    ours = {place for source in sources for place, site in _places(source) if _origin(site) == origin}
    found = {
        place[0]: _value(place["name"], env) if place["name"] else _in_file(place["file"], env, folder)
        for place in _PLACE.finditer(url)
        if (place["name"] or place_of_file(place["file"])) in ours
    }
    real = replaced(url, {place: quote(value, safe="") for place, value in found.items()})
    return OpenedAddress(real, url, {value: place for place, value in found.items()})


def logged_secrets(sources: Iterable[Source], env: Mapping[str, str], folder: Path) -> frozenset[str]:
    """Return everything of the addresses of sources that no log may show."""
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
    """Yield addresses of sources in which all places for their secrets stand."""
    for source in sources:
        if source.url:
            yield source.url
        yield from map(address_with, PARSERS[source.kind].secrets(source))


def address_with(secret: SecretPlace) -> str:
    """Return an address that a secret is put into."""
    return f"{_origin(secret.site)}/?key={secret.place}"


def _places(source: Source) -> Iterator[tuple[str, str]]:
    """Yield the places for secrets of a source, each with an address of the site that it belongs to."""
    for place in _PLACE.finditer(source.url or ""):
        if place["name"]:
            yield place["name"], source.url or ""
    for secret in PARSERS[source.kind].secrets(source):
        for place in _PLACE.finditer(secret.place):
            yield place["name"] or place_of_file(place["file"]), secret.site


def _origin(url: str) -> str:
    """Return the scheme and the host of an address, without user and password."""
    place = urlsplit(url)
    return f"{place.scheme}://{place.netloc.rpartition('@')[2]}".lower()


def place_of_file(file: str) -> str:
    """Return the place in an address for what a file holds."""
    return f"${{file:{file}}}"


def is_file_name(text: str) -> bool:
    """Return whether a text can stand in a place for what a file holds."""
    return _PLACE.fullmatch(place_of_file(text)) is not None


def _of_file(file: str, env: Mapping[str, str], folder: Path) -> OpenedAddress:
    """Return the address in a file; of its path only the depth is shown, from which relative links count."""
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
