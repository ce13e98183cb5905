"""Turn a mistake of watcher itself into a reason why one page is broken, so that no other page is affected.

Every body goes through here to the parsers. What they are expected to find is a value; what they raise all the same, a
mistake of theirs or of a library, is turned into one. With ``-v`` the log shows where it happened.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator

from watcher.errors import UnknownPage
from watcher.model import Reading, Source, Unreadable
from watcher.parsers import PARSERS, Finding, SavedPage, recognise_all
from watcher.parsers.common import clean

log = logging.getLogger(__name__)


def reason_of(error: Exception, doing: str = "reading") -> str:
    """An exception that nobody foresaw as a reason: its kind, and the first line of what it says."""
    log.debug("internal error", exc_info=error)
    says = clean.line(str(error).strip().partition("\n")[0], 200)
    return f"internal error while {doing}: {type(error).__name__}" + (f": {says}" if says else "")


def parse_safely(body: bytes, url: str, source: Source) -> Reading | Unreadable:
    """What the parser of the source's kind reads in a body that was found at ``url``."""
    try:
        return PARSERS[source.kind].parse(body, url, source)
    except Exception as error:
        return Unreadable(reason_of(error))


def findings(body: bytes, source: Source) -> tuple[Finding, ...]:
    """Return the finds of the source's selectors in a body; nothing if reading it raises."""
    try:
        return PARSERS[source.kind].find(body, source)
    except Exception as error:
        log.debug("internal error", exc_info=error)
        return ()


def recognised(body: bytes) -> Iterator[SavedPage]:
    """What a saved page lists, batch by batch. Raises UnknownPage where it comes to what cannot be read."""
    try:
        yield from recognise_all(body)
    except UnknownPage:
        raise
    except Exception as error:
        raise UnknownPage(reason_of(error)) from error
