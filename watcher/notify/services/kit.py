"""What a service of watcher's own is given for one message, besides title and body."""

from __future__ import annotations

from dataclasses import dataclass
from threading import Lock
from typing import TextIO

from watcher.model import Message
from watcher.notify.addresses.forms import Body
from watcher.notify.smtp import Connections


@dataclass(frozen=True, slots=True)
class Kit:
    """What a service needs to send one message.

    ``body``: what apprise is given, with ``format`` None to have it sent as it is.
    ``delivery_id``: the same at every attempt.
    ``date``: by RFC 5322.
    ``console`` / ``printing``: where console receivers print, one at a time.
    ``connections``: kept connections to mail servers.
    ``authorities``: certificates in PEM that are trusted as well, or "".
    """

    message: Message
    body: Body
    delivery_id: str
    date: str
    console: TextIO
    printing: Lock
    connections: Connections
    authorities: str
