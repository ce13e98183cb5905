"""A clock that is set while the daemon runs: ahead a day, back an hour or a day, over the nights when clocks change.

Whatever it says, each paper is told once to each reader, a failed message is tried again, and nothing without end.
"""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta

import pytest
from sqlalchemy import select

from tests.integration.test_pipeline import subscription
from tests.parsers.feeds import rss
from watcher.config import Config, Receiver
from watcher.config.addresses import Address
from watcher.daemon.chores import Chores
from watcher.daemon.fleet import Self
from watcher.model import (
    Endpoint,
    Entry,
    IncidentKind,
    Message,
    Outcome,
    Page,
    QuietHours,
    Result,
    Rhythm,
    Source,
    Subscription,
    Validators,
    When,
)
from watcher.outbox.deliver import deliver_all
from watcher.pipeline.context import Context
from watcher.pipeline.polling.poll import match_waiting, poll_pages
from watcher.pipeline.polling.polled import due_again
from watcher.pipeline.rulebook import RuleBook
from watcher.pipeline.subscriptions.apply import apply_config
from watcher.pipeline.telling.set_back import bring_forward
from watcher.pipeline.telling.tell import next_telling, tell_due
from watcher.store import Store
from watcher.store.database.schema import UtcDateTime, metadata
from watcher.store.history.set_back import SEEN, SEEN_WITH_THEM

AWAITED = {
    *("alert.due", "blank.due", "subscription.next_due", "subscription.sign_due", "subscription.woken"),
    *("endpoint.next_try", "site.free_at", "site.closed_until"),
    *("delivery.lease", "site.lease", "lease.until", "mute.until"),
}
"""Columns that say until when something waits: each is brought forward, ignored where it is too far, or a person's."""

HISTORY = {
    *("attempt.at", "delivery.created_at", "delivery.finished_at", "endpoint.told_at", "incident.ended"),
    *("incident.told_at", "kept.at", "blank.since", "match.matched_at", "metric.at", "paper_mark.at", "thumb.at"),
    *("subscription.gone_at", "unsubscribed.since", "mute.since", "config_version.applied_at", "paper.published"),
}
"""Columns from which nothing is counted that could wait for a clock."""

STEP, HOUR, DAY = timedelta(minutes=55), timedelta(hours=1), timedelta(days=1)
NIGHTS = (datetime(2026, 3, 28, 20, 7, tzinfo=UTC), datetime(2026, 10, 24, 20, 7, tzinfo=UTC))
"""Evenings before the clocks of Paris are set ahead, and back."""

JUMPS = (DAY, -HOUR, -DAY, 5 * DAY, -timedelta(minutes=7), 400 * DAY, -400 * DAY)
READERS: tuple[Subscription, ...] = (
    subscription(
        name="night", rule="everything", to="night", when=When(Rhythm.DAILY, time(2, 30)), timezone="Europe/Paris"
    ),
    subscription(name="week", rule="everything", to="week", when=When(Rhythm.WEEKLY, time(8), weekday=0)),
    subscription(name="news", rule="everything", to="news"),
)


@dataclass
class Play:
    """A daemon's steps at instants that the wall clock tells, which is set now and then.

    ``passed``: the time that has really passed. ``offset``: what the clock says beyond it.
    """

    store: Store
    begin: datetime
    passed: timedelta = timedelta()
    offset: timedelta = timedelta()
    papers: int = 0
    readers: tuple[Subscription, ...] = READERS
    is_down: bool = False
    told: Counter[tuple[str, int]] = field(default_factory=Counter)
    tries: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        names = [*(reader.name for reader in READERS), "ops"]
        self.source = Source(name="lab", kind="feed", url="http://lab.example/feed.xml")
        self.context = Context(
            config=Config(
                operator=(Endpoint("ops"),),
                sources={"lab": self.source},
                receivers={n: Receiver(name=n, urls={"": Address(text=f"json://{n}.example/")}) for n in names},
                subscriptions=self.readers,
            ),
            store=self.store,
            fetcher=self,  # type: ignore[arg-type]
            notifier=self,  # type: ignore[arg-type]
            clock=self.clock,
            jitter=lambda: 0.5,
            env={},
            rules=RuleBook(),
        )
        apply_config(self.context)
        self.chores = Chores(self.context, self.clock)

    def clock(self) -> datetime:
        return self.begin + self.passed + self.offset

    # --- the network ---

    def get(self, url: str, validators: object, *, robots: bool = True) -> Page:
        shown = range(max(1, self.papers - 15), self.papers + 1)
        items = [f"<title>Part {n}.</title><link>http://lab.example/{n}</link>" for n in shown]
        return Page(url=url, body=rss(items), fetched_at=self.clock(), validators=Validators())

    def send(self, url: str, message: Message, delivery_id: str) -> Outcome:
        self.tries[delivery_id] += 1
        if self.is_down:
            return Outcome(Result.FAILED, "down")
        name = url.removeprefix("json://").partition(".")[0]
        for n in range(1, self.papers + 1):
            if f"Part {n}." in message.text:
                self.told[name, n] += 1
        return Outcome(Result.SENT)

    def close(self) -> None: ...

    # --- time ---

    def step(self) -> None:
        """Go on by a step; every second one reads the source."""
        self.passed += STEP
        self.chores.follow_clock()  # the daemon does at every tick
        if (self.passed // STEP) % 2 == 0:
            poll_pages(self.source, self.context)
        match_waiting(self.context)
        tell_due(self.context)
        deliver_all(self.context)

    def due(self) -> dict[str, list[int]]:
        """Return reader → the papers that were not told once."""
        wrong = {r.name: [n for n in range(1, self.papers + 1) if self.told[r.name, n] != 1] for r in READERS}
        return {name: some for name, some in wrong.items() if some}


@pytest.mark.parametrize("make_store", ["sqlite"], indirect=True)  # what is stored does not differ
@pytest.mark.parametrize(
    ("begin", "jumps"),
    [(NIGHTS[1], (-HOUR, DAY, -DAY)), (NIGHTS[0], (400 * DAY, -400 * DAY)), (NIGHTS[0], None)],
    ids=["an hour and a day", "a year ahead and back", "often"],
)
def test_each_paper_is_told_once_whatever_the_clock_says(
    store: Store, begin: datetime, jumps: tuple[timedelta, ...] | None
) -> None:
    play(store, begin, jumps, random.Random(f"{begin} {jumps}"))


def play(store: Store, begin: datetime, jumps: tuple[timedelta, ...] | None, chance: random.Random) -> None:
    """Two days in which the clock is set, and receivers are away for a while; then days in which all comes right."""
    played = Play(store, begin)
    steps = 2 * DAY // STEP
    at = {steps * n // (len(jumps) + 1): jump for n, jump in enumerate(jumps, start=1)} if jumps else {}
    down = chance.randrange(steps)
    for n in range(steps):
        jump = at.get(n) or (not jumps and chance.random() < 0.1 and chance.choice(JUMPS)) or timedelta()
        played.offset += jump
        played.papers += chance.random() < 0.5
        played.is_down = down <= n < down + 8
        played.step()
    played.is_down = False
    for _ in range(9 * DAY // (6 * STEP)):
        played.passed += 5 * STEP
        played.step()
    assert played.papers > 10
    assert played.due() == {}
    assert max(played.tries.values()) < 25, "tried without end"
    following = next_telling(played.context)
    assert following is None or following > played.clock()


@pytest.mark.parametrize("make_store", ["sqlite"], indirect=True)  # what is stored does not differ
@pytest.mark.parametrize("ahead", [2 * HOUR, 5 * HOUR, 23 * HOUR, 5 * DAY, 400 * DAY])
def test_nothing_waits_for_the_hours_that_a_clock_was_ahead(store: Store, ahead: timedelta) -> None:
    played = Play(store, NIGHTS[0])
    played.step()
    played.step()
    played.offset, played.papers, played.is_down = ahead, 3, True
    played.step()
    played.step()
    assert played.tries and not played.told, "nothing was owed while the clock was ahead"
    played.papers = 4
    poll_pages(played.source, played.context)
    tell_due(played.context)  # the receivers back off: what is owed now waits in no message
    played.offset, played.is_down = timedelta(), False
    played.step()
    played.step()
    assert [n for name, n in sorted(played.told) if name == "news"] == [1, 2, 3, 4]


@pytest.mark.parametrize("make_store", ["sqlite"], indirect=True)
def test_what_waits_for_quiet_hours_waits_for_no_longer_than_they_last(store: Store) -> None:
    night = subscription(name="news", rule="everything", to="news", quiet_hours=QuietHours(time(22), time(6)))
    played = Play(store, NIGHTS[0], readers=(night,))
    for _ in range(4):
        played.step()
    played.papers, played.offset = 1, 3 * DAY  # it is night by both clocks
    played.step()
    played.step()
    played.offset = timedelta()
    played.step()
    assert not played.told
    while not played.told:
        played.step()
    assert timedelta(hours=6) <= played.clock() - datetime(2026, 3, 29, tzinfo=UTC) < timedelta(hours=7)


def test_nothing_was_seen_after_now_once_a_clock_is_set_back(store: Store) -> None:
    played = Play(store, NIGHTS[0])
    played.step()
    played.step()
    played.offset, played.papers, played.is_down = 400 * DAY, 3, True
    played.step()
    played.step()
    with store.transaction() as tx:
        tx.incidents.begin(IncidentKind.SOURCE_BROKEN, "lab", "no feed", played.clock())
        tx.sites.pause("lab.example", played.clock() + HOUR, closed=True)
        tx.papers.record_entries([Entry(title="A kite without words")], "lab", played.clock())
    Self("here", 1, played.clock()).beat(played.context)
    ahead = seen_after(store, played.clock() - played.offset)
    assert {"poll.at", "page.read_at", "incident.began", "endpoint.failing_since", "paper.first_seen"} <= ahead
    played.offset = timedelta()
    played.chores.follow_clock()
    now = played.clock()
    assert not seen_after(store, now)
    with store.transaction() as tx:
        assert [one.incident.began for one in tx.incidents.all_open(IncidentKind.SOURCE_BROKEN)] == [now]
        last = tx.pages.last_poll("lab")
    assert last is not None and last.at == now


def test_a_site_waits_no_longer_than_it_asked_for_by_whatever_clock(store: Store) -> None:
    played = Play(store, NIGHTS[0])
    played.step()
    played.step()
    played.offset = 5 * HOUR
    played.step()
    played.step()
    with store.transaction() as tx:
        tx.sites.take("lab.example", "we", STEP, STEP, played.clock())
        tx.sites.give_back("lab.example", "we", is_public=False)
        tx.sites.pause("lab.example", played.clock() + HOUR, closed=True)
    played.offset = timedelta()
    played.chores.follow_clock()
    with store.transaction() as tx:
        waits = [tx.sites.take("lab.example", "we", STEP, STEP, played.clock() + n * HOUR).wait for n in (0, 1)]
    assert waits == [HOUR.total_seconds(), 0]


@pytest.mark.parametrize("behind", [400 * DAY, 20_000 * DAY])
def test_a_machine_that_has_lost_its_time_spoils_nothing(store: Store, behind: timedelta) -> None:
    played = Play(store, NIGHTS[0], papers=2)
    played.step()
    played.step()
    with store.reading() as tx:
        before = tx.pages.last_poll("lab"), list(tx.papers.all(date(2026, 1, 1)))
    played.offset = -behind
    played.chores.follow_clock()
    bring_forward(played.context)
    with store.reading() as tx:
        assert (tx.pages.last_poll("lab"), list(tx.papers.all(date(2026, 1, 1)))) == before
    assert before[0] is not None and due_again(played.source, before[0], played.clock()) == played.clock()


def seen_after(store: Store, now: datetime) -> set[str]:
    with store.reading() as tx:
        later = {str(one): select(one).where(one > now).limit(1) for one in (*SEEN, *SEEN_WITH_THEM)}
        return {name for name, query in later.items() if tx.connection.scalar(query)}


def test_every_column_of_an_instant_is_known_to_be_seen_or_not() -> None:
    stored = {str(one) for table in metadata.tables.values() for one in table.c if isinstance(one.type, UtcDateTime)}
    assert {str(one) for one in (*SEEN, *SEEN_WITH_THEM)} | AWAITED | HISTORY == stored
