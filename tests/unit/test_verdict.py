from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watcher.model import Entry, Judged, NotModified, Reading, Unreachable, Unreadable, Verdict
from watcher.policy.polls.verdict import (
    DayHistory,
    KnownOfSource,
    doubt,
    entry_key,
    expected,
    judge_page,
    lost_days,
    set_digest,
    without_abstracts,
    worst,
)

NOW = datetime(2025, 3, 5, 8, tzinfo=UTC)
DAY = date(2025, 3, 4)  # a Tuesday


def page(n: int, *, newest: bool = False, whole: bool = True, warnings: tuple[str, ...] = ()) -> Reading:
    entries = tuple(Entry(title=f"Paper {i}", keys=(key(i),)) for i in range(n))
    return Reading(entries=entries, day=DAY, is_newest=newest, whole=whole, warnings=warnings)


def key(n: int) -> str:
    return f"arxiv:2503.{n:05d}"


def keys(n: int) -> frozenset[str]:
    return frozenset(map(key, range(n)))


TUESDAYS = (30, 24, 41, 28, 35)
STOOD = DayHistory(known=keys(9), short_since=NOW - timedelta(hours=25), short_digest=set_digest(keys(8)))


@pytest.mark.parametrize(
    ("parsed", "history", "new", "verdict", "reason"),
    [
        (Unreadable("looks like a login page"), DayHistory(), 0, Verdict.BROKEN, "looks like a login page"),
        (Unreachable(url="x", reason="503", fetched_at=NOW), DayHistory(), 0, Verdict.UNREACHABLE, "503"),
        (NotModified(url="x", fetched_at=NOW), DayHistory(known=keys(9)), 0, Verdict.UNCHANGED, ""),
        (page(0), DayHistory(), 0, Verdict.QUIET, ""),
        (page(9), DayHistory(), 9, Verdict.NEW, ""),
        (page(9), DayHistory(known=keys(8)), 1, Verdict.NEW, ""),
        (page(9), DayHistory(known=keys(9)), 0, Verdict.UNCHANGED, ""),
        (page(0), DayHistory(known=keys(9)), 0, Verdict.PARTIAL, "2025-03-04: shows no papers; 9 were there before"),
        (page(1), DayHistory(known=keys(49)), 0, Verdict.PARTIAL, "2025-03-04: shows 1 paper; 49 were there before"),
        (page(0), DayHistory(known=keys(1)), 0, Verdict.PARTIAL, "2025-03-04: shows no papers; 1 was there before"),
        (
            page(8, newest=True),
            DayHistory(known=keys(9)),
            0,
            Verdict.PARTIAL,
            "2025-03-04: shows 8 papers; 9 were there before",
        ),
        (
            page(11),
            DayHistory(weekday_counts=TUESDAYS),
            11,
            Verdict.PARTIAL,
            "2025-03-04: shows 11 papers, though the day is over; the last 5 Tuesdays had 24 at least",
        ),
        (page(12), DayHistory(weekday_counts=TUESDAYS), 12, Verdict.NEW, ""),
        (page(1), DayHistory(weekday_counts=TUESDAYS[:4]), 1, Verdict.NEW, ""),
        (page(1, newest=True), DayHistory(weekday_counts=TUESDAYS), 1, Verdict.NEW, ""),
        (page(0, newest=True), DayHistory(weekday_counts=TUESDAYS), 0, Verdict.QUIET, ""),
        (page(9, whole=False), DayHistory(), 9, Verdict.PARTIAL, "2025-03-04: not read whole"),
        (page(9, whole=False, warnings=("only cards",)), DayHistory(), 9, Verdict.PARTIAL, "2025-03-04: only cards"),
        (page(9, warnings=("no cards",)), DayHistory(), 9, Verdict.NEW, ""),
        (page(8), STOOD, 0, Verdict.UNCHANGED, ""),
    ],
)
def test_verdicts(
    parsed: Reading | Unreadable | NotModified | Unreachable,
    history: DayHistory,
    new: int,
    verdict: Verdict,
    reason: str,
) -> None:
    assert judge_page(parsed, history, new, NOW) == Judged(verdict, reason)


def test_a_smaller_set_is_taken_as_true_only_when_just_that_set_has_stood_for_a_day() -> None:
    assert judge_page(page(8), STOOD, 0, NOW - timedelta(seconds=1)).verdict is Verdict.PARTIAL
    assert judge_page(page(7), STOOD, 0, NOW).verdict is Verdict.PARTIAL


def test_a_short_day_that_stands_is_taken_as_true() -> None:
    history = DayHistory(
        known=keys(2), weekday_counts=TUESDAYS, short_since=NOW - timedelta(days=2), short_digest=set_digest(keys(2))
    )
    assert judge_page(page(2), history, 0, NOW).verdict is Verdict.UNCHANGED
    assert judge_page(page(3), history, 1, NOW).verdict is Verdict.PARTIAL


def test_a_reading_that_is_not_whole_never_becomes_true_by_standing() -> None:
    history = DayHistory(known=keys(9), short_since=NOW - timedelta(days=9), short_digest=set_digest(keys(9)))
    assert judge_page(page(9, whole=False), history, 0, NOW).verdict is Verdict.PARTIAL


def test_a_page_without_a_day_is_compared_with_what_it_showed_and_with_no_weekday() -> None:
    undated = Reading(entries=page(1).entries)
    assert judge_page(undated, DayHistory(weekday_counts=TUESDAYS), 1, NOW).verdict is Verdict.NEW
    assert judge_page(undated, DayHistory(known=keys(2)), 0, NOW) == Judged(
        Verdict.PARTIAL, "shows 1 paper; 2 were there before"
    )


def test_the_worst_verdict_counts_in_the_order_of_the_design() -> None:
    order = ["unreachable", "broken", "partial", "new", "unchanged", "quiet"]
    judged = [Judged(Verdict(name), name) for name in order]
    for some in permutations(judged, 3):
        assert worst(some) == min(some, key=lambda one: order.index(one.verdict))


def test_the_worst_verdict_tells_every_reason_once() -> None:
    pages = [
        Judged(Verdict.BROKEN, "a"),
        Judged(Verdict.NEW),
        Judged(Verdict.BROKEN, "b"),
        Judged(Verdict.BROKEN, "a"),
    ]
    assert worst(iter(pages)) == Judged(Verdict.BROKEN, "a; b")


def test_an_entry_is_known_by_its_first_key_and_else_by_its_title() -> None:
    assert entry_key(Entry(title="A Title", keys=("arxiv:2503.00001", "doi:10.1000/1"))) == "arxiv:2503.00001"
    bare, dressed = Entry(title="Tide Gauges, Revisited"), Entry(title="tide gauges revisited")
    assert entry_key(bare) == entry_key(dressed)
    assert entry_key(bare).startswith("title:")


@given(st.lists(st.text(max_size=5), max_size=5))
def test_a_set_has_one_digest_in_every_order(some: list[str]) -> None:
    assert set_digest(some) == set_digest(reversed(some)) == set_digest(some * 2)


def test_different_sets_have_different_digests() -> None:
    assert len({set_digest(keys(n)) for n in range(5)}) == 5


# --- what the source's own past says ---

WEDNESDAY, SATURDAY = NOW, NOW + timedelta(days=3)
WEEKDAYS = tuple((DAY - timedelta(days=n), 30 + n) for n in (0, 1, 4, 5, 6))
WEEKEND = ((DAY - timedelta(days=2), 20), (DAY - timedelta(days=3), 25))


def undated(n: int) -> Reading:
    return Reading(entries=page(n).entries)


def test_a_paper_that_was_replaced_after_its_day_is_noticed() -> None:
    history = DayHistory(known=keys(9), gone=1)
    assert judge_page(page(9), history, 1, NOW) == Judged(
        Verdict.PARTIAL, "2025-03-04: shows 9 papers, though the day is over; 1 that it showed before is gone"
    )
    assert judge_page(page(9, newest=True), history, 1, NOW).verdict is Verdict.NEW
    stood = DayHistory(known=keys(9), gone=1, short_since=NOW - timedelta(hours=25), short_digest=set_digest(keys(9)))
    assert judge_page(page(9), stood, 0, NOW).verdict is Verdict.UNCHANGED


@pytest.mark.parametrize(
    ("n", "recent", "now", "reason"),
    [
        (14, WEEKDAYS, WEDNESDAY, "shows 14 papers; the last 5 weekdays had 30 at least"),
        (15, WEEKDAYS, WEDNESDAY, ""),
        (0, WEEKDAYS, WEDNESDAY, "shows no papers; the last 5 weekdays had 30 at least"),
        (0, WEEKDAYS[:4], WEDNESDAY, ""),
        (1, tuple((day, 3) for day, _ in WEEKDAYS), WEDNESDAY, "shows 1 paper; the last 5 weekdays had 3 at least"),
        (0, tuple((day, 2) for day, _ in WEEKDAYS), WEDNESDAY, ""),
        (0, WEEKDAYS, SATURDAY, ""),
        (0, WEEKDAYS + WEEKEND, SATURDAY, "shows no papers; the last 2 days of weekends had 20 at least"),
        (0, WEEKDAYS, SATURDAY + timedelta(days=1, hours=21), ""),
        (0, WEEKDAYS, SATURDAY + timedelta(days=1, hours=22), "shows no papers; the last 5 weekdays had 30 at least"),
    ],
)
def test_a_page_without_a_day_is_measured_by_its_last_days(
    n: int, recent: tuple[tuple[date, int], ...], now: datetime, reason: str
) -> None:
    judged = judge_page(undated(n), DayHistory(recent=recent), 0, now)
    assert judged.reason == reason
    assert (judged.verdict is Verdict.PARTIAL) == bool(reason)
    assert (judged.verdict is Verdict.QUIET) == (n == 0 and not reason)


def test_what_a_page_shows_today_is_no_measure_of_today() -> None:
    recent = ((NOW.date(), 90), *WEEKDAYS)
    assert str(expected(None, is_newest=False, history=DayHistory(recent=recent), now=NOW)) == (
        "the last 5 weekdays had 30 at least"
    )


@pytest.mark.parametrize(("renamed", "n", "doubted"), [(9, 9, True), (5, 9, True), (4, 9, False), (2, 2, False)])
def test_a_page_that_changes_its_ids_is_broken(renamed: int, n: int, doubted: bool) -> None:
    found = doubt(page(n), DayHistory(), KnownOfSource(renamed=renamed), NOW)
    assert (found is not None) is doubted
    if found:
        assert found.verdict is Verdict.BROKEN
        assert found.reason == f"2025-03-04: {renamed} of 9 papers are known under other ids: the page changes them"


def test_new_ids_that_stand_for_a_day_are_taken() -> None:
    history = DayHistory(short_since=NOW - timedelta(hours=25), short_digest=set_digest(keys(9)))
    assert doubt(page(9), history, KnownOfSource(renamed=9), NOW) is None
    assert doubt(page(8), history, KnownOfSource(renamed=8), NOW) is not None


def test_a_day_that_shows_just_the_day_before_is_not_there_yet() -> None:
    assert doubt(page(9), DayHistory(before=keys(9)), KnownOfSource(), NOW) == Judged(
        Verdict.PARTIAL, "2025-03-04: shows just the papers of the digest day before"
    )
    assert doubt(page(9), DayHistory(before=keys(8)), KnownOfSource(), NOW) is None
    assert doubt(undated(9), DayHistory(), KnownOfSource(), NOW) is None


def test_a_page_that_lost_all_abstracts_is_not_whole() -> None:
    found = without_abstracts(page(9), KnownOfSource(papers=50, with_abstract=48))
    assert not found.whole and found.warnings == ("none of 9 papers has an abstract; of the last 50, 48 had one",)
    for past in (KnownOfSource(), KnownOfSource(papers=9, with_abstract=9), KnownOfSource(papers=50, with_abstract=20)):
        assert without_abstracts(page(9), past).whole
    one = Reading(entries=(*page(8).entries, Entry(title="X", abstract="Y")))
    assert without_abstracts(one, KnownOfSource(papers=50, with_abstract=50)).whole


def test_days_that_lost_most_of_their_papers_are_named() -> None:
    first, second = date(2026, 3, 9), date(2026, 3, 10)
    assert lost_days({}) is None
    assert lost_days({first: (2, 2), second: (6, 3)}) is None
    assert lost_days({second: (5, 3), first: (3, 3)}) == Judged(
        Verdict.PARTIAL,
        "3 of the 3 papers of 2026-03-09 and 3 of the 5 papers of 2026-03-10 that it showed before are gone",
    )
