"""Discord, without pings and previews."""

from __future__ import annotations

from typing import Any

from apprise.plugins.discord import NotifyDiscord

# apprise's classes carry no types that a subclass could be checked against.
_Discord: Any = NotifyDiscord

SUPPRESS_EMBEDS = 4
"""Discord's message flag for links without previews (discord.com/developers, Message Flags)."""


class Discord(_Discord):  # type: ignore[misc]
    """Discord that notifies nobody, whatever is written, and shows no previews of links.

    An address with ``ping=`` of its own notifies whom it names.
    """

    def _send(self, payload: Any, *args: Any, **kwargs: Any) -> Any:
        payload = {**payload, "flags": (payload.get("flags") or 0) | SUPPRESS_EMBEDS}
        if not self.ping:
            payload["allowed_mentions"] = {"parse": []}
        return super()._send(payload, *args, **kwargs)
