"""Read a body together with its header: a charset in the header comes before one that the body declares."""

from __future__ import annotations

from dataclasses import replace

from watcher.model import Reading, Source, Unreadable
from watcher.parsers import PARSERS, Finding
from watcher.parsers.charsets.text import given_body


def parse_given(body: bytes, url: str, source: Source, charset: str) -> Reading | Unreadable:
    """Return what the parser of the source's kind reads in a body.

    ``url``: where the body was found.
    ``charset``: as the header names it, "" for none.
    """
    given, warning = given_body(body, charset)
    parsed = PARSERS[source.kind].parse(given, url, source)
    return warned(parsed, (warning,) if warning else ())


def warned(parsed: Reading | Unreadable, warnings: tuple[str, ...]) -> Reading | Unreadable:
    """Return a reading with further warnings before its own. An unreadable page is returned unchanged."""
    if not isinstance(parsed, Reading) or not warnings:
        return parsed
    return replace(parsed, warnings=(*warnings, *parsed.warnings))


def find_given(body: bytes, source: Source, charset: str) -> tuple[Finding, ...]:
    """Return what each CSS selector of the source finds in a body.

    ``charset``: as the header names it, "" for none.
    """
    return PARSERS[source.kind].find(given_body(body, charset)[0], source)
