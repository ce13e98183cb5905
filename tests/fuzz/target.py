"""What a target of fuzzing is, and what several of them use."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from watcher.model import Paper

Run = Callable[[bytes], object]
NOW = datetime(2026, 3, 10, 8, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Target:
    """A reader of bytes: its good inputs, and the call that it gets changed ones by. It raises only for a fault.

    ``of``: the kinds of sources, formats, places or purposes of which it tries everything, as their tables name them.
    """

    seeds: Sequence[bytes]
    run: Run
    of: tuple[str, ...] = ()


def text_of(data: bytes) -> str:
    """Return bytes as a text, now with halves of characters in it and now without."""
    return data.decode("utf-8", "surrogateescape" if len(data) % 2 else "replace")


def halves_of(text: str, parts: int) -> list[str]:
    """Return a text in pieces of about the same length."""
    size = len(text) // parts + 1
    return [text[n * size : (n + 1) * size] for n in range(parts)]


def a_paper(text: str) -> Paper:
    """Return a paper that says a text everywhere."""
    return Paper(id=1, key="title:1", title=text[:500], abstract=text, authors=(text[:90],), first_seen=NOW)
