"""Servers on loopback that take messages: HTTP services and mail."""

from __future__ import annotations

import io
import logging
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from tests.patience import PATIENCE


@contextmanager
def logged() -> Iterator[io.StringIO]:
    """Everything that reaches the root logger: what a log in any form could show."""
    stream = io.StringIO()
    handler, root = logging.StreamHandler(stream), logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    try:
        yield stream
    finally:
        root.removeHandler(handler)
        root.setLevel(level)


@dataclass
class Web:
    """An HTTP service: answers all with ``status``; while ``gate`` is set, only once that is."""

    status: int = 200
    answer: bytes = b"{}"
    headers: dict[str, str] = field(default_factory=dict)
    gate: threading.Event | None = None
    cut: bool = False
    tls: ssl.SSLContext | None = None
    port: int = 0
    requests: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)

    @property
    def body(self) -> bytes:
        """What the last request brought."""
        return self.requests[-1][2]


@contextmanager
def web(**settings: Any) -> Iterator[Web]:
    """A service on a free port, ended with the block."""
    service = Web(**settings)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            service.requests.append((self.path, dict(self.headers), body))
            if service.gate is not None:
                service.gate.wait(PATIENCE)
            if service.cut:
                self.close_connection = True
                return
            self.send_response(service.status)
            for name, value in service.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(service.answer)))
            self.end_headers()
            self.wfile.write(service.answer)

        do_PUT = do_GET = do_POST

        def log_message(self, *args: object) -> None:
            """Say nothing."""

    class Server(ThreadingHTTPServer):
        def handle_error(self, request: Any, client_address: Any) -> None:
            """A client that went away, or does not trust this server, is no news."""

    server = Server(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    if service.tls:
        server.socket = service.tls.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    service.port = server.server_port
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield service
    finally:
        if service.gate is not None:
            service.gate.set()
        server.shutdown()
        thread.join()
        server.server_close()


@dataclass
class Mailbox:
    """A mail server: takes everything, unless ``rcpt`` or ``data`` is what it answers instead."""

    rcpt: str = ""
    data: str = ""
    port: int = 0
    received: list[Envelope] = field(default_factory=list)

    async def handle_RCPT(self, server: SMTP, session: Session, envelope: Envelope, address: str, _: object) -> str:
        if self.rcpt and not address.startswith("fine"):
            return self.rcpt
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        if self.data:
            return self.data
        self.received.append(envelope)
        return "250 OK"

    def mail(self) -> EmailMessage:
        """The last mail that was taken."""
        content = self.received[-1].content
        assert isinstance(content, bytes)
        return message_from_bytes(content, policy=default)


@contextmanager
def mailbox(password: str = "", **settings: Any) -> Iterator[Mailbox]:
    """A mail server on a free port, ended with the block; with ``password`` it asks the user ``bot`` for it."""
    box = Mailbox(**settings)

    def check(server: object, session: object, envelope: object, mechanism: str, given: LoginPassword) -> AuthResult:
        # Not "handled": aiosmtpd then answers 535 itself.
        return AuthResult(success=given.login == b"bot" and given.password == password.encode(), handled=False)

    asks: dict[str, Any] = {}
    if password:
        asks = {"authenticator": check, "auth_required": True, "auth_require_tls": False}
    # A free port is found by asking for one: the controller cannot be given 0.
    with web() as found:
        port = found.port
    controller = Controller(box, hostname="127.0.0.1", port=port, **asks)
    controller.start()
    box.port = port
    try:
        yield box
    finally:
        controller.stop()
