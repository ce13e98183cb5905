"""A web server on a real socket, with scripted good and bad answers."""

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from tests.patience import PATIENCE

Answer = Callable[[socket.socket], None]


def say(status: str = "200 OK", body: bytes = b"", length: int | None = None, **headers: str) -> Answer:
    """An answer with a Content-Length, which may lie."""
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body) if length is None else length}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return raw("\r\n".join([*lines, "", ""]).encode() + body)


def raw(data: bytes) -> Answer:
    return lambda connection: connection.sendall(data)


def serve_each(listener: socket.socket, answer: Answer) -> None:
    """Answer every connection in a thread of its own, until the listener is closed."""
    while True:
        try:
            connection, _ = listener.accept()
        except OSError:
            return
        threading.Thread(target=answer, args=(connection,), daemon=True).start()


@dataclass
class Site:
    """A server that gives scripted answers by path; ``asked`` are the requests as they came."""

    listener: socket.socket
    answers: dict[str, Answer] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    over: threading.Event = field(default_factory=threading.Event)

    @property
    def url(self) -> str:
        host, port = self.listener.getsockname()
        return f"http://{host}:{port}"

    def serve(self) -> None:
        serve_each(self.listener, self._answer)

    def _answer(self, connection: socket.socket) -> None:
        with connection:
            try:
                request = connection.recv(65536).decode("latin-1")
                self.asked.append(request)
                path = request.partition(" ")[2].partition(" ")[0]
                self.answers.get(path, say("404 Not Found"))(connection)
            except OSError:
                return  # the fetcher has gone

    def hang(self, connection: socket.socket) -> None:
        self.over.wait(PATIENCE)

    def drip(self, head: bytes) -> Answer:
        def answer(connection: socket.socket) -> None:
            connection.sendall(head)
            while not self.over.wait(0.02):
                connection.sendall(b"x")

        return answer

    def headers_of_last(self) -> dict[str, str]:
        lines = self.asked[-1].split("\r\n")[1:]
        return {name.lower(): value for name, _, value in (line.partition(": ") for line in lines if line)}


@contextmanager
def serving(address: str = "127.0.0.1", tls: ssl.SSLContext | None = None) -> Iterator[Site]:
    """A server with no answers yet, on a free port of ``address``."""
    listener = socket.create_server((address, 0))
    if tls:  # who does not trust it breaks the handshake: in the thread of his connection
        listener = tls.wrap_socket(listener, server_side=True, do_handshake_on_connect=False)
    site = Site(listener)
    thread = threading.Thread(target=site.serve, daemon=True)
    thread.start()
    try:
        yield site
    finally:
        site.over.set()
        site.listener.shutdown(socket.SHUT_RDWR)
        site.listener.close()
        thread.join(PATIENCE)
