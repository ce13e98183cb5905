"""The config's keys of sources of kind ``biorxiv`` and ``medrxiv``."""

from __future__ import annotations

from dataclasses import dataclass

from watcher.model import Source
from watcher.parsers.parser import KeyForm, key, own_keys


@dataclass(frozen=True, slots=True, kw_only=True)
class BiorxivKeys:
    """Which categories are read, and how."""

    categories: tuple[str, ...] = key("The site's categories, such as cs.CL.", KeyForm.TEXTS, default=())
    via: str | None = key("Which of the site's ways to read it.")


def own(source: Source) -> BiorxivKeys:
    """Return a source's values of these keys."""
    return own_keys(source, BiorxivKeys)
