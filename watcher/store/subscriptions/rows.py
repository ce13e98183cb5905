"""Convert subscriptions to rows and back, field by field of the record."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from watcher.model import Endpoint, Origin, StoredSubscription, Subscription
from watcher.policy.subscriptions.changes import Wanted
from watcher.store.database.values import Fields, endpoint_row, quiet_of, quiet_settings, when_of, when_settings

_OF_COLUMNS = ("name", "owner", "rule", "sources", "library")
_OF_RECORDS = ("endpoints", "when", "quiet_hours", "liked")
_COLUMNS = Fields(Subscription, _OF_COLUMNS)
_SETTINGS = Fields(Subscription, {field.name for field in fields(Subscription)}.difference(_OF_COLUMNS, _OF_RECORDS))
_OF_ROW = tuple(field.name for field in fields(StoredSubscription) if field.name not in ("subscription", "origin"))


def row_of(wanted: Wanted) -> dict[str, Any]:
    """Return column → value of a subscription."""
    one = wanted.subscription
    return {
        **_COLUMNS.plain(one),
        "rule_digest": wanted.rule_digest,
        "endpoints": [list(endpoint_row(endpoint)) for endpoint in one.endpoints],
        "settings": {**_SETTINGS.plain(one), **when_settings(one.when), **quiet_settings(one.quiet_hours)},
    }


def saved_of(row: Mapping[Any, Any]) -> StoredSubscription:
    """Return the subscription of a row of ``subscription``."""
    settings = row["settings"]
    subscription = Subscription(
        **_COLUMNS.restored(row),
        **_SETTINGS.restored(settings),
        endpoints=tuple(Endpoint(*endpoint) for endpoint in row["endpoints"]),
        when=when_of(settings),
        quiet_hours=quiet_of(settings),
    )
    return StoredSubscription(
        **{name: row[name] for name in _OF_ROW}, origin=Origin(row["origin"]), subscription=subscription
    )
