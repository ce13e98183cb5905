"""Read a body with what was answered beside it: the charset of the header counts before what the body declares."""

from __future__ import annotations

from dataclasses import replace

from watcher.model import Reading, Source, Unreadable
from watcher.parsers import PARSERS, Finding
from watcher.parsers.charsets.text import given_body


def parse_given(body: bytes, url: str, source: Source, charset: str) -> Reading | Unreadable:
    """Return what the parser of the source's kind reads in a body; ``charset`` is the header's, "" for none."""
    given, warning = given_body(body, charset)
    parsed = PARSERS[source.kind].parse(given, url, source)
    return warned(parsed, (warning,) if warning else ())


def warned(parsed: Reading | Unreadable, warnings: tuple[str, ...]) -> Reading | Unreadable:
    """Return what was read with further warnings in front of its own."""
    if not isinstance(parsed, Reading) or not warnings:
        return parsed
    return replace(parsed, warnings=(*warnings, *parsed.warnings))


def find_given(body: bytes, source: Source, charset: str) -> tuple[Finding, ...]:
    """Return the finds of the source's selectors in a body."""
    return PARSERS[source.kind].find(given_body(body, charset)[0], source)
