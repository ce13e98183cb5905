"""A subscription comes back from its row as it was, field by field, also from rows that older programs wrote."""

from __future__ import annotations

import json
from datetime import UTC, datetime, time
from typing import Any

import pytest
from hypothesis import given

from tests.drawn import drawn
from watcher.model import Endpoint, QuietHours, Rhythm, StoredSubscription, Subscription, When
from watcher.policy.subscriptions.changes import Wanted, compare
from watcher.store.subscriptions.rows import row_of, saved_of

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)


def kept(one: Subscription) -> StoredSubscription:
    """The subscription as a database has it: what is kept as JSON has been written and read."""
    row = json.loads(json.dumps(row_of(Wanted(one, "d"))))
    return saved_of(row | FRESH)


FRESH = {
    "id": 1,
    "next_due": None,
    "last_due": None,
    "sign_due": None,
    "paused": False,
    "created_at": NOW,
    "gone_at": None,
    "origin": "file",
}


@given(drawn(Subscription))
def test_every_field_comes_back(one: Subscription) -> None:
    assert kept(one).subscription == one


@given(drawn(Subscription))
def test_what_came_back_is_no_change(one: Subscription) -> None:
    assert not compare([Wanted(one, "d")], [kept(one)])


@given(drawn(StoredSubscription))
def test_every_column_comes_back(saved: StoredSubscription) -> None:
    row = row_of(Wanted(saved.subscription, saved.rule_digest))
    for name in FRESH:
        row[name] = getattr(saved, name)
    assert saved_of(row) == saved


OLDEST: dict[str, Any] = {
    "to": ["me"],
    "rhythm": "daily",
    "at": "08:00:00",
    "weekday": None,
    "timezone": "Europe/Paris",
    "quiet": ["22:00:00", "07:00:00"],
    "backfill": None,
}
"""The settings of the first release that had any."""

OLDER: dict[str, Any] = OLDEST | {
    "cron": "",
    "quiet_days": [],
    "bundle": True,
    "max_papers": None,
    "sends_empty": False,
    "shows_life": False,
    "tells_updates": False,
}
"""The settings as they were before schedules counted days."""

PLAIN = Subscription(
    name="kites",
    rule="kite",
    to=("me",),
    endpoints=(Endpoint("me"),),
    when=When(Rhythm.DAILY, time(8)),
    timezone="Europe/Paris",
    quiet_hours=QuietHours(time(22), time(7)),
)

WRITTEN: list[tuple[dict[str, Any], dict[str, Any]]] = [
    (OLDEST, {}),
    (OLDER, {}),
    (OLDER | {"rhythm": "immediately", "at": None, "quiet": None}, {"when": When(), "quiet_hours": None}),
    (OLDER | {"rhythm": "hourly", "at": None}, {"when": When(Rhythm.HOURLY)}),
    (OLDER | {"rhythm": "weekdays", "at": "08:05:00"}, {"when": When(Rhythm.WEEKDAYS, time(8, 5))}),
    (OLDER | {"rhythm": "weekly", "weekday": 6}, {"when": When(Rhythm.WEEKLY, time(8), 6)}),
    (OLDER | {"rhythm": "cron", "at": None, "cron": "0 8 * * mon"}, {"when": When(Rhythm.CRON, cron="0 8 * * mon")}),
    (
        OLDER | {"quiet": ["00:00:00", "00:00:00"], "quiet_days": [5, 6]},
        {"quiet_hours": QuietHours(days=frozenset({5, 6}))},
    ),
    (
        OLDER | {"bundle": False, "max_papers": 3, "sends_empty": True, "shows_life": True, "tells_updates": True},
        {"bundle": False, "max_papers": 3, "sends_empty": True, "shows_life": True, "tells_updates": True},
    ),
    (OLDER | {"backfill": 7, "to": ["me", "mail:a@b.example"]}, {"backfill": 7, "to": ("me", "mail:a@b.example")}),
]


@pytest.mark.parametrize(("settings", "asked"), WRITTEN)
def test_rows_of_earlier_releases_mean_what_they_meant(settings: dict[str, Any], asked: dict[str, Any]) -> None:
    row = {"owner": "", "name": "kites", "rule": "kite", "rule_digest": "d", "sources": [], "endpoints": [["me", ""]]}
    saved = saved_of(row | FRESH | {"settings": settings})
    wanted = Subscription(**{name: getattr(PLAIN, name) for name in PLAIN.__slots__} | asked)
    assert saved.subscription == wanted
    assert not compare([Wanted(wanted, "d")], [saved])


def test_settings_that_others_read_keep_their_names() -> None:
    """Statements that tell matches read these from the rows."""
    assert {"timezone", "bundle", "max_papers", "above", "top", "order"} <= row_of(Wanted(PLAIN, "d"))[
        "settings"
    ].keys()
