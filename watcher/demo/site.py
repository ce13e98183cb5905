"""A site on this machine that looks like Hugging Face's Daily Papers. Its date can be changed."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from hashlib import sha256
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

from watcher.demo.papers import Invented


@dataclass
class Site:
    """The papers of a site, by digest day.

    ``today``: later days have no page yet.
    ``url``: address of the newest page, while it is served.
    """

    days: Mapping[date, Sequence[Invented]]
    today: date
    url: str = ""

    def newest(self) -> date:
        return max(day for day in self.days if day <= self.today)

    def page(self, day: date) -> bytes | None:
        """Return the page of a day, None if there is none."""
        shown = sorted(one for one in self.days if one <= self.today)
        if day not in shown:
            return None
        at = shown.index(day)
        neighbours = {}
        if at > 0:
            neighbours["prevDate"] = str(shown[at - 1])
        if at + 1 < len(shown):
            neighbours["nextDate"] = str(shown[at + 1])
        return _page(day, self.days[day], neighbours).encode()


@contextmanager
def serving(site: Site) -> Iterator[Site]:
    """Serve ``site`` on a free port of this machine until the block ends; yield it with its ``url``."""

    class Handler(_Pages):
        pages = site

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, name="demo site", daemon=True)
    thread.start()
    site.url = f"http://127.0.0.1:{server.server_port}/papers"
    try:
        yield site
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class _Pages(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    pages: Site

    def log_message(self, *args: object) -> None:
        pass  # the terminal belongs to the demo

    def do_GET(self) -> None:
        if self.path == "/papers":
            self._answer(302, Location=f"/papers/date/{self.pages.newest()}")
            return
        body = self._asked_for()
        if body is None:
            self._answer(404)
            return
        etag = f'"{sha256(body).hexdigest()[:20]}"'
        if self.headers["If-None-Match"] == etag:
            self._answer(304, ETag=etag)
        else:
            self._answer(200, body, ETag=etag)

    def _asked_for(self) -> bytes | None:
        try:
            return self.pages.page(date.fromisoformat(self.path.removeprefix("/papers/date/")))
        except ValueError:
            return None

    def _answer(self, status: int, body: bytes = b"", **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        if status != 304:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def _page(day: date, papers: Sequence[Invented], neighbours: Mapping[str, str]) -> str:
    entries = [_entry(paper, day) for paper in papers]
    props = escape(json.dumps({"dateString": str(day), "periodType": "day", "dailyPapers": entries, **neighbours}))
    cards = "\n".join(map(_card, papers))
    return (
        "<!doctype html><html><head><title>Invented Papers</title></head><body><main><h1>Invented Papers</h1>\n"
        f'<div class="SVELTE_HYDRATER contents" data-target="DailyPapers" data-props="{props}"></div>\n'
        f"<section>{cards}</section></main></body></html>\n"
    )


def _entry(paper: Invented, day: date) -> dict[str, Any]:
    inner = {
        "id": paper.id,
        "title": paper.title,
        "summary": paper.abstract,
        "authors": [{"name": name, "hidden": False} for name in paper.authors],
        "publishedAt": f"{day - timedelta(days=2)}T09:00:00.000Z",
        "submittedOnDailyAt": f"{day}T01:00:00.000Z",
        "upvotes": paper.upvotes,
        "ai_keywords": list(paper.keywords),
    }
    if paper.code:
        inner["githubRepo"] = f"https://github.com/example/{paper.id}"
    entry: dict[str, Any] = {"paper": inner, "title": paper.title, "numComments": paper.comments}
    if paper.organization:
        entry["organization"] = {"name": "example", "fullname": paper.organization}
    return entry


def _card(paper: Invented) -> str:
    place = f"/papers/{paper.id}"
    return (
        f'<article><div class="leading-none">{paper.upvotes}</div>'
        f'<h3><a href="{place}">{escape(paper.title)}</a></h3></article>'
    )
