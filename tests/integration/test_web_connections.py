"""Connections to web services are kept for the next message, and never at the cost of one."""

from __future__ import annotations

import socket
import ssl
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from tests.integration.connect_proxy import LabAuthority, authority
from tests.integration.receivers import logged
from tests.patience import PATIENCE
from watcher.model import Message, Outcome, Result
from watcher.model.network.way_out import WayOut
from watcher.notify import Notifier, answers
from watcher.notify.services import table

__all__ = ["authority"]

MESSAGE = Message(subject="2 papers", text="Kilns", html="<p>Kilns</p>", markdown="Kilns")
SENT = Outcome(Result.SENT)
CROWD = 17
"""As many as a daemon sends at a time."""


@dataclass
class Hook:
    """A service with kept connections: the open ones, and the number of the connection of each message."""

    port: int = 0
    gate: threading.Barrier | None = None
    brought: list[tuple[int, str]] = field(default_factory=list)
    open: dict[int, socket.socket] = field(default_factory=dict)
    changed: threading.Condition = field(default_factory=threading.Condition)
    made: int = 0

    def wait_for_open(self, n: int) -> None:
        with self.changed:
            assert self.changed.wait_for(lambda: len(self.open) == n, PATIENCE), self.open

    def hang_up(self) -> None:
        """Close every connection that is open, and wait until they are."""
        with self.changed:
            for one in self.open.values():
                one.shutdown(socket.SHUT_RDWR)
        self.wait_for_open(0)


@contextmanager
def hook(tls: ssl.SSLContext | None = None) -> Iterator[Hook]:
    found = Hook()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def handle(self) -> None:
            with found.changed:
                found.made += 1
                self.number = found.made
                found.open[self.number] = self.connection
            try:
                super().handle()
            except OSError:
                """Whoever had connected is gone."""
            finally:
                with found.changed:
                    del found.open[self.number]
                    found.changed.notify_all()

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            with found.changed:
                found.brought.append((self.number, self.headers["X-Watcher-Delivery"]))
            if found.gate:
                found.gate.wait(PATIENCE)
            self.send_response(200)
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"ok")

        def log_message(self, *args: object) -> None:
            """Say nothing."""

    class Server(ThreadingHTTPServer):
        request_queue_size = CROWD

        def handle_error(self, request: Any, client_address: Any) -> None:
            """A client that does not trust this server is no news."""

    server = Server(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    if tls:
        server.socket = tls.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    found.port = server.server_port
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield found
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture(autouse=True)
def _kept_for_long(monkeypatch: pytest.MonkeyPatch) -> None:
    """However busy the machine is, no connection becomes old by itself."""
    monkeypatch.setattr(answers, "KEPT", PATIENCE)


@pytest.fixture
def plain() -> Iterator[Hook]:
    with hook() as found:
        yield found


def test_messages_go_over_one_connection(plain: Hook) -> None:
    with Notifier() as notifier:
        for n in range(3):
            assert notifier.send(f"json://127.0.0.1:{plain.port}/{n}", MESSAGE, f"key-{n}") == SENT
    assert plain.brought == [(1, "key-0"), (1, "key-1"), (1, "key-2")]


def test_a_message_after_the_service_has_hung_up_is_sent_once_over_a_new_connection(plain: Hook) -> None:
    with Notifier() as notifier:
        for n in range(3):
            assert notifier.send(f"json://127.0.0.1:{plain.port}/", MESSAGE, f"key-{n}") == SENT
            plain.hang_up()
    assert plain.brought == [(1, "key-0"), (2, "key-1"), (3, "key-2")]


def test_a_connection_that_is_old_is_not_used_again(plain: Hook, monkeypatch: pytest.MonkeyPatch) -> None:
    with Notifier() as notifier:
        assert notifier.send(f"json://127.0.0.1:{plain.port}/", MESSAGE, "key-0") == SENT
        monkeypatch.setattr(answers, "KEPT", 0.0)
        assert notifier.send(f"json://127.0.0.1:{plain.port}/", MESSAGE, "key-1") == SENT
    assert plain.brought == [(1, "key-0"), (2, "key-1")]


def test_idle_connections_are_closed(plain: Hook, monkeypatch: pytest.MonkeyPatch) -> None:
    """The service may be no receiver any more, and its machine gone."""
    notifier = Notifier()
    assert notifier.send(f"json://127.0.0.1:{plain.port}/", MESSAGE, "key-0") == SENT
    notifier.close_idle()
    plain.wait_for_open(1)
    monkeypatch.setattr(answers, "KEPT", 0.0)
    notifier.close_idle()
    plain.wait_for_open(0)


def test_many_messages_at_a_time_to_one_service_are_no_news(plain: Hook) -> None:
    plain.gate = threading.Barrier(CROWD)
    notifier, outcomes = Notifier(timeout=PATIENCE, patience=PATIENCE), list[Outcome]()

    def send(n: int) -> None:
        outcomes.append(notifier.send(f"json://127.0.0.1:{plain.port}/{n}", MESSAGE, f"key-{n}"))

    with logged() as log:
        for _ in range(2):
            threads = [threading.Thread(target=send, args=(n,)) for n in range(CROWD)]
            for one in threads:
                one.start()
            for one in threads:
                one.join()
    assert outcomes == [SENT] * 2 * CROWD
    assert "discarding" not in log.getvalue()
    assert plain.made == CROWD, "all of them are kept"


@pytest.mark.filterwarnings("ignore:Unverified HTTPS request")
def test_a_connection_that_was_not_checked_is_not_used_where_it_has_to_be(authority: LabAuthority) -> None:
    with hook(authority.server) as secure:
        url = f"jsons://127.0.0.1:{secure.port}/"
        with Notifier() as notifier:
            assert notifier.send(f"{url}?verify=no", MESSAGE, "key-0") == SENT
            assert notifier.send(url, MESSAGE, "key-1").reason == "the server's certificate is not trusted"
            assert notifier.send(f"{url}?verify=no", MESSAGE, "key-2") == SENT
        ways = iter([WayOut(authorities=authority.pem), WayOut()])
        with Notifier(way=lambda: next(ways)) as notifier:
            assert notifier.send(url, MESSAGE, "key-3") == SENT
            assert notifier.send(url, MESSAGE, "key-4").reason == "the server's certificate is not trusted"
    assert [key for _, key in secure.brought] == ["key-0", "key-2", "key-3"]


UNCHECKED = """
from warnings import warn
from urllib3.exceptions import InsecureRequestWarning
from watcher.notify.services.table import apprise_module
apprise_module()
warn("not checked", InsecureRequestWarning)
"""


def test_a_certificate_that_is_not_to_be_checked_is_no_news() -> None:
    done = subprocess.run([sys.executable, "-c", UNCHECKED], check=True, capture_output=True, text=True)
    assert done.stderr == ""


def test_apprise_is_loaded_by_one_thread_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """What hides its modules' warnings is of the whole process: who ends first would show them to the other."""
    both, overlaps = threading.Barrier(2), list[int]()

    def load() -> None:
        with suppress(threading.BrokenBarrierError):
            overlaps.append(both.wait(0.1))

    monkeypatch.setattr(table, "_loaded_apprise", load)
    threads = [threading.Thread(target=table.apprise_module) for _ in range(2)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert overlaps == []
