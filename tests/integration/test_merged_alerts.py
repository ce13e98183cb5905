"""Two papers turn out to be one after both made alerts: only one alert stays at each endpoint."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from tests.integration.test_outbox_machine import entry
from tests.integration.test_pipeline import START, World, subscription
from watcher.model import Decision, DeliveryState, Endpoint, Fate
from watcher.pipeline.record import Intake
from watcher.store import Store, Transaction
from watcher.store.database import schema
from watcher.store.deliveries.outbox import Digest
from watcher.store.papers.matches import MERGED

ME = Endpoint("me")
HELD = Decision(Fate.HELD)
EARLY, LATE = START - timedelta(hours=5), START - timedelta(hours=1)
SENT, SENDING, PENDING, DEAD = (
    DeliveryState.SENT,
    DeliveryState.SENDING,
    DeliveryState.PENDING,
    DeliveryState.DEAD,
)


@pytest.fixture
def world(store: Store) -> World:
    world = World(store)
    world.apply(subscription(rule="kites"))
    return world


def stand(tx: Transaction, match: int, due: datetime, state: DeliveryState | None) -> str | None:
    """Give a match an alert that is due then and stands in a delivery of this state, or in none."""
    tx.matches.owe([match], [ME], due)
    if state is None:
        return None
    (id,) = tx.outbox.enqueue_digests([Digest(ME, 1, 1, [match])], START)
    lease = START + timedelta(minutes=1) if state is SENDING else None
    values = {"state": state.value, "lease": lease, "finished_at": START if state is SENT else None}
    tx.connection.execute(update(schema.delivery).where(schema.delivery.c.id == id).values(**values))
    return id


def two_papers(tx: Transaction, world: World) -> list[int]:
    """Store two papers that match; return their matches, the older paper's first."""
    for key, number in (("doi", 1), ("url", 2)):
        intake = Intake(tx, world.context.rules, world.now)
        intake.add([entry(number, ["kites"], key)], "hf", whole=True)
        intake.match(lambda *_: HELD)
    (saved,) = tx.subscriptions.active()
    return sorted(tx.matches.held(saved.id))


def become_one(tx: Transaction, world: World) -> dict[int, Any]:
    """Store an entry with the keys of both papers; return the alert of each match."""
    both = replace(entry(1, ["kites"], "doi"), keys=("doi:10.1/1", "url:https://example.org/2"))
    Intake(tx, world.context.rules, world.now).add([both], "hf", whole=True)
    return {row.match_id: row for row in tx.connection.execute(select(schema.alert))}


@pytest.mark.parametrize("first_is", ["older", "younger"])
@pytest.mark.parametrize(
    ("kept", "dropped"), [(SENT, None), (SENT, PENDING), (SENDING, PENDING), (SENDING, None), (SENT, DEAD)]
)
@pytest.mark.parametrize("due", [(EARLY, LATE), (LATE, EARLY), (EARLY, EARLY)])
def test_what_was_sent_or_is_being_sent_stays_and_the_other_is_not_told(
    world: World,
    first_is: str,
    kept: DeliveryState,
    dropped: DeliveryState | None,
    due: tuple[datetime, datetime],
) -> None:
    with world.context.store.transaction() as tx:
        older, younger = two_papers(tx, world)
        told, untold = (older, younger) if first_is == "older" else (younger, older)
        stays = stand(tx, told, due[0], kept)
        stand(tx, untold, due[1], dropped)
        rows = become_one(tx, world)
        assert (rows[told].dropped, rows[told].delivery_id) == (None, stays)
        assert (rows[untold].dropped, rows[untold].delivery_id) == (MERGED, None)


@pytest.mark.parametrize("first_is", ["older", "younger"])
@pytest.mark.parametrize("state", [None, PENDING])
def test_an_alert_that_was_dropped_takes_nothing_from_one_that_waits(
    world: World, first_is: str, state: DeliveryState | None
) -> None:
    """One of the two papers was muted for a while; the other is told."""
    with world.context.store.transaction() as tx:
        older, younger = two_papers(tx, world)
        waits, muted = (older, younger) if first_is == "older" else (younger, older)
        stays = stand(tx, waits, LATE, state)
        stand(tx, muted, EARLY, None)
        at = schema.alert.c.match_id == muted
        tx.connection.execute(update(schema.alert).where(at).values(dropped="muted"))
        rows = become_one(tx, world)
        assert (rows[waits].dropped, rows[waits].delivery_id) == (None, stays)
        assert (rows[muted].dropped, rows[muted].delivery_id) == ("muted", None)


def test_what_was_told_of_the_younger_paper_is_told_of_the_older_one(world: World) -> None:
    """The older paper did not match until it was known to be the younger one: it is not told again by that name."""
    with world.context.store.transaction() as tx:
        for number, word, key in ((1, "mills", "doi"), (2, "kites", "url")):
            intake = Intake(tx, world.context.rules, world.now)
            intake.add([entry(number, [word], key)], "hf", whole=True)
            intake.match(lambda *_: HELD)
        (saved,) = tx.subscriptions.active()
        ((match, younger),) = tx.matches.held(saved.id).items()
        stand(tx, match, EARLY, SENT)
        intake = Intake(tx, world.context.rules, world.now)
        both = replace(entry(1, ["kites"], "doi"), keys=("doi:10.1/1", "url:https://example.org/2"))
        (older,) = intake.add([both], "hf", whole=True).ids
        assert older != younger and tx.papers.get([older])[0].title == both.title
        assert intake.match(lambda *_: HELD) == 0
        assert tx.matches.known([older]) == {(saved.id, older)}
