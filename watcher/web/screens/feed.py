"""A feed of each subscription, each source, and whatever a rule finds."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, timedelta
from hashlib import sha256
from urllib.parse import urlsplit

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from watcher.errors import RuleError
from watcher.model import Paper
from watcher.rules.advice.typed import compile_typed
from watcher.store import Transaction
from watcher.web.frame import address, site_of
from watcher.web.screens.search import LONGEST_RULE
from watcher.web.screens.subscriptions import subscription_called
from watcher.web.site import WebSite
from watcher.web.views.feeds import PaperFeed, atom_of, feed_id, json_feed_of
from watcher.web.views.trying import tried

ITEMS = 50
MOST_PAGES = 100
DAYS = 30
"""Days whose papers a rule's feed is made of."""

KINDS = {"/feed.atom": "application/atom+xml; charset=utf-8", "/feed.json": "application/feed+json; charset=utf-8"}


def feed_screen(request: Request) -> Response:
    """Answer with the feed that is asked for: ``subscription``, ``source`` or ``q``; 304 if it has not changed."""
    site, path = site_of(request), request.url.path
    asked = [one for one in request.query_params.multi_items() if one[0] in ("subscription", "source", "q")]
    if len(asked) != 1:
        raise HTTPException(404, "A feed is of one subscription, one source or one rule.")
    [(kind, name)] = asked
    page = request.query_params.get("page", "1")
    number = min(int(page), MOST_PAGES) if page.isascii() and page.isdigit() and len(page) < 5 else 1
    skip = (max(number, 1) - 1) * ITEMS
    with site.store.reading() as tx:
        papers = _papers(site, tx, kind, name, skip)
        title = _title(site, tx, kind, name)
    made = _feed(request, site, (kind, name), papers, max(number, 1), title)
    body = atom_of(made) if path.endswith(".atom") else json_feed_of(made)
    etag = f'"{sha256(body).hexdigest()[:32]}"'
    known = [one.strip().removeprefix("W/") for one in request.headers.get("if-none-match", "").split(",")]
    if etag in known:
        return Response(status_code=304, headers={"ETag": etag})
    return Response(body, headers={"ETag": etag, "Content-Type": KINDS[path]})


def _papers(site: WebSite, tx: Transaction, kind: str, name: str, skip: int) -> Sequence[Paper]:
    """Return the papers of a page of a feed, and one more if there are further ones."""
    if kind == "subscription":
        saved = subscription_called(tx, name)
        if saved is None:
            raise HTTPException(404, "There is no subscription of this name, nor was there one.")
        return tx.papers.get(tx.browsing.matched_by(saved.id, ITEMS + 1, skip))
    if kind == "source":
        if name not in site.config().sources and tx.pages.last_poll(name) is None:
            raise HTTPException(404, "There is no such source in the config, nor was there one.")
        return tx.papers.get(tx.browsing.listed_by(name, ITEMS + 1, skip))
    return _found(site, tx, name)[skip : skip + ITEMS + 1]


def _title(site: WebSite, tx: Transaction, kind: str, name: str) -> str:
    if kind == "subscription" and (saved := subscription_called(tx, name)) and saved.subscription.shown_as:
        return saved.subscription.shown_as
    shown = site.config().display_names.of_source(name) if kind == "source" else name
    return " ".join(shown.split())[:200]


def _found(site: WebSite, tx: Transaction, text: str) -> Sequence[Paper]:
    try:
        rule = compile_typed(text[: LONGEST_RULE + 1])
    except RuleError as error:
        raise HTTPException(404, f"This rule cannot be read: {error}") from None
    if len(text) > LONGEST_RULE:
        raise HTTPException(404, f"A rule of a feed has {LONGEST_RULE:,} characters at most.")
    today = site.clock().astimezone(UTC).date()
    found = [paper for paper, _ in tried(tx, rule, today - timedelta(days=DAYS - 1), book=site.words).trial.matches]
    return sorted(found, key=lambda paper: (paper.first_seen, paper.id), reverse=True)


def _feed(
    request: Request, site: WebSite, asked: tuple[str, str], papers: Sequence[Paper], number: int, title: str
) -> PaperFeed:
    kind, name = asked
    base = base_url(request, site)
    key = request.query_params.get("key", "")
    pages = {"subscription": "/subscription", "source": "/source", "q": "/search"}
    home = address(pages[kind], [("q" if kind == "q" else "name", name)])
    further = address(request.url.path, [(kind, name), ("key", key), ("page", number + 1)])
    return PaperFeed(
        id=feed_id(kind, name),
        title=f"watcher: {title}",
        url=base + address(request.url.path, [(kind, name), ("key", key)]),
        home=base + home,
        further=base + further if len(papers) > ITEMS else "",
        papers=papers[:ITEMS],
    )


def base_url(request: Request, site: WebSite) -> str:
    """Return the address of these pages, without a slash at its end: the public one, else as they were asked for."""
    if site.settings.public_url:
        return site.settings.public_url
    asked = urlsplit(str(request.base_url))
    return f"{asked.scheme}://{asked.netloc}"
