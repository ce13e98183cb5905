"""Play a digest site day by day, with troubles, and a watcher beside it; both share a clock."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from tests.integration.test_pipeline import Receivers, subscription
from tests.parsers.pages import login_page, make_page, sample_papers
from tests.sources import make_source
from watcher.config import Config, Receiver
from watcher.config.addresses import Address
from watcher.model import Endpoint, Incident, IncidentKind, Judged, Message, Page, Source, Subscription, Unreachable
from watcher.outbox.deliver import deliver_all
from watcher.pipeline.context import Context
from watcher.pipeline.polling.poll import match_waiting, poll_pages
from watcher.pipeline.rulebook import RuleBook
from watcher.pipeline.subscriptions.apply import apply_config
from watcher.pipeline.telling.tell import tell_due
from watcher.store import Store

SITE = "http://site.example"
FIRST = date(2026, 1, 5)
DAY = timedelta(days=1)
A_DAY_HAS = 2
IDS = re.compile(r"\b(?:abs|papers)/(\d{4}\.\d{5})\b")


def weekdays(first: date, last: date) -> list[date]:
    every = [first + n * DAY for n in range((last - first).days + 1)]
    return [day for day in every if day.weekday() < 5]


@dataclass
class Site:
    """The digest pages of each weekday since ``FIRST``; ``fault`` is of the whole site, ``faults`` of single days."""

    play: Play
    fault: str = ""
    faults: dict[date, str] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    grown: dict[date, int] = field(default_factory=dict)

    @property
    def days(self) -> list[date]:
        return weekdays(FIRST, self.play.now.date())

    def ids(self, day: date) -> list[str]:
        return [paper["id"] for paper in self.papers(day)]

    def papers(self, day: date) -> list[dict[str, Any]]:
        n = (day - FIRST).days
        papers = sample_papers(self.grown.get(day, A_DAY_HAS), seed=n)
        return [{**paper, "id": f"2601.{10 * n + at:05}"} for at, paper in enumerate(papers)]

    def get(self, url: str, validators: Callable[[str], Any], *, robots: bool = True) -> Page | Unreachable:
        self.asked.append(url)
        newest = url == f"{SITE}/papers"
        day = self.days[-1] if newest else date.fromisoformat(url[-10:])
        fault = self.fault or self.faults.get(day, "")
        if not newest and day not in self.days:
            fault = "404"
        if fault.isdigit():
            return self._unreachable(url, f"HTTP {fault}", int(fault))
        if fault == "away":
            return self._unreachable(url, "connection refused")
        if fault.startswith("leads to "):
            day = date.fromisoformat(fault[-10:])
        if fault == "empty":
            body = make_page(day, [], self.days[-2], None)
        else:
            body = login_page() if fault == "broken" else self.page(day, json=fault != "no JSON")
        return Page(url=f"{SITE}/papers/date/{day}", body=body, fetched_at=self.play.now)

    def page(self, day: date, **more: Any) -> bytes:
        at = self.days.index(day)
        after = self.days[at + 1] if at + 1 < len(self.days) else None
        return make_page(day, self.papers(day), self.days[at - 1] if at else None, after, **more)

    def _unreachable(self, url: str, reason: str, status: int | None = None) -> Unreachable:
        return Unreachable(url=url, reason=reason, fetched_at=self.play.now, status=status)

    def close(self) -> None: ...


class Play:
    """A watcher with a source, a reader of everything, and an operator."""

    def __init__(
        self, store: Store, source: Source | None = None, begin: date = date(2026, 2, 2), rule: str = "title:part"
    ) -> None:
        self.now = datetime(begin.year, begin.month, begin.day, 9, tzinfo=UTC)
        self.receivers, self.site = Receivers(), Site(self)
        self.source = source or make_source(name="hf", url=f"{SITE}/papers")
        self.context = Context(
            config=self.config(subscription(rule=rule)),
            store=store,
            fetcher=self.site,  # type: ignore[arg-type]
            notifier=self.receivers,  # type: ignore[arg-type]
            clock=lambda: self.now,
            jitter=lambda: 0.5,
            env={},
            rules=RuleBook(),
        )
        apply_config(self.context)

    def config(self, *subscriptions: Subscription) -> Config:
        names = ("me", "you", "ops")
        return Config(
            operator=(Endpoint("ops"),),
            sources={self.source.name: self.source},
            receivers={name: Receiver(name=name, urls={"": Address(text=f"json://{name}.example/")}) for name in names},
            subscriptions=subscriptions,
        )

    def look(self, later: timedelta = timedelta(0), since: date | None = None) -> Judged:
        """Look at the source after some time, and tell what is due."""
        self.now += later
        judged = poll_pages(self.source, self.context, since=since).judged
        self.tell()
        return judged

    def tell(self) -> None:
        match_waiting(self.context)
        tell_due(self.context)
        deliver_all(self.context)

    def pass_by(self, days: int, *, looks: bool = True) -> None:
        """Let days go by, with two looks each or none."""
        for _ in range(2 * days):
            self.now += DAY / 2
            if looks:
                self.look()

    def told(self) -> list[str]:
        """The ids of the papers that the reader was told of, in all messages."""
        return [id for text in self.texts("me") for id in dict.fromkeys(IDS.findall(text))]

    def texts(self, whom: str) -> list[str]:
        return [" ".join(message.text.split()) for message in self.messages(whom)]

    def messages(self, whom: str) -> list[Message]:
        return [message for url, message in self.receivers.sent if f"{whom}.example" in url]

    def incident(self, kind: IncidentKind = IncidentKind.SOURCE_GAP) -> Incident | None:
        with self.context.store.reading() as tx:
            known = tx.incidents.open_one(kind, self.source.name)
        return known.incident if known else None
