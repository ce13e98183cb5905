"""How messages leave this machine: the way of the thread that sends, and the certificates that are trusted."""

from __future__ import annotations

import ssl
from contextvars import ContextVar
from functools import lru_cache
from threading import Lock

from watcher.files.authorities import trust
from watcher.model.network.way_out import WayOut

WAY: ContextVar[WayOut] = ContextVar("WAY", default=WayOut())  # noqa: B039 (frozen)
"""How requests of this thread leave the machine. apprise makes its requests itself and cannot be given a way."""

_reading_certificates = Lock()


def certificates(verify: bool, authorities: str = "") -> ssl.SSLContext:
    """Return the certificates that are trusted: the machine's, and ``authorities`` (PEM).

    They are read once for each of these, since reading takes longer than sending most mails.

    ``verify``: check certificates at all.
    """
    with _reading_certificates:
        return _certificates(verify, authorities)


@lru_cache(maxsize=4)
def _certificates(verify: bool, authorities: str) -> ssl.SSLContext:
    context = ssl.create_default_context()
    trust(context, authorities)
    if not verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context
