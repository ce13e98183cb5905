"""500 sources that have nothing new, on a local server: wall time, CPU and connections of a round of polls."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.sources import make_source
from watcher.config import Config
from watcher.fetch import Fetcher
from watcher.model import Source, Verdict
from watcher.pipeline.context import Context
from watcher.pipeline.polling.poll import poll_pages
from watcher.pipeline.rulebook import RuleBook
from watcher.store import open_store

SOURCES = 500
ROUNDS = 5
"""Rounds of 304, of which the cheapest counts: a busy machine makes CPU dearer, never cheaper."""

THREADS = 8
"""As many as the daemon polls with."""

SERVER = """
import socketserver, sys, threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from datetime import date
from tests.parsers.pages import make_page, sample_papers
count = [0]
def page(number):
    papers = [{**one, "id": f"26{number // 100:02}.{number % 100 * 100 + at:05}"} for at, one in enumerate(PAPERS)]
    papers = [{**one, "title": f"{one['title']} of {number}"} for one in papers]
    return make_page(date(2026, 3, 10), papers, None, None)
PAPERS = sample_papers(30)
class Site(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    def log_message(self, *said): pass
    def do_GET(self):
        if self.path == "/connections":
            return self.say(200, str(count[0]).encode())
        fresh = self.headers.get("If-None-Match") == '"one"'
        self.say(304 if fresh else 200, b"" if fresh else page(int(self.path.rsplit("/", 1)[-1])))
    def say(self, status, body):
        self.send_response(status)
        self.send_header("ETag", '"one"')
        if status != 304:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
class Server(ThreadingHTTPServer):
    request_queue_size = 256
    def get_request(self):
        count[0] += 1
        return super().get_request()
server = Server(("127.0.0.1", 0), Site)
print(server.server_port, flush=True)
server.serve_forever()
"""


def measure() -> dict[str, Any]:
    """A first round that reads every page, and a second in which every page answers 304."""
    server = subprocess.Popen([sys.executable, "-c", SERVER], stdout=subprocess.PIPE, text=True)
    assert server.stdout is not None
    try:
        return _rounds(f"http://127.0.0.1:{server.stdout.readline().strip()}")
    finally:
        server.kill()
        server.wait()
        server.stdout.close()


def _rounds(site: str) -> dict[str, Any]:
    sources = [make_source(name=f"s{n}", url=f"{site}/papers/{n}", look_back=1) for n in range(SOURCES)]
    with tempfile.TemporaryDirectory() as folder, open_store(Path(folder) / "w.db", mode="create") as store:
        context = Context(
            config=Config(sources={source.name: source for source in sources}),
            store=store,
            fetcher=Fetcher(),
            notifier=None,  # type: ignore[arg-type]
            clock=lambda: datetime.now(UTC),
            jitter=lambda: 0.5,
            env={},
            rules=RuleBook(),
        )
        read = _round(sources, context, site)
        same = min((_round(sources, context, site) for _ in range(ROUNDS)), key=lambda one: float(one["cpu ms a poll"]))
        fetch = _fetches(context, site)
    return {"sources": SOURCES, "threads": THREADS, "read": read, "304": same, "304, the request alone": fetch}


def _round(sources: list[Source], context: Context, site: str) -> dict[str, Any]:
    before = _connections(site)
    cpu, wall = time.process_time(), time.perf_counter()
    with ThreadPoolExecutor(THREADS) as pool:
        verdicts = [polled.judged.verdict for polled in pool.map(lambda source: poll_pages(source, context), sources)]
    cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    bad = [verdict for verdict in verdicts if verdict not in (Verdict.NEW, Verdict.UNCHANGED)]
    return {
        "wall seconds": round(wall, 2),
        "cpu ms a poll": round(1000 * cpu / len(sources), 2),
        "connections": _connections(site) - before - 1,
        "went wrong": len(bad),
    }


def _fetches(context: Context, site: str) -> dict[str, float]:
    """What of a poll is the request."""
    with context.store.reading() as tx:
        validators = tx.pages.validators("s0", next(iter(_versions(tx))))
    begun = time.process_time()
    for _ in range(SOURCES):
        context.fetcher.get(f"{site}/papers/0", validators.get)
    return {"cpu ms": round(1000 * (time.process_time() - begun) / SOURCES, 2)}


def _versions(tx: Any) -> list[int]:
    rows = tx.connection.exec_driver_sql("SELECT parser_version FROM page WHERE source = 's0'")
    return [row[0] for row in rows]


def _connections(site: str) -> int:
    with urllib.request.urlopen(f"{site}/connections", timeout=30) as answer:
        return int(answer.read())
