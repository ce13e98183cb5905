"""Read a source once and store nothing, to show what watcher would read."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import datetime

from watcher.errors import WatcherError
from watcher.fetch import Fetcher
from watcher.files.inbox_folder import Inbox
from watcher.model import Page, Reading, Source, Unreachable, Unreadable
from watcher.parsers import PARSERS, Finding
from watcher.sandbox.here import Parsing, parse_page
from watcher.sandbox.mishaps import reason_of


@dataclass(frozen=True, slots=True)
class Tried:
    """What was found at an address.

    ``size``: of the body, in bytes.
    ``parsed``: what the parser read, or why it read nothing.
    ``findings``: what each CSS selector of the source finds.
    ``remarks``: what the site says of what it was asked for.
    """

    url: str
    size: int
    parsed: Reading | Unreadable | Unreachable
    findings: tuple[Finding, ...] = ()
    remarks: tuple[str, ...] = ()


def try_body(source: Source, url: str, body: bytes, parsing: Parsing) -> Tried:
    """Parse ``body`` as if it had been found at ``url``."""
    return Tried(url, len(body), parsing.parse(body, url, source), parsing.find(body, source))


def read_once(source: Source, fetcher: Fetcher, parsing: Parsing, clock: Callable[[], datetime]) -> Tried:
    """Fetch and parse the first page of a source.

    Of an inbox, parse the file that has waited longest; it stays in the folder.
    """
    folder = PARSERS[source.kind].folder(source)
    try:
        return _try_inbox(source, folder, parsing, clock()) if folder else _try_page(source, fetcher, parsing, clock)
    except WatcherError:
        raise
    except Exception as error:
        return Tried(folder or source.url or "", 0, Unreadable(reason_of(error)))


def _try_page(source: Source, fetcher: Fetcher, parsing: Parsing, clock: Callable[[], datetime]) -> Tried:
    tried = _try_address(PARSERS[source.kind].first_address(source, clock().date()), source, fetcher, parsing)
    if not isinstance(tried.parsed, Reading):
        return tried
    counted, further = tried.parsed, [*tried.parsed.parts]
    if counted.works and counted.next:
        further = [counted.next]
    if not further:
        return tried
    found = _try_address(further[0], source, fetcher, parsing)
    said = found.remarks if counted.works else ()
    return replace(found, remarks=(*counted.remarks, *counted.warnings, *said))


def _try_address(url: str, source: Source, fetcher: Fetcher, parsing: Parsing) -> Tried:
    fetched = fetcher.get(url, lambda _: None, robots=PARSERS[source.kind].obeys_robots(source))
    if isinstance(fetched, Page):
        found = parsing.find(fetched.body, source, fetched.charset)
        parsed = parse_page(fetched, source, parsing)
        remarks = parsed.remarks if isinstance(parsed, Reading) else ()
        return Tried(fetched.url, len(fetched.body), parsed, found, remarks)
    reason = fetched.reason if isinstance(fetched, Unreachable) else "not modified"
    return Tried(url, 0, Unreachable(url=fetched.url, reason=reason, fetched_at=fetched.fetched_at))


def _try_inbox(source: Source, folder: str, parsing: Parsing, now: datetime) -> Tried:
    inbox = Inbox.opened(folder)
    if isinstance(inbox, str):
        return Tried(folder, 0, Unreachable(url=folder, reason=inbox, fetched_at=now))
    with closing(inbox):
        waiting = inbox.waiting(now)
        if not waiting.names:
            writing = f"; {waiting.unfinished} still being written" if waiting.unfinished else ""
            return Tried(folder, 0, Unreadable(f"no file waits{writing}"))
        place, body = f"{folder}/{waiting.names[0]}", inbox.read(waiting.names[0])
    return Tried(place, 0, Unreadable(body)) if isinstance(body, str) else try_body(source, place, body, parsing)
