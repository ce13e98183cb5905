"""A small world for the program to run in: a digest site with a movable date and faults, a webhook that can refuse."""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tests.e2e.forked import Forked
from tests.parsers.pages import make_page
from tests.patience import PATIENCE

Paper = dict[str, Any]


class _Quiet(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *args: object) -> None:
        pass

    def handle(self) -> None:
        with suppress(ConnectionError):  # whoever asked was killed
            super().handle()

    def answer(self, status: int, body: bytes = b"", **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        if status != 304:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


class Site:
    """Digest days of invented papers; ``today`` is the newest that it shows, ``fault`` replaces a page's body."""

    def __init__(self, days: dict[date, list[Paper]], today: date) -> None:
        self.days, self.today = days, today
        self.fault: Callable[[bytes], tuple[int, bytes]] | None = None
        self.log: list[tuple[str, int, dict[str, str]]] = []
        self.url = ""

    def page(self, day: date) -> bytes:
        shown = sorted(one for one in self.days if one <= self.today)
        at = shown.index(day)
        before = shown[at - 1] if at else None
        after = shown[at + 1] if at + 1 < len(shown) else None
        return make_page(day, self.days[day], before, after)

    def respond(self, path: str, headers: dict[str, str]) -> tuple[int, bytes, dict[str, str]]:
        shown = [day for day in self.days if day <= self.today]
        if path == "/papers":
            return 302, b"", {"Location": f"/papers/date/{max(shown)}"}
        day = date.fromisoformat(path.rsplit("/", 1)[-1])
        if day not in shown:
            return 404, b"", {}
        body = self.page(day)
        if self.fault:
            status, broken = self.fault(body)
            return status, broken, {"Content-Type": "text/html"}
        etag = '"' + hashlib.sha256(body).hexdigest()[:16] + '"'
        if headers.get("If-None-Match") == etag:
            return 304, b"", {"ETag": etag}
        return 200, gzip.compress(body, 1), {"ETag": etag, "Content-Encoding": "gzip", "Content-Type": "text/html"}


class Webhook:
    """Takes JSON posts, or answers with ``status``; ``arrived`` wakes whoever waits for one."""

    def __init__(self) -> None:
        self.status = 200
        self.posts: list[dict[str, Any]] = []
        self.tries = 0
        self.arrived = threading.Condition()
        self.gate: threading.Event | None = None
        self.url = ""

    def wait_for(self, enough: Callable[[Webhook], bool]) -> None:
        """Wait until ``enough`` holds; an AssertionError after PATIENCE seconds."""
        with self.arrived:
            assert self.arrived.wait_for(lambda: enough(self), PATIENCE), self.posts

    def text(self) -> str:
        return "\n".join(post["message"] for post in self.posts)


@contextmanager
def serving(handler: type[BaseHTTPRequestHandler]) -> Iterator[str]:
    """A server on a free loopback port, in threads, ended with the block; gives ``host:port``."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield f"127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@contextmanager
def playing(site: Site) -> Iterator[Site]:
    class Handler(_Quiet):
        def do_GET(self) -> None:
            status, body, headers = site.respond(self.path, dict(self.headers))
            site.log.append((self.path, status, dict(self.headers)))
            self.answer(status, body, **headers)

    with serving(Handler) as address:
        site.url = f"http://{address}/papers"
        yield site


@contextmanager
def listening(hook: Webhook) -> Iterator[Webhook]:
    class Handler(_Quiet):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            with hook.arrived:
                hook.tries += 1
                if hook.status == 200 and hook.gate is None:
                    hook.posts.append(json.loads(body) | {"key": self.headers.get("X-Watcher-Delivery")})
                hook.arrived.notify_all()
            if hook.gate is not None:
                hook.gate.wait(PATIENCE)
            self.answer(hook.status)

    with serving(Handler) as address:
        hook.url = f"json://{address}/"
        yield hook


class Home:
    """A folder with a config and a state folder, and the program to run there."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.config = folder, folder / "config.yaml"
        self.env = {name: value for name, value in os.environ.items() if not name.startswith("WATCHER_")}
        self.env |= {"STATE_DIRECTORY": str(folder / "state"), "PYTHONUNBUFFERED": "1", "COLUMNS": "80"}
        self.env["PYTHONPATH"] = str(Path(__file__).resolve().parents[2])

    def write(self, text: str) -> None:
        self.config.write_text(text)

    def run(self, *args: str) -> subprocess.CompletedProcess[str]:
        """Run one command to its end."""
        with TemporaryDirectory() as folder:
            out, err = Path(folder, "out"), Path(folder, "err")
            line = ["-c", str(self.config), *args]
            process = Forked(line, self.env, self.folder, out, err)
            try:
                status = process.wait(PATIENCE)
            finally:
                process.kill()
            return subprocess.CompletedProcess(line, status, out.read_text(), err.read_text())

    def fresh(self, *args: str) -> subprocess.CompletedProcess[str]:
        """The same as people run it: by an interpreter of its own."""
        return subprocess.run(
            [sys.executable, "-m", "watcher", "-c", str(self.config), *args],
            check=False,
            env=self.env,
            cwd=self.folder,
            capture_output=True,
            text=True,
            timeout=60,
        )

    def once(self, *args: str, fresh: bool = False) -> dict[str, Any]:
        """Run ``once --json``; its answer."""
        done = (self.fresh if fresh else self.run)("once", "--json", *args)
        assert done.stdout, done.stderr
        answer: dict[str, Any] = json.loads(done.stdout)
        return answer | {"status": done.returncode}

    @contextmanager
    def daemon(self, **env: str) -> Iterator[Forked]:
        """Run the daemon; killed at the end of the block if it still runs then. Its log is in ``daemon.log``."""
        log = self.folder / "daemon.log"
        log.touch()
        process = Forked(["-c", str(self.config), "run"], self.env | env, self.folder, log, log)
        try:
            yield process
        finally:
            process.kill()
            process.wait()

    @property
    def log(self) -> str:
        return (self.folder / "daemon.log").read_text()
