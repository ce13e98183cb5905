"""A network between a daemon and its database that can be cut, and that can lose the answer to a COMMIT."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from tests.patience import PATIENCE

BLOCK = 65536


class Proxy:
    """Takes TCP connections on loopback and carries them to a Unix socket, while ``open``.

    ``lose_commits`` of so many commits lose one's answer: the server has committed, the client sees its connection
    end.
    """

    def __init__(self, to: Path) -> None:
        self._to = to
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._live: set[socket.socket] = set()
        self._lock = threading.Lock()
        self._commits = 0
        self.open = True
        self.lose_commits = 0
        self.lost = 0

    @property
    def port(self) -> int:
        return int(self._listener.getsockname()[1])

    def url(self, database: str) -> str:
        return f"postgresql+psycopg://postgres@127.0.0.1:{self.port}/{database}"

    def serve(self) -> None:
        """Take connections until :meth:`close`."""
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            if not self.open:
                client.close()
                continue
            server = socket.socket(socket.AF_UNIX)
            try:
                server.connect(str(self._to))
            except OSError:
                client.close()
                continue
            with self._lock:
                self._live |= {client, server}
            for one, other, is_client in ((client, server, True), (server, client, False)):
                threading.Thread(target=self._carry, args=(one, other, is_client), daemon=True).start()

    def cut(self) -> None:
        """End all connections and take no more."""
        self.open = False
        self._end(self._live)

    def mend(self) -> None:
        self.open = True

    def close(self) -> None:
        self._listener.close()
        self._end(self._live)

    def _carry(self, one: socket.socket, other: socket.socket, is_client: bool) -> None:
        with suppress(OSError):
            while block := one.recv(BLOCK):
                if is_client and b"COMMIT" in block and self._is_to_be_lost():
                    other.sendall(block)
                    one.shutdown(socket.SHUT_RDWR)  # before the server can have answered
                    return
                other.sendall(block)
        self._end({one, other})

    def _is_to_be_lost(self) -> bool:
        with self._lock:
            self._commits += 1
            is_lost = bool(self.lose_commits) and self._commits % self.lose_commits == 0
            self.lost += is_lost
        return is_lost

    def _end(self, sockets: set[socket.socket]) -> None:
        with self._lock:
            ending = list(sockets)
            self._live.difference_update(ending)
        for one in ending:
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()


@contextmanager
def proxy(to: Path) -> Iterator[Proxy]:
    """A proxy for as long as the block lasts."""
    made = Proxy(to)
    thread = threading.Thread(target=made.serve, daemon=True)
    thread.start()
    try:
        yield made
    finally:
        made.close()
        thread.join(PATIENCE)
