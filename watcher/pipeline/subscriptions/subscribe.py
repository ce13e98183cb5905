"""Add, change and remove subscriptions that are kept in the database, in batches.

Each batch is one transaction that also raises the rules' generation and tries the rules on the past. So a poll at the
same time misses neither paper nor rule, and every daemon reads the change before it matches again.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

from watcher.model import Origin, Subscription
from watcher.pipeline.context import Context
from watcher.pipeline.subscriptions.apply import add_subscriptions, change, changed_rules, past_matches, take_away
from watcher.policy.subscriptions.changes import Wanted, compare
from watcher.policy.subscriptions.effects import Effect
from watcher.rules import Rule

BATCH = 2_000
"""Subscriptions of one transaction. Polls wait until it ends."""


@dataclass(frozen=True, slots=True)
class Subscribed:
    """Numbers of subscriptions.

    ``added``: new ones, and ones that were gone and return.
    ``changed`` and ``unchanged``: those that were there, edited or as they were.
    """

    added: int = 0
    changed: int = 0
    unchanged: int = 0

    def __add__(self, other: Subscribed) -> Subscribed:
        return Subscribed(self.added + other.added, self.changed + other.changed, self.unchanged + other.unchanged)


def subscribe(
    some: Sequence[tuple[Subscription, Rule]], context: Context, heard: Callable[[Effect], object] = lambda effect: None
) -> Subscribed:
    """Add or replace subscriptions by (owner, name); of two with the same name the last counts.

    A new subscription is told what its look-back holds. For one with an edited rule, matches in the past count as
    known.

    ``heard``: called with the effect of each subscription that is new or changed.
    """
    now = context.clock()
    by_name = {(one.owner, one.name): (one, rule) for one, rule in some}
    wanted = [Wanted(one, rule.digest) for one, rule in by_name.values()]
    rules = {one.full_name: rule for one, rule in by_name.values()}
    effects: list[Effect] = []
    with context.store.transaction() as tx:
        # First of all, since it also lets two transactions with the same subscription wait for each other.
        tx.subscriptions.raise_generation()
        changes = compare(wanted, tx.subscriptions.named(by_name))
        if changes:
            past = past_matches(tx, context.config, changed_rules(tx, changes, rules), now, at_least=0)
            effects = add_subscriptions(tx, changes.new, past, now, Origin.DATABASE)
            effects += change(tx, changes, past, context.config, now)
    if changes:
        for effect in effects:
            heard(effect)
        context.store.wake_others("")
    added, changed = len(changes.new) + len(changes.back), len(changes.kept)
    return Subscribed(added, changed, len(wanted) - added - changed)


def unsubscribe(names: Collection[tuple[str, str]], context: Context) -> list[tuple[str, str]]:
    """Remove subscriptions by (owner, name) and cancel their unsent alerts; return the names that existed.

    If a name returns later, nothing is told twice.
    """
    now = context.clock()
    with context.store.transaction() as tx:
        tx.subscriptions.raise_generation()
        gone = [saved for saved in tx.subscriptions.named(names) if saved.gone_at is None]
        for saved in gone:
            take_away(tx, saved, now)
    return [(saved.subscription.owner, saved.subscription.name) for saved in gone]
