"""What a command costs from cold: cron starts one each time."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.all.row import Asked, Row, Samples
from benchmarks.all.timing import Ran, ran

SITE = """
import sys
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from tests.parsers.pages import make_page, sample_papers
PAGE = make_page(date(2026, 3, 10), sample_papers(30), None, None)
class Site(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    def log_message(self, *said): pass
    def do_GET(self):
        is_known = self.headers.get("If-None-Match") == '"one"'
        body = b"" if is_known or self.path == "/robots.txt" else PAGE
        self.send_response(404 if self.path == "/robots.txt" else 304 if is_known else 200)
        self.send_header("ETag", '"one"')
        if not is_known:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()
server = ThreadingHTTPServer(("127.0.0.1", 0), Site)
print(server.server_port, flush=True)
server.serve_forever()
"""
CONFIG = """\
timezone: UTC
sources:
  site: {{kind: huggingface, url: "http://127.0.0.1:{port}/papers", look_back: 1}}
receivers:
  me: {{url: "json://127.0.0.1:{port}/hook"}}
subscriptions:
  - {{name: example, rule: "agent* OR planning", to: [me]}}
"""


def _measured(what: Callable[[Ran], float], *arguments: str) -> Callable[[Asked], Samples]:
    def measure(asked: Asked) -> Samples:
        with _set_up() as watcher:
            return Samples([what(watcher(*arguments)) for _ in range(asked.rounds)])

    return measure


@contextmanager
def _set_up() -> Iterator[Callable[..., Ran]]:
    """Yield the cost of a command over a database with an unchanged page of the site."""
    with (
        tempfile.TemporaryDirectory() as folder,
        subprocess.Popen([sys.executable, "-c", SITE], stdout=subprocess.PIPE, text=True) as site,
    ):
        assert site.stdout is not None
        try:
            config = Path(folder, "config.yaml")
            config.write_text(CONFIG.format(port=site.stdout.readline().strip()), encoding="utf-8")
            config.chmod(0o600)
            env = {**os.environ, "STATE_DIRECTORY": folder}

            def watcher(*arguments: str) -> Ran:
                return ran([sys.executable, "-m", "watcher", "-c", str(config), *arguments], env, status=(0, 1))

            for _ in range(2):
                watcher("once")
            yield watcher
        finally:
            site.kill()


def _cpu(one: Ran) -> float:
    return one.cpu


def _rss(one: Ran) -> float:
    return one.rss


ROWS = (
    Row(
        name="once",
        what="CPU of a cold `once`, unchanged page",
        unit="s",
        measure=_measured(_cpu, "once"),
        must=0.65,
        reach=0.3,
    ),
    Row(
        name="once-memory",
        what="memory of a cold `once`, unchanged page",
        unit="MiB",
        measure=_measured(_rss, "once"),
        must=80,
        reach=80,
    ),
    Row(
        name="papers",
        what="CPU of a cold `papers RULE`",
        unit="s",
        measure=_measured(_cpu, "papers", "agent"),
        must=0.65,
        reach=0.3,
    ),
    Row(
        name="status", what="CPU of a cold `status`", unit="s", measure=_measured(_cpu, "status"), must=0.65, reach=0.3
    ),
    Row(name="help", what="CPU of `--help`", unit="s", measure=_measured(_cpu, "--help"), must=0.3, reach=0.05),
)
