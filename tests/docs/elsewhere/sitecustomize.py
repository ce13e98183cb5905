"""Read by Python as a walk's command starts: a few public hosts are on this machine, all others are nowhere.

``WALK_PLACES``: ``HOST=PORT`` with blanks between: whoever connects to such a host gets that port of this machine.
``WALK_AUTHORITY``: a file with the certificate of the authority that those hosts are believed by.
"""

from __future__ import annotations

import os
import socket
import ssl
from typing import Any

PLACES = {host: int(port) for host, port in (one.split("=") for one in os.environ.get("WALK_PLACES", "").split())}
STANDING_FOR = {f"8.8.4.{n}": port for n, port in enumerate(PLACES.values(), start=1)}
"""Public addresses that are given out for the hosts → ports of this machine."""

_connect, _make_context = socket.socket.connect, ssl.create_default_context


def _look_up(host: Any, port: Any, *args: Any, **kwargs: Any) -> list[Any]:
    name = host.decode() if isinstance(host, bytes) else str(host)
    if name in STANDING_FOR or name.startswith("127."):
        address = name
    elif name in PLACES:
        address = f"8.8.4.{list(PLACES).index(name) + 1}"
    else:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
    return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, int(port or 0)))]


def _connect_here(self: socket.socket, where: Any) -> None:
    if isinstance(where, tuple):
        if where[0] in STANDING_FOR:
            where = ("127.0.0.1", STANDING_FOR[where[0]])
        if not where[0].startswith("127."):
            raise ConnectionRefusedError("nothing leaves this machine")
    _connect(self, where)


def _trusting(*args: Any, **kwargs: Any) -> ssl.SSLContext:
    context = _make_context(*args, **kwargs)
    context.load_verify_locations(os.environ["WALK_AUTHORITY"])
    return context


if PLACES:
    socket.getaddrinfo = _look_up
    socket.socket.connect = _connect_here  # type: ignore[method-assign, assignment]
    ssl.create_default_context = _trusting
