"""The page behind the link to unsubscribe in a mail: a receiver leaves subscriptions, and may take that back.

GET only shows a button, since mail programs and scanners follow every link. POST unsubscribes; a mail program may send
it, too (RFC 8058). The signed link says who leaves what, whoever is signed in.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from watcher.links.addresses import UNSUBSCRIBE
from watcher.links.signed import LinkRefusal, SignedLink, verify_link
from watcher.model import Endpoint, StoredSubscription
from watcher.pipeline.subscriptions.leaving import record_leaving, record_return
from watcher.store import Transaction
from watcher.web.frame import plain, site_of
from watcher.web.screens.subscriptions import subscription_called
from watcher.web.session import form_of
from watcher.web.site import WebSite

HELP = "Ask whoever runs watcher to change your subscriptions."


@dataclass(frozen=True, slots=True)
class Leaving:
    """A subscription that a link is about, and the endpoint of its reader.

    ``left``: since when the endpoint has been unsubscribed, None if it is not.
    """

    saved: StoredSubscription
    endpoint: Endpoint
    left: datetime | None


async def unsubscribe_screen(request: Request) -> Response:
    """Show the button, or unsubscribe."""
    form = await form_of(request) if request.method == "POST" else None
    return await run_in_threadpool(_answer, request, None if form is None else form.get("do", "leave"))


def _answer(request: Request, act: str | None) -> Response:
    site = site_of(request)
    maker, now = site.links(), site.clock()
    if maker is None or site.buttons is None:
        return _refused(request, 409, f"These pages only show: nobody can be unsubscribed here. {HELP}")
    link = verify_link(request.query_params.get("link", ""), UNSUBSCRIBE, maker.key, now)
    if isinstance(link, LinkRefusal):
        status = 410 if link is LinkRefusal.EXPIRED else 403
        return _refused(request, status, f"This link is not taken: {link.value}. Use that of a newer message. {HELP}")
    if act is not None:
        _do(site, link, is_return=act == "return", now=now)
    with site.store.reading() as tx:
        found = _meant(tx, link)
    return plain(request, "unsubscribe.html", person=link.person, found=found, done=act, refused="")


def _do(site: WebSite, link: SignedLink, *, is_return: bool, now: datetime) -> None:
    with site.store.transaction() as tx:
        for one in sorted(_meant(tx, link), key=lambda one: one.saved.id):  # two that lock several never cross
            if is_return:
                record_return(tx, one.saved, one.endpoint)
            else:
                record_leaving(tx, one.saved, one.endpoint, now)


def _meant(tx: Transaction, link: SignedLink) -> Sequence[Leaving]:
    """Return the subscriptions that a link is about, without those that do not tell its reader any more."""
    found = []
    for name in link.things:
        saved = subscription_called(tx, name)
        if saved is None or saved.gone_at is not None:
            continue
        endpoint = next((one for one in saved.subscription.endpoints if str(one) == link.person), None)
        if endpoint is not None:
            found.append(Leaving(saved, endpoint, tx.unsubscribed.of([saved.id]).get(saved.id, {}).get(endpoint)))
    return found


def _refused(request: Request, status: int, what: str) -> Response:
    return plain(request, "unsubscribe.html", status=status, refused=what, found=(), person="", done=None)
