"""Subscriptions that are paused, on real databases: held, then told in one message or never."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

import pytest

from tests.integration.test_pipeline import DAYS, World, subscription
from tests.parsers.pages import sample_papers
from watcher.model import DeliveryState, Endpoint, Outcome, QuietHours, Result, Rhythm, Saved, When
from watcher.pipeline.deliver import deliver_all
from watcher.pipeline.silence import pause, unpause
from watcher.pipeline.tell import tell_due
from watcher.store import Store
from watcher.store.checks import find_lost

ME = Endpoint("me")
DAILY = When(Rhythm.DAILY, time(8))


class Paused(World):
    """A world in which the subscription ``parts`` can be paused."""

    def saved(self, name: str = "parts") -> Saved:
        with self.parts.store.reading() as tx:
            return next(one for one in tx.subscriptions.active() if one.subscription.name == name)

    def pause(self) -> None:
        with self.parts.store.transaction() as tx:
            pause(tx, self.saved())

    def unpause(self, *, drop: bool = False) -> int:
        with self.parts.store.transaction() as tx:
            return unpause(tx, self.saved(), self.now, drop=drop)

    def more(self, n: int) -> None:
        """Some more papers on the newest day."""
        self.papers[DAYS[-1]] = [*self.papers[DAYS[-1]], *sample_papers(n, seed=90 + n)]
        self.publish()
        self.look()

    def late(self) -> list[str]:
        with self.parts.store.reading() as tx:
            return [one.what for one in find_lost(tx.connection, self.now + timedelta(hours=1))]


@pytest.fixture
def world(store: Store) -> Paused:
    return Paused(store)


def test_what_is_held_while_paused_is_told_in_one_message(world: Paused) -> None:
    world.apply(subscription())
    world.pause()
    world.look()
    assert world.tell() == 0 and world.late() == []
    world.more(3)
    assert world.tell() == 0
    assert world.unpause() == 15
    assert world.tell() == 1 and world.told() == 15
    assert world.tell() == 0


def test_what_is_dropped_is_never_told(world: Paused) -> None:
    world.apply(subscription())
    world.pause()
    world.look()
    assert world.unpause(drop=True) == 12
    world.look()
    assert world.tell() == 0
    world.more(2)
    assert world.tell() == 1 and world.told() == 2
    with world.parts.store.reading() as tx:
        reasons = [one.reason for one in tx.history.of_subscription(world.saved().id, 50) if one.state == "not told"]
    assert reasons == ["dropped when the subscription went on"] * 12


@pytest.mark.parametrize("drop", [False, True])
def test_what_was_about_to_be_told_waits_too(world: Paused, drop: bool) -> None:
    """Owed for the end of the quiet hours, or in a message that nobody has tried to send."""
    quiet = QuietHours(time(11), time(14))
    world.apply(
        subscription(),
        subscription(name="compost", rule="title:compost"),
        subscription(name="late", to="you", quiet_hours=quiet),
    )
    world.look()
    tell_due(world.parts)  # messages are made, and not sent yet
    world.pause()
    with world.parts.store.transaction() as tx:
        pause(tx, world.saved("late"))
    deliver_all(world.parts)
    world.now += timedelta(hours=3)
    assert world.tell() == 0 and world.late() == []
    ((_, message),) = world.receivers.sent  # of the subscription beside it
    assert "compost" in message.text and "parts:" not in message.text
    world.unpause(drop=drop)
    with world.parts.store.transaction() as tx:
        assert unpause(tx, world.saved("late"), world.now, drop=drop) == 12
    assert world.tell() == (0 if drop else 2)


def test_what_was_tried_before_is_not_taken_back(world: Paused) -> None:
    """It may have arrived: it keeps its key."""
    world.apply(subscription())
    world.look()
    world.receivers.outcome = Outcome(Result.FAILED, "no answer")
    world.tell()
    world.pause()
    world.receivers.outcome = Outcome(Result.SENT)
    world.now += timedelta(hours=2)
    assert world.tell() == 1 and world.told() == 12
    assert world.unpause() == 0 and world.tell() == 0


def test_a_daily_digest_that_was_missed_is_caught_up_with_once(world: Paused) -> None:
    world.apply(subscription(when=DAILY))
    world.look()
    world.pause()
    world.now = datetime(2026, 3, 13, 9, tzinfo=UTC)
    assert world.tell() == 0
    world.unpause()
    assert (world.tell(), world.tell()) == (1, 0)
    assert world.saved().next_due == datetime(2026, 3, 14, 8, tzinfo=UTC)


def test_after_dropping_the_next_digest_comes_at_its_time(world: Paused) -> None:
    world.apply(subscription(when=DAILY, sends_empty=True, shows_life=True))
    world.look()
    world.pause()
    world.now = datetime(2026, 4, 13, 9, tzinfo=UTC)
    assert world.tell() == 0  # nor an empty digest, nor a sign of life
    world.unpause(drop=True)
    assert world.saved().next_due == datetime(2026, 4, 14, 8, tzinfo=UTC)


def test_neither_a_flush_nor_an_edit_ends_a_pause(world: Paused) -> None:
    world.apply(subscription(when=DAILY))
    world.look()
    world.pause()
    assert tell_due(world.parts, flush=True) == 0
    world.apply(subscription(rule="title:compost"))
    assert world.tell() == 0 and world.saved().paused
    world.unpause()
    assert world.tell() == 1


def test_a_digest_without_anything_left_is_cancelled(world: Paused) -> None:
    world.apply(subscription())
    world.look()
    tell_due(world.parts)
    world.pause()
    deliver_all(world.parts)
    with world.parts.store.reading() as tx:
        assert tx.outbox.states() == {DeliveryState.CANCELLED: 1}
    assert not world.receivers.sent
