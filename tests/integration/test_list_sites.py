"""Searches and lists behind tokens, polled day by day: PubMed and a repository, right and wrong."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from tests.integration.list_sites import BEGIN, DAY, FAULTS, KINDS, PUBMED, ListSite, numbers_in
from tests.integration.outages import Play
from watcher.model import Verdict
from watcher.parsers import PARSERS
from watcher.store import Store, open_store

HOUR = timedelta(hours=1)
CASES = [(kind, fault) for kind, faults in FAULTS.items() for fault in faults]


@pytest.fixture
def store(sqlite_template: Path, tmp_path: Path) -> Iterator[Store]:
    (tmp_path / "w.db").write_bytes(sqlite_template.read_bytes())
    with open_store(tmp_path / "w.db") as store:
        yield store


def played(store: Store, kind: str, a_day: int = 4) -> tuple[Play, ListSite]:
    source, site_of = KINDS[kind]
    play = Play(store, source, BEGIN.date())
    site = site_of(lambda: play.now, a_day)
    play.context.fetcher = site  # type: ignore[assignment]
    return play, site


def missing(play: Play, first: int, last: int) -> list[int]:
    """The papers between two numbers of which the reader was not told just once."""
    told = numbers_in(play.texts("me"))
    return [n for n in range(first, last + 1) if told.count(n) != 1]


@pytest.mark.parametrize("kind", KINDS)
def test_every_paper_is_told_once(store: Store, kind: str) -> None:
    play, site = played(store, kind)
    assert play.look().verdict is Verdict.NEW
    first = min(numbers_in(play.texts("me")))
    assert site.day(first) >= (play.now - 2 * DAY).date()  # the look-back of three days, and what has come today
    verdicts = {play.look(6 * HOUR).verdict for _ in range(10)}
    assert verdicts == {Verdict.NEW}
    assert missing(play, first, site.count) == []
    assert play.look().verdict is Verdict.UNCHANGED
    assert not play.texts("ops")


@pytest.mark.parametrize(("kind", "fault"), CASES)
def test_a_fault_is_named_and_nothing_is_lost_or_told_twice(store: Store, kind: str, fault: str) -> None:
    play, site = played(store, kind)
    play.look()
    first = min(numbers_in(play.texts("me")))
    play.look(12 * HOUR)
    site.fault = fault
    verdict, says = FAULTS[kind][fault]
    for _ in range(3):
        judged = play.look(DAY)
        assert judged.verdict is verdict and says in judged.reason, judged
    site.fault = ""
    assert play.look(HOUR).verdict in (Verdict.NEW, Verdict.UNCHANGED)
    assert missing(play, first, site.count) == []
    assert len(play.texts("ops")) == 2, "of the trouble and of its end"


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("time", [4 * DAY, 40 * DAY])
@pytest.mark.parametrize("off", [False, True])
def test_what_an_outage_missed_is_asked_for(store: Store, kind: str, time: timedelta, off: bool) -> None:
    play, site = played(store, kind)
    play.look()
    first = min(numbers_in(play.texts("me")))
    site.fault = "away"
    if off:
        play.now += time
    else:
        for _ in range(4):
            play.look(time / 4)
    site.fault = ""
    assert play.look(HOUR).verdict is Verdict.NEW
    assert missing(play, first, site.count) == []
    assert play.incident() is None, "nothing stays missing"


@pytest.mark.parametrize("kind", KINDS)
def test_a_quiet_search_is_quiet_and_no_trouble(store: Store, kind: str) -> None:
    play, site = played(store, kind, a_day=0)
    assert {play.look(DAY).verdict for _ in range(4)} == {Verdict.QUIET}
    assert not play.texts("ops") and len(site.asked) == {"pubmed": 8, "oai": 4}[kind]


@pytest.mark.parametrize("kind", KINDS)
def test_a_narrow_search_that_finds_nothing_on_some_days_is_no_trouble(store: Store, kind: str) -> None:
    play, site = played(store, kind)
    site.day = lambda n: (BEGIN + (n - 100) * 9 * DAY).date()  # type: ignore[method-assign]
    for _ in range(16):
        assert play.look(DAY).verdict in (Verdict.NEW, Verdict.UNCHANGED, Verdict.QUIET)
    assert not play.texts("ops")


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_withdrawn_long_after_it_was_told_is_told_and_a_stranger_is_not(store: Store, kind: str) -> None:
    play, site = played(store, kind)
    play.look()
    told = max(numbers_in(play.texts("me")))
    for _ in range(2):
        play.look(5 * DAY)
    site.gone = {told: play.now.date(), 45: play.now.date()}
    play.look(HOUR)
    with store.reading() as tx:
        papers = {paper.title: paper for paper in tx.papers.all()}
    assert "withdrawn" in (papers[f"Part {told}"].note or "") or "retracted" in (papers[f"Part {told}"].note or "")
    assert "Part 45" not in papers and "" not in papers


def test_pages_behind_tokens_leave_no_addresses_behind(store: Store) -> None:
    play, _ = played(store, "oai")
    for _ in range(4):
        play.look(DAY)
    with store.reading() as tx:
        known = tx.pages.known("site")
    base = "https://repository.example/oai?verb=ListRecords&metadataPrefix=oai_dc"
    assert known.keys() == {base, *(f"{base}#{n}" for n in range(2, 7))}


def test_a_search_is_known_by_its_address_and_its_records_by_their_place(store: Store) -> None:
    play, _ = played(store, "pubmed", a_day=120)
    for _ in range(2):
        play.look(DAY)
    with store.reading() as tx:
        known = tx.pages.known("site")
    came, retracted = PARSERS["pubmed"].starts(PUBMED, play.now.date())
    assert known.keys() == {came, f"{came}#2", retracted}
