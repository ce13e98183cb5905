"""A webhook on loopback that does what it is told, right or wrong."""

from __future__ import annotations

import json
import socket
import struct
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

PATIENCE = 20.0


@dataclass
class Hook:
    """Answers ``status``; a message counts as ``taken`` where that is 200.

    ``before`` is what happens before that: ``reset`` ends the connection unheard, ``hang`` says nothing until
    :meth:`heal`, ``lost`` takes the message and ends the connection, ``slow`` takes its time.
    """

    status: int = 200
    before: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    times: int = 1_000_000
    port: int = 0
    asked: int = 0
    taken: list[tuple[str, str, float]] = field(default_factory=list)
    gate: threading.Event = field(default_factory=threading.Event)
    reserved: Any = None

    def fail(self, status: int = 200, before: str = "", times: int = 1_000_000, **headers: str) -> None:
        """Do this the next so many times, and what is right after that."""
        self.status, self.before, self.times, self.headers = status, before, times, headers

    def heal(self) -> None:
        """Take everything, and let go of what hangs."""
        self.fail()
        self.gate.set()

    def next(self) -> tuple[int, str, dict[str, str]]:
        """What to do with one request."""
        self.asked += 1
        if self.times == 0:
            return 200, "", {}
        self.times -= 1
        return self.status, self.before, {key.replace("_", "-"): value for key, value in self.headers.items()}


class _Quiet(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away is no news."""


@contextmanager
def hook(port: int = 0) -> Iterator[Hook]:
    """A webhook, on a free port where none is asked for, ended with the block."""
    one = Hook()

    class Handler(BaseHTTPRequestHandler):
        disable_nagle_algorithm = True
        wbufsize = -1

        def do_POST(self) -> None:
            status, before, headers = one.next()
            if before == "reset":
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                self.close_connection = True
                return
            posted = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            if before == "hang":
                one.gate.wait(PATIENCE)
                return
            if before == "slow":
                time.sleep(0.1)
            if status == 200:
                one.taken.append((self.headers["X-Watcher-Delivery"], posted["message"], time.monotonic()))
            if before == "lost":
                return
            with suppress(OSError):
                self._answer(status, headers)

        def _answer(self, status: int, headers: dict[str, str]) -> None:
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *args: object) -> None:
            """Say nothing."""

    with _Quiet(("127.0.0.1", port), Handler) as server:
        one.port = server.server_port
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield one
        finally:
            one.gate.set()
            server.shutdown()
            thread.join()
