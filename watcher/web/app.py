"""Put the pages together: the table of their addresses, and what is answered to errors."""

from __future__ import annotations

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp

from watcher.errors import StoreError
from watcher.web import session
from watcher.web.acts import act
from watcher.web.api.description import description_screen
from watcher.web.api.operations import OPERATIONS, answered
from watcher.web.api.problems import problem_answer
from watcher.web.figures import figures_screen
from watcher.web.frame import STATIC, plain, site_of
from watcher.web.guard import Guard, is_of_api
from watcher.web.screens.day import day_screen
from watcher.web.screens.feed import feed_screen
from watcher.web.screens.incidents import incidents_screen
from watcher.web.screens.keys import keys_screen
from watcher.web.screens.paper import paper_screen
from watcher.web.screens.receivers import receivers_screen
from watcher.web.screens.save import save_screen
from watcher.web.screens.search import search_screen
from watcher.web.screens.sources import source_screen, sources_screen
from watcher.web.screens.starred import starred_screen
from watcher.web.screens.subscriptions import subscription_screen, subscriptions_screen
from watcher.web.screens.thumb import thumb_screen
from watcher.web.screens.unsubscribe import unsubscribe_screen
from watcher.web.site import WebSite
from watcher.web.turns import TrialTurns, in_turn


def web_app(site: WebSite) -> ASGIApp:
    """Return the pages as an ASGI application. The guard stands before everything, even before error pages."""
    app = Starlette(
        routes=[
            Route("/", day_screen),
            Route("/paper", paper_screen),
            Route("/starred", starred_screen),
            Route("/search", in_turn(search_screen)),
            Route("/subscriptions", subscriptions_screen),
            Route("/subscription", subscription_screen),
            Route("/receivers", receivers_screen),
            Route("/sources", sources_screen),
            Route("/source", source_screen),
            Route("/incidents", incidents_screen),
            Route("/keys", keys_screen),
            Route("/feed.atom", in_turn(feed_screen)),
            Route("/feed.json", in_turn(feed_screen)),
            Route("/metrics", figures_screen),
            *(Route(one.path, in_turn(answered(one)), methods=[one.method]) for one in OPERATIONS),
            Route("/api/v1/openapi.json", description_screen),
            Route("/act", act, methods=["POST"]),
            Route("/thumb", thumb_screen, methods=["GET", "POST"]),
            Route("/save", save_screen, methods=["GET", "POST"]),
            Route("/unsubscribe", unsubscribe_screen, methods=["GET", "POST"]),
            Route("/sign-in", session.sign_in, methods=["GET", "POST"]),
            Route("/sign-out", session.sign_out, methods=["POST"]),
            Route("/-/healthy", healthy),
            Route("/-/ready", ready),
            Route("/favicon.ico", icon),
            Mount("/static", StaticFiles(directory=STATIC)),
        ],
        middleware=[Middleware(GZipMiddleware, minimum_size=1_000)],
        exception_handlers={HTTPException: refused, StoreError: no_database, Exception: page_failed},  # type: ignore[dict-item]
    )
    app.state.site = site
    app.state.turns = TrialTurns()
    methods = {one.path: "GET, HEAD" if one.method == "GET" else one.method for one in OPERATIONS}
    return Guard(app, site, methods)


async def healthy(request: Request) -> Response:
    """Answer that the pages are served. This needs no thread, so that it works however many pages are asked for."""
    return PlainTextResponse("healthy\n")


def ready(request: Request) -> Response:
    """Answer whether the database can be read."""
    try:
        with site_of(request).store.reading() as tx:
            tx.subscriptions.generation()
    except StoreError:
        return PlainTextResponse("the database does not answer\n", 503)
    return PlainTextResponse("ready\n")


def icon(request: Request) -> Response:
    """Redirect from the old name of the icon to its picture."""
    return RedirectResponse("/static/well.svg", 308)


_REFUSED = {404: "not found", 503: "busy"}
"""HTTP status → title of the problem."""


def refused(request: Request, error: HTTPException) -> Response:
    """Answer that there is no such page or thing, or that the server is too busy."""
    status, what = error.status_code, error.detail if error.detail != "Not Found" else "There is no such page."
    if is_of_api(request):
        hint = "" if status == 503 else " /api/v1/openapi.json describes what may be asked for."
        answer = problem_answer(status, _REFUSED.get(status, "this may not be asked for so"), f"{what}{hint}")
    else:
        title = _REFUSED.get(status, "not so").capitalize()
        answer = plain(request, "said.html", status=status, title=title, what=what)
    answer.headers.update(error.headers or {})
    return answer


def no_database(request: Request, error: StoreError) -> Response:
    """Answer that the database cannot be read now. The text contains no values of variables."""
    what = "The database does not answer now. `watcher status` says why; then load this page again."
    if is_of_api(request):
        return problem_answer(503, "the database does not answer", what)
    return plain(request, "said.html", status=503, title="No database", what=what)


def page_failed(request: Request, error: Exception) -> Response:
    """Answer that a page has failed. The reason is in the log."""
    what = "This page failed, which should not be: the log says why. The others go on."
    if is_of_api(request):
        return problem_answer(500, "an error of watcher", what)
    return plain(request, "said.html", status=500, title="An error of watcher", what=what)
