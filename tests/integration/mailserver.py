"""A mail server on loopback that does what it is told at each stage of a message, right or wrong."""

from __future__ import annotations

import base64
import socket
import socketserver
import ssl
import struct
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.patience import PATIENCE

CUT, RESET, HANG = "cut", "reset", "hang"
"""Instead of an answer: close, close without a goodbye to TCP either, say nothing."""


@dataclass(frozen=True)
class Taken:
    """One message that the server took as its own; ``connection`` counts from 1."""

    connection: int
    recipients: tuple[str, ...]
    content: bytes

    @property
    def key(self) -> str:
        """The header ``X-Watcher-Delivery``."""
        found = [line for line in self.content.split(b"\r\n") if line.lower().startswith(b"x-watcher-delivery:")]
        return found[0].split(b":", 1)[1].strip().decode()


@dataclass
class MailServer:
    """``fault(stage, n)`` says what the n-th time at a stage is answered instead of yes; None for yes.

    Stages: connect, ehlo, tls, auth, mail, rcpt, data, body (after the message), rset. At ``body``, an answer that
    begins with + comes after the message was taken: ``+cut`` loses the answer. ``greeted`` counts connections,
    ``commands`` has all that was asked. While ``down`` nobody answers at all.
    """

    fault: Callable[[str, int], str | None] = lambda stage, n: None
    tls: ssl.SSLContext | None = None
    wrapped: bool = False
    password: str = ""
    extensions: tuple[str, ...] = ("SIZE 30000000",)
    port: int = 0
    greeted: int = 0
    commands: list[str] = field(default_factory=list)
    taken: list[Taken] = field(default_factory=list)
    gate: threading.Event = field(default_factory=threading.Event)
    changed: threading.Condition = field(default_factory=threading.Condition)
    open_now: set[socket.socket] = field(default_factory=set)
    reserved: Any = None
    _asked: dict[str, int] = field(default_factory=dict)

    def fail(self, stage: str, answer: str, times: int = 1_000_000) -> None:
        """Give this answer the next so many times at ``stage``, and yes at all else."""
        with self.changed:
            first = self._asked.get(stage, 0) + 1
        self.fault = lambda at, n: answer if at == stage and n < first + times else None

    def heal(self) -> None:
        """Say yes to everything, and let go of what hangs."""
        self.fault = lambda stage, n: None
        self.gate.set()

    def hang_up(self, word: bytes = b"") -> None:
        """End all connections, with a last word."""
        for one in list(self.open_now):
            with suppress(OSError):
                one.sendall(word)
                one.shutdown(socket.SHUT_RDWR)

    def wait_for(self, enough: Callable[[MailServer], bool]) -> None:
        """Wait until ``enough`` holds; an AssertionError after PATIENCE seconds."""
        with self.changed:
            assert self.changed.wait_for(lambda: enough(self), PATIENCE), (self.commands, len(self.taken))

    def answer_at(self, stage: str) -> str | None:
        """What ``fault`` says of the next time at ``stage``."""
        with self.changed:
            n = self._asked[stage] = self._asked.get(stage, 0) + 1
            self.commands.append(stage)
            self.changed.notify_all()
        return self.fault(stage, n)

    def take(self, one: Taken) -> None:
        """Keep a message."""
        with self.changed:
            self.taken.append(one)
            self.changed.notify_all()


class _Gone(Exception):
    """The conversation ends."""


class _Conversation(socketserver.StreamRequestHandler):
    box: MailServer
    disable_nagle_algorithm = True

    def handle(self) -> None:
        self.box.open_now.add(self.connection)
        with suppress(OSError, _Gone):
            self._converse()

    def finish(self) -> None:
        with self.box.changed:
            self.box.open_now.discard(self.connection)
            self.box.changed.notify_all()
        with suppress(OSError):
            super().finish()
            self.connection.close()

    def _converse(self) -> None:
        with self.box.changed:
            self.box.greeted += 1
            self.number = self.box.greeted
        if self.box.wrapped:
            self._encrypt()
        self._say("connect", "220 mail.example")
        self.recipients: list[str] = []
        while line := self.rfile.readline():  # another one after STARTTLS
            word = line[:4].decode("ascii", "replace").strip().lower()
            getattr(self, f"_on_{word}", self._on_unknown)(line.decode("utf-8", "replace").strip())

    def _on_ehlo(self, line: str) -> None:
        said = [*self.box.extensions]
        if self.box.tls and not isinstance(self.connection, ssl.SSLSocket):
            said.append("STARTTLS")
        if self.box.password:
            said.append("AUTH PLAIN")
        lines = ["mail.example", *said]
        self._say("ehlo", "\r\n".join(f"250{'-' if n < len(lines) else ' '}{one}" for n, one in enumerate(lines, 1)))

    def _on_star(self, line: str) -> None:
        self._say("tls", "220 go ahead")
        self._encrypt()

    def _on_auth(self, line: str) -> None:
        given = base64.b64decode(line.split()[-1]).decode().split("\0")[-1]
        self._say("auth", "235 welcome" if given == self.box.password else "535 5.7.8 wrong password")

    def _on_mail(self, line: str) -> None:
        self.recipients = []
        self._say("mail", "250 ok")

    def _on_rcpt(self, line: str) -> None:
        address = line.partition(":")[2].strip(" <>")
        if self._say("rcpt", "250 ok"):
            self.recipients.append(address)

    def _on_data(self, line: str) -> None:
        if not self._say("data", "354 go ahead"):
            return
        lines: list[bytes] = []
        while (read := self.rfile.readline()) != b".\r\n":
            if not read:
                raise _Gone
            lines.append(read[1:] if read.startswith(b".") else read)
        answer = self.box.answer_at("body")
        taken = answer is None or answer.startswith("+")
        if taken:
            self.box.take(Taken(self.number, tuple(self.recipients), b"".join(lines)))
        self._give((answer or "250 ok").removeprefix("+"))

    def _on_rset(self, line: str) -> None:
        self._say("rset", "250 ok")

    def _on_quit(self, line: str) -> None:
        self._say("quit", "221 bye")
        raise _Gone

    def _on_unknown(self, line: str) -> None:
        self._give("500 what?")

    def _say(self, stage: str, yes: str) -> bool:
        answer = self.box.answer_at(stage)
        self._give(answer or yes)
        return answer is None

    def _give(self, answer: str) -> None:
        if answer == HANG:
            self.box.gate.wait(PATIENCE)
        if answer == RESET:
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        if answer in (HANG, RESET, CUT):
            raise _Gone
        self.wfile.write(answer.encode() + b"\r\n")
        if answer.startswith("421"):
            raise _Gone

    def _encrypt(self) -> None:
        assert self.box.tls is not None
        self.box.open_now.discard(self.connection)
        self.connection = self.box.tls.wrap_socket(self.connection, server_side=True)
        self.box.open_now.add(self.connection)
        self.rfile, self.wfile = self.connection.makefile("rb"), self.connection.makefile("wb", buffering=0)


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = 128

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away is no news."""


@contextmanager
def mail_server(**settings: Any) -> Iterator[MailServer]:
    """A mail server, on a free port where ``port`` names none, ended with the block."""
    box = MailServer(**settings)
    handler = type("Conversation", (_Conversation,), {"box": box})
    with _Server(("127.0.0.1", box.port), handler) as server:
        box.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield box
        finally:
            box.gate.set()
            server.shutdown()
            thread.join()
            box.hang_up()


def make_certificate(folder: Path) -> tuple[Path, ssl.SSLContext]:
    """A certificate for 127.0.0.1 that is its own authority, and a server's context with it; needs openssl(1)."""
    key, certificate = folder / "key.pem", folder / "certificate.pem"
    asked = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"]
    named = ["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"]
    subprocess.run([*asked, *named, "-keyout", key, "-out", certificate], check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    return certificate, context
