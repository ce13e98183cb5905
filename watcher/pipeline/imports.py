"""Saved pages: recognised, stored and matched like polled ones, told as far as they are present."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from watcher.alerts import fate
from watcher.alerts.fate import Telling
from watcher.config import Config
from watcher.errors import UnknownPage
from watcher.model import Decision, Fate
from watcher.parsers import Saved as SavedPage
from watcher.parsers import recognise_all
from watcher.pipeline.apply import present_of
from watcher.pipeline.parts import Parts
from watcher.pipeline.record import Decide, Intake
from watcher.pipeline.silence import unmuted
from watcher.pipeline.tell import make_digests
from watcher.store import Transaction

NO_SOURCE = "import"
"""The source of pages that belong to none of the configured ones."""


@dataclass
class Imported:
    """What an import has done so far. ``papers`` are the ids of all that its pages list."""

    stored: int = 0
    papers: set[int] = field(default_factory=set)
    failed: list[tuple[str, str]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Summary:
    """How an import ended: papers matched by any rule, told or about to be, and not told for being in the past."""

    stored: int
    matched: int
    told: int
    untold: int

    def __str__(self) -> str:
        rest = f" ({self.untold} older or undated: --tell)" if self.untold else ""
        return f"stored {self.stored}, matched {self.matched}, told {self.told}{rest}"


def import_page(body: bytes, name: str, source: str | None, telling: Telling, parts: Parts, done: Imported) -> None:
    """Store and match one saved page, all or nothing, or a large collection batch by batch.

    What cannot be read is noted in ``done.failed``, also the end of a page whose beginning could.
    """
    try:
        for saved in recognise_all(body):
            _store(saved, source, telling, parts, done)
            done.failed += [(name, warning) for warning in saved.reading.warnings if not saved.reading.whole]
    except UnknownPage as error:
        done.failed.append((name, str(error)))


def _store(saved: SavedPage, source: str | None, telling: Telling, parts: Parts, done: Imported) -> None:
    now = parts.clock()
    with parts.store.transaction() as tx:
        intake = Intake(tx, parts.rules, now)
        intake.add(saved.reading.entries, source_of(saved, source, parts.config), whole=saved.reading.whole)
        intake.match(_decide(tx, telling, parts.config, now), unchanged=True)
    done.stored += intake.new
    done.papers |= intake.listed


def source_of(saved: SavedPage, source: str | None, config: Config) -> str:
    """The source that a saved page counts as: the one named, else the one configured of its kind, else none."""
    if source is not None:
        return source
    of_kind = [one.name for one in config.sources.values() if one.kind == saved.kind]
    return of_kind[0] if len(of_kind) == 1 else NO_SOURCE


def finish_import(done: Imported, telling: Telling, parts: Parts) -> Summary:
    """Owe what is to be told at once (``--tell``), one message a subscription, and count."""
    now = parts.clock()
    with parts.store.transaction() as tx:
        if telling is Telling.ALL:
            tx.matches.decide(tx.matches.untold(done.papers, fate.IMPORT_REASONS), Decision(Fate.HELD))
        held = tx.matches.held_among(done.papers)
        if telling is Telling.ALL:
            held = {id: unmuted(tx, id, matches, now) for id, matches in held.items()}
            _owe_now(tx, held, parts, now)
        untold = tx.matches.untold(done.papers, (fate.OLDER, fate.UNDATED))
        matched = {paper_id for _, paper_id in tx.matches.known(done.papers)}
    told = {paper_id for matches in held.values() for paper_id in matches.values()}
    return Summary(done.stored, len(matched), len(told), len(set(untold.values()) - told))


def _decide(tx: Transaction, telling: Telling, config: Config, now: datetime) -> Decide:
    present = present_of(tx, config, now)
    return lambda saved, paper: fate.of_imported(paper, saved.subscription.sources, present, telling)


def _owe_now(tx: Transaction, held: Mapping[int, Mapping[int, int]], parts: Parts, now: datetime) -> None:
    for id, saved in tx.subscriptions.get(held).items():
        if saved.paused:
            continue
        matches, endpoints = held[id], saved.subscription.endpoints
        tx.matches.owe(matches, endpoints, now)
        for endpoint in endpoints:
            tx.endpoints.lock(endpoint)
            due = tx.outbox.due_alerts([endpoint], now).get(endpoint, [])
            make_digests(tx, {endpoint: [one for one in due if one.match_id in matches]}, parts, now)
