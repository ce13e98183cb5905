"""Every fault of a digest site and what becomes of it, on captured pages played as the site; prints a Markdown table.

    python -m benchmarks.sources.faults --shared ../shared

Each fault meets a site that is looked at for the first time, and one whose days are known and that shows a new day;
then it is mended. Real sockets and a real database; only the clock of the polls is not real.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.sources import make_source
from watcher.config import Address, Config, Receiver
from watcher.fetch import Fetcher, Limits
from watcher.files.broken_pages import KeptPages
from watcher.model import Endpoint, Judged, Message, Outcome, Result, Subscription, Verdict
from watcher.outbox.deliver import deliver_all
from watcher.pipeline.context import Context
from watcher.pipeline.polling.poll import poll_pages
from watcher.pipeline.rulebook import RuleBook
from watcher.pipeline.subscriptions.apply import apply_config
from watcher.pipeline.telling.tell import tell_due
from watcher.store import Store, open_store

FAULTS = {
    "500": "answers 500",
    "403": "answers 403",
    "429": "answers 429 with `Retry-After` and `RateLimit`",
    "reset": "resets the connection",
    "hang": "takes the request and says nothing",
    "slow": "sends one byte a second",
    "gzipbomb": "sends 200 MB of zeros as 200 kB of gzip",
    "login": "shows a login page, with 200",
    "empty": "sends an empty body, with 200",
    "truncate": "ends the body in the middle, without saying how long it is",
    "layout": "shows neither JSON nor cards: a new layout",
    "nojson": "shows cards without the JSON beside them",
    "nocards": "shows the JSON without cards",
    "partial": "shows the first paper of each day only",
}
"""Faults of ``replay_site.py`` and what the site does then, for people."""

FIRST_DAY, NEXT_DAY = "2026-03-10", "2026-03-11"
PAPERS = {FIRST_DAY: 104, NEXT_DAY: 134}
"""How many papers of the last three days, and with the next one, the captured pages hold."""

NO_ANSWER = ("hang", "slow")
WAIT = 2.0
"""Seconds that faults without an answer are waited for, instead of the usual minute."""


@dataclass
class Site:
    """The playing site."""

    url: str

    def say(self, what: str) -> None:
        """Move its clock or set its fault."""
        request = urllib.request.Request(f"{self.url}/_replay/{what}", method="PUT")
        with urllib.request.urlopen(request, timeout=10) as answer:
            answer.read()


@contextmanager
def playing(shared: Path) -> Iterator[Site]:
    """Captured pages as a site on a free port."""
    tool, pages = shared / "tools" / "replay_site.py", shared / "captures" / "hf_html"
    command = [sys.executable, str(tool), str(pages), "--today", FIRST_DAY, "--port", "0"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    assert process.stdout is not None
    try:
        yield Site(process.stdout.readline().split(" on ", 1)[1].split("/papers", 1)[0])
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


@dataclass
class Inbox:
    """Stands for apprise: what each receiver got."""

    got: dict[str, list[str]] = field(default_factory=dict)

    def send(self, url: str, message: Message, delivery_id: str) -> Outcome:
        """Take it."""
        self.got.setdefault(url, []).append(message.text)
        return Outcome(Result.SENT)

    def of(self, name: str) -> list[str]:
        """The texts that receiver ``name`` got."""
        return self.got.get(f"json://{name}.example/", [])


class World:
    """A watcher over the site, with a reader of every paper and an operator."""

    def __init__(self, store: Store, site: Site, folder: Path) -> None:
        self.now = datetime(2026, 3, 10, 12, tzinfo=UTC)
        self.inbox = Inbox()
        self.source = make_source(name="hf-daily", url=f"{site.url}/papers")
        reader = Subscription(name="all", rule="the OR a OR of OR in", to=("me",), endpoints=(Endpoint("me"),))
        names = ("me", "ops")
        self.context = Context(
            config=Config(
                operator=(Endpoint("ops"),),
                sources={"hf-daily": self.source},
                receivers={
                    name: Receiver(name=name, urls={"": Address(text=f"json://{name}.example/")}) for name in names
                },
                subscriptions=(reader,),
            ),
            store=store,
            fetcher=Fetcher(),
            notifier=self.inbox,  # type: ignore[arg-type]
            clock=lambda: self.now,
            jitter=lambda: 0.5,
            env={},
            rules=RuleBook(),
            kept=KeptPages(folder / "broken"),
        )
        apply_config(self.context)

    def look(self, later: timedelta = timedelta(0), fault: str = "") -> Judged:
        """Look at the source, after some time, and tell what is due; the site may be asked again at once."""
        self.now += later
        self.context.fetcher.close()
        self.context.fetcher = Fetcher(limits=Limits(total=WAIT) if fault in NO_ANSWER else None)
        judged = poll_pages(self.source, self.context).judged
        tell_due(self.context)
        deliver_all(self.context)
        return judged

    def papers(self) -> int:
        """How many are stored."""
        with self.context.store.reading() as tx:
            return tx.papers.count()

    def told_twice(self) -> int:
        """How many arXiv ids the reader got more than once."""
        ids = [id for text in self.inbox.of("me") for id in set(re.findall(r"\b\d{4}\.\d{5}\b", text))]
        return len(ids) - len(set(ids))

    def heard(self) -> str:
        """What the operator was told, in short."""
        texts = self.inbox.of("ops")
        ends = sum("again" in text.splitlines()[0] for text in texts)
        begun = len(texts) - ends
        return {(0, 0): "nothing", (1, 1): "once, and of its end"}.get((begun, ends), f"{begun} times, {ends} ends")


@contextmanager
def world(site: Site) -> Iterator[World]:
    """A watcher on a database of its own."""
    with tempfile.TemporaryDirectory() as folder, open_store(Path(folder) / "w.db", mode="create") as store:
        yield World(store, site, Path(folder))


@dataclass(frozen=True)
class Row:
    """What became of one fault; ``lost`` and ``twice`` count papers once it was mended."""

    fault: str
    first: Verdict
    known: Verdict
    reason: str
    heard: str
    lost: int
    twice: int

    def __str__(self) -> str:
        cells = (FAULTS[self.fault], self.first, self.known, self.reason, self.heard, self.lost, self.twice)
        return "| " + " | ".join(str(cell) for cell in cells) + " |"


COLUMNS = ("the site", "first look", "a known site", "the reason given", "the operator hears", "lost", "twice")
HEAD = f"| {' | '.join(COLUMNS)} |\n" + "|---" * len(COLUMNS) + "|"


def play(site: Site, fault: str) -> Row:
    """One fault, at a site seen for the first time and at a known one for two days, and its end."""
    with world(site) as new:
        site.say(f"today?date={FIRST_DAY}")
        site.say(f"fault?kind={fault}&times=0")
        first = new.look(fault=fault)
        site.say("fault?kind=none")
        new.look(timedelta(hours=1))
        lost, twice = PAPERS[FIRST_DAY] - new.papers(), new.told_twice()
    with world(site) as known:
        known.look()
        site.say(f"today?date={NEXT_DAY}")
        site.say(f"fault?kind={fault}&times=0")
        judged = known.look(timedelta(days=1), fault)
        for _ in range(2):
            known.look(timedelta(hours=12), fault)
        site.say("fault?kind=none")
        known.look(timedelta(hours=1))
        lost += PAPERS[NEXT_DAY] - known.papers()
        twice += known.told_twice()
        return Row(fault, first.verdict, judged.verdict, _plain(judged.reason), known.heard(), lost, twice)


def _plain(reason: str) -> str:
    """Without what differs from run to run."""
    reason = re.sub(r" \(the page is kept as [^)]*\)", " (the page is kept as …)", reason)
    return reason.replace(f"within {WAIT:g} s", "within 60 s").replace("|", "\\|")


def main() -> int:
    """The command."""
    asked = argparse.ArgumentParser(prog="python -m benchmarks.sources.faults", description=__doc__.splitlines()[0])
    asked.add_argument("--shared", type=Path, default=Path("../shared"), help="where captures/ and tools/ lie")
    asked.add_argument("--only", choices=FAULTS, nargs="*", default=list(FAULTS))
    options = asked.parse_args()
    print(HEAD)
    failed = 0
    with playing(options.shared) as site:
        for fault in options.only:
            row = play(site, fault)
            failed += bool(row.lost or row.twice)
            print(row, flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
