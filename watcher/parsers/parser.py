"""What a parser is: one value per kind of source."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from watcher.model import Reading, Source, Unreadable


@dataclass(frozen=True, slots=True, kw_only=True)
class Parser:
    """How one kind of source is addressed and read; no IO.

    ``version`` is raised whenever ``parse`` reads more than before, so that pages are fetched anew. ``start`` is the
    address of the newest page, ``day_url`` that of one digest day. ``parse`` takes a body and the address where it
    was found ("" where that is not known) and never raises.
    """

    kind: str
    version: int
    listings: tuple[str, ...]
    start: Callable[[Source], str]
    day_url: Callable[[Source, date], str]
    parse: Callable[[bytes, str], Reading | Unreadable]
