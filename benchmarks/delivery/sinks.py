"""Servers that take everything at once, in a process of their own: SMTP plain, with STARTTLS, with TLS; HTTP.

Run as a program with a certificate and its key, it prints the ports as JSON and ends when its input does.
"""

from __future__ import annotations

import json
import socketserver
import ssl
import sys
import threading
from contextlib import suppress
from typing import Any


class _Sink(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = 256
    tls: ssl.SSLContext

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away is no news."""


class _Mail(socketserver.StreamRequestHandler):
    """Yes to everything."""

    disable_nagle_algorithm = True
    server: _Sink
    greets_encrypted = False
    offers = b"250-sink\r\n250 SIZE 100000000\r\n"

    def handle(self) -> None:
        with suppress(OSError):
            if self.greets_encrypted:
                self._encrypt()
            self.wfile.write(b"220 sink\r\n")
            while line := self.rfile.readline():
                if not self._answer(line[:4].upper()):
                    return

    def _answer(self, verb: bytes) -> bool:
        if verb == b"EHLO":
            self.wfile.write(self.offers)
        elif verb == b"STAR":
            self.wfile.write(b"220 go\r\n")
            self._encrypt()
        elif verb == b"DATA":
            self.wfile.write(b"354 go\r\n")
            while self.rfile.readline() not in (b".\r\n", b""):
                pass
            self.wfile.write(b"250 ok\r\n")
        else:
            self.wfile.write(b"221 bye\r\n" if verb == b"QUIT" else b"250 ok\r\n")
        return verb != b"QUIT"

    def _encrypt(self) -> None:
        self.connection = self.server.tls.wrap_socket(self.connection, server_side=True)
        self.rfile, self.wfile = self.connection.makefile("rb"), self.connection.makefile("wb", buffering=0)


class _StartTls(_Mail):
    """Yes to everything, encrypted where asked."""

    offers = b"250-sink\r\n250-STARTTLS\r\n250 SIZE 100000000\r\n"


class _Smtps(_Mail):
    """Yes to everything, encrypted from the first byte."""

    greets_encrypted = True


class _Web(socketserver.StreamRequestHandler):
    """200 to everything, over connections that stay."""

    disable_nagle_algorithm = True

    def handle(self) -> None:
        with suppress(OSError):
            while self.rfile.readline():
                length = 0
                while (line := self.rfile.readline()) not in (b"\r\n", b""):
                    if line[:15].lower() == b"content-length:":
                        length = int(line[15:])
                self.rfile.read(length)
                self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Type: text/plain\r\n\r\nok")


SINKS = {"mail": _Mail, "mail, STARTTLS": _StartTls, "mail, TLS": _Smtps, "json": _Web}


def main() -> None:
    """The process."""
    certificate, key = sys.argv[1:]
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    ports = {}
    for name, handler in SINKS.items():
        sink = _Sink(("127.0.0.1", 0), handler)
        sink.tls = context
        ports[name] = sink.server_address[1]
        threading.Thread(target=sink.serve_forever, daemon=True).start()
    print(json.dumps(ports), flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    main()
