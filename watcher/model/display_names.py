"""Know what people are shown in place of the names of sources and subscriptions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class DisplayNames:
    """The display names of those sources and subscriptions that have one. All others are shown by their names.

    ``sources``: name → display name.
    ``subscriptions``: full name → display name.
    """

    sources: Mapping[str, str] = field(default_factory=dict)
    subscriptions: Mapping[str, str] = field(default_factory=dict)

    def of_source(self, name: str) -> str:
        """Return the display name of a source, its name if it has none."""
        return self.sources.get(name) or name

    def of_subscription(self, full_name: str) -> str:
        """Return the display name of a subscription, its full name if it has none."""
        return self.subscriptions.get(full_name) or full_name


def with_name(shown: str, name: str) -> str:
    """Return ``display name (name)``, since commands take the name; just the name if both are the same.

    ``shown``: the display name, "" for none.
    """
    return f"{shown} ({name})" if shown and shown != name else name
