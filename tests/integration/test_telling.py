"""Empty digests, signs of life, short forms, unread sources and quiet times, on real databases with a clock of ours."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest

from tests.integration.test_pipeline import DAYS, START, World, subscription
from watcher.config import Config
from watcher.model import (
    FIRST,
    WITHDRAWN,
    Content,
    Decision,
    DeliveryKind,
    DeliveryState,
    Endpoint,
    Entry,
    Fate,
    Outcome,
    QuietHours,
    Result,
    Rhythm,
    Unread,
    When,
)
from watcher.outbox import send as sending
from watcher.outbox.deliver import deliver_all
from watcher.pipeline.polling.updates import record_updates
from watcher.pipeline.record import record_matches
from watcher.pipeline.subscriptions.apply import apply_config
from watcher.pipeline.telling.tell import tell_due
from watcher.render.message import render_message
from watcher.store import Store

DAILY = When(Rhythm.DAILY, time(8))
NOTHING = "title:unheard-of"


class Desk(World):
    """A world that keeps what every message says, before it is put into words."""

    def __init__(self, store: Store) -> None:
        super().__init__(store)
        self.said: list[Content] = []
        self.quiet: QuietHours | None = None

    def config(self, *subscriptions: Any, **more: Any) -> Config:
        config = super().config(*subscriptions, **more)
        if getattr(self, "quiet", None):
            object.__setattr__(config.receivers["me"], "quiet_hours", self.quiet)
        return config

    def until(self, text: str, step: timedelta = timedelta(minutes=30)) -> list[Content]:
        """Let time pass, telling and sending on the way; what was sent."""
        before, end = len(self.said), datetime.fromisoformat(text).replace(tzinfo=UTC)
        while self.now < end:
            self.now = min(self.now + step, end)
            tell_due(self.context)
            deliver_all(self.context)
        return self.said[before:]


@pytest.fixture
def desk(store: Store, monkeypatch: pytest.MonkeyPatch) -> Desk:
    desk = Desk(store)

    def remember(content: Content, *more: Any) -> Any:
        if desk.receivers.outcome.result is Result.SENT:
            desk.said.append(content)
        return render_message(content, *more)

    monkeypatch.setattr(sending, "render_message", remember)
    return desk


# --- when it comes ---


@pytest.mark.parametrize(
    ("when", "sent"),
    [
        (When(Rhythm.HOURLY), "2026-03-10T13:00"),
        (When(Rhythm.WEEKDAYS, time(9)), "2026-03-11T09:00"),
        (When(Rhythm.WEEKLY, time(9), 0), "2026-03-16T09:00"),
        (When(Rhythm.CRON, cron="15 9 * * 7"), "2026-03-15T09:15"),
    ],
)
def test_papers_are_held_until_their_time(desk: Desk, when: When, sent: str) -> None:
    desk.apply(subscription(when=when))
    desk.look()
    due = datetime.fromisoformat(sent).replace(tzinfo=UTC)
    assert desk.until((due - timedelta(minutes=1)).replace(tzinfo=None).isoformat()) == []
    (content,) = desk.until(sent)
    assert len(content.items) == 12


@pytest.mark.parametrize("when", [DAILY, When(Rhythm.HOURLY), When(Rhythm.CRON, cron="*/10 8 * * *")])
def test_three_days_down_are_caught_up_with_once(desk: Desk, when: When) -> None:
    desk.apply(subscription(when=when), subscription(name="empty", rule=NOTHING, when=when, sends_empty=True))
    desk.look()
    desk.now += timedelta(days=3, minutes=5)
    assert (desk.tell(), desk.tell()) == (1, 0)
    (content,) = desk.said
    assert len(content.items) == 12 and [one.subscription for one in content.nothing] == ["empty"]
    with desk.context.store.reading() as tx:
        assert all(one.next_due and one.next_due > desk.now for one in tx.subscriptions.active())


def test_one_morning_mail_not_two(desk: Desk) -> None:
    other = subscription(name="islands", rule="abstract:islands", when=DAILY)
    desk.apply(subscription(when=DAILY), other)
    desk.look()
    (content,) = desk.until("2026-03-11T09:00")
    assert {item.subscriptions for item in content.items} == {("parts", "islands")}


def test_a_subscription_may_have_a_message_of_its_own(desk: Desk) -> None:
    other = subscription(name="islands", rule="abstract:islands", when=DAILY, bundle=False)
    empty = subscription(name="empty", rule=NOTHING, when=DAILY, bundle=False, sends_empty=True)
    desk.apply(subscription(when=DAILY), other, empty)
    desk.look()
    said = desk.until("2026-03-11T09:00")
    assert [len(one.items) for one in said].count(12) == 2 and len(said) == 3
    assert [one.delivery.kind for one in said if not one.items] == [DeliveryKind.EMPTY]


# --- quiet times ---


def test_quiet_days_hold_and_then_deliver_one_message(desk: Desk) -> None:
    desk.apply(subscription(quiet_hours=QuietHours(time(22), time(7), frozenset({1, 2}))))  # Tuesday, Wednesday
    desk.look()
    assert desk.until("2026-03-12T06:59") == []
    (content,) = desk.until("2026-03-12T07:30")
    assert len(content.items) == 12


def test_a_receivers_quiet_hours_gather_what_comes_at_once(desk: Desk) -> None:
    desk.quiet = QuietHours(time(11), time(14))
    desk.apply(subscription())
    desk.look()
    assert desk.until("2026-03-10T13:00") == []
    desk.apply(subscription(), subscription(name="islands", rule="abstract:islands"))
    assert desk.until("2026-03-10T13:59") == []
    (content,) = desk.until("2026-03-10T14:30")
    assert {item.subscriptions for item in content.items} == {("parts", "islands")}


def test_what_failed_is_not_tried_again_in_quiet_hours(desk: Desk) -> None:
    desk.quiet = QuietHours(time(12, 30), time(18))
    desk.apply(subscription())
    desk.look()
    desk.receivers.outcome = Outcome(Result.FAILED, "HTTP 503")
    desk.tell()
    desk.receivers.outcome = Outcome(Result.SENT)
    desk.now += timedelta(minutes=30)
    assert desk.until("2026-03-10T17:59") == []
    assert len(desk.until("2026-03-10T18:30")) == 1


# --- how much ---


def test_what_goes_over_max_papers_is_told_in_short(desk: Desk) -> None:
    desk.apply(subscription(max_papers=5))
    desk.look()
    desk.tell()
    (content,) = desk.said
    assert [item.short for item in content.items] == [False] * 5 + [True] * 7


def test_what_is_behind_top_or_below_above_is_told_by_its_title_and_only_once(desk: Desk) -> None:
    desk.apply(subscription(when=DAILY, top=5))
    desk.look()
    (content,) = desk.until("2026-03-11T09:00")
    assert [item.also for item in content.items] == [False] * 5 + [True] * 7
    assert desk.until("2026-03-13T09:00") == []


@pytest.mark.parametrize(("above", "aside"), [(0.01, 0), (1.0, 12)])
def test_what_is_below_a_score_is_told_by_its_title(desk: Desk, above: float, aside: int) -> None:
    desk.apply(subscription(rule="island* OR part", above=above))
    desk.look()
    desk.tell()
    (content,) = desk.said
    assert (len(content.items), sum(item.also for item in content.items)) == (12, aside)


def test_a_paper_is_told_in_full_where_one_subscription_has_room_for_it(desk: Desk) -> None:
    desk.apply(subscription(max_papers=1), subscription(name="islands", rule="abstract:islands", max_papers=20))
    desk.look()
    desk.tell()
    (content,) = desk.said
    assert len(content.items) == 12 and not any(item.short for item in content.items)


# --- nothing to tell ---


def test_an_empty_digest_is_sent_only_where_asked_for(desk: Desk) -> None:
    desk.apply(subscription(rule=NOTHING, when=DAILY))
    desk.look()
    assert desk.until("2026-03-13T09:00") == []
    desk.apply(subscription(rule=NOTHING, when=DAILY, sends_empty=True))
    said = desk.until("2026-03-15T09:00")
    assert [one.delivery.kind for one in said] == [DeliveryKind.EMPTY] * 2
    (first,), (second,) = said[0].nothing, said[1].nothing
    assert (first.read, first.since) == (0, datetime(2026, 3, 13, 8, tzinfo=UTC))
    assert second.since == datetime(2026, 3, 14, 8, tzinfo=UTC)


def test_the_first_empty_digest_counts_what_was_read_since_the_subscription_began(desk: Desk) -> None:
    apply_config(desk.context)
    desk.apply(subscription(rule=NOTHING, when=DAILY, sends_empty=True, sources=("hf",)))
    desk.look()
    (content,) = desk.until("2026-03-11T08:00")
    (nothing,) = content.nothing
    assert (nothing.subscription, nothing.read, nothing.since) == ("parts", 12, START)


def test_empty_digests_that_could_not_be_sent_become_one(desk: Desk) -> None:
    desk.apply(subscription(rule=NOTHING, when=DAILY, sends_empty=True))
    desk.look()
    desk.receivers.outcome = Outcome(Result.FAILED, "HTTP 503")
    desk.until("2026-03-14T09:00")
    desk.receivers.outcome = Outcome(Result.SENT)
    said = [one for one in desk.until("2026-03-14T12:00") if one.nothing]
    assert len(said) == 2  # the one that was tried, and one for the days after it
    assert [one.read for one in said[1].nothing] == [0]
    with desk.context.store.reading() as tx:
        assert DeliveryState.PENDING not in tx.outbox.states()


def test_an_empty_digest_waits_for_the_end_of_quiet_hours(desk: Desk) -> None:
    desk.quiet = QuietHours(time(22), time(10))
    desk.apply(subscription(rule=NOTHING, when=DAILY, sends_empty=True))
    assert desk.until("2026-03-11T09:59") == []
    assert len(desk.until("2026-03-11T10:30")) == 1


def test_a_subscription_that_is_gone_says_nothing_any_more(desk: Desk) -> None:
    desk.quiet = QuietHours(time(22), time(10))
    desk.apply(subscription(rule=NOTHING, when=DAILY, sends_empty=True))
    assert desk.until("2026-03-11T09:00") == []
    desk.apply()
    assert desk.until("2026-03-12T12:00") == []


def test_a_sign_of_life_comes_once_a_month_where_nothing_matched(desk: Desk) -> None:
    desk.apply(subscription(rule=NOTHING, shows_life=True), subscription(name="told", shows_life=True, to="you"))
    desk.look()
    desk.tell()
    desk.said.clear()
    (first,) = desk.until("2026-04-15T00:00", timedelta(hours=3))
    assert first.delivery.kind is DeliveryKind.SIGN_OF_LIFE
    assert first.delivery.created_at == datetime(2026, 4, 1, 9, tzinfo=UTC)
    assert [(one.subscription, one.read, one.since) for one in first.nothing] == [("parts", 12, START)]
    # in April neither of them had anything to tell
    said = desk.until("2026-05-02T00:00", timedelta(hours=3))
    assert sorted(one.nothing[0].subscription for one in said) == ["parts", "told"]
    assert {one.nothing[0].since for one in said} == {datetime(2026, 4, 1, 9, tzinfo=UTC)}
    desk.now += timedelta(days=70)
    assert desk.tell() == 2 and desk.tell() == 0


# --- what could not be read ---


def test_a_digest_names_the_sources_that_could_not_be_read(desk: Desk) -> None:
    desk.apply(subscription(when=DAILY))
    desk.look()
    desk.now += timedelta(hours=1)
    broken_at = desk.now
    pages, desk.network.pages = desk.network.pages, {}
    assert desk.look() == "unreachable"
    (content,) = [one for one in desk.until("2026-03-11T08:00") if one.items]
    assert content.unread == (Unread(source="hf", since=broken_at),)
    desk.network.pages = pages
    desk.look()
    desk.apply(subscription(when=DAILY), subscription(name="islands", rule="abstract:islands", when=DAILY))
    (content,) = [one for one in desk.until("2026-03-12T08:00") if one.items]
    assert content.unread == ()


def test_only_sources_that_the_subscription_looks_at_are_named(desk: Desk) -> None:
    desk.apply(
        subscription(rule=NOTHING, when=DAILY, sends_empty=True, sources=("elsewhere",)),
        subscription(name="yours", rule=NOTHING, to="you", when=DAILY, sends_empty=True, sources=("hf",)),
    )
    desk.network.pages = {}
    desk.look()
    said = {one.delivery.endpoint: one.unread for one in desk.until("2026-03-11T08:00") if one.nothing}
    assert said[Endpoint("me")] == () and [one.source for one in said[Endpoint("you")]] == ["hf"]


# --- what becomes of a paper that was told ---


def withdraw(desk: Desk) -> None:
    desk.papers[DAYS[-1]][0]["abstract"] = "This paper has been withdrawn by its authors: what they saw were clouds."
    desk.publish()
    desk.look()


def is_to_you(content: Content) -> bool:
    return content.delivery.endpoint == Endpoint("you")


def test_a_withdrawal_is_told_once_to_those_who_were_told_of_the_paper_and_asked(desk: Desk) -> None:
    title = desk.papers[DAYS[-1]][0]["title"]
    desk.apply(
        subscription(tells_updates=True),
        subscription(name="gone-with-the-text", rule="abstract:islands", to="you", tells_updates=True),
        subscription(name="not-asked", to="ops"),
        subscription(name="never-told", rule=NOTHING, tells_updates=True),
    )
    desk.look()
    desk.tell()
    (score,) = [item.score for one in desk.said for item in one.items if item.paper.title == title and is_to_you(one)]
    desk.said.clear()
    withdraw(desk)
    assert desk.tell() == 2
    assert {one.delivery.endpoint for one in desk.said} == {Endpoint("me"), Endpoint("you")}
    assert [item.score for one in desk.said for item in one.items if is_to_you(one)] == [score], (
        "its rule holds no more"
    )
    assert 0 < score < 1
    for content in desk.said:
        assert [(item.paper.title, item.occasion, item.told_before) for item in content.items] == [
            (title, WITHDRAWN, None)
        ]
    withdraw(desk)
    assert desk.tell() == 0


def test_a_withdrawal_is_no_news_for_a_subscription_that_is_gone(desk: Desk) -> None:
    desk.apply(subscription(tells_updates=True))
    desk.look()
    desk.tell()
    desk.apply()
    withdraw(desk)
    with desk.context.store.reading() as tx:
        (gone,) = tx.subscriptions.all()
        assert tx.subscriptions.get([gone.id]) == {} and tx.matches.held(gone.id) == {}


def test_a_withdrawal_before_the_paper_was_told_is_no_news(desk: Desk) -> None:
    desk.apply(subscription(when=DAILY, tells_updates=True))
    desk.look()
    withdraw(desk)
    (content,) = desk.until("2026-03-12T09:00")
    assert {item.occasion for item in content.items} == {FIRST}


def test_new_versions_are_told_one_after_the_other(desk: Desk) -> None:
    desk.apply(subscription(rule="title:tides", tells_updates=True))

    def show(version: int) -> list[str]:
        entry = Entry(title="Tides", keys=("arxiv:2603.00001",), abstract="We measure.", version=version)
        with desk.context.store.transaction() as tx:
            recorded = tx.papers.record_entries([entry], "hf", desk.now)
            record_matches(tx, desk.context.rules, recorded.touched, lambda *_: Decision(Fate.HELD), desk.now)
            record_updates(tx, recorded.updates, desk.now)
        desk.said.clear()
        desk.tell()
        return [item.occasion for content in desk.said for item in content.items]

    assert [show(version) for version in (1, 1, 2, 1, 2, 4)] == [[FIRST], [], ["v2"], [], [], ["v4"]]
