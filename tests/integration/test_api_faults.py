"""What OpenAlex and Crossref do wrong, each with its verdict: nothing is lost, nothing told twice."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest

from benchmarks.faults.forms import FORMS, SITES
from benchmarks.faults.sources import PLAYED, ApiFault, is_right, play, worlds
from benchmarks.sources.requests import MIDNIGHT, a_day
from tests.parsers.literature import notice, work
from watcher.daemon.site_book import SiteBook
from watcher.fetch.turns import NotNow, Turns
from watcher.model import Verdict
from watcher.parsers import PARSERS
from watcher.policy.polls.pace import pace_of
from watcher.store import open_store

DAY = timedelta(days=1)


@pytest.fixture
def folder(sqlite_template: Path, tmp_path: Path) -> Path:
    (tmp_path / "w.db").write_bytes(sqlite_template.read_bytes())
    return tmp_path


@pytest.mark.parametrize(("kind", "fault"), PLAYED, ids=lambda one: one if isinstance(one, str) else one.name)
def test_a_fault_has_its_verdict_and_loses_nothing(fault: ApiFault, kind: str, folder: Path) -> None:
    ended = play(fault, kind, folder)
    assert is_right(fault, kind, ended), ended


@pytest.mark.parametrize("kind", SITES)
def test_the_first_look_tells_the_look_back_and_later_ones_what_is_new(kind: str, folder: Path) -> None:
    with worlds(kind, folder) as world:
        assert world.look().verdict is Verdict.NEW
        assert set(world.told()) == world.due(world.now.date() - 2 * DAY)
        assert world.look(timedelta(hours=1)).verdict is Verdict.UNCHANGED
        assert world.look(DAY).verdict is Verdict.NEW
        assert sorted(world.told()) == sorted(world.due(world.now.date() - 3 * DAY))


@pytest.mark.parametrize("kind", SITES)
@pytest.mark.parametrize("days", [2, 9, 40])
def test_after_an_outage_everything_since_is_told_once(kind: str, days: int, folder: Path) -> None:
    with worlds(kind, folder) as world:
        world.look()
        first = world.now.date()
        assert world.look(days * DAY).verdict is Verdict.NEW
        assert sorted(world.told()) == sorted(world.due(first - 2 * DAY))
        assert world.inbox.of("ops") == []


@pytest.mark.parametrize("kind", SITES)
def test_pages_behind_cursors_are_remembered_by_their_place(kind: str, folder: Path) -> None:
    with worlds(kind, folder) as world:
        for _ in range(3):
            world.look(DAY)
        with world.context.store.reading() as tx:
            known = tx.pages.known(kind)
        later = re.compile(rf"[?&]{FORMS[kind].cursor}=(?!\*|%2A)")
        pages = max(sum(later.search(one) is not None for one in world.api.asked) // 3, 1)
        assert len(known) <= 2 * (pages + 1), "one row for each page, not for each look"
        assert not any(re.search(r"2026-\d\d", url) for url in known)


def retracted(texts: list[str]) -> list[str]:
    return [text for text in texts if "retracted" in text.lower()]


def test_a_notice_of_crossref_says_so_of_a_paper_that_was_told(folder: Path) -> None:
    with worlds("crossref", folder) as world:
        world.look()
        told = world.told()
        assert not retracted(world.inbox.of("me"))
        gone, unknown = f"10.5555/reef.{told[0]}", "10.5555/nobody.1"
        world.api.more = [notice(900, (gone, "retraction"), (unknown, "retraction"))]
        world.look(timedelta(hours=1))
        world.look(timedelta(hours=1))
        (text,) = retracted(world.inbox.of("me"))
        assert gone in text
        assert unknown not in "".join(world.inbox.of("me"))


def test_a_work_that_openalex_calls_retracted_is_told_as_such(folder: Path) -> None:
    with worlds("openalex", folder) as world:
        world.look()
        number = world.told()[0]
        world.api.more = [work(number, world.now.date() - DAY, is_retracted=True)]
        world.look(timedelta(hours=1))
        assert len(retracted(world.inbox.of("me"))) == 1


def test_a_key_stands_in_no_address_but_the_one_that_is_sent(folder: Path) -> None:
    key = "Oa3xampleKey/+0123"
    with worlds("openalex", folder, topic=("T10001",), api_key="${OPENALEX_KEY}") as world:
        world.look()
        world.look(DAY)
        assert all("api_key=$%7BOPENALEX_KEY%7D" in one or "api_key=${OPENALEX_KEY}" in one for one in world.api.asked)
        config, env = world.context.config, {"OPENALEX_KEY": key}
        (start,) = PARSERS["openalex"].starts(world.source, world.now.date())
        opened = config.open_address(start, env)
        assert "&api_key=Oa3xampleKey%2F%2B0123" in opened.real
        assert key not in opened.shown and opened.shown == start
        assert key in config.secrets(env)
        elsewhere = start.replace("api.openalex.org", "elsewhere.example")
        assert config.open_address(elsewhere, env).real == elsewhere


# --- requests a day ---


def test_a_days_requests_of_two_daemons_keep_to_the_sites_limits(folder: Path) -> None:
    """Searches count ten times where OpenAlex counts: a hundred a day and no more."""
    day = a_day("openalex", 12, timedelta(hours=1), folder, query="kelp")
    assert (day.sent, day.refused) == (100, 12), "each source is refused once, then it waits for midnight"
    assert day.gap >= 1.0


def test_what_is_not_sent_is_said_with_the_day_on_which_it_is(folder: Path) -> None:
    with open_store(folder / "w.db") as store:
        book = SiteBook(store, lambda: MIDNIGHT + timedelta(hours=20))
        pace = pace_of("api.openalex.org", "api.openalex.org", 1.0, "search=kelp")
        book.take(pace.name, pace.interval, 120.0, 995, pace.a_day)
        book.give_back(pace.name, is_public=True)
        turns = Turns(lambda: 0.0, lambda seconds: None, book)
        said = r"the 1,000 requests a day that api\.openalex\.org answers"
        with pytest.raises(NotNow, match=said) as refusal, turns.turn(pace, 60):
            pass
        assert refusal.value.wait == 4 * 3600
