"""Turns are held by a single process, until their leases end or clocks were set back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from watcher.store import Store

NOW = datetime(2026, 3, 10, 8, tzinfo=UTC)
LEASE = timedelta(minutes=2)
POLL = "poll hf"


def takes(store: Store, holder: str, now: datetime, name: str = POLL) -> bool:
    with store.transaction() as tx:
        return tx.leases.take(name, holder, now, LEASE)


def test_a_turn_is_free_when_its_lease_ends_and_not_before(store: Store) -> None:
    assert takes(store, "a", NOW) and takes(store, "a", NOW, "poll arxiv"), "each turn for itself"
    assert not takes(store, "b", NOW + LEASE - timedelta(seconds=1))
    assert takes(store, "b", NOW + LEASE)


def test_a_renewed_turn_stays_and_a_lost_one_cannot_be_renewed_held_or_ended(store: Store) -> None:
    assert takes(store, "a", NOW)
    with store.transaction() as tx:
        assert tx.leases.renew(POLL, "a", NOW + 2 * LEASE) and not tx.leases.renew(POLL, "b", NOW + 9 * LEASE)
    assert not takes(store, "b", NOW + LEASE) and takes(store, "b", NOW + 2 * LEASE)
    with store.transaction() as tx:
        assert not tx.leases.renew(POLL, "a", NOW + 9 * LEASE) and not tx.leases.hold(POLL, "a")
        tx.leases.give_back(POLL, "a", NOW + 2 * LEASE)
        assert tx.leases.hold(POLL, "b"), "who lost the turn ends nothing of who has it"


def test_a_turn_that_is_given_back_is_free_at_once(store: Store) -> None:
    assert takes(store, "a", NOW)
    with store.transaction() as tx:
        tx.leases.give_back(POLL, "a", NOW)
    assert takes(store, "b", NOW)


def test_a_turn_of_a_clock_that_was_set_back_since_is_free(store: Store) -> None:
    """Its lease would end in a day; no lease is that long."""
    assert takes(store, "a", NOW + timedelta(days=1))
    assert takes(store, "b", NOW)
