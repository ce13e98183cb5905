"""The pages of subscriptions: their rules, how much they match, when they are told next, what they told."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from watcher.model import StoredSubscription
from watcher.policy.schedules.schedule import next_due, quiet_until
from watcher.store import Transaction
from watcher.web.frame import feed_links, shown, site_of
from watcher.web.views.drawing import Chart, bars_of

MOST = 200
"""Most subscriptions of the database that one page lists. Those of files are all listed."""

WEEKS = 4
NOISY = 50.0
"""Papers a week above which a subscription is marked as noisy."""

NEXT = 5
HISTORY = 50
DAYS = 30


@dataclass(frozen=True, slots=True)
class SubscriptionRow:
    """A subscription in the list.

    ``per_week``: papers that it matched a week in the last four weeks, None if it is younger than a week.
    ``last_week``: papers that it matched in the last week.
    ``muted``: end of its mute, None if it is not muted.
    ``mark``: what is odd about ``per_week``, such as noisy; "" for nothing.
    """

    saved: StoredSubscription
    per_week: float | None
    last_week: int
    muted: datetime | None
    mark: str


@dataclass(frozen=True, slots=True)
class NextTime:
    """An instant at which a subscription is due.

    ``until``: end of the quiet hours around it, None outside quiet hours.
    """

    at: datetime
    until: datetime | None


def subscriptions_screen(request: Request) -> Response:
    """Show all subscriptions of the config's files, and some of the database."""
    site = site_of(request)
    now = site.clock()
    with site.store.reading() as tx:
        stored = tx.subscriptions.of_files(active=True)
        others = tx.subscriptions.first_of_database(MOST + 1)
        rows = list(_rows(tx, stored + others[:MOST], now))
        return shown(request, tx, "subscriptions.html", rows=rows, are_hidden=len(others) > MOST)


def _rows(tx: Transaction, stored: Sequence[StoredSubscription], now: datetime) -> Iterator[SubscriptionRow]:
    since = now - timedelta(weeks=WEEKS)
    matched = tx.browsing.matched_since([one.id for one in stored], since)
    muted = tx.mutes.of_subscriptions(now)
    for one in stored:
        times = matched.get(one.id, [])
        age = min((now - one.created_at) / timedelta(weeks=1), WEEKS)
        per_week = len(times) / age if age >= 1 else None
        last_week = sum(at > now - timedelta(weeks=1) for at in times)
        yield SubscriptionRow(one, per_week, last_week, muted.get(one.subscription.full_name), _mark(per_week))


def _mark(per_week: float | None) -> str:
    if per_week is None:
        return ""
    return "silent" if per_week == 0 else "noisy" if per_week > NOISY else ""


def subscription_screen(request: Request) -> Response:
    """Show the subscription ``name``."""
    site = site_of(request)
    config, now = site.config(), site.clock()
    with site.store.reading() as tx:
        saved = subscription_called(tx, request.query_params.get("name", ""))
        if saved is None:
            raise HTTPException(404, "There is no subscription of this name, nor was there one.")
        one = saved.subscription
        matched = tx.browsing.matched_since([saved.id], now - timedelta(days=DAYS)).get(saved.id, [])
        left = tx.unsubscribed.of([saved.id]).get(saved.id, {})
        history = tx.history.of_subscription(saved.id, HISTORY + 1)
        return shown(
            request,
            tx,
            "subscription.html",
            saved=saved,
            one=one,
            feeds=feed_links(request, "subscription", one.full_name),
            muted=tx.mutes.of_subscription(saved.id, now),
            held=len(tx.matches.held(saved.id)) + (tx.silence.waiting(saved.id) if saved.rests else 0),
            times=_times(saved, now),
            own_zone=one.timezone,
            chart=_chart(matched, now),
            history=history[:HISTORY],
            is_more_history=len(history) > HISTORY,
            endpoints=[(endpoint, config.has_endpoint(endpoint), left.get(endpoint)) for endpoint in one.endpoints],
        )


def subscription_called(tx: Transaction, name: str) -> StoredSubscription | None:
    """Return the subscription with a full name, None if there is none; if none is active, the last one that was."""
    named = tx.subscriptions.of_full_name(name)
    named.sort(key=lambda one: (one.gone_at is None, one.id))
    return named[-1] if named else None


def _times(saved: StoredSubscription, now: datetime) -> list[NextTime]:
    """Return the next five due instants of a subscription, none if it is told immediately."""
    one, found = saved.subscription, list[NextTime]()
    at = saved.next_due
    while at is not None and len(found) < NEXT:
        if at > now or not found:
            found.append(NextTime(at, quiet_until(one.quiet_hours, one.timezone, at)))
        at = next_due(one.when, one.timezone, max(at, now), saved.created_at)
    return found


def _chart(matched: Sequence[datetime], now: datetime) -> Chart:
    today = now.astimezone(UTC).date()
    counts = Counter(at.astimezone(UTC).date() for at in matched)
    days = [today - timedelta(days=n) for n in reversed(range(DAYS))]
    return bars_of({day: counts[day] for day in days}, unit="paper")
