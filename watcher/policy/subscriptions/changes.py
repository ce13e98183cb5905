"""Compare the subscriptions of the config with those of the database. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from watcher.model import StoredSubscription, Subscription

SubscriptionKey = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Wanted:
    """A subscription as it should be stored, with the digest of its rule and sources."""

    subscription: Subscription
    rule_digest: str


@dataclass(frozen=True, slots=True)
class Changes:
    """How the wanted subscriptions differ from the stored ones.

    A subscription is in one tuple at most, an unchanged one in none.

    ``new``: not stored yet.
    ``kept``: (stored, wanted) of those that stay and differ in anything, even in the name alone.
    ``back``: (stored, wanted) of those that were marked as gone and have come back under their name.
    ``gone``: stored and active, and no longer wanted.
    """

    new: tuple[Wanted, ...] = ()
    kept: tuple[tuple[StoredSubscription, Wanted], ...] = ()
    back: tuple[tuple[StoredSubscription, Wanted], ...] = ()
    gone: tuple[StoredSubscription, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.new or self.kept or self.back or self.gone)


def compare(wanted: Sequence[Wanted], saved: Sequence[StoredSubscription]) -> Changes:
    """Return how the wanted subscriptions differ from the stored ones.

    They are told apart by owner and name. One that went and one that came count as one that was renamed if rule,
    sources and receivers are equal, and no other that went or came has the same.

    ``wanted``: what config and commands ask for.
    ``saved``: those of the database, also removed ones.
    """
    active = {_name(row.subscription): row for row in saved if row.gone_at is None}
    left = {_name(row.subscription): row for row in sorted(saved, key=lambda row: row.id) if row.gone_at is not None}
    asked = {_name(one.subscription): one for one in wanted}
    come = {name: one for name, one in asked.items() if name not in active}
    gone = {name: row for name, row in active.items() if name not in asked}
    renamed = _renames(gone, come)
    back = [(left[name], one) for name, one in come.items() if name in left and name not in renamed.values()]
    new = [one for name, one in come.items() if name not in left and name not in renamed.values()]
    kept = [(active[old], come[name]) for old, name in renamed.items()]
    kept += [(row, asked[name]) for name, row in active.items() if name in asked and _differs(row, asked[name])]
    return Changes(
        new=tuple(new),
        kept=tuple(kept),
        back=tuple(back),
        gone=tuple(row for name, row in gone.items() if name not in renamed),
    )


def _renames(
    gone: Mapping[SubscriptionKey, StoredSubscription], come: Mapping[SubscriptionKey, Wanted]
) -> dict[SubscriptionKey, SubscriptionKey]:
    """Return old name → new name, of subscriptions with equal rule and receivers and no other candidate."""
    before = {name: (row.rule_digest, frozenset(row.subscription.endpoints)) for name, row in gone.items()}
    after = {name: (one.rule_digest, frozenset(one.subscription.endpoints)) for name, one in come.items()}
    olds, news = Counter(before.values()), Counter(after.values())
    by_content = {content: name for name, content in after.items()}
    return {name: by_content[content] for name, content in before.items() if olds[content] == 1 and news[content] == 1}


def _differs(row: StoredSubscription, one: Wanted) -> bool:
    return row.rule_digest != one.rule_digest or row.subscription != one.subscription


def _name(subscription: Subscription) -> SubscriptionKey:
    return subscription.owner, subscription.name
