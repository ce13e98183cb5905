"""The config's keys of sources of kind ``html``: CSS selectors."""

from __future__ import annotations

from dataclasses import dataclass

from watcher.model import Source
from watcher.parsers.parser import key, own_keys


@dataclass(frozen=True, slots=True, kw_only=True)
class Selectors:
    """Where things stand on a page of HTML: CSS selectors, those after ``item`` within an item."""

    item: str | None = key("CSS selector of one paper on the page.")
    title: str | None = key("CSS selector of its title, within the item.")
    abstract: str | None = key("CSS selector of its abstract, within the item.")
    link: str | None = key("CSS selector of its link, within the item.")
    date: str | None = key("CSS selector of its date, within the item.")
    authors: str | None = key("CSS selector of its authors, within the item.")
    venue: str | None = key("CSS selector of where it appears, within the item.")


def own(source: Source) -> Selectors:
    """Return a source's selectors."""
    return own_keys(source, Selectors)
