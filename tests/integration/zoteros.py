"""A Zotero of our own on loopback, made from the description of its Web API, and other services that take JSON."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.patience import PATIENCE

KEY = "zotero-key-of-the-tests"
Answer = tuple[int, dict[str, str], bytes]
JSON = {"Content-Type": "application/json"}


@dataclass
class FakeService:
    """Answers as ``answer`` says; ``faults`` come first, one a request, then what ``fault`` says of a method.

    A fault is an answer, or a word: ``none``, ``reset`` (the connection, unheard), ``hang`` (no word, nothing done),
    ``silent`` (done, no word), ``after`` (done, the answer lost), ``half`` (done, half of the answer).
    ``taken``: called with the method once something was done, before it is answered.
    ``requests``: (method, path, headers, body) in the order in which they came.
    """

    answer: Callable[[str, str, dict[str, str], bytes], Answer]
    faults: list[Answer | str] = field(default_factory=list)
    fault: Callable[[str], Answer | str | None] = lambda method: None
    taken: Callable[[str], None] = lambda method: None
    port: int = 0
    requests: list[tuple[str, str, dict[str, str], bytes]] = field(default_factory=list)
    gate: threading.Event = field(default_factory=threading.Event)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


class _QuietServer(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away is no news."""


@contextmanager
def serving(service: FakeService) -> Iterator[FakeService]:
    """The service on a free port, ended with the block."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            headers = {name.lower(): value for name, value in self.headers.items()}
            service.requests.append((self.command, self.path, headers, body))
            fault = service.faults.pop(0) if service.faults else service.fault(self.command)
            if isinstance(fault, tuple):
                self._say(*fault)
                return
            if fault in ("reset", "hang"):
                self._say_nothing(hangs=fault == "hang")
                return
            answered = service.answer(self.command, self.path, headers, body)
            service.taken(self.command)
            if fault in ("after", "silent"):
                self._say_nothing(hangs=fault == "silent")
                return
            with suppress(OSError):
                self._say(*answered, is_half=fault == "half")

        do_POST = do_GET

        def _say_nothing(self, *, hangs: bool) -> None:
            self.close_connection = True
            if hangs:
                service.gate.wait(PATIENCE)

        def _say(self, status: int, headers: dict[str, str], body: bytes, *, is_half: bool = False) -> None:
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body[: len(body) // 2] if is_half else body)
            self.close_connection = is_half

        def log_message(self, *args: Any) -> None:
            """Say nothing."""

    server = _QuietServer(("127.0.0.1", 0), Handler)
    service.port = server.server_port
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield service
    finally:
        service.gate.set()
        server.shutdown()
        server.server_close()
        thread.join()


@dataclass
class ZoteroLibrary:
    """What the library ``users/7`` holds, and the write tokens that it has seen."""

    items: list[dict[str, Any]] = field(default_factory=list)
    collections: dict[str, str] = field(default_factory=lambda: {"ABCD2345": "Reading"})
    tokens: set[str] = field(default_factory=set)
    fails: int = 0
    """Writes to come whose item fails in an answer that is itself 200, and uses up the token."""

    def answer(self, method: str, path: str, headers: dict[str, str], body: bytes) -> Answer:
        """Answer as the Web API, version 3, does."""
        place, asked = urlsplit(path).path, parse_qs(urlsplit(path).query)
        if headers.get("zotero-api-version") != "3":
            return 400, {}, b"version"
        if headers.get("zotero-api-key") != KEY:
            return 403, {}, b"Forbidden"
        if place == "/users/7/collections":
            return _json([{"key": key, "data": {"key": key, "name": name}} for key, name in self.collections.items()])
        if place != "/users/7/items":
            return 404, {}, b"Not found"
        if method == "GET":
            term, first, most = asked["q"][0].lower(), int(asked.get("start", ["0"])[0]), int(asked["limit"][0])
            left_out = asked["itemType"][0].removeprefix("-").split(" || ")
            found = [
                one for one in self.items if one.get("itemType") not in left_out and term in json.dumps(one).lower()
            ]
            shown = found[first : first + most]
            return _json([{"key": one["key"], "version": 1, "data": one} for one in shown])
        return self._write(headers.get("zotero-write-token", ""), json.loads(body))

    def _write(self, token: str, items: list[dict[str, Any]]) -> Answer:
        if token in self.tokens:
            return 412, {}, b"Write token already used"
        self.tokens.add(token)
        assert len(token) == 32
        made: dict[str, Any] = {"successful": {}, "unchanged": {}, "failed": {}}
        if self.fails:
            self.fails -= 1
            return _json(made | {"failed": {"0": {"code": 500, "message": "An error occurred"}}})
        for n, item in enumerate(items):
            key = f"KEY{len(self.items):05}"
            self.items.append(item | {"key": key})
            made["successful"][str(n)] = {"key": key, "version": 1, "data": item}
        return _json(made)


def _json(value: Any) -> Answer:
    return 200, JSON, json.dumps(value).encode()
