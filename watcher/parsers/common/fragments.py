"""Tell papers apart that are parts of one page: their addresses differ in the fragment alone. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace
from urllib.parse import urlsplit

from watcher.model import Entry
from watcher.parsers.common.links import normalised_url

_URL = "url:"


def fragment_address(address: str) -> str:
    """Return an address with its fragment, without what says whence a reader came."""
    fragment = fragment_of(address)
    return normalised_url(address) + (f"#{fragment}" if fragment else "")


def fragment_of(address: str) -> str:
    """Return the fragment of an address, "" if it leads to no part of the page."""
    fragment = address.partition("#")[2]
    return "" if fragment.lower() == "top" else fragment


def bare_address(address: str) -> str:
    """Return what all spellings of an address have in common, "" for no address."""
    try:
        place = urlsplit(address)
        host, port = place.hostname or "", place.port
    except ValueError:
        return ""
    is_usual = port in (None, {"http": 80, "https": 443}.get(place.scheme))
    netloc = host.removeprefix("www.") + ("" if is_usual else f":{port}")
    return f"{netloc}{place.path.rstrip('/')}?{place.query}" if host else ""


def with_fragment_key(entry: Entry) -> Entry:
    """Return an entry that is known by its address with the fragment as well, if it is known by its address."""
    plain = _plain_key(entry)
    if not plain or plain not in entry.keys:
        return entry
    return replace(entry, keys=tuple(dict.fromkeys((*entry.keys, f"{_URL}{fragment_address(entry.url or '')}"))))


def told_apart(entries: Iterable[Entry]) -> tuple[Entry, ...]:
    """Return the entries; those that share an address but for the fragment are known by the address with it.

    That is so if they have different titles and different fragments. The address without is that of the one entry that
    leads to it, else nobody's.
    """
    every = tuple(entries)
    sharing: dict[str, list[Entry]] = defaultdict(list)
    for entry in every:
        for key in {_plain_key(entry), *entry.keys}:
            sharing[key].append(entry)
    parts = {key: some for key, some in sharing.items() if key.startswith(_URL) and _are_parts(some)}
    return tuple(_without(entry, parts) for entry in every) if parts else every


def _plain_key(entry: Entry) -> str:
    """Return the key of an entry's address without the fragment, "" if the address has none."""
    address = entry.url or ""
    return f"{_URL}{normalised_url(address)}" if fragment_of(address) else ""


def _are_parts(some: list[Entry]) -> bool:
    titles, addresses = {entry.title for entry in some}, {fragment_address(entry.url or "") for entry in some}
    return len(titles) > 1 and len(addresses) == len(some)


def _without(entry: Entry, parts: Mapping[str, list[Entry]]) -> Entry:
    plain = _plain_key(entry)
    if plain not in parts:
        return entry
    keys = tuple(key for key in entry.keys if key != plain)
    is_nobodys = all(map(_plain_key, parts[plain]))
    return replace(entry, keys=keys, shared=tuple(dict.fromkeys((*entry.shared, *([plain] * is_nobodys)))))
