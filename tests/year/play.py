"""Play a year on a shared clock: sites, a daemon, readers, and an operator who obeys the messages."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time

from tests.integration.test_pipeline import Receivers, subscription
from tests.year.papers import DAY, HOUR
from tests.year.plan import Year
from tests.year.sites import Answer
from watcher.config import Config, Receiver
from watcher.config.addresses import Address
from watcher.model import DeliveryState, Endpoint, IncidentKind, Rhythm, Subscription, Validators, When
from watcher.outbox.deliver import deliver_all
from watcher.pipeline.context import Context
from watcher.pipeline.imports import Imported, finish_import, import_page
from watcher.pipeline.polling.poll import match_waiting, poll_pages
from watcher.pipeline.rulebook import RuleBook
from watcher.pipeline.subscriptions.apply import apply_config
from watcher.pipeline.telling.tell import tell_due
from watcher.policy.alerts.fate import Telling
from watcher.store import Store

TOLD = re.compile(r"\bpart (\d+)\b\.?(?! o[fn] )( \((?:withdrawn|new version))?", re.IGNORECASE)
SINCE = re.compile(r"`watcher once --source \S+ --since (\d{4}-\d\d-\d\d)`")
BETWEEN = re.compile(r"between (\d{4}-\d\d-\d\d \d\d:\d\d) and (\d{4}-\d\d-\d\d \d\d:\d\d) UTC may be missing")
ANNOUNCED = re.compile(r"announced on (\d{4}-\d\d-\d\d)(?: to (\d{4}-\d\d-\d\d))? may be missing")

READERS: tuple[Subscription, ...] = (
    subscription(name="night", to="night", when=When(Rhythm.DAILY, time(2, 30)), timezone="Europe/Paris"),
    subscription(name="week", to="week", when=When(Rhythm.WEEKLY, time(8), weekday=0), timezone="America/New_York"),
    subscription(name="news", to="news", tells_updates=True),
)
"""Who wants every paper: in the hour of night that clock changes skip and double; weekly; at once, with updates."""


@dataclass
class Told:
    """What a year came to. ``twice``, ``lost``: reader → numbers of papers. ``late``: papers told by what the operator
    did, which ``acts`` name. ``updates``: how often one was told to be withdrawn, or of a new version."""

    due: set[int] = field(default_factory=set)
    twice: dict[str, set[int]] = field(default_factory=dict)
    lost: dict[str, set[int]] = field(default_factory=dict)
    late: set[int] = field(default_factory=set)
    updates: Counter[int] = field(default_factory=Counter)
    polls: int = 0
    acts: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        lost, twice = (sum(map(len, some.values())) for some in (self.lost, self.twice))
        told = f"{len(self.due)} papers, {self.polls} polls: {lost} lost, {twice} twice"
        return f"{told}, {len(self.late)} after {len(self.acts)} acts of the operator"


class YearPlay:
    """The daemon's steps over the sites of a year."""

    def __init__(self, store: Store, year: Year) -> None:
        self.year, self.now, self.receivers = year, year.looks[0], Receivers()
        self.told = Told()
        self._done: set[str] = set()
        names = [*(reader.name for reader in READERS), "ops"]
        urls = {name: {"": Address(text=f"json://{name}.example/")} for name in names}
        self._config = Config(
            operator=(Endpoint("ops"),),
            sources=year.sources,
            receivers={name: Receiver(name=name, urls=urls[name]) for name in names},
            subscriptions=READERS,
        )
        self._store = store
        self.context = self._started()

    def _started(self) -> Context:
        """Return the parts of a process that begins now."""
        context = Context(
            config=self._config,
            store=self._store,
            fetcher=self,  # type: ignore[arg-type]
            notifier=self.receivers,  # type: ignore[arg-type]
            clock=lambda: self.now,
            jitter=lambda: 0.5,
            env={},
            rules=RuleBook(),
        )
        apply_config(context)
        return context

    # --- the network ---

    def get(self, url: str, validators: Callable[[str], Validators | None], *, robots: bool = True) -> Answer:
        return self._site.answer(url, validators, self.now)

    def close(self) -> None: ...

    # --- the year ---

    def run(self) -> Told:
        """Play the whole year; return what it came to."""
        last = self.now
        for at in self.year.looks:
            if at - last > 2 * DAY:
                self.context = self._started()
            self._tell_until(at)
            for name in self.year.sites:
                self._look(name)
            self._tell()
            self._act()
            last = at
        for _ in range(8):
            self._tell_until(self.now + DAY)
        return self._ended(last)

    def _tell_until(self, at: datetime) -> None:
        """Let the clock go on; tell when the hours of night and week come, if the machine is on."""
        is_off = at - self.now > 2 * DAY
        for n in range(1, 0 if is_off else int((at - self.now) / HOUR)):
            tick = (self.now + n * HOUR).replace(minute=31)
            if tick < at and (tick.hour == 1 or (tick.weekday() == 0 and tick.hour in (12, 13)) or _is_change(tick)):
                self._at(tick, self._tell)
        self.now = at

    def _at(self, tick: datetime, act: Callable[[], None]) -> None:
        before, self.now = self.now, tick
        act()
        self.now = before

    def _look(self, name: str, since: date | None = None) -> None:
        self._site = self.year.sites[name]
        poll_pages(self._site.source, self.context, since=since)
        self.told.polls += 1

    def _tell(self) -> None:
        match_waiting(self.context)
        tell_due(self.context)
        with self.context.store.reading() as tx:
            waiting = tx.deliveries.count(DeliveryState.PENDING)
        if waiting:
            deliver_all(self.context)

    # --- the operator ---

    def _act(self) -> None:
        """Do what the messages of gaps say, once each, while the site answers."""
        for name, site in self.year.sites.items():
            reason = self._gap(name)
            if not reason or reason in self._done or site.trouble(self.now):
                continue
            self._done.add(reason)
            assert reason.partition("; ")[0] in self._heard(), f"the operator did not hear of: {name}: {reason}"
            before = self._numbers("news")
            if since := SINCE.search(reason):
                self._look(name, date.fromisoformat(since[1]))
                self._tell()
                assert self._gap(name) != reason, f"the command reads what it says: {name}: {reason}"
            else:
                self._import(name, reason)
            self.told.acts.append(f"{self.now:%m-%d} {name}: {reason}")
            self.told.late |= self._numbers("news").keys() - before.keys()

    def _import(self, name: str, reason: str) -> None:
        """Look at the site's page, and import what was missing."""
        done = Imported()
        for begin, end in _spans_of(reason):
            if body := self.year.sites[name].archive(begin, end):
                import_page(body, "saved", name, Telling.ALL, self.context, done)
        assert not done.failed, done.failed
        finish_import(done, Telling.ALL, self.context)
        self._tell()

    def _gap(self, name: str) -> str:
        with self.context.store.reading() as tx:
            known = tx.incidents.open_one(IncidentKind.SOURCE_GAP, name)
        return known.incident.reason if known else ""

    def _heard(self) -> str:
        return " ".join(self._texts("ops"))

    # --- the readers ---

    def _texts(self, whom: str) -> list[str]:
        return [" ".join(message.text.split()) for url, message in self.receivers.sent if f"//{whom}." in url]

    def _numbers(self, whom: str) -> Counter[int]:
        """Count how often a reader was told of each paper."""
        found = [match for text in self._texts(whom) for match in TOLD.finditer(text)]
        if whom == "news":
            self.told.updates = Counter(int(match[1]) for match in found if match[2])
        return Counter(int(match[1]) for match in found if not match[2])

    def _ended(self, last: datetime) -> Told:
        told = self.told
        told.due = set().union(*(site.due(last - DAY) for site in self.year.sites.values()))
        for reader in READERS:
            numbers = self._numbers(reader.name)
            told.twice[reader.name] = {n for n, times in numbers.items() if times > 1}
            told.lost[reader.name] = told.due - numbers.keys()
        return told


def _is_change(at: datetime) -> bool:
    """Whether clocks are changed at or just before an hour: in Europe, at 1:00 UTC."""
    return at.hour in (0, 2) and (at.month, at.day) in {(3, 29), (10, 25)}


def _spans_of(reason: str) -> Iterator[tuple[datetime, datetime]]:
    for found in BETWEEN.finditer(reason):
        first, last = (datetime.fromisoformat(at).replace(tzinfo=UTC) for at in found.groups())
        yield first, last + HOUR / 60
    for found in ANNOUNCED.finditer(reason):
        day = datetime.fromisoformat(found[1]).replace(tzinfo=UTC)
        yield day, datetime.fromisoformat(found[2] or found[1]).replace(tzinfo=UTC) + DAY
