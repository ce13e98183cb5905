"""Pages and polls on real databases: what is asked for conditionally, and what a day showed before."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from watcher.model import Entry, Judged, Page, Reading, Validators, Verdict
from watcher.policy.polls.days import KnownPage
from watcher.policy.polls.verdict import DayHistory, entry_key, judge_page, set_digest
from watcher.store import Store
from watcher.store.sources.pages import Poll

NOW = datetime(2026, 3, 10, 8, tzinfo=UTC)
HOUR = timedelta(hours=1)
TUESDAY, MONDAY, FRIDAY = date(2026, 3, 10), date(2026, 3, 9), date(2026, 3, 6)
NEW = Judged(Verdict.NEW)
PARTIAL = Judged(Verdict.PARTIAL, "one paper is missing")


def address(day: date) -> str:
    return f"https://papers.example/date/{day}"


def entries(day: date, count: int) -> tuple[Entry, ...]:
    return tuple(
        Entry(
            title=f"Kite {n}", keys=(f"arxiv:{day:%y%m}.{day.day:02}{n:03}",), abstract=f"No. {n} of {day}", listed=day
        )
        for n in range(count)
    )


def show(
    store: Store,
    day: date,
    count: int = 2,
    *,
    now: datetime = NOW,
    source: str = "hf",
    etag: str | None = "v1",
    parser_version: int = 1,
    whole: bool = True,
    judged: Judged | None = None,
    following: str | None = None,
) -> Judged:
    """Record a page of ``day`` as a poll does; how it was judged."""
    page = Page(url=address(day), body=b"", fetched_at=now, validators=Validators(etag, None))
    before = day - timedelta(days=1)
    reading = Reading(entries=entries(day, count), day=day, previous=before, next=following, whole=whole)
    shown = frozenset(entry_key(entry) for entry in reading.entries)
    with store.transaction() as tx:
        history = tx.pages.history(source, page.url, day)
        recorded = tx.papers.record_entries(reading.entries, source, now, whole=whole)
        judged = judged or judge_page(reading, history, len(recorded.new), now)
        tx.pages.record(source, page, reading, parser_version, judged, shown, history, now)
    return judged


def test_a_page_is_remembered_as_it_was_read_last(store: Store) -> None:
    show(store, TUESDAY, now=NOW - HOUR)
    show(store, TUESDAY)
    show(store, MONDAY, source="other")
    url = address(TUESDAY)
    with store.reading() as tx:
        assert tx.pages.known("hf") == {url: KnownPage(url, TUESDAY, MONDAY, NOW, is_whole=True)}
        assert tx.pages.known("nobody") == {}


def test_an_unchanged_page_is_read_again(store: Store) -> None:
    show(store, TUESDAY)
    show(store, MONDAY)
    with store.transaction() as tx:
        tx.pages.touch("hf", address(TUESDAY), NOW + HOUR)
    with store.reading() as tx:
        read = {page.day: page.read_at for page in tx.pages.known("hf").values()}
    assert read == {TUESDAY: NOW + HOUR, MONDAY: NOW}


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({}, {address(TUESDAY): Validators("v1", None)}),
        ({"etag": None}, {}),
        ({"parser_version": 2}, {}),
        ({"whole": False, "judged": NEW}, {}),
        ({"judged": PARTIAL}, {}),
        ({"following": "https://papers.example/p2"}, {}),
    ],
)
def test_only_pages_read_whole_are_asked_for_conditionally(
    store: Store, options: dict[str, object], expected: dict[str, Validators]
) -> None:
    show(store, TUESDAY, now=NOW - HOUR)
    show(store, TUESDAY, **options)  # type: ignore[arg-type]
    with store.reading() as tx:
        assert tx.pages.validators("hf", 1) == expected
        assert tx.pages.validators("other", 1) == {}


def test_days_are_those_with_a_page(store: Store) -> None:
    for day in (MONDAY, FRIDAY, TUESDAY):
        show(store, day)
    show(store, date(2026, 3, 11), source="other")
    with store.reading() as tx:
        assert tx.pages.days("hf", 2) == [TUESDAY, MONDAY]
        assert tx.pages.days("hf", 9) == [TUESDAY, MONDAY, FRIDAY]
        assert tx.pages.days("nobody", 9) == []


def test_history_of_a_day(store: Store) -> None:
    for weeks in range(12, 0, -1):
        show(store, TUESDAY - timedelta(weeks=weeks), weeks)
        show(store, MONDAY - timedelta(weeks=weeks), 1)
    show(store, TUESDAY, 3)
    show(store, TUESDAY + timedelta(weeks=1), 1)
    with store.reading() as tx:
        history = tx.pages.history("hf", address(TUESDAY), TUESDAY)
        assert history == DayHistory(
            known=frozenset(entry_key(entry) for entry in entries(TUESDAY, 3)),
            weekday_counts=tuple(range(1, 11)),
            recent=((NOW.date(), 3),),
        )
        assert tx.pages.history("hf", "https://papers.example/", None) == DayHistory()
        assert tx.pages.history("other", address(TUESDAY), TUESDAY) == DayHistory()


def test_a_day_is_measured_by_the_last_ten_of_its_weekday(store: Store) -> None:
    for week in range(1, 13):
        show(store, TUESDAY - timedelta(weeks=week), week)
    with store.reading() as tx:
        history = tx.pages.history("hf", address(TUESDAY), TUESDAY)
    assert history.weekday_counts == tuple(range(1, 11))


def test_a_smaller_set_is_taken_as_true_after_a_day_and_stays_so(store: Store) -> None:
    verdicts = [(0, 3), (1, 2), (25, 2), (26, 2), (27, 2), (28, 1), (29, 2), (30, 3)]
    found = [show(store, TUESDAY, count, now=NOW + hour * HOUR).verdict for hour, count in verdicts]
    assert found == [
        Verdict.NEW,
        Verdict.PARTIAL,
        Verdict.PARTIAL,
        Verdict.UNCHANGED,
        Verdict.UNCHANGED,
        Verdict.PARTIAL,
        Verdict.PARTIAL,
        Verdict.UNCHANGED,
    ]


def test_since_when_a_page_is_short(store: Store) -> None:
    for hour, count in [(0, 3), (1, 2), (2, 2)]:
        show(store, TUESDAY, count, now=NOW + hour * HOUR)
    with store.reading() as tx:
        history = tx.pages.history("hf", address(TUESDAY), TUESDAY)
        known = tx.pages.known("hf")[address(TUESDAY)]
    shown = [entry_key(entry) for entry in entries(TUESDAY, 2)]
    assert (history.short_since, history.short_digest) == (NOW + HOUR, set_digest(shown))
    assert len(history.known) == 3
    assert not known.is_whole


def test_polls_newest_first(store: Store) -> None:
    with store.transaction() as tx:
        tx.pages.record_poll("hf", NEW, 3, 2, NOW)
        tx.pages.record_poll("hf", PARTIAL, 0, 1, NOW + HOUR)
        tx.pages.record_poll("other", NEW, 1, 1, NOW + 2 * HOUR)
    first, second = Poll("hf", NOW, NEW, 3, 2), Poll("hf", NOW + HOUR, PARTIAL, 0, 1)
    with store.reading() as tx:
        assert tx.pages.polls("hf") == [second, first]
        assert tx.pages.polls("hf", 1) == [second]
        assert tx.pages.last_poll("hf") == second
        assert tx.pages.last_poll("nobody") is None


def test_since_when_a_page_is_gone_does_not_count_that_it_was_short(store: Store) -> None:
    """A page that showed too little and is then not there has not been away for as long as it was short."""
    show(store, MONDAY, 3, now=NOW - 30 * HOUR)
    show(store, MONDAY, 2, now=NOW - 29 * HOUR, judged=PARTIAL)

    def gone(now: datetime) -> datetime:
        with store.transaction() as tx:
            return tx.missing.fail("hf", address(MONDAY), MONDAY, now, is_gone=True)

    assert gone(NOW) == NOW
    assert gone(NOW + HOUR) == NOW, "it is still away, since the same instant"
