"""Make the addresses of signed links, below the public address of the web pages."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from watcher.links.signed import SignedLink, sign_link

UNSUBSCRIBE = "unsubscribe"
"""The purpose of a link by which a receiver unsubscribes. Its ``things`` are the full names of subscriptions."""

THUMB = "thumb"
"""The purpose of a link by which a receiver says whether a paper was useful.

``things`` are the paper's key, ``UP`` or ``DOWN``, and the full names of the subscriptions that told it.
"""

UP, DOWN = "up", "down"

LASTS = timedelta(days=180)
"""How long a link in a message can be used."""

LONGEST_ADDRESS = 950
"""Most characters of an address: what fits into a line of a mail's header."""


@dataclass(frozen=True, slots=True)
class LinkMaker:
    """Makes the addresses of signed links.

    ``base``: the public address of the web pages, without a slash at its end.
    ``key``: what signs them.
    """

    base: str
    key: bytes = field(repr=False)

    def address(self, path: str, purpose: str, person: str, things: tuple[str, ...], now: datetime) -> str:
        """Return the address of the page ``path`` for one signed purpose, "" if it would be too long.

        ``person``: the endpoint that is told.
        ``things``: what it is about, such as names and keys.
        """
        try:
            signed = sign_link(SignedLink(purpose, person, things, now + LASTS), self.key)
        except ValueError:
            return ""
        found = f"{self.base}{path}?link={signed}"
        return found if len(found) <= LONGEST_ADDRESS else ""

    def leave_address(self, person: str, subscriptions: tuple[str, ...], now: datetime) -> str:
        """Return the address at which an endpoint unsubscribes from subscriptions, "" if it would be too long.

        ``person``: the endpoint; ``subscriptions``: their full names.
        """
        return self.address("/unsubscribe", UNSUBSCRIBE, person, subscriptions, now)

    def thumb_address(self, person: str, paper: str, up: bool, subscriptions: tuple[str, ...], now: datetime) -> str:
        """Return the address at which an endpoint says whether a paper was useful, "" if it would be too long.

        ``person``: the endpoint.
        ``paper``: its key.
        ``up``: True for useful, False for not for it.
        ``subscriptions``: full names of those that told the paper.
        """
        return self.address("/thumb", THUMB, person, (paper, UP if up else DOWN, *subscriptions), now)
