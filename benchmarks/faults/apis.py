"""APIs of literature on loopback, right or wrong: works that come day by day, read by cursors.

The works are invented. Pages are small, so that a few works make several.
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, unquote, urlsplit

from benchmarks.faults.forms import FORMS, Work
from tests.parsers.openreview import challenge
from tests.parsers.pages import login_page

FIRST = date(2026, 2, 26)
A_PAGE = 8
_SINCE = re.compile(r"(?:from[-_](?:publication|created|index)[-_]date:|publicationDateOrYear=)(\d{4}-\d\d-\d\d)")


@dataclass
class Api:
    """An API of one kind. ``a_day`` works come every day, and ``more`` today; ``fault`` is what goes wrong.

    ``asked``: addresses of the requests. ``day``: today's, in UTC.
    """

    kind: str
    a_day: int = 4
    a_page: int = A_PAGE
    fault: str = ""
    day: date = FIRST
    url: str = ""
    asked: list[str] = field(default_factory=list)
    scrolls: dict[str, int] = field(default_factory=dict)
    more: list[Work] = field(default_factory=list)

    def works(self, since: date, until: date) -> list[Work]:
        """The works that came from one day to another, the newest first."""
        found = []
        day = until
        while day >= max(since, FIRST):
            if not (self.fault == "yesterday" and day == self.day - timedelta(days=1)):
                numbers = range((day - FIRST).days * self.a_day, ((day - FIRST).days + 1) * self.a_day)
                found += [FORMS[self.kind].work(number, day) for number in numbers]
            day -= timedelta(days=1)
        return found

    def answer(self, address: str) -> tuple[int, Mapping[str, str], bytes]:
        """Return status, headers and body of the answer at an address."""
        self.asked.append(address)
        query = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        page, of_next = self._place(query.get(FORMS[self.kind].cursor, "*"))
        since = _SINCE.search(unquote(address))
        works, ids = self.works(date.fromisoformat(since[1]) if since else FIRST, self.day), self._ids(self.more)
        works = [*self.more, *(one for one in works if not ids & self._ids([one]))]
        if spoilt := SPOILT.get(self.fault):
            return spoilt(self, page, works)
        is_more = self.fault == "round" or (page + 1) * self.a_page < len(works)
        return 200, {}, self.page_of(self._shown(works, page), len(works), of_next, is_more=is_more)

    def _ids(self, works: list[Work]) -> set[object]:
        return {FORMS[self.kind].doi(one) for one in works}

    def _place(self, cursor: str) -> tuple[int, str]:
        """Return which page a cursor asks for, and the cursor of the next one.

        Most have another cursor for each page; Crossref has one, and counts the pages that were read by it.
        """
        if FORMS[self.kind].is_place:
            page = int(cursor.replace("*", "0")) // self.a_page
            return page, str((page + 1) * self.a_page)
        if not FORMS[self.kind].is_one:
            page = 0 if cursor == "*" else int(cursor.removeprefix("page-"))
            return page, f"page-{page + 1}"
        scroll = f"scroll-{len(self.scrolls)}==" if cursor == "*" else cursor
        page = self.scrolls.get(scroll, -1) + 1
        self.scrolls[scroll] = page
        return page, scroll

    def _shown(self, works: list[Work], page: int) -> list[Work]:
        if self.fault == "round":
            page = 0
        if self.fault == "backwards":
            works = works[::-1]
        if self.fault == "short" and page > 0:
            return []
        shown = works if FORMS[self.kind].is_whole else works[page * self.a_page : (page + 1) * self.a_page]
        gone = FORMS[self.kind].missing if self.fault == "field" else ""
        return [{f"x-{name}" if name == gone else name: value for name, value in one.items()} for one in shown]

    def page_of(self, shown: list[Work], total: int, cursor: str = "0", *, is_more: bool = True) -> bytes:
        """Return the body of a page of some works."""
        return FORMS[self.kind].page(shown, total, cursor, is_more)


_Answer = tuple[int, Mapping[str, str], bytes]
_Spoilt = Callable[[Api, int, list[Work]], _Answer]


def _error(api: Api, page: int, works: list[Work]) -> _Answer:
    return 200, {}, json.dumps(FORMS[api.kind].error).encode()


def _second_page(api: Api, page: int, works: list[Work]) -> _Answer:
    return (500, {}, b"") if page else (200, {}, api.page_of(works[:A_PAGE], len(works), api._place("*")[1]))


SPOILT: dict[str, _Spoilt] = {
    "html": lambda api, page, works: (200, {"Content-Type": "text/html"}, login_page()),
    "error": _error,
    "empty": lambda api, page, works: (200, {}, api.page_of([], 300)),
    "429": lambda api, page, works: (429, {"Retry-After": "1800"}, b"{}"),
    "403": lambda api, page, works: (403, {}, json.dumps(challenge()).encode()),
    "500": _second_page,
    "cut": lambda api, page, works: (200, {}, api.page_of(works[:A_PAGE], len(works))[:-500]),
}
"""Faults in which no page is right."""


@contextmanager
def serving(api: Api) -> Iterator[Api]:
    """The API on a free port of this machine."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, headers, body = api.answer(self.path)
            self.send_response(status)
            for name, value in {"Content-Type": "application/json", **headers}.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    api.url = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield api
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def at(day: date, hour: int = 12) -> datetime:
    """An hour of a day, in UTC."""
    return datetime(day.year, day.month, day.day, hour, tzinfo=UTC)
