"""The operator hears of each incident once, of its end once, and of nothing that passed quickly."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.integration.test_pipeline import START, World
from watcher.model import DeliveryKind, Endpoint, Incident, IncidentKind
from watcher.store import Store
from watcher.store.deliveries.deliveries import Listed

OPS = Endpoint("ops")
LATER = START + timedelta(hours=1)
BROKEN, PARTIAL = IncidentKind.SOURCE_BROKEN, IncidentKind.SOURCE_PARTIAL


@pytest.fixture
def world(store: Store) -> World:
    return World(store)


def made(world: World) -> list[Listed]:
    with world.context.store.reading() as tx:
        return tx.deliveries.listed(None, None, 50)


def test_what_ended_before_it_was_told_has_no_recovery(world: World) -> None:
    with world.context.store.transaction() as tx:
        tx.incidents.begin(BROKEN, "hf", "gone", START)
        assert tx.incidents.end([BROKEN, PARTIAL], "hf", [OPS], LATER)
        assert not tx.incidents.has_told_end([BROKEN], "hf", LATER)
        assert not tx.incidents.end([BROKEN, PARTIAL], "hf", [OPS], LATER), "nothing is open any more"
    assert made(world) == []


def test_what_ended_together_has_one_recovery(world: World) -> None:
    with world.context.store.transaction() as tx:
        for kind, subject in ((BROKEN, "hf"), (PARTIAL, "hf"), (BROKEN, "other")):
            tx.incidents.tell(tx.incidents.begin(kind, subject, "gone", START).id, [OPS], START)
        assert tx.incidents.end([BROKEN, PARTIAL], "hf", [OPS], LATER)
        assert tx.incidents.has_told_end([PARTIAL], "hf", LATER) and not tx.incidents.has_told_end([BROKEN], "x", LATER)
        (left,) = tx.incidents.all_open()
    assert left.incident == Incident(kind=BROKEN, subject="other", reason="gone", began=START)
    kinds = sorted(one.kind.value for one in made(world))
    assert kinds == [DeliveryKind.INCIDENT.value] * 3 + [DeliveryKind.RECOVERY.value]


def test_one_that_goes_on_keeps_its_beginning_and_takes_the_new_reason(world: World) -> None:
    with world.context.store.transaction() as tx:
        first = tx.incidents.begin(BROKEN, "hf", "gone", START)
        tx.incidents.tell(first.id, [OPS], START)
        again = tx.incidents.begin(BROKEN, "hf", "a login page", LATER)
    assert (again.id, again.told_at) == (first.id, START)
    assert (again.incident.began, again.incident.reason) == (START, "a login page")
