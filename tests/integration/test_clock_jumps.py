"""A clock that is set while the daemon runs: ahead a day, back an hour or a day, over the nights when clocks change.

Whatever it says, each paper is told once to each reader, a failed message is tried again, and nothing without end.
"""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta

import pytest

from tests.integration.test_pipeline import subscription
from tests.parsers.feeds import rss
from watcher.config import Config, Receiver
from watcher.config.addresses import Address
from watcher.model import Endpoint, Message, Outcome, Page, Result, Rhythm, Source, Subscription, Validators, When
from watcher.outbox.deliver import deliver_all
from watcher.pipeline.context import Context
from watcher.pipeline.polling.poll import match_waiting, poll_pages
from watcher.pipeline.rulebook import RuleBook
from watcher.pipeline.subscriptions.apply import apply_config
from watcher.pipeline.telling.set_back import bring_forward
from watcher.pipeline.telling.tell import next_telling, tell_due
from watcher.store import Store

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
                subscriptions=READERS,
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
        if (self.passed // STEP) % 2 == 0:
            poll_pages(self.source, self.context)
            bring_forward(self.context)  # the daemon does hourly, beside deleting what is old
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
