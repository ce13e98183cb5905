"""An HTTP proxy on loopback that tunnels and forwards, refuses and hangs; and an authority with a certificate."""

from __future__ import annotations

import base64
import select
import shutil
import socket
import ssl
import subprocess
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.integration.sites import serve_each
from tests.patience import PATIENCE
from watcher.model.network.way_out import WayOut


@dataclass
class ConnectProxy:
    """A proxy, and what it was asked.

    ``routes``: ``host:port`` → port on loopback; everything else is not to be reached.
    ``password``: ``user:password`` that it wants.
    ``says``: what it sends in place of an answer of its own, and how.
    """

    listener: socket.socket
    routes: dict[str, int] = field(default_factory=dict)
    password: str = ""
    says: Callable[[socket.socket], None] | None = None
    heads: list[str] = field(default_factory=list)
    over: threading.Event = field(default_factory=threading.Event)

    @property
    def place(self) -> str:
        return "{}:{}".format(*self.listener.getsockname())

    @property
    def asked(self) -> list[str]:
        """The first lines of the requests that came, without the version."""
        return [head.partition(" HTTP/")[0] for head in self.heads]

    def way(self, *, user: str = "", **settings: object) -> WayOut:
        """The way out by this proxy."""
        return WayOut(f"http://{user}{'@' if user else ''}{self.place}", **settings)  # type: ignore[arg-type]

    def hang(self, connection: socket.socket) -> None:
        """Say nothing until the test is over."""
        self.over.wait(PATIENCE)

    def drip(self, connection: socket.socket) -> None:
        """Give an answer without end, a byte at a time."""
        connection.sendall(b"HTTP/1.1 200 OK\r\nX-Lab: ")
        while not self.over.wait(0.02):
            connection.sendall(b"x")

    def serve(self) -> None:
        """Answer until the listener is closed."""
        serve_each(self.listener, self._answer)

    def _answer(self, connection: socket.socket) -> None:
        with connection, suppress(OSError):
            head = b""
            while b"\r\n\r\n" not in head:
                if not (piece := connection.recv(65536)):
                    return
                head += piece
            text, _, rest = head.partition(b"\r\n\r\n")
            self.heads.append(text.decode("latin-1"))
            if self.says:
                self.says(connection)
            elif not self._may_ask():
                refuse("407 Proxy Authentication Required", Proxy_Authenticate="Basic realm=lab")(connection)
            else:
                self._pass_on(connection, text, rest)

    def _may_ask(self) -> bool:
        token = base64.b64encode(self.password.encode()).decode()
        return not self.password or f"Proxy-Authorization: Basic {token}" in self.heads[-1]

    def _pass_on(self, connection: socket.socket, head: bytes, rest: bytes) -> None:
        method, target, *_ = head.decode("latin-1").split(" ")
        place = urlsplit(target)
        where = target if method == "CONNECT" else f"{place.hostname}:{place.port or 80}"
        if where not in self.routes:
            refuse("502 Bad Gateway", X_Squid_Error="ERR_DNS_FAIL 0")(connection)
            return
        with socket.create_connection(("127.0.0.1", self.routes[where]), PATIENCE) as site:
            if method == "CONNECT":
                connection.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
            else:
                lines = head.decode("latin-1").split("\r\n")
                path = target.partition("//")[2].partition("/")[2]
                kept = [line for line in lines[1:] if not line.lower().startswith("proxy-")]
                site.sendall("\r\n".join([f"{method} /{path} HTTP/1.1", *kept, "", ""]).encode("latin-1") + rest)
            self._pump(connection, site)

    def _pump(self, one: socket.socket, other: socket.socket) -> None:
        while not self.over.is_set():
            for ready in select.select([one, other], [], [], 0.2)[0]:
                if not (data := ready.recv(65536)):
                    return
                (other if ready is one else one).sendall(data)


def refuse(status: str, **headers: str) -> Callable[[socket.socket], None]:
    """An answer of the proxy itself."""
    lines = [f"HTTP/1.1 {status}", "Content-Length: 0"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return lambda connection: connection.sendall("\r\n".join([*lines, "", ""]).encode())


@contextmanager
def connect_proxy(routes: Mapping[str, int] | None = None, password: str = "") -> Iterator[ConnectProxy]:
    """A proxy on a free port, ended with the block."""
    proxy = ConnectProxy(socket.create_server(("127.0.0.1", 0)), dict(routes or {}), password)
    thread = threading.Thread(target=proxy.serve, daemon=True)
    thread.start()
    try:
        yield proxy
    finally:
        proxy.over.set()
        proxy.listener.shutdown(socket.SHUT_RDWR)
        proxy.listener.close()
        thread.join(PATIENCE)


@dataclass(frozen=True)
class LabAuthority:
    """An authority: its certificate in PEM, and a server's certificate that it gave, with the server's context."""

    pem: str
    given: str
    server: ssl.SSLContext


NAMES = "DNS:papers.example,DNS:hooks.example,DNS:papers.lab.example,IP:127.0.0.1"


def lab_authority(folder: Path, names: str = NAMES) -> LabAuthority:
    """Make an authority and a certificate of a server with these names; needs openssl(1), 3 or newer."""
    made = {name: folder / f"{name}.pem" for name in ("authority", "authority-key", "server", "server-key")}
    new = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"]
    _run(*new, "-subj", "/CN=Lab authority", "-keyout", made["authority-key"], "-out", made["authority"])
    by: list[str | Path] = ["-CA", made["authority"], "-CAkey", made["authority-key"]]
    what = ["-subj", "/CN=server", "-addext", f"subjectAltName={names}", "-addext", "basicConstraints=CA:FALSE"]
    _run(*new, *by, *what, "-keyout", made["server-key"], "-out", made["server"])
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(made["server"], made["server-key"])
    return LabAuthority(made["authority"].read_text(), made["server"].read_text(), context)


def _run(*command: str | Path) -> None:
    subprocess.run(command, check=True, capture_output=True)


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> LabAuthority:
    if not shutil.which("openssl"):
        pytest.skip("openssl makes the certificates")
    return lab_authority(tmp_path_factory.mktemp("tls"))
