"""Decide who may read and act, by Host header, token and cookie; set the headers of every answer."""

from __future__ import annotations

import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from ipaddress import ip_address
from urllib.parse import quote, urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from watcher.web.api.problems import problem_answer
from watcher.web.site import WebSite

COOKIE = "watcher"
SESSION = timedelta(days=30)

PUBLIC = ("/-/", "/static/", "/sign-in", "/favicon.ico")
"""Beginnings of addresses that everybody may read. They show nothing from the database."""

SIGNED = ("/thumb", "/unsubscribe")
"""Addresses with a signed link. Only the link decides what may be done there, not who is signed in."""

KEYED = ("/feed.atom", "/feed.json")
"""Addresses that may also be read with a key in them."""

PASSED_ON = ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-real-ip", "via")
"""Headers with which proxies say that they ask for somebody else."""

_HOST = re.compile(r"(?:\[([0-9a-f:.]{2,45})\]|([a-z0-9._-]{1,253}))(?::[0-9]{1,5})?", re.ASCII | re.IGNORECASE)
"""Matches a Host header: a name or an address, and a port."""

LONGEST_QUERY = 40_000
"""Most bytes behind the question mark of an address: the longest rule, in letters of three bytes each, needs 36,000."""

MOST_PARAMETERS = 50

HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "X-Robots-Tag": "noindex, nofollow",
}


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who asks for a page.

    ``may_act``: they have shown the token, in a session or a header.
    ``session``: the value of their cookie, "" for none.
    """

    may_act: bool = False
    session: str = ""


class Guard:
    """Lets those through who may read, and sets the headers of every answer. ``scope["visitor"]`` then says who asks.

    ``methods``: path of the API → its methods. Pages are asked for by GET and HEAD, and forms by POST.
    """

    def __init__(self, app: ASGIApp, site: WebSite, methods: Mapping[str, str]) -> None:
        self._app, self._site, self._methods = app, site, methods

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def sent(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers[name] = value
                headers.setdefault("Cache-Control", "private, no-cache")
            await send(message)

        request = Request(scope)
        scope["visitor"] = visitor_of(request, self._site)
        refused = self._refusal(request)
        await (refused or self._app)(scope, receive, sent)

    def _refusal(self, request: Request) -> Response | None:
        """Return the answer that refuses a request, None if the visitor may make it."""
        host = request.headers.get("host", "")
        if not is_own_host(host, self._site):
            what = "this page is not called so: name its address in `web: public_url`, or ask for localhost"
            return _refused(request, what, 421)
        if request.method not in ("GET", "HEAD", "POST"):
            usual = "GET, HEAD" if is_of_api(request) else "GET, HEAD, POST"
            allowed = self._methods.get(path_of(request), usual)
            return _refused(request, f"this is asked for by {allowed}", 405, Allow=allowed)
        path = path_of(request)
        given: bytes = request.scope.get("query_string", b"")
        if len(given) > LONGEST_QUERY or given.count(b"&") >= MOST_PARAMETERS:
            return _refused(request, "this address is too long", 414)
        is_signed = path in SIGNED
        if request.method == "POST" and not (is_signed or is_from_here(request.headers, self._site)):
            return _refused(request, "this came from another page: nothing was done", 403)
        if b"%00" in request.scope.get("query_string", b"") or "\0" in path:
            return _refused(request, "there is no such address", 400)
        if is_signed or may_read(request, self._site) or path.startswith(PUBLIC):
            return None
        if request.method == "GET" and "text/html" in request.headers.get("accept", ""):
            query = request.scope.get("query_string", b"").decode("latin-1")
            back = quote(path) + (f"?{query}" if query else "")
            return RedirectResponse(f"/sign-in?back={quote(back, safe='')}", 303)
        bearer = {"WWW-Authenticate": 'Bearer realm="watcher"'}
        return _refused(request, "the token is asked for here", 401, **bearer)


def path_of(request: Request) -> str:
    """Return the path that is asked for, as the table of addresses has it.

    ``request.url`` cannot be used: it contains the Host header, into which a visitor can write anything.
    """
    path: str = request.scope["path"]
    return path


def is_of_api(request: Request) -> bool:
    """Return whether the API is asked."""
    return path_of(request).startswith("/api/")


def _refused(request: Request, what: str, status: int, **headers: str) -> Response:
    """Return a refusal in one line; for programs, as a problem."""
    if is_of_api(request):
        answer = problem_answer(status, "this may not be asked for so", what)
        answer.headers.update(headers)
        return answer
    return PlainTextResponse(f"{what}\n", status, headers)


def may_read(request: Request, site: WebSite) -> bool:
    """Return whether a request may see what is in the database."""
    visitor: Visitor = request.scope["visitor"]
    path = path_of(request)
    is_open = site.settings.is_open or bool(site.settings.listen.socket)
    if visitor.may_act or (is_open and is_on_this_machine(request, site)):
        return True
    if path in KEYED and site.token:
        given = request.query_params.get("key", "")
        asked = [one for one in request.query_params.multi_items() if one[0] not in ("key", "page")]
        return hmac.compare_digest(given.encode(), feed_key(site.token, path, asked).encode())
    return False


def is_on_this_machine(request: Request, site: WebSite) -> bool:
    """Return whether a request was made on this machine, and no proxy has passed it on for somebody elsewhere.

    If a proxy serves the pages at a public address, any request may have come through it, whatever host it names.
    """
    return not site.settings.public_url and not any(name in request.headers for name in PASSED_ON)


def visitor_of(request: Request, site: WebSite) -> Visitor:
    """Return who asks, by the cookie of their session or by the token in ``Authorization: Bearer``."""
    if not site.token:
        return Visitor()
    scheme, _, given = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return Visitor(may_act=is_token(given.strip(), site))
    session = request.cookies.get(COOKIE, "")
    return Visitor(may_act=True, session=session) if is_session(session, site.token, site.clock()) else Visitor()


def is_own_host(host: str, site: WebSite) -> bool:
    """Return whether a Host header names these pages.

    A name that somebody else has given this machine is refused, since another page with that name could read these
    pages (DNS rebinding). An address cannot be given to another machine.
    """
    name = host_name(host)
    own = {"localhost", site.settings.listen.host.lower(), urlsplit(site.settings.public_url).hostname}
    if name and name in own:
        return True
    try:
        ip_address(name)
    except ValueError:
        return False
    return True


def host_name(host: str) -> str:
    """Return the name in a Host header without its port, "" if the header is anything else."""
    found = _HOST.fullmatch(host)
    return (found[1] or found[2]).lower() if found else ""


def is_from_here(headers: Headers, site: WebSite) -> bool:
    """Return whether a request that changes something was made by these pages, or by no browser at all."""
    if headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        return False
    origin = headers.get("origin")
    if origin is None:
        return True
    try:
        place = urlsplit(origin).netloc.lower()
    except ValueError:
        return False
    return place in {headers.get("host", "").lower(), urlsplit(site.settings.public_url).netloc.lower()} - {""}


# --- what is made of the token ---


def is_token(given: str, site: WebSite) -> bool:
    """Return whether the text ``given`` is the web pages' token."""
    return bool(site.token) and hmac.compare_digest(given.encode(), site.token.encode())


def new_session(token: str, now: datetime) -> str:
    """Return the value of a session's cookie. It is valid for a time, and only while the token stays the same."""
    ends = str(int((now + SESSION).timestamp()))
    return f"{ends}.{_signed(token, 'session', ends)}"


def is_session(value: str, token: str, now: datetime) -> bool:
    """Return whether a cookie's value was made by :func:`new_session` and is still valid.

    ``value``: of the cookie. ``token``: the web pages' token, which signs it.
    """
    ends, _, signature = value.partition(".")
    if not ends.isascii() or not ends.isdigit() or len(ends) > 12 or int(ends) <= now.timestamp():
        return False
    return hmac.compare_digest(signature.encode(), _signed(token, "session", ends).encode())


def form_key(token: str, session: str) -> str:
    """Return a text that the forms of a session contain, so that no other page can send them.

    ``token``: the web pages' token. ``session``: value of the session's cookie.
    """
    return _signed(token, "form", session)


def feed_key(token: str, path: str, asked: list[tuple[str, str]]) -> str:
    """Return the key with which a feed reader may read a single feed.

    ``token``: the web pages' token, which signs the key.
    ``path`` and ``asked``: the address of the feed and its parameters, of which the key is made.
    """
    return _signed(token, "feed", path, *(f"{name}={value}" for name, value in sorted(asked)))


def _signed(token: str, *what: str) -> str:
    return hmac.new(token.encode(), "\0".join(what).encode("utf-8", "surrogatepass"), sha256).hexdigest()
