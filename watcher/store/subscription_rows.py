"""A subscription as a row, and back."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import time
from typing import Any

from watcher.alerts.changes import Wanted
from watcher.model import Endpoint, Origin, QuietHours, Rhythm, Saved, Subscription, When

_PLAIN = ("bundle", "max_papers", "sends_empty", "shows_life", "tells_updates")
"""Settings that are stored as they are; rows older than one of them have its default."""


def row_of(wanted: Wanted) -> dict[str, Any]:
    """What a subscription asks for, as columns."""
    subscription = wanted.subscription
    quiet = subscription.quiet_hours
    return {
        "owner": subscription.owner,
        "name": subscription.name,
        "rule": subscription.rule,
        "rule_digest": wanted.rule_digest,
        "sources": list(subscription.sources),
        "endpoints": [[endpoint.receiver, endpoint.label] for endpoint in subscription.endpoints],
        "settings": {
            "to": list(subscription.to),
            "rhythm": subscription.when.rhythm.value,
            "at": subscription.when.at and subscription.when.at.isoformat(),
            "weekday": subscription.when.weekday,
            "cron": subscription.when.cron,
            "timezone": subscription.timezone,
            "quiet": quiet and [quiet.start.isoformat(), quiet.end.isoformat()],
            "quiet_days": sorted(quiet.days) if quiet else [],
            "backfill": subscription.backfill,
            **{name: getattr(subscription, name) for name in _PLAIN},
        },
    }


def saved_of(row: Mapping[Any, Any]) -> Saved:
    """The subscription that a row of ``subscription`` is."""
    settings = row["settings"]
    quiet = settings["quiet"]
    return Saved(
        id=row["id"],
        rule_digest=row["rule_digest"],
        next_due=row["next_due"],
        last_due=row["last_due"],
        sign_due=row["sign_due"],
        paused=row["paused"],
        created_at=row["created_at"],
        gone_at=row["gone_at"],
        origin=Origin(row["origin"]),
        subscription=Subscription(
            name=row["name"],
            owner=row["owner"],
            rule=row["rule"],
            to=tuple(settings["to"]),
            endpoints=tuple(Endpoint(receiver, label) for receiver, label in row["endpoints"]),
            sources=tuple(row["sources"]),
            when=When(
                Rhythm(settings["rhythm"]),
                time.fromisoformat(settings["at"]) if settings["at"] else None,
                settings["weekday"],
                settings.get("cron", ""),
            ),
            timezone=settings["timezone"],
            quiet_hours=_quiet_hours(quiet, settings.get("quiet_days", ())),
            backfill=settings["backfill"],
            **{name: settings[name] for name in _PLAIN if name in settings},
        ),
    )


def _quiet_hours(hours: Sequence[str] | None, days: Collection[int]) -> QuietHours | None:
    if not hours:
        return None
    start, end = map(time.fromisoformat, hours)
    return QuietHours(start, end, frozenset(days))
