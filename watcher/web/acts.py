"""Do what the buttons say: poll a source, test a receiver, send again, pause, mute, star, give a thumb.

Only a visitor who has shown the token may.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response

from watcher.errors import UsageError
from watcher.model import DeliveryKind, DeliveryState, Endpoint, Paper, StoredSubscription
from watcher.pipeline.marking import kept_by_hand, mark_paper
from watcher.pipeline.subscriptions.leaving import record_return
from watcher.pipeline.subscriptions.pause_and_mute import end_mute, end_pause, record_mute, record_pause
from watcher.pipeline.thumbs import give_thumb, take_thumb_back
from watcher.store import Transaction
from watcher.store.papers.marks import MarkKind
from watcher.web.frame import MOST_TESTS, in_a_line, site_of
from watcher.web.rule_test import TEST_RULE, rule_tested
from watcher.web.screens.receivers import endpoints_of
from watcher.web.screens.subscriptions import subscription_called
from watcher.web.session import form_of, is_ours, local
from watcher.web.site import Buttons, WebSite

MUTED = timedelta(days=14)

Act = Callable[[WebSite, Buttons, str], str]
"""Does something to the thing with a name; returns the key in ``SAID`` of what the page then says. Raises
``UsageError``.
"""


async def act(request: Request) -> Response:
    """Do what a form asks for, and redirect to the form's page. A script is answered in plain text."""
    form = await form_of(request)
    site, back = site_of(request), local(form.get("back", "/"))
    if not is_ours(request, form):
        what = "this needs the token, and a form of this session: load the page again"
        return in_a_line(request, what, 403, back=back)
    if site.buttons is None:
        return in_a_line(request, "these pages only show: `watcher run` serves those with buttons", 409, back=back)
    what, name = form.get("what", ""), form.get("name", "")
    if what not in (*ACTS, TEST_RULE):
        return in_a_line(request, f"there is no such act; there are: {', '.join((*ACTS, TEST_RULE))}", 400, back=back)
    try:
        if what == TEST_RULE:
            said = await rule_tested(request, site.buttons, name, form.get("rule", ""))
        else:
            said = await run_in_threadpool(ACTS[what], site, site.buttons, name)
    except UsageError as error:
        return in_a_line(request, str(error), 400, back=back)
    if not request.scope["visitor"].session:
        return PlainTextResponse(f"{said}\n")
    page, hash, place = back.partition("#")
    return RedirectResponse(f"{page}{'&' if '?' in page else '?'}said={said}{hash}{place}", 303)


def _poll(site: WebSite, buttons: Buttons, name: str) -> str:
    if name not in site.config().sources:
        raise UsageError("there is no source of this name in the config")
    buttons.poll(name)
    return "poll"


def _test(site: WebSite, buttons: Buttons, name: str) -> str:
    return _tested(site, buttons, lambda endpoint: str(endpoint) == name)


def _test_all(site: WebSite, buttons: Buttons, name: str) -> str:
    return _tested(site, buttons, lambda endpoint: True)


def _tested(site: WebSite, buttons: Buttons, is_meant: Callable[[Endpoint], bool]) -> str:
    """Make a test message for each endpoint for which ``is_meant`` is true; it replaces a test that still waits."""
    with site.store.transaction() as tx:
        known = sorted(set(endpoints_of(tx, site.config())))
        meant = [one for one in known if is_meant(one) and site.config().has_endpoint(one)]
        if not meant:
            raise UsageError("there is no receiver of this name in the config")
        for endpoint in meant[:MOST_TESTS]:
            tx.endpoints.lock(endpoint)
            for one in tx.deliveries.listed(DeliveryState.PENDING, endpoint.receiver, MOST_TESTS):
                if one.kind is DeliveryKind.TEST and one.endpoint == endpoint:
                    tx.outbox.cancel(one.id, "another test was asked for", site.clock())
            tx.outbox.enqueue(endpoint, DeliveryKind.TEST, site.clock())
            tx.endpoints.try_now(endpoint)
    buttons.wake()
    return "test" if len(meant) <= MOST_TESTS else "some-tests"


def _replay(site: WebSite, buttons: Buttons, id: str) -> str:
    with site.store.transaction() as tx:
        old = tx.deliveries.find(id) if len(id) == 32 else None
        if old is None or old.state is not DeliveryState.DEAD or old.folded_into or old.kind is DeliveryKind.TEST:
            raise UsageError("only a dead message is sent again here; `watcher replay` sends others")
        if not site.config().has_endpoint(old.endpoint):
            raise UsageError("its receiver is gone from the config: `watcher replay ID --to OTHER` sends it elsewhere")
        made = tx.deliveries.replay(old, [old.endpoint], site.clock())
    buttons.wake()
    return "replay" if made else "nothing"


def _of_subscription(do: Callable[[Transaction, StoredSubscription, WebSite], object], said: str) -> Act:
    """Return an act that does ``do`` to the active subscription with the name given.

    ``said``: the key in ``SAID`` of what the page then says.
    """

    def done(site: WebSite, buttons: Buttons, name: str) -> str:
        with site.store.transaction() as tx:
            saved = subscription_called(tx, name)
            if saved is None or saved.gone_at is not None:
                raise UsageError("there is no subscription of this name in force")
            do(tx, saved, site)
        buttons.wake()
        return said

    return done


def _resubscribe(site: WebSite, buttons: Buttons, name: str) -> str:
    """Let a subscription tell an unsubscribed receiver again. ``name`` is both names with > between them."""
    subscription, _, receiver = name.rpartition(">")
    with site.store.transaction() as tx:
        saved = subscription_called(tx, subscription)
        endpoints = [] if saved is None else [one for one in saved.subscription.endpoints if str(one) == receiver]
        if saved is None or not endpoints or not record_return(tx, saved, endpoints[0]):
            raise UsageError("there is no such subscription that this receiver has left")
    return "resubscribe"


def _of_paper(do: Callable[[Transaction, Paper, WebSite], object], said: str) -> Act:
    """Return an act that does ``do`` to the paper with the key given.

    ``said``: the key in ``SAID`` of what the page then says.
    """

    def done(site: WebSite, buttons: Buttons, key: str) -> str:
        with site.store.transaction() as tx:
            paper = tx.papers.find(key)
            if paper is None:
                raise UsageError("there is no paper of this key")
            do(tx, paper, site)
        buttons.wake()
        return said

    return done


def _thumb(up: bool | None) -> Act:
    """Return an act that gives a thumb, or takes it back if ``up`` is None.

    Its name is a paper's key, or key, line end and full name of a subscription. A key alone means all active
    subscriptions that the paper matched.
    """

    def done(site: WebSite, buttons: Buttons, name: str) -> str:
        key, only = [*name.splitlines(), "", ""][:2]  # browsers send another line end than the page has
        with site.store.transaction() as tx:
            paper = tx.papers.find(key)
            if paper is None:
                raise UsageError("there is no paper of this key")
            names = dict.fromkeys(one.subscription for one in tx.browsing.matches_of([paper.id]))
            stored = [subscription_called(tx, one) for one in ([only] if only else names)]
            some = [one for one in stored if one is not None and one.gone_at is None]
            if not some:
                raise UsageError("there is no subscription in force that this could be said of")
            for one in some:
                if up is None:
                    take_thumb_back(tx, one, paper)
                else:
                    give_thumb(tx, one, paper, up, site.clock())
        return "no-thumb" if up is None else "thumb"

    return done


def _pause(tx: Transaction, saved: StoredSubscription, site: WebSite) -> None:
    if not saved.paused:
        record_pause(tx, saved)


def _unpause(tx: Transaction, saved: StoredSubscription, site: WebSite) -> None:
    if saved.paused:
        end_pause(tx, saved, site.clock())


def _mute(tx: Transaction, subject: StoredSubscription | Paper, site: WebSite) -> None:
    record_mute(tx, subject, site.clock(), site.clock() + MUTED)


def _unmute(tx: Transaction, subject: StoredSubscription | Paper, site: WebSite) -> None:
    end_mute(tx, subject, site.clock())


def _mark(kind: MarkKind, said: str, *, off: bool = False) -> Act:
    """Return an act that marks a paper for all users of these pages, or takes the mark back if ``off``."""
    return _of_paper(lambda tx, paper, site: mark_paper(tx, paper, kind, site.clock(), site.config(), off=off), said)


def _keep(site: WebSite, buttons: Buttons, name: str) -> str:
    """Keep a paper at a place. ``name`` is the place, a blank, and the paper's key."""
    place, _, key = name.partition(" ")
    with site.store.transaction() as tx:
        kept_by_hand(tx, key, place, site.clock(), site.config())
    buttons.wake()
    return "keep"


ACTS: Mapping[str, Act] = {
    "poll": _poll,
    "test": _test,
    "test-all": _test_all,
    "replay": _replay,
    "pause": _of_subscription(_pause, "pause"),
    "unpause": _of_subscription(_unpause, "unpause"),
    "mute": _of_subscription(_mute, "mute"),
    "unmute": _of_subscription(_unmute, "unmute"),
    "resubscribe": _resubscribe,
    "mute-paper": _of_paper(_mute, "mute"),
    "unmute-paper": _of_paper(_unmute, "unmute"),
    "thumb-up": _thumb(True),
    "thumb-down": _thumb(False),
    "thumb-none": _thumb(None),
    "keep": _keep,
    "star": _mark(MarkKind.STAR, "star"),
    "unstar": _mark(MarkKind.STAR, "unstar", off=True),
    "read": _mark(MarkKind.READ, "read"),
    "unread": _mark(MarkKind.READ, "unread", off=True),
}
"""Name of an act in a form → act. ``TEST_RULE`` is not among them."""
