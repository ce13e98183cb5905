"""The config's keys of sources of kind ``arxiv``."""

from __future__ import annotations

from dataclasses import dataclass

from watcher.model import Source
from watcher.parsers.parser import KeyForm, key, own_keys


@dataclass(frozen=True, slots=True, kw_only=True)
class ArxivKeys:
    """Which categories and announcements are read, or what is searched for, and how."""

    categories: tuple[str, ...] = key("The site's categories, such as cs.CL.", KeyForm.TEXTS, default=())
    announce: tuple[str, ...] = key("Which announcements count.", KeyForm.TEXTS, default=())
    via: str | None = key("Which of the site's ways to read it.")
    query: str | None = key("What to search for there.")


def own(source: Source) -> ArxivKeys:
    """Return a source's values of these keys."""
    return own_keys(source, ArxivKeys)
