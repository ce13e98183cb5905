"""The config's keys of sources of kind ``crossref``."""

from __future__ import annotations

from dataclasses import dataclass

from watcher.model import Source
from watcher.parsers.parser import KeyForm, key, own_keys


@dataclass(frozen=True, slots=True, kw_only=True)
class CrossrefKeys:
    """Keys of a Crossref source: journals, words and filters, and the date by which works are asked for."""

    journal: tuple[str, ...] = key("In which journals: ISSNs, or the site's own ids.", KeyForm.TEXTS, default=())
    filter: tuple[str, ...] = key("Filters as the API has them: name:value.", KeyForm.TEXTS, default=())
    query: str | None = key("What to search for there.")
    by: str | None = key("By which of its days a paper counts as new.")


def own(source: Source) -> CrossrefKeys:
    """Return the source's own keys."""
    return own_keys(source, CrossrefKeys)
