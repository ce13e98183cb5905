"""What status calls late: each thing that can get stuck, and each good reason to wait."""

from datetime import UTC, datetime, time, timedelta

import pytest

from tests.integration.queues import LEASE, claim
from watcher.model import Decision, DeliveryKind, Endpoint, Entry, Fate, Hit, Rhythm, Subscription, When
from watcher.policy.deliveries.retry import Health
from watcher.policy.subscriptions.changes import Wanted
from watcher.store import Store
from watcher.store.deliveries.outbox import Digest
from watcher.store.history.checks import Lost, find_lost
from watcher.store.papers.matches import NewMatch

NOW = datetime(2026, 3, 10, 8, 0, tzinfo=UTC)
ANA = Endpoint("ana")
SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)
IMMEDIATELY = When()
DAILY = When(Rhythm.DAILY, time(8))


def hold(store: Store, when: When = IMMEDIATELY, next_due: datetime | None = None) -> tuple[int, int]:
    """Store a subscription that holds a match since NOW; return the ids of both."""
    subscription = Subscription(name="lanterns", owner="ana", rule="lantern", to=("ana",), endpoints=(ANA,), when=when)
    with store.transaction() as tx:
        id = tx.subscriptions.insert(Wanted(subscription, "digest"), next_due, NOW)
        paper = tx.papers.record_entries([Entry(title="Lanterns", keys=("arxiv:2603.99001",))], "list", NOW).new[0]
        tx.matches.record([NewMatch(id, paper, Hit(score=0.9), Decision(Fate.HELD))], NOW)
        return id, next(iter(tx.matches.held(id)))


def owe(store: Store, due: datetime = NOW) -> int:
    _, match = hold(store)
    with store.transaction() as tx:
        tx.matches.owe([match], [ANA], due)
    return match


def enqueue(store: Store) -> str:
    with store.transaction() as tx:
        tx.endpoints.lock(ANA)
        return tx.outbox.enqueue(ANA, DeliveryKind.TEST, NOW)


def back_off(store: Store, until: datetime) -> None:
    with store.transaction() as tx:
        tx.endpoints.lock(ANA)
        tx.endpoints.set_health(ANA, Health(NOW, 1, until, "refused"))


def lost(store: Store, later: timedelta) -> list[Lost]:
    with store.reading() as tx:
        return find_lost(tx.connection, NOW + later)


def test_an_empty_database_has_nothing_late(store: Store) -> None:
    assert lost(store, timedelta(days=30)) == []


def test_a_match_held_for_an_immediate_subscription(store: Store) -> None:
    hold(store)
    assert lost(store, MINUTE - SECOND) == []
    assert lost(store, MINUTE) == [Lost("matches held past their time", 1, NOW, "ana/lanterns")]


def test_a_match_held_for_a_daily_subscription_waits_for_its_time(store: Store) -> None:
    due = NOW + timedelta(hours=24)
    hold(store, DAILY, due)
    assert lost(store, timedelta(hours=24)) == []
    assert lost(store, timedelta(hours=24) + MINUTE) == [Lost("matches held past their time", 1, due, "ana/lanterns")]


def test_a_due_time_without_anything_held_is_nothing_lost(store: Store) -> None:
    _, match = hold(store, DAILY, NOW)
    with store.transaction() as tx:
        tx.matches.decide([match], Decision(Fate.DROPPED, "rule edited"))
    assert lost(store, timedelta(days=1)) == []


def test_a_subscription_that_is_gone_holds_nothing(store: Store) -> None:
    id, _ = hold(store)
    with store.transaction() as tx:
        tx.subscriptions.set_gone(id, NOW)
    assert lost(store, timedelta(days=1)) == []


def test_an_alert_past_due_in_no_delivery(store: Store) -> None:
    due = NOW + timedelta(hours=1)
    owe(store, due)
    assert lost(store, timedelta(hours=1)) == []
    assert lost(store, timedelta(hours=1) + MINUTE) == [Lost("alerts due in no delivery", 1, due, "ana")]


def test_an_alert_dropped_or_delivered_is_not_late(store: Store) -> None:
    match = owe(store)
    with store.transaction() as tx:
        tx.outbox.enqueue_digests([Digest(ANA, 1, 1, [match])], NOW)
    assert lost(store, MINUTE) == [Lost("deliveries pending that nobody sends", 1, NOW, "ana")]


def test_backing_off_is_a_reason_until_it_ends(store: Store) -> None:
    owe(store)
    enqueue(store)
    back_off(store, NOW + timedelta(hours=1))
    assert lost(store, timedelta(hours=1)) == []
    assert [one.what for one in lost(store, timedelta(hours=1) + MINUTE)] == [
        "alerts due in no delivery",
        "deliveries pending that nobody sends",
    ]


def test_a_queue_behind_a_delivery_in_flight_is_not_late_but_an_ended_lease_is(store: Store) -> None:
    enqueue(store)
    assert claim(store, ANA, NOW)
    enqueue(store)
    assert lost(store, LEASE) == []
    ended = NOW + LEASE
    assert lost(store, LEASE + MINUTE) == [Lost("deliveries whose sender is gone", 1, ended, "ana")]


def test_a_queue_that_moves_is_not_late(store: Store) -> None:
    enqueue(store)
    assert claim(store, ANA, NOW + timedelta(minutes=2))
    with store.transaction() as tx:
        tx.queue.free_interrupted(NOW + timedelta(minutes=2))
    assert lost(store, timedelta(minutes=2, seconds=30)) == []
    assert lost(store, timedelta(minutes=4)) == [Lost("deliveries pending that nobody sends", 1, NOW, "ana")]


@pytest.mark.parametrize("count", [1, 3])
def test_each_receiver_is_counted(store: Store, count: int) -> None:
    for _ in range(count):
        enqueue(store)
    assert lost(store, MINUTE) == [Lost("deliveries pending that nobody sends", count, NOW, "ana")]
