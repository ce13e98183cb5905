"""Serve the pages from a thread."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import socket
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Thread, current_thread, main_thread

import uvicorn
from anyio.to_thread import current_default_thread_limiter
from uvicorn.protocols.http.h11_impl import H11Protocol

from watcher.config import ListenAddress
from watcher.errors import WatcherError
from watcher.web.app import web_app
from watcher.web.site import WebSite

log = logging.getLogger(__name__)

SOCKET_MODE = 0o660
PATIENCE = 3.0
"""Seconds for which a server that stops waits for answers that have begun."""

REQUEST_PATIENCE, ANSWER_PATIENCE = 30.0, 120.0
"""Seconds that a visitor has to send a request, and to read the answer. Slow ones would shut others out."""

MOST_CONNECTIONS = 200
MOST_THREADS = 6
"""Most pages that are made at a time. Each needs a connection to the database, and the daemon needs some, too."""


class WebServer:
    """The server of the pages at one address. Raises ``WatcherError`` if the address cannot be used."""

    def __init__(self, site: WebSite) -> None:
        listen = site.settings.listen
        self._path = Path(listen.socket) if listen.socket else None
        self._socket = _listening_at(listen)
        self.url = _url(listen, self._socket)
        config = uvicorn.Config(
            web_app(site),
            http=PageProtocol,
            log_config=None,
            log_level="warning",
            access_log=False,
            server_header=False,
            lifespan="off",
            proxy_headers=False,
            ws="none",
            limit_concurrency=MOST_CONNECTIONS,
            timeout_keep_alive=10,
            timeout_graceful_shutdown=int(PATIENCE),
        )
        self._server = PageServer(config)
        self._thread = Thread(target=self._serve_beside, name="web", daemon=True)

    def start(self) -> None:
        """Serve from a new thread."""
        self._thread.start()

    @property
    def is_serving(self) -> bool:
        """Whether the thread that serves is alive."""
        return self._thread.is_alive()

    def serve(self) -> None:
        """Serve from this thread until stopped (in the main thread, until SIGINT or SIGTERM). Raises what ends it."""
        try:
            with suppress(KeyboardInterrupt), _interrupted_by(signal.SIGTERM):
                self._server.run(sockets=[self._socket])
        finally:
            self._socket.close()
            if self._path is not None:
                with suppress(OSError):
                    self._path.unlink()

    def _serve_beside(self) -> None:
        """Serve in a thread of the daemon. A failure is logged, and the daemon goes on."""
        try:
            self.serve()
        except Exception:
            log.exception("the web pages have failed; the daemon goes on without them")

    def stop(self) -> None:
        """Stop, after waiting up to ``PATIENCE`` seconds for answers that have begun."""
        self._server.should_exit = True
        if self._thread.is_alive():
            self._thread.join(PATIENCE + 1)


class PageProtocol(H11Protocol):
    """uvicorn's protocol, which ends a connection that keeps it waiting."""

    _ends: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn's
        super().connection_made(transport)
        self._wait(REQUEST_PATIENCE)

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self.cycle is not None and not (self.cycle.more_body or self.cycle.response_complete):
            self._wait(ANSWER_PATIENCE)

    def on_response_complete(self) -> None:
        super().on_response_complete()
        self._wait(REQUEST_PATIENCE)

    def connection_lost(self, exc: Exception | None) -> None:
        self._wait(None)
        super().connection_lost(exc)

    def _wait(self, seconds: float | None) -> None:
        """End the connection after some seconds, unless this is called again before; None for never."""
        if self._ends is not None:
            self._ends.cancel()
        self._ends = None if seconds is None else self.loop.call_later(seconds, self.transport.abort)


class PageServer(uvicorn.Server):
    """uvicorn's server, with few threads."""

    async def serve(self, sockets: list[socket.socket] | None = None) -> None:
        current_default_thread_limiter().total_tokens = MOST_THREADS
        await super().serve(sockets)


@contextmanager
def _interrupted_by(number: signal.Signals) -> Iterator[None]:
    """Make a signal act like Ctrl-C, so that the process can clean up. Signals reach the main thread only."""
    if current_thread() is not main_thread():
        yield
        return
    before = signal.signal(number, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(number, before)


def _url(listen: ListenAddress, bound: socket.socket) -> str:
    if listen.socket:
        return str(listen)
    host = f"[{listen.host}]" if ":" in listen.host else listen.host
    return f"http://{host}:{bound.getsockname()[1]}/"


def _listening_at(listen: ListenAddress) -> socket.socket:
    try:
        return _unix_socket(Path(listen.socket)) if listen.socket else _tcp_socket(listen)
    except OSError as error:
        hint = "name another one under `web: listen`"
        raise WatcherError(f"web: cannot listen at {listen}: {error.strerror or error}; {hint}") from None


def _tcp_socket(listen: ListenAddress) -> socket.socket:
    found = socket.getaddrinfo(listen.host, listen.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    family, kind, protocol, _, place = found[0]
    bound = socket.socket(family, kind, protocol)
    try:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind(place)
        bound.listen(128)
    except OSError:
        bound.close()
        raise
    return bound


def _unix_socket(path: Path) -> socket.socket:
    """Return a socket that only its owner and group can open. A socket that a killed process left there is replaced."""
    with suppress(FileNotFoundError):
        if not stat.S_ISSOCK(path.lstat().st_mode):
            raise FileExistsError(0, "something else than a socket is there")
        if _answers(path):
            raise FileExistsError(0, "another process listens there")
        path.unlink()
    bound = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        before = os.umask(0o177)  # nobody else may open it before its mode is set
        try:
            bound.bind(str(path))
        finally:
            os.umask(before)
        path.chmod(SOCKET_MODE)
        bound.listen(128)
    except OSError:
        bound.close()
        raise
    return bound


def _answers(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as asking:
        try:
            asking.connect(str(path))
        except OSError:
            return False
    return True
