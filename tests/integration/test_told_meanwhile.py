"""What readers leave, mute or have deleted in the very moment in which it is told, on a server of several processes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from threading import Thread
from typing import Any

import pytest
from sqlalchemy import text

from tests.integration.queues import LEASE, waiting_in
from tests.integration.test_forms import EDITED, TITLE, article, arxiv, preprint
from tests.integration.test_pipeline import World, subscription
from tests.patience import PATIENCE
from watcher.config import Config
from watcher.errors import StoreError
from watcher.model import Decision, Endpoint, Entry, Fate, Paper
from watcher.outbox.deliver import deliver_all
from watcher.pipeline.imports import Imported, finish_import
from watcher.pipeline.polling.updates import record_updates
from watcher.pipeline.record import Intake
from watcher.pipeline.subscriptions.leaving import record_leaving
from watcher.pipeline.subscriptions.pause_and_mute import record_mute
from watcher.pipeline.telling.tell import tell_due
from watcher.policy.alerts.fate import Telling
from watcher.store import Store, Transaction

pytestmark = pytest.mark.parametrize("make_store", ["postgresql"], indirect=True)
"""A file has one writer at a time."""

ME = Endpoint("me")
WAITING = text("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'")


@dataclass(frozen=True)
class Meanwhile:
    """A config that does something else when asked for the thing named ``at``."""

    config: Config
    at: str
    act: Callable[[], None]

    def __getattr__(self, name: str) -> Any:
        if name == self.at:
            self.act()
        return getattr(self.config, name)


class Other:
    """Another process that does one thing: it has ended, or waits for a lock, when :meth:`begin` returns."""

    def __init__(self, store: Store, do: Callable[[Transaction], object]) -> None:
        self._store, self._do = store, do
        self._thread = Thread(target=self._run)
        self.refused = ""

    def begin(self) -> None:
        if self._thread.ident is not None:
            return
        self._thread.start()
        while self._thread.is_alive() and not self._waits():
            self._thread.join(0.01)

    def end(self) -> None:
        self._thread.join(PATIENCE)
        assert not self._thread.is_alive()

    def _run(self) -> None:
        try:
            with self._store.transaction() as tx:
                self._do(tx)
        except StoreError as error:
            self.refused = str(error)

    def _waits(self) -> bool:
        with self._store.reading() as tx:
            return bool(tx.connection.scalar(WAITING))


@pytest.fixture
def world(store: Store) -> World:
    world = World(store)
    world.apply(subscription())
    world.look()
    return world


@contextmanager
def meanwhile(world: World, at: str, do: Callable[[Transaction], object]) -> Iterator[None]:
    """Have another process do something when the config is asked for ``at`` within the block, and end after it."""
    other = Other(world.context.store, do)
    world.context.config = Meanwhile(world.context.config, at, other.begin)  # type: ignore[assignment]
    yield
    other.end()


def papers_of(tx: Transaction) -> list[Paper]:
    return list(tx.papers.all())


def subscription_id(tx: Transaction, name: str) -> int:
    return next(one.id for one in tx.subscriptions.active() if one.subscription.name == name)


def leave(world: World) -> Callable[[Transaction], object]:
    return lambda tx: record_leaving(tx, tx.subscriptions.active()[0], ME, world.now)


def test_who_leaves_while_a_subscription_is_told_hears_nothing_of_it(world: World) -> None:
    with meanwhile(world, "quiet_hours_of", leave(world)):
        tell_due(world.context)
    tell_due(world.context)
    deliver_all(world.context)
    assert not world.receivers.sent


def test_who_leaves_while_an_import_is_told_hears_nothing_of_it(world: World) -> None:
    with world.context.store.transaction() as tx:
        ids = [one.id for one in papers_of(tx)]
    with meanwhile(world, "places", leave(world)):
        finish_import(Imported(papers=set(ids)), Telling.ALL, world.context)
    deliver_all(world.context)
    assert not world.receivers.sent


def test_a_paper_that_is_muted_while_it_is_told_is_not_told(world: World) -> None:
    until = world.now.replace(year=world.now.year + 1)

    def mute(tx: Transaction) -> None:
        for paper in papers_of(tx):
            record_mute(tx, paper, world.now, until)

    with meanwhile(world, "quiet_hours_of", mute):
        tell_due(world.context)
    tell_due(world.context)
    deliver_all(world.context)
    assert not world.receivers.sent


def test_what_becomes_of_a_paper_while_it_is_told_is_told_next(world: World) -> None:
    world.apply(subscription(on=("retracted",)))

    def take_back(tx: Transaction) -> None:
        paper = papers_of(tx)[0]
        said = Entry(title="", keys=(paper.key,), retraction="10.5555/notice", is_follow_up=True)
        record_updates(tx, tx.papers.record_entries([said], "journal", world.now).updates, world.now)

    with meanwhile(world, "quiet_hours_of", take_back):
        tell_due(world.context)
    tell_due(world.context)
    deliver_all(world.context)
    with world.context.store.reading() as tx:
        occasions = {match.occasion for paper in papers_of(tx) for match in tx.history.of_paper(paper.id, 10)}
    assert occasions == {"first", "retracted"} and "retracted" in world.receivers.text()


def test_a_paper_that_turns_out_to_be_known_while_it_is_told_is_not_told_again(world: World) -> None:
    world.apply(subscription("fish", rule="lanterns"))
    with world.context.store.transaction() as tx:
        Intake(tx, world.context.rules, world.now).add([preprint(1)], "hf", whole=True)
    for shown in (preprint(1), article(1)):
        tell_due(world.context)
        deliver_all(world.context)
        with world.context.store.transaction() as tx:
            intake = Intake(tx, world.context.rules, world.now)
            intake.add([shown], "journal", whole=True)
            intake.match(lambda *_: Decision(Fate.HELD), unchanged=True)

    def join(tx: Transaction) -> None:
        tx.papers.record_entries([arxiv(1)], "arxiv", world.now)

    with meanwhile(world, "quiet_hours_of", join):
        tell_due(world.context)
    tell_due(world.context)
    deliver_all(world.context)
    assert world.receivers.text().count(TITLE) == 1 and EDITED not in world.receivers.text()


def test_a_paper_that_is_muted_while_it_is_stored_makes_nobody_wait_for_ever(world: World) -> None:
    world.apply(subscription("early", rule="lanterns", on=("retracted",)), subscription("late", rule="green lanterns"))
    with world.context.store.transaction() as tx:
        intake = Intake(tx, world.context.rules, world.now)
        intake.add([preprint(1)], "hf", whole=True)
        intake.match(lambda *_: Decision(Fate.HELD))
    until = world.now.replace(year=world.now.year + 1)
    with world.context.store.reading() as tx:
        paper = tx.papers.find("arxiv:2603.00001")
        assert paper is not None
    other = Other(world.context.store, lambda tx: record_mute(tx, paper, world.now, until))
    with world.context.store.transaction() as tx:
        intake = Intake(tx, world.context.rules, world.now)
        intake.add([preprint(2, title="Green lanterns", retraction=None)], "hf", whole=True)
        tx.matches.hold(subscription_id(tx, "late"), tx.matches.held(subscription_id(tx, "late")), world.now)
        other.begin()
        record_updates(tx, {paper.id: ("retracted",)}, world.now)
    other.end()
    assert not other.refused


def test_two_sources_that_ask_for_the_same_papers_do_not_wait_for_each_other_for_ever(world: World) -> None:
    works = [("doi:10.5555/a", "openalex:w71", "Kilns")]

    def ask(tx: Transaction) -> None:
        Intake(tx, world.context.rules, world.now).add([preprint(1)], "second", whole=True)
        tx.cited.record(works, world.now)

    other = Other(world.context.store, ask)
    with world.context.store.transaction() as tx:
        intake = Intake(tx, world.context.rules, world.now)
        tx.cited.record(works, world.now)
        other.begin()
        intake.add([preprint(2)], "first", whole=True)
    other.end()
    assert not other.refused


def test_two_forms_that_are_joined_and_retracted_while_both_are_told_make_nobody_wait_for_ever(world: World) -> None:
    world.apply(subscription("fish", rule="lanterns", on=("retracted",)))
    with world.context.store.transaction() as tx:
        intake = Intake(tx, world.context.rules, world.now)
        intake.add([preprint(1), article(1, stage=None, venue=None)], "journal", whole=True)
        intake.match(lambda *_: Decision(Fate.HELD))

    def join(tx: Transaction) -> None:
        recorded = tx.papers.record_entries([replace(arxiv(1), retraction="10.5555/notice")], "arxiv", world.now)
        record_updates(tx, recorded.updates, world.now, heirs=recorded.heirs)

    other = Other(world.context.store, join)
    world.context.config = Meanwhile(world.context.config, "quiet_hours_of", other.begin)  # type: ignore[assignment]
    tell_due(world.context)
    other.end()
    assert not other.refused
    tell_due(world.context)
    deliver_all(world.context)
    assert "retracted" in world.receivers.text()


def test_who_is_forgotten_while_a_message_is_claimed_is_asked_to_wait(world: World) -> None:
    tell_due(world.context)
    world.apply()
    store, refused = world.context.store, ""
    with store.transaction() as tx:
        person = tx.people.find("parts")
        assert person is not None
    other = Other(store, lambda tx: tx.people.forget(person, world.now))
    with store.transaction() as tx:
        here = waiting_in(tx, world.now)[ME]
        assert tx.queue.claim([here], world.now, LEASE)
        other.begin()
    other.end()
    assert "just being sent" in other.refused, refused
