"""Targets: answers of others to the program, and requests of others to its web pages."""

from __future__ import annotations

import asyncio
import json
import tempfile
from collections.abc import Iterator, Mapping
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any

from tests.fuzz.reading import SAMPLES
from tests.fuzz.target import NOW, Target, a_paper, text_of
from watcher.citations.reference import reference_of
from watcher.keeping.answers import json_in, wait_asked
from watcher.keeping.webhook import keep_by_webhook
from watcher.keeping.zotero import keep_in_zotero
from watcher.links.addresses import THUMB, UNSUBSCRIBE
from watcher.links.signed import LinkRefusal, SignedLink, sign_link, verify_link
from watcher.model import Outcome, Result
from watcher.model.subscriptions import KeepKind, KeepTarget
from watcher.notify.asking import ServiceAnswer

# --- answers of places where papers are kept ---

REFERENCE = reference_of(a_paper("Quiet Kilns"))
ITEM = {
    "key": "ABCD2345",
    "data": {"key": "ABCD2345", "title": "Quiet Kilns", "url": "https://x.example", "DOI": "10.1/x"},
}
ZOTERO = [
    json.dumps([ITEM, ITEM]).encode(),
    json.dumps([{"data": {"key": "ABCD2345", "name": "Kilns"}}]).encode(),
    json.dumps({"successful": {"0": ITEM}, "success": {"0": "ABCD2345"}, "unchanged": {}, "failed": {}}).encode(),
    json.dumps({"successful": {}, "failed": {"0": {"code": 400, "message": "no such collection"}}}).encode(),
    b"[]",
]
STATUSES = (200, 200, 200, 201, 204, 304, 400, 404, 409, 412, 429, 500, 503, 999)
HEADERS = ("backoff", "retry-after", "content-type", "last-modified-version")


class Service:
    """Answers every request with pieces of a body, in turn."""

    def __init__(self, body: bytes) -> None:
        self._body, self._asked = body, 0

    def __call__(self, method: str, url: str, headers: Mapping[str, str], body: bytes) -> ServiceAnswer | Outcome:
        assert url.isascii() and url.isprintable() and " " not in url, ascii(url)
        self._asked += 1
        assert self._asked < 60, "asked without end"
        at = (self._asked * 7 + len(self._body)) % (len(self._body) + 1)
        head = {name: text_of(self._body[at : at + 20]).strip() for name in HEADERS}
        given = self._body if self._asked % 3 else self._body[at:]
        answer = ServiceAnswer(STATUSES[at % len(STATUSES)], head, given, is_cut=at % 5 == 0)
        assert 0 <= wait_asked(answer) <= 86_400
        json_in(answer)
        return answer


def _zotero(body: bytes) -> None:
    target = KeepTarget(name="z", kind=KeepKind.ZOTERO, place="users/1", key="KEY", collection="Kilns", tags=("a",))
    outcome = keep_in_zotero(target, REFERENCE, "0" * 32, Service(body))
    assert isinstance(outcome, Outcome) and len(outcome.reason) < 1_000


def _webhook(body: bytes) -> None:
    target = KeepTarget(
        name="w",
        kind=KeepKind.WEBHOOK,
        place="https://x.example/{doi}",
        body='{"t": "{title}"}',
        find="https://x.example/?q={title}",
        find_body='{"q": "{url}"}' if len(body) % 2 else "",
    )
    outcome = keep_by_webhook(target, REFERENCE, "0" * 32, Service(body))
    assert isinstance(outcome, Outcome) and len(outcome.reason) < 1_000


# --- links ---

KEY = b"k" * 32
LINK = sign_link(SignedLink(UNSUBSCRIBE, "ana", ("kites", "lanterns"), NOW + timedelta(days=1)), KEY)


def _link(body: bytes) -> None:
    text = text_of(body)
    found = verify_link(text, UNSUBSCRIBE, KEY, NOW)
    assert isinstance(found, LinkRefusal) or text == LINK
    things = tuple(text[:200].split(","))
    for purpose in (THUMB, text[:20]):
        again = SignedLink(purpose, text[:60], things, NOW + timedelta(seconds=len(body)))
        try:
            signed = sign_link(again, KEY)
        except ValueError:  # it would be too long
            continue
        assert signed.isascii()
        assert verify_link(signed, purpose, KEY, NOW) == (again if len(body) else LinkRefusal.EXPIRED)


# --- requests ---

REQUESTS = [
    b"GET /search?q=title:agent*&since=30&page=2 HTTP/1.1\r\nHost: localhost:8380\r\n\r\n",
    b"GET /api/v1/papers?q=kiln&limit=2&cursor=2026-03-09.3&format=bibtex HTTP/1.1\r\nHost: localhost\r\n\r\n",
    b"GET /?day=2026-03-09&rule=kiln HTTP/1.1\r\nHost: [::1]:8380\r\nCookie: watcher=x\r\n\r\n",
    b"GET /paper?key=arxiv:2603.00001 HTTP/1.1\r\nHost: localhost\r\nAccept-Encoding: gzip\r\n\r\n",
    b'GET /feed.atom?q=kiln&key=x HTTP/1.1\r\nHost: localhost\r\nIf-None-Match: "x"\r\n\r\n',
    b"GET /subscription?name=kites HTTP/1.1\r\nHost: localhost\r\n\r\n",
    b"GET /source?name=daily HTTP/1.1\r\nHost: localhost\r\n\r\n",
    b"GET /incidents?page=2 HTTP/1.1\r\nHost: localhost\r\n\r\n",
    b"POST /unsubscribe?link=" + LINK.encode() + b" HTTP/1.1\r\nHost: localhost\r\n"
    b"Content-Type: application/x-www-form-urlencoded\r\n\r\ndo=leave",
    (
        b"POST /sign-in HTTP/1.1\r\nHost: localhost\r\nOrigin: http://localhost\r\nSec-Fetch-Site: same-origin\r\n"
        b"Content-Type: application/x-www-form-urlencoded\r\n\r\ntoken=an+invented+token+of+the+tests&back=/search?q=a"
    ),
    (
        b"POST /act HTTP/1.1\r\nHost: localhost\r\nSec-Fetch-Site: same-origin\r\n"
        b"Authorization: Bearer an invented token of the tests\r\n"
        b"Content-Type: application/x-www-form-urlencoded\r\n\r\nact=star&what=arxiv:2603.00001&form=x"
    ),
    (
        b"POST /api/v1/star?key=arxiv:2603.00001 HTTP/1.1\r\nHost: localhost\r\n"
        b"Authorization: Bearer an invented token of the tests\r\n\r\n"
    ),
]
"""Requests to every sort of page, with heads and forms."""


@cache
def _pages() -> Any:
    """Return the pages over a database with some papers; it lasts as long as the process."""
    from tests.integration.webs import TOKEN, entry, web_over
    from watcher.config import WebSettings
    from watcher.links.addresses import LinkMaker
    from watcher.store import open_store
    from watcher.web.app import web_app
    from watcher.web.site import Buttons, WebSite

    folder = Path(tempfile.mkdtemp(prefix="fuzz"))
    web = web_over(open_store(folder / "watcher.db", mode="create"), folder)
    web.list_papers(*(entry(n, str(paper["title"]), abstract=str(paper)) for n, paper in enumerate(SAMPLES, start=1)))
    buttons = Buttons(lambda name: None, lambda: None, lambda *given: Outcome(Result.SENT))
    site = WebSite(
        web.store,
        lambda: web.config,
        lambda: NOW,
        WebSettings(is_open=True),
        TOKEN,
        buttons,
        links=lambda: LinkMaker("https://papers.lab.example", KEY),
    )
    return web_app(site)


def request_of(data: bytes) -> tuple[dict[str, Any], bytes]:
    """Return what a server makes of a request: its scope and its body (ASGI)."""
    head, _, body = data.partition(b"\r\n\r\n")
    first, *lines = head.split(b"\r\n")
    method, target, *_ = [*first.split(b" "), b"", b""]
    path, _, query = target.partition(b"?")
    headers = [
        (name.strip().lower(), value.strip()) for name, mark, value in (one.partition(b":") for one in lines) if mark
    ]
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method.decode("latin-1").upper() or "GET",
        "scheme": "http",
        "path": path.decode("utf-8", "replace") or "/",
        "raw_path": path,
        "root_path": "",
        "query_string": query,
        "headers": headers,
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 8380),
    }
    return scope, body


def _ask(data: bytes) -> None:
    scope, body = request_of(data)
    given: Iterator[dict[str, Any]] = iter([{"type": "http.request", "body": body}, {"type": "http.disconnect"}])
    told: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return next(given, {"type": "http.disconnect"})

    async def send(message: dict[str, Any]) -> None:
        told.append(message)

    asyncio.run(_pages()(scope, receive, send))
    status = next(one["status"] for one in told if one["type"] == "http.response.start")
    assert status < 500 or status == 503, status
    for one in told:
        for name, value in one.get("headers", ()):
            assert b"\n" not in value and b"\r" not in value and b"\0" not in value, (name, value)
    shown = b"".join(one.get("body", b"") for one in told)
    assert b"<script>alert" not in shown and b"Traceback" not in shown


ASKING: Mapping[str, Target] = {
    "answers of Zotero": Target(ZOTERO, _zotero, ("zotero",)),
    "answers of webhooks": Target(
        [*ZOTERO, b'{"results": [1]}', b"<!doctype html><title>Sign in</title>"], _webhook, ("webhook",)
    ),
    "signed links": Target([LINK.encode(), b"ana,bo", LINK.encode() + b"."], _link, (THUMB, UNSUBSCRIBE)),
    "requests to the pages": Target(REQUESTS, _ask, ("web",)),
}
