"""Subscriptions that are kept in the database: a batch of them wanted, or no longer wanted.

Each batch is one transaction with all that follows from it: the rules' generation raised, its rules tried on the past.
So no paper falls between a poll and a change, and every daemon knows of the change before it matches again.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

from watcher.alerts.changes import Wanted, compare
from watcher.alerts.effects import Effect
from watcher.model import Origin, Subscription
from watcher.pipeline.context import Context
from watcher.pipeline.subscriptions.apply import add_subscriptions, change, changed_rules, past_matches, take_away
from watcher.rules import Rule

BATCH = 2_000
"""Subscriptions of one transaction: polls wait for its end."""


@dataclass(frozen=True, slots=True)
class Subscribed:
    """How many subscriptions were new or came back, were changed, and were so already."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0

    def __add__(self, other: Subscribed) -> Subscribed:
        return Subscribed(self.added + other.added, self.changed + other.changed, self.unchanged + other.unchanged)


def subscribe(
    some: Sequence[tuple[Subscription, Rule]], parts: Context, heard: Callable[[Effect], object] = lambda effect: None
) -> Subscribed:
    """Let the database have these, new or instead of those with their owners and names; of two alike the last counts.

    A new one is told what the look-back holds; an edited rule is applied silently, as in a config that is edited.
    ``heard`` is called with what became of each that is new or changed.
    """
    now = parts.clock()
    by_name = {(one.owner, one.name): (one, rule) for one, rule in some}
    wanted = [Wanted(one, rule.digest) for one, rule in by_name.values()]
    rules = {one.full_name: rule for one, rule in by_name.values()}
    effects: list[Effect] = []
    with parts.store.transaction() as tx:
        # First of all: it also lets two who say the same wait for one another.
        tx.subscriptions.raise_generation()
        changes = compare(wanted, tx.subscriptions.named(by_name))
        if changes:
            past = past_matches(tx, parts.config, changed_rules(changes, rules), now, at_least=0)
            effects = add_subscriptions(tx, changes.new, past, now, Origin.DATABASE)
            effects += change(tx, changes, past, parts.config, now)
    if changes:
        for effect in effects:
            heard(effect)
        parts.store.wake_others("")
    added, changed = len(changes.new) + len(changes.back), len(changes.kept)
    return Subscribed(added, changed, len(wanted) - added - changed)


def unsubscribe(names: Collection[tuple[str, str]], parts: Context) -> list[tuple[str, str]]:
    """Take away the database's subscriptions with these owners and names; those of them that were there.

    What was not sent is cancelled. Whoever comes back under the name is told nothing twice.
    """
    now = parts.clock()
    with parts.store.transaction() as tx:
        tx.subscriptions.raise_generation()
        gone = [saved for saved in tx.subscriptions.named(names) if saved.gone_at is None]
        for saved in gone:
            take_away(tx, saved, now)
    return [(saved.subscription.owner, saved.subscription.name) for saved in gone]
