"""The steps on real databases, with a site, a clock and receivers that the test decides on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest

from tests.integration.queues import LEASE, claim, record
from tests.parsers.pages import make_page, sample_papers
from tests.parsers.renderings import RENDERED_HEAD
from tests.sources import make_source
from watcher.config import Config, Receiver
from watcher.config.addresses import Address
from watcher.model import (
    DeliveryState,
    Endpoint,
    Message,
    Outcome,
    Page,
    Paper,
    QuietHours,
    Result,
    Rhythm,
    Subscription,
    Unreachable,
    When,
)
from watcher.outbox.deliver import deliver_all
from watcher.pipeline.context import Context
from watcher.pipeline.imports import Imported, finish_import, import_page, summary_of
from watcher.pipeline.polling.poll import match_waiting, poll_pages
from watcher.pipeline.rulebook import RuleBook
from watcher.pipeline.subscriptions.apply import apply_config
from watcher.pipeline.telling.tell import tell_due
from watcher.policy.alerts.fate import Telling
from watcher.store import Store
from watcher.store.deliveries.queue import Claim, Try

SITE = "http://site.example"
START = datetime(2026, 3, 10, 12, tzinfo=UTC)
DAYS = [date(2026, 3, n) for n in (6, 9, 10)]


@dataclass
class Receivers:
    """Stands for apprise: keeps what was sent, answers with ``outcome``."""

    outcome: Outcome = field(default_factory=lambda: Outcome(Result.SENT))
    sent: list[tuple[str, Message]] = field(default_factory=list)

    def send(self, url: str, message: Message, delivery_id: str) -> Outcome:
        if self.outcome.result is Result.SENT:
            self.sent.append((url, message))
        return self.outcome

    def text(self) -> str:
        return " ".join(" ".join(message.text for _, message in self.sent).split())


@dataclass
class Pages:
    """Stands for the network: what ``pages`` holds is found, anything else is unreachable."""

    world: World
    pages: dict[str, bytes] = field(default_factory=dict)

    def get(self, url: str, validators: Callable[[str], Any], *, robots: bool = True) -> Page | Unreachable:
        found = self.pages.get(url)
        if found is None:
            return Unreachable(url=url, reason="HTTP 404 Not Found", fetched_at=self.world.now)
        return Page(url=url, body=found, fetched_at=self.world.now)

    def close(self) -> None: ...


class World:
    """A database, a clock, a site with three digest days, a receiver and an operator."""

    def __init__(self, store: Store) -> None:
        self.now = START
        self.receivers, self.network = Receivers(), Pages(self)
        self.papers = {day: sample_papers(4, seed=n) for n, day in enumerate(DAYS)}
        self.source = make_source(name="hf", url=f"{SITE}/papers")
        self.context = Context(
            config=self.config(subscription()),
            store=store,
            fetcher=self.network,  # type: ignore[arg-type]
            notifier=self.receivers,  # type: ignore[arg-type]
            clock=lambda: self.now,
            jitter=lambda: 0.5,
            env={},
            rules=RuleBook(),
        )
        self.publish()

    def config(self, *subscriptions: Subscription, receivers: tuple[str, ...] = ("me", "you", "ops")) -> Config:
        return Config(
            operator=(Endpoint("ops"),),
            sources={"hf": self.source},
            receivers={
                name: Receiver(name=name, urls={"": Address(text=f"json://{name}.example/")}) for name in receivers
            },
            subscriptions=subscriptions,
            unreachable_after=timedelta(0),
        )

    def publish(self, **faults: Any) -> None:
        """Lay the site's pages out, newest first; ``faults`` go to every page."""
        for n, day in enumerate(DAYS):
            before = DAYS[n - 1] if n else None
            after = DAYS[n + 1] if n + 1 < len(DAYS) else None
            self.network.pages[f"{SITE}/papers/date/{day}"] = make_page(day, self.papers[day], before, after, **faults)
        self.network.pages[f"{SITE}/papers"] = self.network.pages[f"{SITE}/papers/date/{DAYS[-1]}"]

    def apply(self, *subscriptions: Subscription, **more: Any) -> None:
        self.context.config = self.config(*subscriptions, **more)
        apply_config(self.context)

    def look(self) -> str:
        return poll_pages(self.source, self.context).judged.verdict.value

    def tell(self) -> int:
        """Tell and send what is due; how many messages arrived."""
        before = len(self.receivers.sent)
        tell_due(self.context)
        deliver_all(self.context)
        return len(self.receivers.sent) - before

    def told(self) -> int:
        """How many of the site's titles arrived; none may have twice."""
        counts = [self.receivers.text().count(paper["title"]) for papers in self.papers.values() for paper in papers]
        assert max(counts) <= 1
        return sum(counts)


def subscription(name: str = "parts", rule: str = "title:part", to: str = "me", **more: Any) -> Subscription:
    return replace(Subscription(name=name, rule=rule, to=(to,), endpoints=(Endpoint(to),)), **more)


@pytest.fixture
def world(store: Store) -> World:
    world = World(store)
    apply_config(world.context)
    return world


def test_the_look_back_is_told_once(world: World) -> None:
    assert world.look() == "new" and world.tell() == 1 and world.told() == 12
    assert world.look() == "unchanged" and world.tell() == 0


def test_a_digest_comes_at_its_time_and_an_outage_is_caught_up_with_once(world: World) -> None:
    world.apply(subscription(when=When(Rhythm.DAILY, time(8))))
    world.look()
    assert world.tell() == 0
    world.now += timedelta(days=3)
    assert world.tell() == 1 and world.tell() == 0
    with world.context.store.reading() as tx:
        (saved,) = tx.subscriptions.active()
    assert saved.next_due == datetime(2026, 3, 14, 8, tzinfo=UTC)


def test_quiet_hours_hold_and_then_deliver(world: World) -> None:
    world.apply(subscription(quiet_hours=QuietHours(time(11), time(14))))
    world.look()
    assert world.tell() == 0
    world.now = START.replace(hour=14)
    assert world.tell() == 1


def test_a_receiver_that_was_added_gets_what_is_held(world: World) -> None:
    daily = When(Rhythm.DAILY, time(8))
    world.apply(subscription(when=daily))
    world.look()
    both = (Endpoint("me"), Endpoint("you"))
    world.apply(replace(subscription(when=daily), to=("me", "you"), endpoints=both))
    world.now += timedelta(days=1)
    assert world.tell() == 2


def test_a_renamed_subscription_is_the_same(world: World) -> None:
    world.look()
    world.tell()
    world.apply(subscription(name="other"))
    world.look()
    assert world.tell() == 0


def test_cards_alone_wait_for_their_abstracts_a_day_at_most(world: World) -> None:
    world.publish(json=False)
    assert world.look() == "partial"
    world.tell()
    assert world.told() == 0
    world.now += timedelta(hours=25)
    assert match_waiting(world.context) == 12
    world.tell()
    assert world.told() == 12
    world.publish()
    world.look()
    world.tell()
    assert world.told() == 12


def test_a_paper_that_cannot_be_matched_stops_no_other(
    world: World, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """It is tried again: once the mistake is mended, it is matched and told."""
    world.publish(json=False)
    world.look()
    world.now += timedelta(hours=25)
    match, broken = RuleBook.match, world.papers[DAYS[0]][0]["title"]

    def raising(book: RuleBook, papers: Sequence[Paper], *args: Any) -> Any:
        if any(paper.title == broken for paper in papers):
            raise ZeroDivisionError("by nothing")
        return match(book, papers, *args)

    monkeypatch.setattr(RuleBook, "match", raising)
    assert match_waiting(world.context) == 11
    assert "goes on waiting: internal error while matching: ZeroDivisionError: by nothing" in caplog.text
    world.tell()
    assert world.told() == 11
    monkeypatch.undo()
    assert match_waiting(world.context) == 1
    world.tell()
    assert world.told() == 12


def test_a_rule_on_abstracts_finds_them_when_they_come(world: World) -> None:
    world.apply(subscription(rule="abstract:islands"))
    world.publish(json=False)
    world.look()
    world.publish()
    world.look()
    world.tell()
    assert world.told() == 12


def test_an_endpoint_that_fails_for_an_hour_is_told_to_the_operator_once_and_its_recovery(world: World) -> None:
    world.look()
    world.receivers.outcome = Outcome(Result.FAILED, "HTTP 503")
    for _ in range(30):
        world.tell()
        world.now += timedelta(minutes=10)
    world.receivers.outcome = Outcome(Result.SENT)
    for _ in range(8):
        world.tell()
        world.now += timedelta(minutes=20)
    subjects = [message.subject for url, message in world.receivers.sent if "ops" in url]
    assert len(subjects) == 2 and "arrive again" in subjects[1]
    assert world.told() == 12


def test_an_endpoint_that_is_gone_leaves_dead_messages_and_the_operator_told(world: World) -> None:
    world.look()
    world.receivers.outcome = Outcome(Result.FAILED, "HTTP 503")
    world.tell()
    world.receivers.outcome = Outcome(Result.SENT)
    world.apply(subscription(to="you"), receivers=("you", "ops"))
    with world.context.store.reading() as tx:
        assert tx.outbox.states()[DeliveryState.DEAD] == 1
    world.tell()
    assert ["receiver me is gone" in message.subject for url, message in world.receivers.sent if "ops" in url] == [True]
    assert all("me.example" not in url for url, _ in world.receivers.sent)


def test_a_refused_message_is_dead_and_holds_up_nothing(world: World) -> None:
    world.look()
    world.receivers.outcome = Outcome(Result.REFUSED, "550 too large")
    world.tell()
    world.receivers.outcome = Outcome(Result.SENT)
    world.apply(subscription(), subscription(name="more", rule="abstract:islands"))
    assert world.tell() == 1
    with world.context.store.reading() as tx:
        assert tx.outbox.states() == {DeliveryState.DEAD: 1, DeliveryState.SENT: 1}


def test_a_claim_that_ran_out_is_taken_by_another_and_the_first_marks_nothing(world: World) -> None:
    world.look()
    tell_due(world.context)
    me, store = Endpoint("me"), world.context.store
    first = claim(store, me, world.now)
    assert first and claim(store, me, world.now) is None
    later = world.now + LEASE
    second = claim(store, me, later)
    assert second and second.id == first.id and second.fence > first.fence
    arrived = Outcome(Result.SENT)
    with store.transaction() as tx:
        assert tx.queue.record_arrived([Try(first, arrived)], later) == set()
        assert record(tx, first, arrived, later) is Claim.LOST
        assert tx.queue.record_arrived([Try(second, arrived)], later) == {second.id}
        assert record(tx, second, arrived, later) is Claim.RECORDED
        assert tx.outbox.states() == {DeliveryState.SENT: 1}


def text_page(papers: list[dict[str, Any]]) -> bytes:
    """A digest page as rendered text, without ids and digest date."""
    body = [line for paper in papers for line in (paper["title"], "", f"{paper['abstract']} {PADDING}", "")]
    return (RENDERED_HEAD + "\n".join(body)).encode()


PADDING = "We measure it at length, on many islands and in many tides, and find that pebbles do what pebbles do. " * 4


def test_a_text_page_and_the_same_papers_with_ids_are_told_once(world: World) -> None:
    for papers in world.papers.values():
        for paper in papers:
            paper["abstract"] = f"{paper['abstract']} {PADDING}".strip()
    pages = text_page([paper | {"abstract": paper["abstract"].removesuffix(PADDING.strip()).strip()}
                       for papers in world.papers.values() for paper in papers])  # fmt: skip
    done = Imported()
    import_page(pages, "page.txt", None, Telling.ALL, world.context, done)
    assert not done.failed and done.stored == 12
    finish_import(done, Telling.ALL, world.context)
    deliver_all(world.context)
    assert str(summary_of(done, world.context)) == "stored 12; matched 12: 12 told now"
    assert world.told() == 12
    world.publish()
    world.look()
    world.tell()
    assert world.told() == 12
    with world.context.store.reading() as tx:
        assert tx.papers.count() == 12


def test_an_import_tells_what_is_recent_and_later_the_rest(world: World) -> None:
    old = make_page(date(2025, 3, 10), sample_papers(3, seed=50), None, date(2025, 3, 11))
    done = Imported()
    import_page(old, "old.html", None, Telling.LOOK_BACK, world.context, done)
    finish_import(done, Telling.LOOK_BACK, world.context)
    assert world.tell() == 0
    assert str(summary_of(done, world.context)) == "stored 3; matched 3: 0 told now, 3 older (--tell)"
    again = Imported()
    import_page(old, "old.html", None, Telling.ALL, world.context, again)
    finish_import(again, Telling.ALL, world.context)
    assert str(summary_of(again, world.context)) == "stored 0; matched 3: 0 told now, 3 wait to be sent"
    assert world.tell() == 1
    assert str(summary_of(again, world.context)) == "stored 0; matched 3: 3 told now"
    for _ in range(2):
        more = Imported()
        import_page(old, "old.html", None, Telling.ALL, world.context, more)
        finish_import(more, Telling.ALL, world.context)
        assert world.tell() == 0
        assert str(summary_of(more, world.context)) == "stored 0; matched 3: 0 told now, 3 told before"


def test_the_log_says_what_a_changed_rule_did(world: World, caplog: pytest.LogCaptureFixture) -> None:
    world.look()
    title = world.papers[DAYS[-1]][0]["title"]
    with caplog.at_level("INFO", logger="watcher.pipeline.subscriptions.apply"):
        world.apply(subscription(), subscription(name="other", rule=f'"{title}"'))
        assert caplog.messages == ["other: new; 1 listed paper matches and is to be told"]
        caplog.clear()
        world.apply(subscription(), subscription(name="other", rule="nothing-of-the-kind"))
        assert caplog.messages == [
            "other: rule edited; no listed paper matches; 1 paper that waited no longer matches and is not told"
        ]
        caplog.clear()
        world.apply(subscription())
        assert caplog.messages == ["other: gone"]
