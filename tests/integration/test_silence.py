"""Subscriptions that are paused or muted, and muted papers, on real databases: told later in one message, or never."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

import pytest

from tests.integration.test_pipeline import DAYS, World, subscription
from tests.parsers.pages import sample_papers
from watcher.model import DeliveryState, Endpoint, Outcome, QuietHours, Result, Rhythm, StoredSubscription, When
from watcher.outbox.deliver import deliver_all
from watcher.pipeline.imports import Imported, finish_import, import_page, summary_of
from watcher.pipeline.subscriptions.pause_and_mute import end_mute, end_pause, record_mute, record_pause
from watcher.pipeline.telling.tell import tell_due
from watcher.policy.alerts.fate import Telling
from watcher.store import Store
from watcher.store.history.checks import find_lost
from watcher.store.papers.merging import merge_papers

ME = Endpoint("me")
DAILY = When(Rhythm.DAILY, time(8))


class Paused(World):
    """A world in which the subscription ``parts`` can be paused."""

    def saved(self, name: str = "parts") -> StoredSubscription:
        with self.context.store.reading() as tx:
            return next(one for one in tx.subscriptions.active() if one.subscription.name == name)

    def pause(self) -> None:
        with self.context.store.transaction() as tx:
            record_pause(tx, self.saved())

    def unpause(self, *, drop: bool = False) -> int:
        with self.context.store.transaction() as tx:
            return end_pause(tx, self.saved(), self.now, drop=drop)

    def more(self, n: int) -> None:
        """Some more papers on the newest day."""
        self.papers[DAYS[-1]] = [*self.papers[DAYS[-1]], *sample_papers(n, seed=90 + n)]
        self.publish()
        self.look()

    def late(self) -> list[str]:
        with self.context.store.reading() as tx:
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


@pytest.mark.parametrize("when", [When(), DAILY], ids=str)
def test_what_a_file_asks_for_that_allow_forgets_is_held_until_it_is_named(world: Paused, when: When) -> None:
    world.apply(subscription(when=when), subscription(name="compost", rule="title:compost", to="you"))
    world.look()
    world.now += timedelta(days=1)
    tell_due(world.context)  # messages are made, and not sent yet
    world.apply(subscription(when=when, is_unnamed=True), subscription(name="compost", rule="title:compost", to="you"))
    deliver_all(world.context)
    assert world.tell() == 0 and world.late() == []
    assert len(world.receivers.sent) == 1 and "compost" in world.receivers.text()
    world.more(2)
    world.now += timedelta(days=2)
    assert world.tell() == 0 and world.late() == []
    assert world.saved().rests and not world.saved().paused
    world.apply(subscription(when=when), subscription(name="compost", rule="title:compost", to="you"))
    world.now += timedelta(days=1)
    before = len(world.receivers.sent)
    assert world.tell() == 1 and len(world.receivers.sent) == before + 1
    assert world.receivers.sent[-1][1].subject.startswith("14 papers")
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
    with world.context.store.reading() as tx:
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
    tell_due(world.context)  # messages are made, and not sent yet
    world.pause()
    with world.context.store.transaction() as tx:
        record_pause(tx, world.saved("late"))
    deliver_all(world.context)
    world.now += timedelta(hours=3)
    assert world.tell() == 0 and world.late() == []
    ((_, message),) = world.receivers.sent  # of the subscription beside it
    assert "compost" in message.text and "parts:" not in message.text
    world.unpause(drop=drop)
    with world.context.store.transaction() as tx:
        assert end_pause(tx, world.saved("late"), world.now, drop=drop) == 12
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


def test_who_shares_a_message_with_a_paused_subscription_still_says_that_it_has_nothing(world: Paused) -> None:
    world.apply(
        subscription(when=DAILY), subscription(name="none", rule="title:unheard-of", when=DAILY, sends_empty=True)
    )
    world.look()
    world.now = datetime(2026, 3, 11, 8, tzinfo=UTC)
    assert tell_due(world.context) == 1
    world.pause()
    deliver_all(world.context)
    ((_, message),) = world.receivers.sent
    assert message.subject == "no papers for none" and "Part" not in message.text
    assert world.unpause() == 12
    assert world.tell() == 1 and world.told() == 12


def test_an_empty_digest_of_a_paused_subscription_is_not_sent(world: Paused) -> None:
    world.apply(subscription(rule="title:unheard-of", when=DAILY, sends_empty=True))
    world.look()
    world.now = datetime(2026, 3, 11, 8, tzinfo=UTC)
    assert tell_due(world.context) == 1
    world.pause()
    deliver_all(world.context)
    assert not world.receivers.sent


def test_neither_a_flush_nor_an_edit_ends_a_pause(world: Paused) -> None:
    world.apply(subscription(when=DAILY))
    world.look()
    world.pause()
    assert tell_due(world.context, flush=True) == 0
    world.apply(subscription(rule="title:compost"))
    assert world.tell() == 0 and world.saved().paused
    world.unpause()
    assert world.tell() == 1


def test_a_digest_without_anything_left_is_cancelled(world: Paused) -> None:
    world.apply(subscription())
    world.look()
    tell_due(world.context)
    world.pause()
    deliver_all(world.context)
    with world.context.store.reading() as tx:
        assert tx.outbox.states() == {DeliveryState.CANCELLED: 1}
    assert not world.receivers.sent


# --- muted ---


def quiet(world: Paused, hours: float, *, paper: str = "") -> None:
    """Mute the subscription ``parts``, or a paper."""
    with world.context.store.transaction() as tx:
        subject = tx.papers.find(paper) if paper else world.saved()
        assert subject
        record_mute(tx, subject, world.now, world.now + timedelta(hours=hours))


def untold(world: Paused) -> set[str]:
    with world.context.store.reading() as tx:
        found = tx.history.of_subscription(world.saved().id, 50)
    return {one.reason for one in found if one.state == "not told"}


def test_a_mute_ends_by_itself_and_what_it_kept_back_stays_untold(world: Paused) -> None:
    world.apply(subscription(), subscription(name="beside", rule="title:compost", to="you"))
    world.look()
    quiet(world, 24)
    assert world.tell() == 1  # the other subscription, which is not muted
    assert world.late() == [] and untold(world) == {"muted until 2026-03-11 12:00"}
    world.now += timedelta(hours=24)
    world.more(2)
    world.receivers.sent.clear()
    assert world.tell() == 1 and world.told() == 2
    assert world.tell() == 0


def test_what_a_mute_finds_waiting_is_not_told_if_due_before_its_end(world: Paused) -> None:
    hours = QuietHours(time(11), time(14))
    world.apply(subscription(quiet_hours=hours), subscription(name="whole", to="you", quiet_hours=hours))
    world.look()
    tell_due(world.context)  # owed for two o'clock
    quiet(world, 1)
    world.now += timedelta(hours=1, minutes=30)
    quiet(world, 1)
    world.now += timedelta(hours=2)
    assert world.tell() == 1
    ((url, _),) = world.receivers.sent
    assert "you." in url


def test_what_a_daily_subscription_holds_is_told_if_due_after_the_mute(world: Paused) -> None:
    world.apply(subscription(when=DAILY))
    world.look()
    quiet(world, 3)
    assert tell_due(world.context, flush=True) == 0  # a flush neither tells nor drops it
    world.now = datetime(2026, 3, 11, 8, tzinfo=UTC)
    assert world.tell() == 1 and world.told() == 12


def test_a_muted_subscription_says_nothing_at_all(world: Paused) -> None:
    world.apply(subscription(rule="title:unheard-of", when=DAILY, sends_empty=True, shows_life=True))
    quiet(world, 24 * 40)
    world.now = datetime(2026, 4, 13, 9, tzinfo=UTC)
    assert world.tell() == 0 and world.saved().next_due == datetime(2026, 4, 14, 8, tzinfo=UTC)


def test_a_muted_paper_is_told_to_nobody(world: Paused) -> None:
    paper = world.papers[DAYS[0]][0]
    world.apply(subscription(), subscription(name="again", rule="abstract:islands", to="you"))
    world.look()
    quiet(world, 24, paper=paper["id"])
    assert world.tell() == 2 and untold(world) == {"muted until 2026-03-11 12:00"}
    assert paper["title"] not in world.receivers.text()
    world.now += timedelta(hours=24)
    assert world.tell() == 0
    world.apply(subscription(), subscription(name="later", rule="title:part", to="you"))
    assert world.tell() == 1  # what it is matched by from now on
    assert paper["title"] in world.receivers.text()


def test_a_paper_that_waits_in_a_message_leaves_it(world: Paused) -> None:
    paper = world.papers[DAYS[0]][0]
    world.apply(subscription())
    world.look()
    tell_due(world.context)
    quiet(world, 24, paper=paper["id"])
    deliver_all(world.context)
    assert len(world.receivers.sent) == 1 and world.told() == 11
    assert paper["title"] not in world.receivers.text()


def test_a_mute_may_be_ended_or_set_anew(world: Paused) -> None:
    world.apply(subscription())
    quiet(world, 24)
    quiet(world, 48)
    with world.context.store.transaction() as tx:
        (found,) = tx.mutes.all(world.now)
        assert (found.subject, found.until - found.since) == ("parts", timedelta(hours=48))
        assert end_mute(tx, world.saved(), world.now) and not end_mute(tx, world.saved(), world.now)
    world.look()
    assert world.tell() == 1


def test_papers_that_turn_out_to_be_one_are_muted_as_long_as_one_of_them_was(world: Paused) -> None:
    world.apply(subscription())
    world.look()
    first, second = world.papers[DAYS[0]][:2]
    quiet(world, 24, paper=first["id"])
    quiet(world, 48, paper=second["id"])
    with world.context.store.transaction() as tx:
        ids = [tx.papers.find(one["id"]).id for one in (first, second)]  # type: ignore[union-attr]
        merge_papers(tx.connection, *ids)
        assert tx.mutes.of_papers(world.now) == {ids[0]: world.now + timedelta(hours=48)}
        assert tx.mutes.of_papers(world.now + timedelta(hours=48)) == {}


def test_an_import_that_tells_all_leaves_out_what_is_muted(world: Paused) -> None:
    world.apply(subscription())
    quiet(world, 24)
    done = Imported()
    for body in world.network.pages.values():
        import_page(body, "page", None, Telling.ALL, world.context, done)
    finish_import(done, Telling.ALL, world.context)
    assert world.tell() == 0
    assert str(summary_of(done, world.context)).endswith(
        "matched 12: 0 told now, 12 not told (`watcher history` says why)"
    )


def test_the_next_digest_is_never_of_a_paused_subscription(world: Paused) -> None:
    world.apply(subscription(when=DAILY), subscription("later", when=When(Rhythm.DAILY, time(9))))
    world.look()

    def next_digest() -> tuple[str, int] | None:
        with world.context.store.reading() as tx:
            found = tx.browsing.next_told()
        return (found.subscription, found.matches) if found else None

    assert next_digest() == ("parts", 12)
    world.pause()
    assert next_digest() == ("later", 12)
    world.apply(subscription(when=DAILY))
    assert next_digest() is None
