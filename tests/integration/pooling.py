"""A connection pooler on loopback that gives each transaction another session, as PgBouncer's transaction mode does."""

from __future__ import annotations

import select
import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from sqlalchemy import make_url

_ENCRYPTION_ASKED = (80877103, 80877104)


class Pooler:
    """Takes connections at ``port``; ``sessions`` on the server, each used by whoever has a transaction."""

    def __init__(self, server: Path, *, keeps_sessions: bool) -> None:
        self._server, self._keeps = server, keeps_sessions
        self._idle: list[socket.socket] = []
        self._sessions: list[socket.socket] = []
        self._threads: list[threading.Thread] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]

    def run(self) -> None:
        """Serve until it is closed."""
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                self._threads.append(threading.Thread(target=self._serve, args=(client,), daemon=True))
                self._threads[-1].start()

    def close(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for one in self._sessions:
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join()
        for one in self._sessions:
            one.close()

    def _serve(self, client: socket.socket) -> None:
        with suppress(OSError, EOFError):
            self._relay(client, self._greet(client))
        client.close()

    def _greet(self, client: socket.socket) -> socket.socket:
        """Open a session for a new client, and let it be told all that the server says."""
        while True:
            head = _exactly(client, 4)
            body = _exactly(client, struct.unpack("!i", head)[0] - 4)
            if struct.unpack("!i", body[:4])[0] not in _ENCRYPTION_ASKED:
                break
            client.sendall(b"N")
        session = socket.socket(socket.AF_UNIX)
        self._sessions.append(session)
        session.connect(str(self._server))
        session.sendall(head + body)
        kind = b""
        while kind != b"Z":
            kind, message = _message(session)
            client.sendall(message)
        return session

    def _relay(self, client: socket.socket, session: socket.socket) -> None:
        held: socket.socket | None = session
        if not self._keeps:
            self._idle.append(session)
            held = None
        waits = 0
        while True:
            for ready in select.select([one for one in (client, held) if one], [], [])[0]:
                kind, message = _message(ready)
                if ready is client:
                    if kind == b"X":
                        return
                    held = held or self._idle.pop()
                    waits += kind in (b"Q", b"S")
                    held.sendall(message)
                    continue
                client.sendall(message)
                waits -= kind == b"Z"
                if kind == b"Z" and message[-1:] == b"I" and not waits and not self._keeps and held:
                    self._idle.append(held)
                    held = None


def _message(sender: socket.socket) -> tuple[bytes, bytes]:
    """Return the kind of the next message, and all of it."""
    head = _exactly(sender, 5)
    return head[:1], head + _exactly(sender, struct.unpack("!i", head[1:])[0] - 4)


def _exactly(sender: socket.socket, count: int) -> bytes:
    data = b""
    while len(data) < count:
        more = sender.recv(count - len(data))
        if not more:
            raise EOFError
        data += more
    return data


@contextmanager
def pooled(address: str, *, keeps_sessions: bool) -> Iterator[str]:
    """The address of a PostgreSQL database by way of a pooler."""
    url = make_url(address)
    pooler = Pooler(Path(str(url.query["host"])) / ".s.PGSQL.5432", keeps_sessions=keeps_sessions)
    thread = threading.Thread(target=pooler.run, daemon=True)
    thread.start()
    try:
        yield f"postgresql+psycopg://postgres@127.0.0.1:{pooler.port}/{url.database}?sslmode=disable"
    finally:
        pooler.close()
        thread.join()
