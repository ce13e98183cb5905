"""The config's keys of sources of kind ``inbox``."""

from __future__ import annotations

from dataclasses import dataclass

from watcher.model import Source
from watcher.parsers.parser import KeyForm, key, own_keys


@dataclass(frozen=True, slots=True, kw_only=True)
class InboxKeys:
    """Which folder is read."""

    folder: str | None = key("The folder whose files are read.", KeyForm.FOLDER)


def own(source: Source) -> InboxKeys:
    """Return a source's values of these keys."""
    return own_keys(source, InboxKeys)
