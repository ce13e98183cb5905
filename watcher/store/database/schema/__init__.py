"""The tables and their constraints, by the rooms of the store. The migrations must lead to exactly these."""

from watcher.store.database.schema.base import IsoDay, UtcDateTime, metadata
from watcher.store.database.schema.deliveries import alert, attempt, blank, delivery, endpoint, incident, is_odd, kept
from watcher.store.database.schema.fleet import config_version, daemon, lease
from watcher.store.database.schema.papers import (
    listing,
    match,
    metric,
    paper,
    paper_claim,
    paper_key,
    paper_mark,
    unfolded,
)
from watcher.store.database.schema.sources import cited, page, poll, site
from watcher.store.database.schema.subscriptions import (
    library,
    mute,
    never,
    of_files,
    rests,
    rests_of,
    rules_generation,
    shown_as,
    subscription,
    thumb,
    unsubscribed,
)

__all__ = [
    "IsoDay",
    "UtcDateTime",
    "alert",
    "attempt",
    "blank",
    "cited",
    "config_version",
    "daemon",
    "delivery",
    "endpoint",
    "incident",
    "is_odd",
    "kept",
    "lease",
    "library",
    "listing",
    "match",
    "metadata",
    "metric",
    "mute",
    "never",
    "of_files",
    "page",
    "paper",
    "paper_claim",
    "paper_key",
    "paper_mark",
    "poll",
    "rests",
    "rests_of",
    "rules_generation",
    "shown_as",
    "site",
    "subscription",
    "thumb",
    "unfolded",
    "unsubscribed",
]
