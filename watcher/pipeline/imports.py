"""Store and match saved pages as polled pages are, and tell what counts as present."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from watcher.config import Config
from watcher.errors import UnknownPage, WatcherError
from watcher.model import Decision, Fate
from watcher.pipeline.context import Context
from watcher.pipeline.polling.updates import record_updates
from watcher.pipeline.record import Decide, Intake
from watcher.pipeline.saved_pages import ReadPage, read_any, read_for
from watcher.pipeline.subscriptions.apply import present_of
from watcher.pipeline.subscriptions.leaving import told_endpoints
from watcher.pipeline.subscriptions.pause_and_mute import unmuted
from watcher.pipeline.telling.tell import make_digests
from watcher.policy.alerts import fate
from watcher.policy.alerts.became import Became, became, counts_in_words, told_in
from watcher.policy.alerts.fate import Telling
from watcher.sandbox.mishaps import reason_of
from watcher.store import Transaction

NO_SOURCE = "import"
"""The source of pages that belong to no configured source."""


@dataclass
class Imported:
    """What an import has done so far.

    ``stored``: number of papers never seen before.
    ``papers``: ids of all papers that its pages list.
    ``failed``: (file name, reason) of what could not be read.
    ``told_before``: ids of those of its papers that anybody had been told of before.
    ``warned``: (file name, warning) of what was passed over.
    """

    stored: int = 0
    papers: set[int] = field(default_factory=set)
    failed: list[tuple[str, str]] = field(default_factory=list)
    told_before: set[int] = field(default_factory=set)
    warned: list[tuple[str, str]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Summary:
    """How an import ended.

    ``stored``: number of papers never seen before.
    ``became``: what became of the papers that any rule matches, counted.
    """

    stored: int
    became: Mapping[Became, int]

    @property
    def matched(self) -> int:
        return sum(self.became.values())

    def __str__(self) -> str:
        rest = f": {counts_in_words(self.became)}" if self.matched else ""
        return f"stored {self.stored}; matched {self.matched}{rest}"


def import_page(body: bytes, name: str, source: str | None, telling: Telling, context: Context, done: Imported) -> None:
    """Store and match one saved page in one transaction, or a large collection in several; add the result to ``done``.

    Whatever cannot be read is added to ``done.failed``, even if the beginning of the same page was stored.

    ``name``: name of the file, for people.
    ``source``: the source that the page is said to be of, None to recognise it.
    """
    try:
        for page in _pages(body, source, context):
            _store(page, source, telling, context, done)
            noted = done.warned if page.reading.whole else done.failed
            noted += [(name, warning) for warning in page.reading.warnings]
    except UnknownPage as error:
        done.failed.append((name, str(error)))
    except WatcherError:
        raise
    except Exception as error:
        done.failed.append((name, reason_of(error)))


def _pages(body: bytes, source: str | None, context: Context) -> Iterator[ReadPage]:
    sources, today = context.config.sources, context.clock().date()
    if source is None:
        return read_any(body, sources.values(), context.parsing, today)
    return read_for(sources[source], body, sources.values(), context.parsing, today)


def _store(page: ReadPage, source: str | None, telling: Telling, context: Context, done: Imported) -> None:
    now = context.clock()
    with context.store.transaction() as tx:
        intake = Intake(tx, context.rules, now)
        intake.add(page.reading.entries, source_of(page, source, context.config), whole=page.reading.whole)
        decide = _decide(tx, telling, context.config, now)
        intake.match(decide, unchanged=True)
        record_updates(tx, intake.updates, now, decide, intake.heirs)
    done.stored += intake.new
    done.papers |= intake.listed


def source_of(page: ReadPage, source: str | None, config: Config) -> str:
    """Return the name of the source under which a saved page is stored.

    That is the first of: ``source`` if it is given, the source that read the page, the only source of the page's kind,
    ``NO_SOURCE``.
    """
    if source is not None:
        return source
    if page.source is not None:
        return page.source.name
    of_kind = [one.name for one in config.sources.values() if one.kind == page.kind]
    return of_kind[0] if len(of_kind) == 1 else NO_SOURCE


def finish_import(done: Imported, telling: Telling, context: Context) -> None:
    """Make alerts and deliveries of what the import holds, if it was asked to tell all (``--tell``).

    Each subscription has a message of its own. Fill ``done.told_before`` in any case.
    """
    now = context.clock()
    with context.store.transaction() as tx:
        done.told_before = told_in(tx.history.stages(done.papers))
        if telling is not Telling.ALL:
            return
        tx.subscriptions.generation(hold=True)
        tx.papers.hold()  # what is merged meanwhile changes the same matches
        tx.matches.decide(tx.matches.untold(done.papers, fate.IMPORT_REASONS), Decision(Fate.HELD))
        tx.subscriptions.lock(tx.matches.held_among(done.papers))
        held = tx.matches.held_among(done.papers)  # what was told until the locks were ours is held no more
        _owe_now(tx, {id: unmuted(tx, id, matches, now) for id, matches in held.items()}, context, now)


def summary_of(done: Imported, context: Context) -> Summary:
    """Return how an import ended, once the messages of :func:`finish_import` were sent."""
    with context.store.reading() as tx:
        return Summary(done.stored, became(tx.history.stages(done.papers), done.told_before))


def _decide(tx: Transaction, telling: Telling, config: Config, now: datetime) -> Decide:
    present = present_of(tx, config, now)
    return lambda saved, paper, hit: fate.of_imported(paper, saved.subscription.sources, present, telling)


def _owe_now(tx: Transaction, held: Mapping[int, Mapping[int, int]], context: Context, now: datetime) -> None:
    for id, saved in tx.subscriptions.get(held).items():
        if saved.rests:
            continue
        matches, endpoints = held[id], told_endpoints(tx, saved)
        tx.matches.owe(matches, endpoints, now)
        tx.kept.keep(sorted(set(matches.values())), context.config.places(saved.subscription.keep), now)
        for endpoint in endpoints:
            tx.endpoints.lock(endpoint)
            due = tx.outbox.due_alerts([endpoint], now).get(endpoint, [])
            make_digests(tx, {endpoint: [one for one in due if one.match_id in matches]}, context, now)
