"""Play what goes wrong at places where papers are kept: a Zotero, a webhook, a folder of notes, a bibliography.

A subscription keeps six papers there. The fault lasts for three rounds of telling, then it is mended. Services
answer on loopback, files are files, and a daemon that is killed is a process of its own that gets SIGKILL.
"""

from __future__ import annotations

import json
import os
import re
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import groupby
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import yaml
from sqlalchemy import select

from benchmarks.faults import shown
from benchmarks.faults.place_faults import FAULTS, PAPERS, PlaceFault, killed
from benchmarks.faults.shown import row_of, states_in_words, tries_in_words, twice_in_words
from tests.e2e.forked import FORKS
from tests.integration.zoteros import JSON, KEY, Answer, FakeService, ZoteroLibrary, serving
from tests.patience import PATIENCE
from watcher.config import load
from watcher.daemon.opening import open_context
from watcher.keeping.keeper import PaperKeeper
from watcher.model import DeliveryKind, DeliveryState, Entry, Outcome, Paper
from watcher.model.subscriptions import KeepTarget
from watcher.notify import problem_of
from watcher.outbox.deliver import deliver_all
from watcher.pipeline.context import Context
from watcher.pipeline.subscriptions.apply import apply_config
from watcher.pipeline.telling.tell import tell_due
from watcher.rules import compile_rule
from watcher.store import open_store
from watcher.store.database import schema

START = datetime(2026, 3, 10, 8, tzinfo=UTC)
ROUNDS, MOST_ROUNDS = 3, 12
WAIT = 0.25
"""Seconds without an answer of a service; in the daemon they are twenty."""

HEAD = "| place | fault | what happened | ends as | lost | twice | operator heard |"
_TITLE = re.compile(r"Kiln of part \d+")


@dataclass(frozen=True)
class Kept:
    """What became of one fault: ``reasons`` of the tries in a row with how often, ``states`` of the deliveries.

    ``lost`` counts papers that are neither at the place nor in a delivery that is kept (dead, to be replayed),
    ``twice`` those that the place was given again, ``unknown`` those of them under another key; ``deaths`` the
    processes that were killed; ``heard`` the messages to the operator.
    """

    reasons: tuple[tuple[str, int], ...]
    states: dict[DeliveryState, int]
    lost: int
    twice: int
    unknown: int
    deaths: int
    heard: int


class Shelf:
    """Stands for a service that takes JSON: what it was given, and whether it has an address."""

    def __init__(self) -> None:
        self.given: list[tuple[str, dict[str, str]]] = []

    def answer(self, method: str, path: str, headers: dict[str, str], body: bytes) -> Answer:
        """Take a paper, or answer which papers of an address it has."""
        if method == "GET":
            (asked,) = parse_qs(urlsplit(path).query)["url"]
            found = [one["title"] for _, one in self.given if one["url"] == asked]
            return 200, JSON, json.dumps({"found": found}).encode()
        self.given.append((headers["idempotency-key"], json.loads(body)))
        return 201, JSON, b'{"made": "yes"}'


class PlaceWorld:
    """A config with one place of a kind, six papers that it is owed, and the clock. Nothing is held open."""

    def __init__(self, kind: str, folder: Path, service: FakeService) -> None:
        self.kind, self.folder, self.service, self.now = kind, folder, service, START
        self.path = folder / ("thesis/refs.bib" if kind == "bib" else "vault/papers")
        self.deaths = 0
        places = {
            "zotero": {"zotero": "users/7", "key": "${ZOTERO_KEY}", "api": service.url, "collection": "Reading"},
            "folder": {"folder": str(self.path)},
            "bib": {"bib": str(self.path)},
        }
        webhook = {"webhook": f"{service.url}/papers", "body": '{"url": "{url}", "title": "{title}"}'}
        if kind == "webhook":
            webhook["find"] = f"{service.url}/papers?url={{url}}"
        text = {
            "timezone": "UTC",
            "receivers": {"ops": {"url": "console://"}},
            "operator": ["ops"],
            "keep": {"place": places.get(kind, webhook)},
            "subscriptions": [{"name": "kilns", "rule": "kiln", "keep": ["place"], "backfill": "30d"}],
        }
        (folder / "config.yaml").write_text(yaml.safe_dump(text), "utf-8")
        path = folder / "w.db"
        with open_store(path, mode="write" if path.exists() else "create") as store, store.transaction() as tx:
            tx.papers.record_entries([_paper(n) for n in range(1, PAPERS + 1)], "list", START)

    def round(self, kills: str = "") -> None:
        """Send what is due. A process that is to die does it in a process of its own."""
        if not kills:
            tell(self.folder, self.now, None)
            return
        victim = FORKS.Process(target=tell, args=(self.folder, self.now, kills))
        self.service.taken = lambda method: _kill(victim.pid) if (kills, method) == ("taken", "POST") else None
        victim.start()
        victim.join(PATIENCE)
        self.service.taken = lambda method: None
        assert victim.exitcode is not None, "it hangs"
        self.deaths += victim.exitcode < 0

    def wait(self) -> None:
        """Let the time come at which the place is tried again."""
        self.now += timedelta(hours=1, minutes=1)

    def is_done(self) -> bool:
        """Return whether nothing is left to send."""
        with open_store(self.folder / "w.db") as store, store.reading() as tx:
            return not {DeliveryState.PENDING, DeliveryState.SENDING} & set(tx.outbox.states())


def _paper(n: int) -> Entry:
    url = f"https://arxiv.org/abs/2603.{n:05}"
    return Entry(
        title=f"Kiln of part {n}",
        keys=(f"arxiv:2603.{n:05}",),
        arxiv_id=f"2603.{n:05}",
        url=url,
        listed=START.date(),
    )


def _kill(pid: int | None) -> None:
    assert pid is not None
    os.kill(pid, 9)


class MortalKeeper(PaperKeeper):
    """Keeps papers; its process ends at the third: before it is recorded (``written``), or while a file is written
    (``midway``). ``meddled``: another program writes the file in that moment instead.
    """

    def __init__(self, kills: str) -> None:
        super().__init__(patience=WAIT)
        self._kills, self._left = kills, 3

    def keep(self, target: KeepTarget, paper: Paper, delivery_id: str) -> Outcome:
        """Keep a paper at a place."""
        self._left -= 1
        if self._left:
            return super().keep(target, paper, delivery_id)
        if self._kills in ("midway", "meddled"):
            os.fsync = self._at_fsync(target, os.fsync)
        outcome = super().keep(target, paper, delivery_id)
        if self._kills == "written":
            killed()
        return outcome

    def _at_fsync(self, target: KeepTarget, fsync: Any) -> Any:
        def happen(descriptor: Any) -> None:
            os.fsync = fsync
            if self._kills == "midway":
                killed()
            with open(target.place, "ab") as file:
                file.write(b"\n@misc{other, title = {Written meanwhile}}\n")
            fsync(descriptor)

        return happen


def tell(folder: Path, now: datetime, kills: str | None) -> None:
    """Tell and send everything that is due, as a daemon that has just been started.

    ``kills``: how the process is to end, None if it is not.
    """
    env = {"ZOTERO_KEY": KEY, "STATE_DIRECTORY": str(folder)}
    config = load(folder / "config.yaml", env=env, check_url=problem_of, check_rule=compile_rule)
    with open_store(folder / "w.db") as store, (folder / "heard").open("a", encoding="utf-8") as console:
        context = open_context(config, store, env, clock=lambda: now, console=console)
        context.keeper = MortalKeeper(kills) if kills else PaperKeeper(patience=WAIT)
        with closing(context.notifier), closing(context.fetcher), closing(context.parsing):
            _send_all(context, now)


def _send_all(context: Context, now: datetime) -> None:
    apply_config(context)
    with context.store.transaction() as tx:
        tx.queue.free_interrupted(now)
    tell_due(context)
    deliver_all(context)


def play(kind: str, fault: PlaceFault, folder: Path) -> Kept:
    """Let one thing go wrong at a place of a kind, mend it, and count what came of it."""
    library, shelf = ZoteroLibrary(), Shelf()
    with serving(FakeService(library.answer if kind == "zotero" else shelf.answer)) as service:
        world = PlaceWorld(kind, folder, service)
        fault.wound(service, world.path)
        for n in range(ROUNDS):
            world.round("" if n else fault.kills)
            world.wait()
        fault.mend(service, world.path)
        for _ in range(MOST_ROUNDS):
            world.round()
            world.wait()
            if world.is_done():
                break
        return _counted(world, library, shelf)


def _counted(world: PlaceWorld, library: ZoteroLibrary, shelf: Shelf) -> Kept:
    """Count what is at the place, and what became of the deliveries."""
    there, keys = Counter(_titles(world, library, shelf)), {key for key, _ in shelf.given}
    owed = {f"Kiln of part {n}" for n in range(1, PAPERS + 1)}
    with open_store(world.folder / "w.db") as store, store.reading() as tx:
        delivery, attempt = schema.delivery, schema.attempt
        is_kept = delivery.c.kind == DeliveryKind.KEEP
        states = Counter(map(DeliveryState, tx.connection.scalars(select(delivery.c.state).where(is_kept))))
        tries = tx.connection.execute(
            select(attempt.c.outcome, attempt.c.reason)
            .join(delivery, delivery.c.id == attempt.c.delivery_id)
            .where(is_kept)
            .order_by(attempt.c.at, attempt.c.outcome == "sent")
        )
        said = [(row.reason or row.outcome).replace(str(world.folder), "…") for row in tries]
    strangers = set(there) - owed
    twice = sum(there[title] - 1 for title in owed & set(there))
    return Kept(
        reasons=tuple((reason, len(list(times))) for reason, times in groupby(said)),
        states=dict(states),
        lost=len(owed - set(there)) - states[DeliveryState.DEAD] + len(strangers),
        twice=twice,
        unknown=max(0, len(keys) - len(there)) if world.kind.startswith("webhook") else twice,
        deaths=world.deaths,
        heard=(world.folder / "heard").read_text("utf-8").count("╭─ watcher:"),
    )


def _titles(world: PlaceWorld, library: ZoteroLibrary, shelf: Shelf) -> Iterator[str]:
    """Yield the titles that a place has, as often as it has them."""
    match world.kind:
        case "zotero":
            yield from (one["title"] for one in library.items)
        case "bib":
            yield from re.findall(
                r"(?m)^  title = .*?(Kiln of part \d+)", world.path.read_text("utf-8").replace("{", "")
            )
        case "folder":
            yield from (_TITLE.findall(one.read_text("utf-8"))[0] for one in world.path.glob("*.md"))
        case _:
            yield from (one["title"] for _, one in shelf.given)


def is_right(fault: PlaceFault, kept: Kept) -> bool:
    """Return whether nothing was lost, nothing came twice but what nobody can know, and the end is as it should be."""
    is_dead = kept.deaths == (fault.kills not in ("", "meddled"))
    return is_dead and (kept.lost, kept.twice, kept.unknown) == (0, fault.twice, 0) and kept.states == dict(fault.ends)


def played(only: str) -> Iterator[tuple[str, PlaceFault, Kept]]:
    """Play the faults with these words in their names, each on a database of its own."""
    for kind, faults in FAULTS.items():
        for fault in faults:
            if only in f"{kind}: {fault.name}":
                with tempfile.TemporaryDirectory() as folder:
                    yield kind, fault, play(kind, fault, Path(folder))


def line(kind: str, fault: PlaceFault, kept: Kept) -> str:
    """Return one row of the table."""
    happened, states = tries_in_words(kept.reasons), states_in_words(kept.states)
    return row_of(kind, fault.name, happened, states, str(kept.lost), twice_in_words(kept.twice), str(kept.heard))


def as_json(kind: str, fault: PlaceFault, kept: Kept) -> dict[str, object]:
    """Return the same for programs."""
    return {
        "place": kind,
        "fault": fault.name,
        **shown.as_json(kept.reasons, kept.states, lost=kept.lost, twice=kept.twice, unknown=kept.unknown),
        "killed": kept.deaths,
        "operator": kept.heard,
        "right": is_right(fault, kept),
    }
