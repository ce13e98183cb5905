"""Make what surrounds the content of every page: whether all is well, navigation, what the visitor may do."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response

from watcher import __version__
from watcher.citations.formats import FORMATS
from watcher.model import event_in_words
from watcher.model.words import counted
from watcher.render.pages import HtmlTemplates
from watcher.store import Transaction
from watcher.web.guard import feed_key, form_key, path_of
from watcher.web.overall import next_words, overall_of
from watcher.web.site import WebSite
from watcher.web.views.words import ago_words, clock_words, day_words, iso_words, near_words, span_words

MOST_IN_ANSWER = 500
"""Most things in one answer or file, the newest ones. `watcher papers --format` has no limit."""

LONGEST_HERE = 8_000
"""Bytes of a query string beyond which pages do not repeat it."""

MOST_NAMED = 3
"""Most sources that the first line names."""

MOST_TESTS = 50
"""Most receivers that are sent a test at once."""

STATIC = Path(__file__).parent / "static"

PLACES = (
    ("/", "Papers"),
    ("/starred", "Starred"),
    ("/search", "Search"),
    ("/subscriptions", "Subscriptions"),
    ("/receivers", "Receivers"),
    ("/sources", "Sources"),
    ("/incidents", "Incidents"),
)
"""(address, name) of the pages in the navigation."""

SAID: Mapping[str, str] = {
    "poll": "It is polled now: look again in a moment.",
    "test": "A test is on its way.",
    "some-tests": f"A test is on its way to the first {MOST_TESTS} receivers; the others have buttons of their own.",
    "test-rule": "The receiver took the test. Nothing of it counts as told.",
    "replay": "It is sent again.",
    "nothing": "There was nothing to send again: all of it was told already.",
    "pause": "Paused: what it matches is held until it goes on.",
    "unpause": "It goes on: what was held is told at its time.",
    "mute": "Muted: what would be told meanwhile is not told later either.",
    "unmute": "No longer muted.",
    "saved": "Saved: the daemon reads the config again now, and says in its log what it makes of it.",
    "resubscribe": "It is told again, from now on.",
    "thumb": "Noted. A subscription with `learn: true` takes it into account.",
    "no-thumb": "Taken back.",
    "keep": "It is kept there in a moment: `watcher deliveries` says how that went.",
    "star": "Starred: it stands under Starred, and `watcher papers --starred` lists it.",
    "unstar": "No longer starred.",
    "read": "Marked as read.",
    "unread": "No longer marked as read.",
    "out": "Signed out.",
}
"""Word in an address → what the page says about the last thing done."""


def site_of(request: Request) -> WebSite:
    """Return what the pages work with: store, config, clock and buttons."""
    site: WebSite = request.app.state.site
    return site


def shown(request: Request, tx: Transaction, template: str, *, status: int = 200, **own: Any) -> Response:
    """Return a page.

    ``template``: its template, filled with ``own`` values and with the frame, all read in one transaction.
    ``status``: HTTP status.
    """
    site = site_of(request)
    config, now = site.config(), site.clock()
    standing = overall_of(site.store, tx, config, now)
    told = standing.next_told
    frame = {
        "standing": standing,
        "unread": [config.display_names.of_source(name) for name in standing.unread[:MOST_NAMED]],
        "next_told": told and f"{near_words(told.due, now, config.timezone)} {next_words(told)}",
        "zone": config.timezone,
        "display": config.display_names,
        "now": now,
        "can_act": site.can_act and request.scope["visitor"].may_act,
        "can_save": site.buttons is not None and site.buttons.save is not None and request.scope["visitor"].may_act,
        "can_sign_in": site.can_act and not request.scope["visitor"].may_act,
    }
    return _page(request, template, status, frame | own)


def plain(request: Request, template: str, *, status: int = 200, **own: Any) -> Response:
    """Return a page that has nothing from the database, such as the one for signing in.

    ``template``: its template, filled with ``own`` values.
    ``status``: HTTP status.
    """
    frame = {"standing": None, "next_told": None, "zone": "UTC", "can_act": False, "can_sign_in": False, "back": ""}
    return _page(request, template, status, frame | own)


def in_a_line(request: Request, what: str, status: int, *, back: str = "/") -> Response:
    """Answer why something was not done: to a browser on a page with a way back, to a script in plain text.

    ``what``: the reason in words. ``status``: HTTP status.
    ``back``: address of the way back.
    """
    if request.scope["visitor"].session or "text/html" in request.headers.get("accept", ""):
        return plain(request, "said.html", status=status, title="Nothing was done", what=what, back=back)
    return PlainTextResponse(f"{what}\n", status)


def _page(request: Request, template: str, status: int, values: Mapping[str, Any]) -> Response:
    site, visitor = site_of(request), request.scope["visitor"]
    common: dict[str, Any] = {
        "places": PLACES,
        "path": path_of(request),
        "here": here(request),
        "said": SAID.get(request.query_params.get("said", ""), ""),
        "key": form_key(site.token, visitor.session) if visitor.session else "",
        "session": bool(visitor.session),
        "version": __version__,
        "stamp": stamp(),
        "address": address,
    }
    return HTMLResponse(_templates().filled(template, common | dict(values)), status)


def here(request: Request) -> str:
    """Return the address of the page that is asked for, without the word for the last thing done.

    A page repeats it in each of its forms: of a very long one only the path is returned.
    """
    if len(request.scope.get("query_string", b"")) > LONGEST_HERE:
        return quote(path_of(request))
    asked = [(name, value) for name, value in request.query_params.multi_items() if name != "said"]
    return address(quote(path_of(request)), asked)


def address(path: str, asked: Iterable[tuple[str, object]] = (), **more: object) -> str:
    """Return an address with parameters; empty ones are left out.

    ``asked`` and ``more``: parameters, the latter in place of those of the same name.
    """
    pairs = {**dict(asked), **more}
    query = urlencode([(name, str(value)) for name, value in pairs.items() if value not in (None, "", False)])
    return f"{path}?{query}" if query else path


def number_named(text: str, most: int) -> int | None:
    """Return the number that a text means, None if it is none from 1 to ``most``. Long texts take no time."""
    is_number = text.isascii() and text.isdigit() and len(text) <= len(str(most))
    return int(text) if is_number and 1 <= int(text) <= most else None


def feed_links(request: Request, kind: str, name: str) -> list[tuple[str, str]]:
    """Return (name, address) of the feeds of a subscription, source or rule.

    If the visitor has shown the token, the addresses contain a key, so that a feed reader can read them without it.

    ``kind``: the parameter that names the thing.
    """
    site = site_of(request)
    found = []
    for path, title in (("/feed.atom", "Atom"), ("/feed.json", "JSON Feed")):
        has_key = site.token and request.scope["visitor"].may_act
        key = feed_key(site.token, path, [(kind, name)]) if has_key else ""
        found.append((title, address(path, [(kind, name), ("key", key)])))
    return found


def file_links(path: str, **asked: object) -> list[tuple[str, str]]:
    """Return (format, address) of the downloads of an operation of the API.

    ``path``: of the operation.
    ``asked``: its parameters.
    """
    return [(name, address(path, asked.items(), format=name)) for name in FORMATS]


@lru_cache(maxsize=1)
def stamp() -> str:
    """Return a text that changes with the static files; browsers may keep files of the same stamp."""
    parts = [path.read_bytes() for path in sorted(STATIC.iterdir()) if path.is_file()]
    return sha256(b"".join(parts)).hexdigest()[:12]


@lru_cache(maxsize=1)
def _templates() -> HtmlTemplates:
    filters: dict[str, Callable[..., Any]] = {
        **{"clock": clock_words, "near": near_words, "ago": ago_words, "day": day_words, "iso": iso_words},
        **{"counted": counted, "span": span_words, "became": event_in_words},
    }
    return HtmlTemplates("watcher.web", filters)
