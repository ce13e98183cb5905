"""The page behind "Useful" and "Not for me" in a mail: a reader gives a paper a thumb, and may take it back.

GET only shows a button, since mail programs and scanners follow every link; POST gives the thumb. The signed link says
whose thumb it is and for which paper, whoever is signed in. Doing it twice is the same as doing it once.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from watcher.links.addresses import THUMB, UP
from watcher.links.signed import LinkRefusal, SignedLink, verify_link
from watcher.model import Paper, StoredSubscription
from watcher.pipeline.thumbs import give_thumb, take_thumb_back
from watcher.render.view import readable_title
from watcher.store import Transaction
from watcher.web.frame import plain, site_of
from watcher.web.screens.subscriptions import subscription_called
from watcher.web.session import form_of


@dataclass(frozen=True, slots=True)
class AskedThumb:
    """What a link is about.

    ``up``: True for useful, False for not for the reader.
    ``subscriptions``: those of the link that still tell its reader.
    """

    paper: Paper
    up: bool
    subscriptions: tuple[StoredSubscription, ...]


async def thumb_screen(request: Request) -> Response:
    """Show the button, or record the thumb. A POST without the button's word only shows it: scanners send such ones."""
    form = await form_of(request) if request.method == "POST" else {}
    said = form.get("do", "")
    return await run_in_threadpool(_answer, request, said if said in ("give", "return") else None)


def _answer(request: Request, act: str | None) -> Response:
    site = site_of(request)
    maker, now = site.links(), site.clock()
    if maker is None or site.buttons is None:
        return _refused(request, 409, "These pages only show: nothing can be said here.")
    link = verify_link(request.query_params.get("link", ""), THUMB, maker.key, now)
    if isinstance(link, LinkRefusal):
        status = 410 if link is LinkRefusal.EXPIRED else 403
        return _refused(request, status, f"This link is not taken: {link.value}. Use that of a newer message.")
    with site.store.reading() if act is None else site.store.transaction() as tx:
        asked = _meant(tx, link)
        if asked is not None and act is not None:
            _do(tx, asked, is_return=act == "return", now=now)
    if asked is None:
        return _refused(request, 404, "The paper is no longer stored, or its subscription tells somebody else now.")
    names = [one.subscription.shown_as or one.subscription.full_name for one in asked.subscriptions]
    title = readable_title(asked.paper)
    return plain(request, "thumb.html", refused="", title=title, up=asked.up, names=names, done=act)


def _do(tx: Transaction, asked: AskedThumb, *, is_return: bool, now: datetime) -> None:
    for one in asked.subscriptions:
        if is_return:
            take_thumb_back(tx, one, asked.paper)
        else:
            give_thumb(tx, one, asked.paper, asked.up, now)


def _meant(tx: Transaction, link: SignedLink) -> AskedThumb | None:
    """Return what a link is about, None if the paper or all subscriptions are gone."""
    key, which, *names = link.things
    paper = tx.papers.find(key)
    some = [subscription_called(tx, name) for name in names]
    there = [one for one in some if one is not None and one.gone_at is None]
    theirs = tuple(one for one in there if link.person in map(str, one.subscription.endpoints))
    return AskedThumb(paper, which == UP, theirs) if paper is not None and theirs else None


def _refused(request: Request, status: int, what: str) -> Response:
    return plain(request, "thumb.html", status=status, refused=what, title="", up=False, names=(), done=None)
