"""One look at a source that leaves nothing behind: to see what it is, before it is watched."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from watcher.fetch import Fetcher
from watcher.model import Page, Reading, Source, Unreachable, Unreadable
from watcher.parsers import PARSERS, Finding


@dataclass(frozen=True, slots=True)
class Tried:
    """What was found at ``url``: ``size`` bytes, what the parser read in them, and what the selectors find."""

    url: str
    size: int
    parsed: Reading | Unreadable | Unreachable
    findings: tuple[Finding, ...] = ()


def try_body(source: Source, url: str, body: bytes) -> Tried:
    """Read ``body`` as if it had been found at ``url``."""
    parser = PARSERS[source.kind]
    return Tried(url, len(body), parser.parse(body, url, source), parser.find(body, source))


def first_address(source: Source, today: date) -> str:
    """The first address that is read at every look; "" for a source without any."""
    return next(iter(PARSERS[source.kind].starts(source, today)), "")


def try_source(source: Source, fetcher: Fetcher, clock: Callable[[], date]) -> Tried:
    """Fetch the source's first page, once, and read it."""
    url = first_address(source, clock())
    fetched = fetcher.get(url, lambda _: None, robots=PARSERS[source.kind].obeys_robots(source))
    if isinstance(fetched, Page):
        return try_body(source, fetched.url, fetched.body)
    reason = fetched.reason if isinstance(fetched, Unreachable) else "not modified"
    return Tried(url, 0, Unreachable(url=fetched.url, reason=reason, fetched_at=fetched.fetched_at))
