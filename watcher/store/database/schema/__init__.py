"""The tables and their constraints, by the rooms of the store. Migrations must arrive at exactly this."""

from watcher.store.database.schema.base import IsoDay, UtcDateTime, metadata
from watcher.store.database.schema.deliveries import alert, attempt, blank, delivery, endpoint, incident, is_odd
from watcher.store.database.schema.fleet import config_version, daemon, lease
from watcher.store.database.schema.papers import listing, match, metric, paper, paper_key, unfolded
from watcher.store.database.schema.sources import page, poll, site
from watcher.store.database.schema.subscriptions import (
    library,
    mute,
    of_files,
    rules_generation,
    shown_as,
    subscription,
    unsubscribed,
)

__all__ = [
    "IsoDay",
    "UtcDateTime",
    "alert",
    "attempt",
    "blank",
    "config_version",
    "daemon",
    "delivery",
    "endpoint",
    "incident",
    "is_odd",
    "lease",
    "library",
    "listing",
    "match",
    "metadata",
    "metric",
    "mute",
    "of_files",
    "page",
    "paper",
    "paper_key",
    "poll",
    "rules_generation",
    "shown_as",
    "site",
    "subscription",
    "unfolded",
    "unsubscribed",
]
