"""Connect for one request: only to addresses that were checked, and only until its deadline.

httpx's timeouts begin anew with each byte, so that a server that sends byte after byte never reaches them. Here every
wait is cut to the time that the request has left.
"""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from ipaddress import ip_address
from queue import Empty, SimpleQueue
from threading import Lock, Thread
from typing import Any

import httpcore
import httpx

from watcher.fetch.mended_heads import MendedHead
from watcher.model.network.hosts import is_of_provider, is_public

Resolve = Callable[[str, int], list[str]]
"""Returns the addresses of a host, best first, given host and port. Raises ``OSError``."""


class Refused(Exception):
    """The connection is not made. ``str()`` says why, for people."""


class Deadline:
    """The instant by which a request must be over: ``seconds`` from now."""

    def __init__(self, seconds: float, monotonic: Callable[[], float]) -> None:
        self.seconds = seconds
        self._monotonic = monotonic
        self._at = monotonic() + seconds

    def extend(self, seconds: float) -> None:
        """Give the request more time, since it waited for something else than the server."""
        self._at += seconds

    @property
    def left(self) -> float:
        """The seconds that are left, 0 after the deadline."""
        return max(self._at - self._monotonic(), 0.0)

    def cut(self, timeout: float | None) -> float:
        """Return ``timeout``, cut to the seconds that are left. Raises ``Refused`` if none are."""
        left = self.left
        if not left:
            raise Refused(f"no whole answer within {self.seconds:g} s")
        return left if timeout is None else min(timeout, left)


class Live:
    """The open connections, so that another thread can end all of them."""

    def __init__(self) -> None:
        self._streams: set[httpcore.NetworkStream] = set()
        self._lock = Lock()
        self.ended = False

    def add(self, stream: httpcore.NetworkStream) -> None:
        """Add an open connection. If :meth:`end` was called before, end it at once."""
        with self._lock:
            self._streams.add(stream)
            if self.ended:
                _shut(stream)

    def discard(self, stream: httpcore.NetworkStream) -> None:
        """Remove a connection that was closed."""
        with self._lock:
            self._streams.discard(stream)

    def end(self) -> None:
        """End every connection. Threads that wait on one see it closed."""
        with self._lock:
            self.ended = True
            for stream in self._streams:
                _shut(stream)


def _shut(stream: httpcore.NetworkStream) -> None:
    with suppress(OSError):  # it ended by itself
        stream.get_extra_info("socket").shutdown(socket.SHUT_RDWR)


def resolve(host: str, port: int) -> list[str]:
    """Return the IP addresses of a host, for connections to ``port``, from the system's resolver."""
    return [str(found[4][0]) for found in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


class Wire(httpcore.NetworkBackend):
    """Connects for one request.

    ``public_only``: connect to public addresses only.
    """

    def __init__(self, deadline: Deadline, live: Live, resolve: Resolve, *, public_only: bool) -> None:
        self._deadline, self._live, self._resolve, self._public_only = deadline, live, resolve, public_only
        self._backend = httpcore.SyncBackend()
        self.address: str | None = None
        """Where the request went, once it did."""

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        """Connect to the first address of the host that answers. Exactly the address that was checked is used."""
        addresses = self._checked(host, port, timeout)
        for n, address in enumerate(addresses, start=1):
            try:
                share = self._deadline.cut(timeout)
                stream = self._backend.connect_tcp(address, port, share, local_address, socket_options or ())
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                if n == len(addresses):
                    raise
                continue
            self.address = address
            return _Stream(stream, self._deadline, self._live)
        raise Refused(f"{host} has no address")

    def _checked(self, host: str, port: int, timeout: float | None) -> list[str]:
        looked_up = self._look_up(host, port, self._deadline.cut(timeout))
        # One that the config writes itself is meant; a name that leads there is a trap.
        found = [one for one in looked_up if one == host or not is_of_provider(one)]
        if looked_up and not found:
            raise Refused(f"{host} leads to {looked_up[0]}, where a machine is told its own keys")
        public = [address for address in found if is_public(address)]
        # Of a name that has addresses of both kinds, the private ones are a trap.
        allowed = public if public or self._public_only else found
        if found and not allowed:
            raise Refused(f"a public site leads to {host}, inside a private network ({found[0]})")
        return allowed

    def _look_up(self, host: str, port: int, timeout: float) -> list[str]:
        """Return a host's addresses. An address is returned as it is.

        It runs in a thread of its own, since the system's resolver has no timeout.
        """
        with suppress(ValueError):
            return [str(ip_address(host))]
        answer: SimpleQueue[list[str] | Exception] = SimpleQueue()

        def ask() -> None:
            try:
                answer.put(list(dict.fromkeys(self._resolve(host, port))))
            except (OSError, UnicodeError) as error:
                answer.put(error)

        Thread(target=ask, name=f"resolve {host}", daemon=True).start()
        try:
            found = answer.get(timeout=timeout)
        except Empty:
            raise Refused(f"looking up {host} took longer than {timeout:.0f} s") from None
        if isinstance(found, Exception):
            raise Refused(f"{host} cannot be looked up: {_words(found)}") from found
        return found


def _words(error: Exception) -> str:
    return (error.strerror if isinstance(error, OSError) else None) or str(error) or type(error).__name__


class _Stream(httpcore.NetworkStream):
    """A connection whose waits are cut to the deadline."""

    def __init__(self, stream: httpcore.NetworkStream, deadline: Deadline, live: Live) -> None:
        self._stream, self._deadline, self._live = stream, deadline, live
        self._head = MendedHead()
        live.add(self)

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        while True:
            data = self._stream.read(max_bytes, self._deadline.cut(timeout))
            passed = self._head.passed(data)
            if passed or not data:
                return passed

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, self._deadline.cut(timeout))

    def close(self) -> None:
        self._live.discard(self)
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        self._live.discard(self)
        secured = self._stream.start_tls(ssl_context, server_hostname, self._deadline.cut(timeout))
        return _Stream(secured, self._deadline, self._live)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


class Transport(httpx.BaseTransport):
    """httpx's transport on :class:`Wire`. ``httpx.HTTPTransport`` cannot be given another network."""

    def __init__(self, wire: Wire, ssl_context: ssl.SSLContext | None) -> None:
        self._pool = httpcore.ConnectionPool(ssl_context, network_backend=wire, max_keepalive_connections=0)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        url = request.url
        answer = self._pool.handle_request(
            httpcore.Request(
                method=request.method,
                url=httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path),
                headers=request.headers.raw,
                extensions=request.extensions,
            )
        )
        assert isinstance(answer.stream, Iterable)
        return httpx.Response(
            answer.status, headers=answer.headers, stream=_Body(answer.stream), extensions=answer.extensions
        )

    def close(self) -> None:
        self._pool.close()


class _Body(httpx.SyncByteStream):
    def __init__(self, stream: Iterable[bytes]) -> None:
        self._stream = stream

    def __iter__(self) -> Iterator[bytes]:
        yield from self._stream

    def close(self) -> None:
        if hasattr(self._stream, "close"):
            self._stream.close()
