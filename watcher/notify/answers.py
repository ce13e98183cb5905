"""Limit how much of a web service's answer is read. Imports requests: load it late.

apprise's services call ``requests.post`` and the like, which read an answer to its end, however long. All their
sessions take the adapter from ``requests.sessions.HTTPAdapter``: :func:`install` puts ours there.
"""

from __future__ import annotations

import socket
import zlib
from contextlib import suppress
from functools import lru_cache
from http.client import HTTPException, HTTPMessage, HTTPResponse
from typing import Any

import requests.sessions
from requests.adapters import HTTPAdapter
from urllib3.exceptions import HTTPError

from watcher.notify.bounds import bounded
from watcher.notify.smtp import PATIENCE

MOST = 256 * 1024
"""Bytes that are read of an answer, and of its decompressed body. Matrix's list of some thousand rooms fits."""

_PIECE = 4096
_COMPRESSED = frozenset({"gzip", "x-gzip", "deflate"})
_GZIP_OR_ZLIB = 47  # zlib's wbits


_Response: Any = HTTPResponse


class BoundedAnswer(_Response):  # type: ignore[misc]
    """An answer of at most ``MOST`` bytes.

    It must be complete within the timeout that its socket has for a single byte. If the headers go on for too long
    after the status was read, they are dropped: the status says what became of the message.
    """

    fp: Any
    headers: Any

    def __init__(self, sock: socket.socket, *args: Any, **kwargs: Any) -> None:
        super().__init__(sock, *args, **kwargs)
        self.fp, bounds = bounded(self.fp, sock)
        bounds.allow(MOST, sock.gettimeout() or PATIENCE)

    def begin(self) -> None:
        try:
            super().begin()
        except (HTTPException, OSError):
            if self.headers is not None or not isinstance(self.status, int) or not isinstance(self.version, int):
                raise
            self.headers = self.msg = HTTPMessage()
            self.chunked, self.length, self.will_close = False, 0, True
            self._close_conn()


class Adapter(HTTPAdapter):
    """The adapter of requests that reads at most ``MOST`` bytes of an answer.

    It then closes the connection, and follows no redirect.
    """

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        _bind(self.poolmanager)

    def proxy_manager_for(self, *args: Any, **kwargs: Any) -> Any:
        manager = super().proxy_manager_for(*args, **kwargs)
        _bind(manager)
        return manager

    def send(self, request: Any, *args: Any, **kwargs: Any) -> requests.Response:
        # Ask for no compression: a small compressed answer may be very large.
        request.headers["Accept-Encoding"] = "identity"
        response = super().send(request, *args, **kwargs)
        response.headers.pop("Location", None)
        response._content = _decompressed(_beginning(response.raw), response.headers.get("Content-Encoding", ""))
        response._content_consumed = True
        return response


def install() -> None:
    """Use :class:`Adapter` for everything that this process sends by requests; only apprise does."""
    requests.sessions.HTTPAdapter = Adapter  # type: ignore[attr-defined]


def _bind(manager: Any) -> None:
    kinds = manager.pool_classes_by_scheme
    manager.pool_classes_by_scheme = {scheme: _answering(kind) for scheme, kind in kinds.items()}


@lru_cache(maxsize=16)
def _answering(pool: Any) -> Any:
    """Return a pool like ``pool`` whose connections read answers as ``BoundedAnswer``."""
    if issubclass(pool.ConnectionCls.response_class, BoundedAnswer):
        return pool
    connection = type(pool.ConnectionCls.__name__, (pool.ConnectionCls,), {"response_class": BoundedAnswer})
    return type(pool.__name__, (pool,), {"ConnectionCls": connection})


def _beginning(raw: Any) -> bytes:
    """Return the first ``MOST`` bytes of a body, or what was read before it was cut."""
    read = bytearray()
    with suppress(HTTPError, HTTPException, OSError):
        for piece in raw.stream(_PIECE, decode_content=False):
            read += piece
            if len(read) >= MOST:
                break
    raw.close()
    return bytes(read[:MOST])


def _decompressed(body: bytes, encoding: str) -> bytes:
    if encoding.strip().lower() not in _COMPRESSED:
        return body
    with suppress(zlib.error):
        return zlib.decompressobj(_GZIP_OR_ZLIB).decompress(body, MOST)
    return body
