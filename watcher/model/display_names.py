"""What people are shown in place of the names of sources and subscriptions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class DisplayNames:
    """The display names of the sources and subscriptions that have one; all others are shown by their names.

    ``sources``: name → display name.
    ``subscriptions``: full name → display name.
    """

    sources: Mapping[str, str] = field(default_factory=dict)
    subscriptions: Mapping[str, str] = field(default_factory=dict)

    def of_source(self, name: str) -> str:
        """Return what readers are shown."""
        return self.sources.get(name) or name

    def of_subscription(self, full_name: str) -> str:
        """Return what readers are shown."""
        return self.subscriptions.get(full_name) or full_name


def with_name(shown: str, name: str) -> str:
    """Return a display name with the name that commands want in brackets; once where they are the same."""
    return f"{shown} ({name})" if shown and shown != name else name
