"""The config's keys of sources of kind ``huggingface``."""

from __future__ import annotations

from dataclasses import dataclass

from watcher.model import Source
from watcher.parsers.parser import key, own_keys


@dataclass(frozen=True, slots=True, kw_only=True)
class HuggingFaceKeys:
    """Which of the site's lists is read, and how."""

    listing: str = key("Which list of the site.", default="daily")
    via: str | None = key("Which of the site's ways to read it.")
    query: str | None = key("What to search for there.")


def own(source: Source) -> HuggingFaceKeys:
    """Return a source's values of the keys that only its kind has."""
    return own_keys(source, HuggingFaceKeys)
