"""Run the parsers in this process. An exception of theirs, or of a library, becomes a reason."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import Protocol

from watcher.errors import UnknownPage
from watcher.model import Page, Reading, Source, Unreadable
from watcher.parsers import Finding, SavedPage, recognise_all
from watcher.sandbox.given import find_given, parse_given, warned
from watcher.sandbox.mishaps import reason_of

log = logging.getLogger(__name__)


class Parsing(Protocol):
    """A way to run the parsers. No method raises because of a body, unless it says so."""

    def parse(self, body: bytes, url: str, source: Source, charset: str = "") -> Reading | Unreadable:
        """Return what the parser of the source's kind reads in a body.

        ``url``: where the body was found.
        ``charset``: as the header names it, "" for none.
        """
        ...

    def find(self, body: bytes, source: Source, charset: str = "") -> tuple[Finding, ...]:
        """Return what each CSS selector of the source finds in a body; nothing if the body cannot be read.

        ``charset``: as of :meth:`parse`.
        """
        ...

    def recognise(self, body: bytes) -> Iterator[SavedPage]:
        """Yield what a saved page lists, batch by batch.

        Raises ``UnknownPage`` when it comes to something that cannot be read.
        """
        ...

    def close(self) -> None:
        """End all processes that were started for it."""
        ...


def parse_page(page: Page, source: Source, parsing: Parsing) -> Reading | Unreadable:
    """Return what the parser of the source's kind reads in a fetched page, with the warnings from fetching it."""
    return warned(parsing.parse(page.body, page.url, source, page.charset), page.warnings)


class ParseHere:
    """Runs the parsers in this process."""

    def parse(self, body: bytes, url: str, source: Source, charset: str = "") -> Reading | Unreadable:
        """See :class:`Parsing`."""
        try:
            return parse_given(body, url, source, charset)
        except Exception as error:
            return Unreadable(reason_of(error))

    def find(self, body: bytes, source: Source, charset: str = "") -> tuple[Finding, ...]:
        """See :class:`Parsing`."""
        try:
            return find_given(body, source, charset)
        except Exception as error:
            log.debug("internal error", exc_info=error)
            return ()

    def recognise(self, body: bytes) -> Iterator[SavedPage]:
        """See :class:`Parsing`."""
        try:
            yield from recognise_all(body)
        except UnknownPage:
            raise
        except Exception as error:
            raise UnknownPage(reason_of(error)) from error

    def close(self) -> None:
        """Do nothing: nothing was started."""
