"""Feeds: of a subscription, of a source, and of what a rule finds."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, timedelta
from hashlib import sha256

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from watcher.errors import RuleError
from watcher.model import Paper
from watcher.pipeline.searching import tried
from watcher.store import Transaction
from watcher.web.frame import address, number_named, site_of
from watcher.web.guard import path_of
from watcher.web.screens.subscriptions import subscription_called
from watcher.web.site import WebSite
from watcher.web.turns import gone_of
from watcher.web.views.feeds import PaperFeed, atom_of, feed_id, json_feed_of
from watcher.web.views.trying import rule_tried, until_time_is_up

ITEMS = 50
MOST_PAGES = 100
DAYS = 30
"""Number of last days whose papers are in a rule's feed."""

KINDS = {"/feed.atom": "application/atom+xml; charset=utf-8", "/feed.json": "application/feed+json; charset=utf-8"}


def feed_screen(request: Request) -> Response:
    """Answer with the feed of ``subscription``, ``source`` or the rule ``q``; with 304 if it has not changed."""
    site, path = site_of(request), path_of(request)
    asked = [one for one in request.query_params.multi_items() if one[0] in ("subscription", "source", "q")]
    if len(asked) != 1:
        raise HTTPException(404, "A feed is of one subscription, one source or one rule.")
    [(kind, name)] = asked
    page = number_named(request.query_params.get("page", "1"), MOST_PAGES)
    if page is None:
        raise HTTPException(404, f"A feed has the pages 1 to {MOST_PAGES}.")
    with site.store.reading() as tx:
        papers = _papers(request, tx, kind, name, (page - 1) * ITEMS)
        title = _title(site, tx, kind, name)
    made = _feed(request, site, (kind, name), papers, page, title)
    body = atom_of(made) if path.endswith(".atom") else json_feed_of(made)
    etag = f'"{sha256(body).hexdigest()[:32]}"'
    known = [one.strip().removeprefix("W/") for one in request.headers.get("if-none-match", "").split(",")]
    if etag in known:
        return Response(status_code=304, headers={"ETag": etag})
    return Response(body, headers={"ETag": etag, "Content-Type": KINDS[path]})


def _papers(request: Request, tx: Transaction, kind: str, name: str, skip: int) -> Sequence[Paper]:
    """Return the papers on a page of a feed, and one more if there is a next page.

    ``kind``: ``subscription``, ``source`` or ``q``.
    ``skip``: number of papers on the pages before.
    """
    site = site_of(request)
    if kind == "subscription":
        saved = subscription_called(tx, name)
        if saved is None:
            raise HTTPException(404, "There is no subscription of this name, nor was there one.")
        return tx.papers.get(tx.browsing.matched_by(saved.id, ITEMS + 1, skip))
    if kind == "source":
        if name not in site.config().sources and tx.pages.last_poll(name) is None:
            raise HTTPException(404, "There is no such source in the config, nor was there one.")
        return tx.papers.get(tx.browsing.listed_by(name, ITEMS + 1, skip))
    return _found(request, tx, name)[skip : skip + ITEMS + 1]


def _title(site: WebSite, tx: Transaction, kind: str, name: str) -> str:
    if kind == "subscription" and (saved := subscription_called(tx, name)) and saved.subscription.shown_as:
        return saved.subscription.shown_as
    shown = site.config().display_names.of_source(name) if kind == "source" else name
    return " ".join(shown.split())[:200]


def _found(request: Request, tx: Transaction, text: str) -> Sequence[Paper]:
    try:
        rule = rule_tried(text)
    except RuleError as error:
        raise HTTPException(400, f"This rule cannot be read: {error}") from None
    site = site_of(request)
    since = site.clock().astimezone(UTC).date() - timedelta(days=DAYS - 1)
    trial = tried(tx, rule, since, until_time_is_up(gone_of(request))).trial
    found = tx.papers.get(one.id for one, _ in trial.matches)
    return sorted(found, key=lambda paper: (paper.first_seen, paper.id), reverse=True)


def _feed(
    request: Request, site: WebSite, of: tuple[str, str], papers: Sequence[Paper], page: int, title: str
) -> PaperFeed:
    (kind, name), base, path = of, base_url(request, site), path_of(request)
    asked = [(kind, name), ("key", request.query_params.get("key", ""))]
    pages = {"subscription": "/subscription", "source": "/source", "q": "/search"}
    home = address(pages[kind], [("q" if kind == "q" else "name", name)])
    further = address(path, asked, page=page + 1)
    return PaperFeed(
        id=feed_id(kind, name),
        title=f"watcher: {title}",
        url=base + address(path, asked, page=page if page > 1 else None),
        home=base + home,
        further=base + further if len(papers) > ITEMS and page < MOST_PAGES else "",
        papers=papers[:ITEMS],
    )


def base_url(request: Request, site: WebSite) -> str:
    """Return the address of these pages without a slash at its end: the public address, else the address asked for."""
    if site.settings.public_url:
        return site.settings.public_url
    return f"{request.scope['scheme']}://{request.headers.get('host', '')}"
