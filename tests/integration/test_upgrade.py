"""Upgrade a database of an older release: today's program finishes everything that it began, once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from tests.integration.old_release import ENDED, REVISION, Told, Upgraded, make_old_database
from tests.integration.old_site import DAYS, text_page
from tests.integration.old_site import PAPERS as DIGESTS
from watcher.model import Endpoint
from watcher.pipeline.imports import Imported, finish_import, import_page
from watcher.pipeline.subscriptions.apply import apply_config
from watcher.pipeline.subscriptions.pause_and_mute import end_pause
from watcher.policy.alerts.fate import Telling
from watcher.store import open_store
from watcher.store.database.migrate import Migrated, revisions

KILLED = "fe220858"
"""The message that the older program was sending."""

PAPERS = 8
"""On the site, in the feed and on the page of text together."""

WAITED_FOR = {
    *("works", "daily", "weekly", "few", "failing", "folding", "folded", "piling", "paused", "parted", "quiet"),
    *("killed", "suspect", "mail:ana@lab.example", "mail:o'neil@lab.example"),
}


@dataclass
class Old:
    """An upgraded database with today's program over it; knows what is owed."""

    program: Upgraded
    owed: set[Told]

    def states(self) -> dict[str, str]:
        """Delivery → its state."""
        with self.program.context.store.reading() as tx:
            return {row.id: row.state for row in tx.connection.execute(text("SELECT id, state FROM delivery"))}


@pytest.fixture
def old(empty_database: str) -> Iterator[Old]:
    owed = make_old_database(empty_database)
    with open_store(empty_database) as store:
        assert store.migrated == Migrated(REVISION, revisions()[-1])
        yield Old(Upgraded(store), owed)


def finish(old: Old) -> None:
    """A week: tell whenever a subscription or a receiver is due, and read the site each day."""
    program = old.program
    for day in range(10, 18):
        for hour in (8, 9, 11, 13):
            at = datetime(2026, 3, day, hour, 5, tzinfo=UTC)
            if at > ENDED:
                program.tell(at)
        program.look()


def test_what_was_owed_is_told_once_and_nothing_else_is(old: Old) -> None:
    """The site is read again and again meanwhile: no paper has another name now, and no rule counts as edited."""
    program = old.program
    assert {receiver for receiver, _ in old.owed} == WAITED_FOR and len(old.owed) == 38
    assert apply_config(program.context) == []
    with program.context.store.transaction() as tx:
        (paused,) = tx.subscriptions.called("paused")
        assert end_pause(tx, paused, program.now) == 2
    finish(old)
    assert program.inboxes.told() == Counter(old.owed)
    with program.context.store.reading() as tx:
        assert tx.papers.count() == PAPERS


def test_what_had_ended_stays_so_and_what_had_begun_ends(old: Old) -> None:
    """As the older program ends it, when it goes on by itself."""
    before = old.states()
    assert Counter(before.values()) == {"sent": 60, "pending": 18, "dead": 4, "folded": 4, "sending": 1}
    finish(old)
    became = Counter((was, old.states()[id]) for id, was in before.items())
    assert became == {
        ("sent", "sent"): 60,
        ("dead", "dead"): 4,
        ("folded", "folded"): 4,
        ("pending", "sent"): 10,
        ("pending", "folded"): 7,
        ("pending", "cancelled"): 1,
        ("sending", "sent"): 1,
    }


def test_what_an_older_daemon_was_sending_is_sent_when_its_lease_is_over_and_once(old: Old) -> None:
    program, claimed = old.program, datetime(2026, 3, 10, 11, 5, tzinfo=UTC)
    program.tell(claimed + timedelta(seconds=89))
    assert program.inboxes.ids("killed") == []
    program.tell(claimed + timedelta(seconds=91))
    finish(old)
    assert program.inboxes.ids("killed") == [KILLED]


def test_what_piled_up_is_told_in_one_message(old: Old) -> None:
    """What was tried before is sent as it is, and the rest together: of papers, and of what operators have missed."""
    program = old.program
    finish(old)
    assert [len(program.inboxes.ids(name)) for name in ("piling", "folding", "failing")] == [2, 2, 2]
    assert "incidents while you could not be told" in program.inboxes.subjects("op2")[1]
    assert program.inboxes.subjects("empty") == ["no papers for empty"] * 8


def test_what_is_dead_can_be_told_again_and_once(old: Old) -> None:
    program = old.program
    finish(old)
    program.inboxes.sent.clear()
    for messages in (1, 0):
        with program.context.store.transaction() as tx:
            some = tx.deliveries.dead("refused")
            assert [(dead.papers, dead.reason) for dead in some] == [(2, "550 too large")] * messages
            for dead in some:
                assert len(tx.deliveries.replay(dead, [Endpoint("refused")], program.now)) == 1
        program.tell(program.now + timedelta(minutes=1))
    assert program.inboxes.told() == {("refused", paper["title"]): 1 for paper in DIGESTS[DAYS[1]]}


def test_a_page_that_was_imported_is_told_to_nobody_again(old: Old) -> None:
    """Its one paper is known by its title alone, which has TeX, accents and an apostrophe in it."""
    program, done = old.program, Imported()
    finish(old)
    before = program.inboxes.told()
    import_page(text_page(), "page.txt", None, Telling.ALL, program.context, done)
    finish_import(done, Telling.ALL, program.context)
    assert done.stored == 0 and len(done.papers) == 1 and not done.failed
    program.tell(program.now + timedelta(days=1))
    assert program.inboxes.told() == before
