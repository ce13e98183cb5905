"""Anything may happen in any order, and the promise holds: what is owed is told once, or says why it is not.

Polls, sends, failures, crashes at every transaction, reloads, edits, renames, merges of papers, receivers that go,
clocks that jump, pauses, mutes and replays, on a real database.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import time, timedelta
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import exists, select

from tests.examples import patience, times
from tests.integration.mortal import SENT, TEAM, Life, standing
from watcher.model import (
    DeliveryState,
    Endpoint,
    Entry,
    Fate,
    Outcome,
    Paper,
    Result,
    Rhythm,
    StoredSubscription,
    Subscription,
    When,
)
from watcher.pipeline.subscriptions.pause_and_mute import end_pause, record_mute, record_pause
from watcher.store import Store
from watcher.store.database import schema
from watcher.store.history.checks import find_lost

_alert, _attempt, _delivery, _match = schema.alert, schema.attempt, schema.delivery, schema.match
_subscription = schema.subscription

WORDS = ["kites", "mills", "bells"]
OUTCOMES = [SENT, Outcome(Result.FAILED, "timeout"), Outcome(Result.REFUSED, "550"), Outcome(Result.DOWN, "401")]
JUMPS = [timedelta(seconds=30), timedelta(minutes=20), timedelta(hours=2), timedelta(hours=-2), timedelta(days=1)]
ENDS = {DeliveryState.SENT, DeliveryState.DEAD}
WAITS = {DeliveryState.PENDING, DeliveryState.SENDING}


def entry(number: int, words: list[str], *keys: str) -> Entry:
    """A paper of this number, known under these kinds of keys."""
    known = {"doi": f"doi:10.1/{number}", "url": f"url:https://example.org/{number}"}
    return Entry(
        title=f"Paper {number} on {' and '.join(words)}",
        abstract=f"What number {number} says is said at length and nowhere else, about {number} things.",
        keys=tuple(known[key] for key in keys),
        doi=f"10.1/{number}" if "doi" in keys else None,
    )


class Machine(RuleBasedStateMachine):
    def __init__(self, opened: Store) -> None:
        super().__init__()
        self.opened = opened
        self.life = Life(self.opened)
        self.papers: list[tuple[int, list[str]]] = []
        self.split: list[tuple[int, list[str]]] = []

    def teardown(self) -> None:
        try:
            self.settle()
        finally:
            self.opened.close()

    # --- what people do ---

    @initialize()
    def subscribe_first(self) -> None:
        self.subscribe("kites", "s0", ("me",), When())

    @rule(
        word=st.sampled_from(WORDS),
        name=st.sampled_from(["s0", "s1", "s2"]),
        to=st.sampled_from([("me",), ("you",), ("me", "you"), ("me", *TEAM)]),
        when=st.sampled_from([When(), When(Rhythm.DAILY, time(8))]),
    )
    def subscribe(self, word: str, name: str, to: tuple[str, ...], when: When) -> None:
        """A new subscription, or an edit of rule, receivers or schedule."""
        one = Subscription(name=name, rule=word, to=to, endpoints=tuple(map(Endpoint, to)), when=when)
        self._reload((*(s for s in self.life.subscriptions if s.name != name), one))

    @precondition(lambda self: self.life.subscriptions)
    @rule(data=st.data())
    def unsubscribe(self, data: st.DataObject) -> None:
        gone = data.draw(st.sampled_from(self.life.subscriptions))
        self._reload(tuple(s for s in self.life.subscriptions if s is not gone))

    @precondition(lambda self: self.life.subscriptions)
    @rule(data=st.data(), name=st.sampled_from(["s3", "s4"]))
    def rename(self, data: st.DataObject, name: str) -> None:
        old = data.draw(st.sampled_from(self.life.subscriptions))
        if name not in {s.name for s in self.life.subscriptions}:
            renamed = [replace(s, name=name) if s is old else s for s in self.life.subscriptions]
            self._reload(tuple(renamed))

    @rule(receivers=st.sampled_from([("me", "you", "ops", *TEAM), ("me", "ops")]))
    def take_receiver_away_or_back(self, receivers: tuple[str, ...]) -> None:
        self.life.receivers = receivers
        self._reload(self.life.subscriptions)

    @rule(name=st.sampled_from(["s0", "s1", "s2"]))
    def pause_one(self, name: str) -> None:
        with self.life.store.transaction() as tx:
            for saved in tx.subscriptions.active():
                if saved.subscription.name == name:
                    record_pause(tx, saved)

    @rule(drop=st.booleans())
    def unpause_all(self, drop: bool) -> None:
        with self.life.store.transaction() as tx:
            for saved in tx.subscriptions.active():
                if saved.paused:
                    end_pause(tx, saved, self.life.now, drop=drop)

    @precondition(lambda self: self.papers)
    @rule(data=st.data(), hours=st.sampled_from([1, 30]))
    def mute_something(self, data: st.DataObject, hours: int) -> None:
        with self.life.store.transaction() as tx:
            subjects: list[StoredSubscription | Paper] = [*tx.subscriptions.active(), *tx.papers.all()]
            record_mute(tx, data.draw(st.sampled_from(subjects)), self.life.now, self.life.now + timedelta(hours=hours))

    @rule()
    def replay_the_dead(self) -> None:
        with self.life.store.transaction() as tx:
            for dead in tx.deliveries.dead():
                if self.life.context.config.has_endpoint(dead.endpoint):
                    tx.deliveries.replay(dead, [dead.endpoint], self.life.now)

    def _reload(self, subscriptions: tuple[Subscription, ...]) -> None:
        self.life.subscriptions = subscriptions
        with self.life.mortal():
            self.life.reload()

    # --- what the world does ---

    @rule(words=st.lists(st.sampled_from(WORDS), min_size=1, max_size=2, unique=True))
    def a_paper_appears(self, words: list[str]) -> None:
        number = len(self.papers) + 1
        self.papers.append((number, words))
        with self.life.mortal():
            self.life.list_papers(entry(number, words, "doi"))

    @rule(words=st.lists(st.sampled_from(WORDS), min_size=1, max_size=2, unique=True))
    def a_paper_appears_as_two(self, words: list[str]) -> None:
        number = len(self.papers) + 1
        self.papers.append((number, words))
        self.split.append((number, words))
        other = replace(entry(number, words, "url"), title=f"The {number}. piece on {' and '.join(words)}")
        with self.life.mortal():
            self.life.list_papers(entry(number, words, "doi"))
        with self.life.mortal():
            self.life.list_papers(other)

    @precondition(lambda self: self.split)
    @rule(data=st.data())
    def two_papers_turn_out_to_be_one(self, data: st.DataObject) -> None:
        number, words = data.draw(st.sampled_from(self.split))
        with self.life.mortal():
            self.life.list_papers(entry(number, words, "doi", "url"))

    @rule(word=st.sampled_from(WORDS), outcomes=st.tuples(*[st.sampled_from(OUTCOMES)] * 2), by=st.sampled_from(JUMPS))
    def a_paper_told_as_two_turns_out_to_be_one(
        self, word: str, outcomes: tuple[Outcome, Outcome], by: timedelta
    ) -> None:
        """Each was told in its own time, or waits, or is dead, when a page shows that they are one."""
        life, number = self.life, len(self.papers) + 1
        self.papers.append((number, [word]))
        first = entry(number, [word], "doi")
        second = replace(entry(number, [word], "url"), title=f"The {number}. piece on {word}")
        for one, outcome in zip((first, second), outcomes, strict=True):
            with life.mortal():
                life.list_papers(one)
            life.outcomes[Endpoint("me")] = outcome
            life.tell()
            life.deliver()
            life.now += by
        with life.mortal():
            life.list_papers(entry(number, [word], "doi", "url"))
        life.outcomes[Endpoint("me")] = SENT

    @rule(by=st.sampled_from(JUMPS))
    def the_clock_jumps(self, by: timedelta) -> None:
        self.life.now += by

    @rule(
        receiver=st.sampled_from(["me", "you", "ops", "w1", "w3"]),
        outcome=st.sampled_from(OUTCOMES),
        arrives=st.booleans(),
    )
    def a_receiver_changes_its_mind(self, receiver: str, outcome: Outcome, arrives: bool) -> None:
        self.life.outcomes[Endpoint(receiver)] = outcome
        self.life.arrives_all_the_same = arrives

    # --- what the daemon does, and how it ends ---

    @rule()
    def tick(self) -> None:
        self.life.tell()
        self.life.deliver()

    @rule()
    def tell_only(self) -> None:
        self.life.tell()

    @rule(at=st.sampled_from(["before", "after"]), sends=st.integers(1, 5))
    def killed_while_sending(self, at: str, sends: int) -> None:
        """It ends in the middle of a batch: some of it was sent, nothing of it recorded."""
        self.life.tell()
        self.life.dies_at, self.life.sends_left = at, sends
        with self.life.mortal():
            self.life.deliver()
        self.life.dies_at = None

    @rule(fuse=st.integers(1, 8), inside=st.booleans())
    def killed_at_a_transaction(self, fuse: int, inside: bool) -> None:
        self.life.store.fuse, self.life.store.dies_inside = fuse, inside
        with self.life.mortal():
            self.life.tell()
            self.life.deliver()

    # --- what must hold whatever happened ---

    @invariant()
    def every_alert_says_where_it_is(self) -> None:
        with self.life.store.reading() as tx:
            for row in tx.connection.execute(_alerts()):
                assert row.dropped or row.delivery_id is None or row.state in ENDS | WAITS, row
                assert row.state != DeliveryState.DEAD or row.reason, row

    @invariant()
    def a_delivery_says_what_fits_its_state(self) -> None:
        """It has a lease only in flight, a time of its end only at its end, a successor only if it was folded."""
        with self.life.store.reading() as tx:
            for row in tx.connection.execute(select(_delivery)):
                assert (row.lease is not None) is (row.state == DeliveryState.SENDING), row
                assert (row.finished_at is None) is (row.state in WAITS), row
                assert (row.folded_into is not None) is (row.state == DeliveryState.FOLDED), row

    @invariant()
    def a_paused_subscription_is_in_no_new_message(self) -> None:
        with self.life.store.reading() as tx:
            for row in tx.connection.execute(_untried_of_paused()):
                assert row.state != DeliveryState.PENDING, row

    @invariant()
    def what_is_marked_as_sent_has_arrived(self) -> None:
        with self.life.store.reading() as tx:
            stands = standing(tx)
            heard = {(where, stands(match)) for where, match in self.life.heard}
            for row in tx.connection.execute(_alerts()):
                if row.state == DeliveryState.SENT and not row.dropped:
                    assert (row.receiver, stands(row.match_id)) in heard, row

    def settle(self) -> None:
        """All receivers work again, and a few days pass: nothing is left that was owed."""
        life = self.life
        life.outcomes.clear()
        life.arrives_all_the_same = False
        life.begin()
        self.unpause_all(drop=False)
        for _ in range(6):
            life.now += timedelta(days=1)
            life.tell()
            life.deliver()
        with life.store.reading() as tx:
            assert find_lost(tx.connection, life.now) == []
            assert not {state for state in tx.outbox.states() if state in WAITS}
            stands = standing(tx)
            heard = {(where, stands(match)) for where, match in life.heard}
            for row in tx.connection.execute(_alerts()):
                assert row.dropped or row.state in ENDS, row
            self._every_match_is_there(tx)
            for owed in tx.connection.execute(_owed()):
                assert (owed.receiver, stands(owed.id)) in heard or owed.state == DeliveryState.DEAD, owed

    def _every_match_is_there(self, tx: Any) -> None:
        known = tx.matches.known([paper.id for paper in tx.papers.all()])
        for saved in tx.subscriptions.active():
            for paper in tx.papers.all():
                if saved.subscription.rule in paper.title:
                    assert (saved.id, paper.id) in known, (saved, paper.title)
            assert tx.matches.held(saved.id) == {}


def _alerts() -> Any:
    columns = (_alert.c.match_id, _alert.c.receiver, _alert.c.delivery_id, _alert.c.dropped)
    return select(*columns, _delivery.c.state, _delivery.c.reason).outerjoin(
        _delivery, _delivery.c.id == _alert.c.delivery_id
    )


def _untried_of_paused() -> Any:
    """Deliveries that nobody has tried to send or asked for, of alerts of paused subscriptions."""
    attempted = exists().where(_attempt.c.delivery_id == _delivery.c.id)
    return (
        select(_delivery.c.id, _delivery.c.state, _match.c.id)
        .join(_alert, _alert.c.delivery_id == _delivery.c.id)
        .join(_match, _match.c.id == _alert.c.match_id)
        .join(_subscription, _subscription.c.id == _match.c.subscription_id)
        .where(_subscription.c.paused, _alert.c.dropped.is_(None), ~attempted)
        .where(_delivery.c.replay_of.is_(None))
    )


def _owed() -> Any:
    """Matches whose alerts stand, with the state of the delivery of each."""
    return (
        select(_match.c.id, _alert.c.receiver, _delivery.c.state)
        .join(_alert, _alert.c.match_id == _match.c.id)
        .outerjoin(_delivery, _delivery.c.id == _alert.c.delivery_id)
        .where(_match.c.fate == Fate.OWED, _match.c.same_as.is_(None), _alert.c.dropped.is_(None))
    )


@pytest.mark.timeout(patience(300))
def test_outbox(make_store: Callable[[], Store]) -> None:
    with closing(make_store()) as one:
        is_file = one.place.path is not None
    asked = settings(max_examples=times(40 if is_file else 6), stateful_step_count=30)

    class OnOneStore(Machine):
        def __init__(self) -> None:
            super().__init__(make_store())

    run_state_machine_as_test(OnOneStore, settings=asked)
