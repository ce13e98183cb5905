"""Send requests to web services by the configured way, and read only a bounded part of their answers.

Imports requests, so import this file late. apprise's services call ``requests.post`` and the like. These read an answer
to its end, however long, and take proxies, certificates and passwords from the environment. Every session of requests
takes its adapter from ``requests.sessions.HTTPAdapter``; :func:`install` puts ours there.
"""

from __future__ import annotations

import socket
import time
import zlib
from collections.abc import Mapping
from contextlib import suppress
from functools import lru_cache
from http.client import HTTPException, HTTPMessage, HTTPResponse
from typing import Any
from urllib.parse import urlsplit

import requests.sessions
from requests.adapters import HTTPAdapter
from requests.exceptions import ProxyError
from urllib3 import disable_warnings
from urllib3.exceptions import HTTPError, InsecureRequestWarning
from urllib3.util.ssl_ import create_urllib3_context

from watcher.errors import WatcherError
from watcher.files.authorities import trust
from watcher.model.network.way_out import is_proxys_refusal, proxy_credentials
from watcher.notify.bounds import bounded
from watcher.notify.smtp import PATIENCE
from watcher.notify.ways import WAY

MOST = 256 * 1024
"""Most bytes that are read of an answer, and most of its decompressed body. Matrix's list of a thousand rooms fits."""

KEPT = 4.0
"""Seconds for which a connection is kept: most servers wait five for another request, and longer."""

AT_ONCE = 64
"""Most connections to one host that are kept: more than a process sends messages at a time."""

_PIECE = 4096
_COMPRESSED = frozenset({"gzip", "x-gzip", "deflate"})
_GZIP_OR_ZLIB = 47  # zlib's wbits


_Response: Any = HTTPResponse


class BoundedAnswer(_Response):  # type: ignore[misc]
    """An answer of which at most ``MOST`` bytes are read.

    The whole answer must come within the time that its socket allows for one byte. If the headers do not end in time,
    they are dropped, and the status is kept: it alone says what became of the message.
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
    """An adapter of requests: it sends by the way in :data:`WAY`, and reads at most ``MOST`` bytes of an answer.

    It follows no redirect. A connection is kept for the next message if its answer was read to the end. One adapter
    serves all sessions.
    """

    def __init__(self) -> None:
        super().__init__(pool_maxsize=AT_ONCE)
        self._used = time.monotonic()

    def close(self) -> None:
        """Stay open: connections are closed by :meth:`close_idle`."""

    def close_idle(self) -> None:
        """Close the kept connections if nothing was sent for so long that none of them is used again."""
        if time.monotonic() - self._used >= KEPT:
            super().close()

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        _bind(self.poolmanager)

    def proxy_manager_for(self, *args: Any, **kwargs: Any) -> Any:
        manager = super().proxy_manager_for(*args, **kwargs)
        _bind(manager)
        return manager

    def proxy_headers(self, proxy: str) -> dict[str, str]:
        credentials = proxy_credentials(proxy)
        return {"Proxy-Authorization": credentials} if credentials else {}

    def cert_verify(self, conn: Any, url: str, verify: Any, cert: Any) -> None:
        super().cert_verify(conn, url, verify, cert)
        if verify and url.lower().startswith("https:") and (authorities := WAY.get().authorities):
            context = create_urllib3_context()
            trust(context, authorities)
            conn.conn_kw["ssl_context"] = context  # the usual certificates come to it when it is used

    def send(
        self,
        request: Any,
        stream: bool = False,
        timeout: Any = None,
        verify: Any = True,
        cert: Any = None,
        proxies: Any = None,
    ) -> requests.Response:
        """Send a request. ``proxies`` and a path in ``verify`` are ignored, since they come from the environment."""
        proxy = _proxy_of(request)
        # Ask for no compression: a small compressed answer may be very large.
        request.headers["Accept-Encoding"] = "identity"
        ways = {"http": proxy, "https": proxy} if proxy else {}
        response = super().send(request, stream, timeout, verify is not False, cert, ways)
        if proxy and request.url.startswith("http:") and is_proxys_refusal(response.status_code, response.headers):
            response.close()
            raise ProxyError(f"Tunnel connection failed: {response.status_code}")  # in http.client's words
        response.headers.pop("Location", None)
        response._content = _decompressed(_beginning(response.raw), response.headers.get("Content-Encoding", ""))
        response._content_consumed = True
        self._used = time.monotonic()
        return response


def _proxy_of(request: Any) -> str:
    try:
        return WAY.get().proxy_for(urlsplit(request.url).hostname or "")
    except WatcherError as error:
        raise ProxyError(str(error)) from None


class _Session(requests.sessions.Session):
    """A session of requests that asks the environment for nothing: what it says would be left out anyway."""

    def __init__(self) -> None:
        super().__init__()
        self.trust_env = False


def install() -> None:
    """Make everything that this process sends by requests use :class:`Adapter`. Only apprise uses requests.

    Passwords in a netrc file are ignored: they would be sent to any host of that name.
    """
    requests.sessions.HTTPAdapter = _shared_adapter  # type: ignore[attr-defined, assignment]
    requests.sessions.Session = _Session  # type: ignore[misc]
    requests.sessions.get_netrc_auth = _no_password  # type: ignore[attr-defined]


def allow_unchecked() -> None:
    """Silence urllib3's warning of unchecked certificates: the address of the receiver asks for this."""
    disable_warnings(InsecureRequestWarning)


def prepared_request(
    method: str,
    url: str,
    params: tuple[tuple[str, str], ...],
    headers: tuple[tuple[str, str], ...],
    auth: tuple[str, str] | None,
    own: Mapping[str, str],
    body: str,
) -> requests.PreparedRequest:
    """Return a request with a body in ASCII. Raises ``requests.RequestException``.

    ``own``: further headers, of this request alone.
    """
    usual, request = _prepared(method, url, params, headers, auth), requests.PreparedRequest()
    request.method, request.url, request.hooks = usual.method, usual.url, usual.hooks
    request.headers = usual.headers.copy()
    request.headers.update(own)
    request.body, request.headers["Content-Length"] = body, str(len(body))
    return request


@lru_cache(maxsize=4096)
def _prepared(
    method: str,
    url: str,
    params: tuple[tuple[str, str], ...],
    headers: tuple[tuple[str, str], ...],
    auth: tuple[str, str] | None,
) -> requests.PreparedRequest:
    """Return a request as requests writes it, with some body."""
    asked = requests.Request(method, url, dict(headers), data="{}", params=dict(params), auth=auth)
    with _Session() as session:
        return session.prepare_request(asked)


def answer_to(request: requests.PreparedRequest, timeout: tuple[float, float], verify: bool) -> requests.Response:
    """Send a request by a kept connection; return the answer, of which no redirect is followed.

    Raises ``requests.RequestException``.

    ``timeout``: seconds for the connection, and for the answer.
    """
    return _shared_adapter().send(request, timeout=timeout, verify=verify)


def close_idle() -> None:
    """Close kept connections that are not used again."""
    for one in list(_adapters.values()):
        one.close_idle()


def _no_password(url: str | bytes, raise_errors: bool = False) -> None:
    """Return None, in place of a password found in a netrc file."""


def _shared_adapter() -> Adapter:
    return _adapter_for(WAY.get().authorities)


_adapters: dict[str, Adapter] = {}
"""Certificates → the adapter that trusts them: what is set for a host stays set in it."""


def _adapter_for(authorities: str) -> Adapter:
    return _adapters.get(authorities) or _adapters.setdefault(authorities, Adapter())


def _bind(manager: Any) -> None:
    kinds = manager.pool_classes_by_scheme
    manager.pool_classes_by_scheme = {scheme: _answering(kind) for scheme, kind in kinds.items()}


@lru_cache(maxsize=16)
def _answering(pool: Any) -> Any:
    """Return a pool like ``pool`` whose connections read answers as :class:`BoundedAnswer`."""
    if issubclass(pool.ConnectionCls.response_class, BoundedAnswer):
        return pool
    name, kind = pool.ConnectionCls.__name__, pool.ConnectionCls
    connection = type(name, (_Kept, kind), {"response_class": BoundedAnswer})
    return type(pool.__name__, (pool,), {"ConnectionCls": connection})


class _Kept:
    """A connection that counts as lost ``KEPT`` seconds after its last answer: its server may be about to close it."""

    _answered = 0.0

    @property
    def is_connected(self) -> bool:
        return time.monotonic() - self._answered < KEPT and bool(super().is_connected)  # type: ignore[misc]

    def getresponse(self) -> Any:
        answer = super().getresponse()  # type: ignore[misc]
        self._answered = time.monotonic()
        return answer


def _beginning(raw: Any) -> bytes:
    """Return the first ``MOST`` bytes of a body, or what came before it was cut off."""
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
