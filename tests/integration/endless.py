"""A web server on loopback that answers as it likes: without end, drop by drop, or with far too much of anything."""

from __future__ import annotations

import socketserver
import ssl
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from itertools import chain, repeat
from typing import Any

from tests.patience import PATIENCE

ENOUGH = 64 * 1024 * 1024
"""Bytes after which the server gives up: whoever reads so much reads everything."""

DROP = 0.02


@dataclass
class Endless:
    """Answers every request with what ``answer`` makes, until the client hangs up; ``written`` counts its bytes.

    With ``speaks_first`` it does so before it is asked, as mail servers do.
    """

    answer: Callable[[], Iterable[bytes]]
    speaks_first: bool = False
    tls: ssl.SSLContext | None = None
    port: int = 0
    asked: list[bytes] = field(default_factory=list)
    written: int = 0
    ended: threading.Event = field(default_factory=threading.Event)


def forever(head: bytes, piece: bytes) -> Callable[[], Iterable[bytes]]:
    """``head``, and then ``piece`` without end."""
    return lambda: chain([head], repeat(piece))


def dripping(head: bytes, drop: bytes) -> Callable[[], Iterable[bytes]]:
    """``head``, and then ``drop`` now and then, in time for whoever waits for the next byte only."""

    def drops() -> Iterator[bytes]:
        yield head
        nobody = threading.Event()
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            nobody.wait(DROP)
            yield drop

    return drops


class _Request(socketserver.StreamRequestHandler):
    server: Any

    def setup(self) -> None:
        if context := self.server.endless.tls:
            self.request = context.wrap_socket(self.request, server_side=True)
        super().setup()

    def finish(self) -> None:
        with suppress(OSError):
            super().finish()
        self.connection.close()

    def handle(self) -> None:
        service: Endless = self.server.endless
        if not service.speaks_first:
            service.asked.append(self._read())
        with suppress(OSError):
            for piece in service.answer():
                self.connection.sendall(piece)
                service.written += len(piece)
                if service.written > ENOUGH:
                    break
        service.ended.set()

    def _read(self) -> bytes:
        line, length = self.rfile.readline(), 0
        while (header := self.rfile.readline()).strip():
            name, _, value = header.partition(b":")
            length = int(value) if name.lower() == b"content-length" else length
        self.rfile.read(length)
        return line


@contextmanager
def endless(answer: Callable[[], Iterable[bytes]], **settings: Any) -> Iterator[Endless]:
    """The server, on a free port, ended with the block."""
    service = Endless(answer, **settings)
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), _Request) as server:
        server.daemon_threads = True
        server.endless = service  # type: ignore[attr-defined]
        service.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield service
        finally:
            server.shutdown()
            thread.join()
