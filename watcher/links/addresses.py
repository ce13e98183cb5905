"""Make the addresses of signed links, under the public address of the pages."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from watcher.links.signed import SignedLink, sign_link

UNSUBSCRIBE = "unsubscribe"
"""The purpose of a link by which a receiver leaves subscriptions; ``things`` are their full names."""

THUMB = "thumb"
"""The purpose of a link by which a receiver says whether a paper was useful.

``things`` are the paper's key, ``UP`` or ``DOWN``, and the full names of the subscriptions that told it.
"""

UP, DOWN = "up", "down"

LASTS = timedelta(days=180)
"""How long a link in a message is good."""

LONGEST_ADDRESS = 950
"""Characters of an address that fits into a line of a mail's head."""


@dataclass(frozen=True, slots=True)
class LinkMaker:
    """Makes links. ``base``: the public address of the pages, without a slash at its end."""

    base: str
    key: bytes = field(repr=False)

    def address(self, path: str, purpose: str, person: str, things: tuple[str, ...], now: datetime) -> str:
        """Return the address of the page ``path`` that does this for a person; "" if it would be too long."""
        try:
            signed = sign_link(SignedLink(purpose, person, things, now + LASTS), self.key)
        except ValueError:
            return ""
        found = f"{self.base}{path}?link={signed}"
        return found if len(found) <= LONGEST_ADDRESS else ""

    def leave_address(self, person: str, subscriptions: tuple[str, ...], now: datetime) -> str:
        """Return the address at which an endpoint leaves subscriptions; "" if it would be too long."""
        return self.address("/unsubscribe", UNSUBSCRIBE, person, subscriptions, now)

    def thumb_address(self, person: str, paper: str, up: bool, subscriptions: tuple[str, ...], now: datetime) -> str:
        """Return the address at which an endpoint says of a paper (its key) whether it was useful; "" if too long."""
        return self.address("/thumb", THUMB, person, (paper, UP if up else DOWN, *subscriptions), now)
