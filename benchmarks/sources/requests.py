"""How many requests a day many sources of one API make, and what of them its limits let through; a Markdown table.

    python -m benchmarks.sources.requests [--sources 1 10 100]

Two daemons of one database read lists on loopback in turn, over a day of a made clock. What is paced and counted is
what would be for the real site; only the way to it is another one.
"""

from __future__ import annotations

import argparse
import heapq
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from urllib.parse import urlsplit

from benchmarks.faults.apis import Api, serving
from benchmarks.faults.forms import FORMS, SITES
from tests.sources import make_source
from watcher.daemon.site_book import SiteBook
from watcher.fetch import Fetcher
from watcher.fetch.turns import NotNow, Turns
from watcher.model import Fetched, Page, Reading, Source, Unreachable
from watcher.parsers import PARSERS
from watcher.policy.polls.days import Visit
from watcher.policy.polls.pace import pace_of
from watcher.policy.polls.walk import walk
from watcher.store import Store, open_store

MIDNIGHT = datetime(2026, 3, 10, tzinfo=UTC)
DAY = timedelta(days=1)
PATIENCE = 600.0


@dataclass
class MadeClock:
    """A clock that passes by sleeping."""

    now: datetime = MIDNIGHT

    def __call__(self) -> datetime:
        return self.now

    def seconds(self) -> float:
        """The same as seconds."""
        return (self.now - MIDNIGHT).total_seconds()

    def sleep(self, seconds: float) -> None:
        """Let it pass."""
        self.now += timedelta(seconds=seconds)


@dataclass
class Daemon:
    """One process: it takes turns at the real site, and asks the API on loopback.

    ``sent``: when each request began. ``refused``: requests that were not sent.
    """

    api: Api
    store: Store
    clock: MadeClock
    sent: list[float] = field(default_factory=list)
    refused: int = 0

    def __post_init__(self) -> None:
        """Begin with turns of its own, in the database that both share."""
        self._turns = Turns(self.clock.seconds, self.clock.sleep, SiteBook(self.store, self.clock))
        self._fetcher = Fetcher(clock=self.clock, sleep=lambda seconds: None)

    def get(self, url: str) -> Fetched:
        """Fetch an address of the real site, in its turn."""
        place, site = urlsplit(url), SITES[self.api.kind]
        try:
            with self._turns.turn(pace_of(place.hostname or "", place.netloc, 1.0, place.query), PATIENCE):
                self.sent.append(self.clock.seconds())
                found = self._fetcher.get(url.replace(site, self.api.url), lambda at: None, robots=False)
                return replace(found, url=url)
        except NotNow as refusal:
            self.refused += 1
            wait = None if refusal.wait is None else timedelta(seconds=refusal.wait)
            return Unreachable(url=url, reason=str(refusal), fetched_at=self.clock(), retry_after=wait)

    def look(self, source: Source) -> Unreachable | None:
        """Read the source's list to its end; return what stood in the way, None for nothing."""
        parser, now = PARSERS[source.kind], self.clock()
        steps = walk(
            source, parser.starts(source, now.date()), None, {}, follows_numbers=False, lag=parser.lag, now=now
        )
        try:
            ask = next(steps)
            while True:
                fetched = self.get(ask.url)
                if isinstance(fetched, Unreachable):
                    return fetched
                read = parser.parse(fetched.body, fetched.url, source) if isinstance(fetched, Page) else None
                assert isinstance(read, Reading), read
                ask = steps.send(Visit(ask.url, fetched, read))
        except StopIteration:
            return None


@dataclass(frozen=True)
class Sent:
    """The requests of a day: how many looks were due, how many requests were sent and how many were not.

    ``gap``: shortest time between two of them, in seconds.
    """

    looks: int
    sent: int
    refused: int
    gap: float


@contextmanager
def _daemons(kind: str, folder: Path, clock: MadeClock) -> Iterator[tuple[Daemon, Daemon]]:
    path = folder / "w.db"
    api = Api(kind, a_day=2, a_page=100, day=MIDNIGHT.date())
    with serving(api), open_store(path, mode="write" if path.exists() else "create") as store:
        yield Daemon(api, store, clock), Daemon(api, store, clock)


def a_day(kind: str, sources: int, every: timedelta, folder: Path, *, key: bool = False, query: str = "") -> Sent:
    """Let some sources be due for a day, all at once at first; who is told to come back later does so.

    ``key``: with a key of the API. ``query``: what is searched for, "" to list a journal.
    """
    asked = {"query": query} if query else FORMS[kind].lists
    source = make_source(kind=kind, **asked, **({"api_key": "${KEY}"} if key else {}))
    clock, looks = MadeClock(), 0
    due = [(MIDNIGHT, n) for n in range(sources)]
    with _daemons(kind, folder, clock) as daemons:
        while due and due[0][0] < MIDNIGHT + DAY:
            at, n = heapq.heappop(due)
            clock.now = max(clock.now, at)
            looks += 1
            stopped = daemons[n % 2].look(source)
            wait = stopped.retry_after if stopped and stopped.retry_after else timedelta(0)
            heapq.heappush(due, (max(clock.now, at) + max(every, wait), n))
        sent = sorted(daemons[0].sent + daemons[1].sent)
        gap = min((later - one for one, later in pairwise(sent)), default=float("inf"))
        return Sent(looks, len(sent), daemons[0].refused + daemons[1].refused, gap)


CASES = (
    ("openalex", timedelta(hours=6), False, ""),
    ("openalex", timedelta(hours=1), False, ""),
    ("openalex", timedelta(hours=1), True, ""),
    ("openalex", timedelta(hours=6), False, "kelp"),
    ("openalex", timedelta(hours=6), True, "kelp"),
    ("crossref", timedelta(hours=6), False, ""),
    ("crossref", timedelta(hours=1), False, ""),
    ("semanticscholar", timedelta(hours=6), False, "tide"),
    ("semanticscholar", timedelta(hours=1), True, "tide"),
    ("dblp", timedelta(hours=24), False, "shell"),
    ("openreview", timedelta(hours=24), False, "pond"),
)
HEAD = "| kind | asks | every | sources | looks a day | requests | not sent that day | shortest gap |"


def main() -> int:
    """The command."""
    asked = argparse.ArgumentParser(prog="python -m benchmarks.sources.requests", description="Requests a day.")
    asked.add_argument("--sources", type=int, nargs="*", default=[1, 10, 100], help="how many sources there are")
    options = asked.parse_args()
    print(HEAD, "|---|---|---|---|---|---|---|---|", sep="\n")
    for kind, every, key, query in CASES:
        for sources in options.sources:
            with tempfile.TemporaryDirectory() as folder:
                day = a_day(kind, sources, every, Path(folder), key=key, query=query)
            asks = f"{'searches' if query else 'lists'}{', with a key' if key else ''}"
            hours = f"{every // timedelta(hours=1)}h"
            gap = f"{day.gap:.0f} s" if day.sent > 1 else "-"
            cells = (f"`{kind}`", asks, hours, sources, day.looks, day.sent, day.refused, gap)
            print(f"| {' | '.join(map(str, cells))} |", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
