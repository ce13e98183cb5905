"""Decisions: the fate of a match, what an attempt means, what changed between config and database, bundles."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watcher.model import (
    DeliveryState,
    DueAlert,
    Endpoint,
    Fate,
    IncidentKind,
    Judged,
    Listing,
    MatchedSpan,
    Outcome,
    Paper,
    Result,
    StoredSubscription,
    Subscription,
    Verdict,
)
from watcher.policy.alerts import fate
from watcher.policy.alerts.fate import LookBack, Present, Telling
from watcher.policy.alerts.incidents import is_due, trouble_of
from watcher.policy.alerts.items import items_of
from watcher.policy.deliveries.bundle import MOST_PAPERS, cut_by_size
from watcher.policy.deliveries.retry import LONGEST_DELAY, Health, after_attempt, delay
from watcher.policy.subscriptions.changes import Wanted, compare

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)


def paper(id: int = 1, *days: date, source: str = "hf") -> Paper:
    listings = tuple(Listing(source=source, day=day, read_at=NOW) for day in days)
    return Paper(id=id, key=f"title:{id}", title=f"Paper {id}", first_seen=NOW, listings=listings)


def subscription(name: str = "agents", rule: str = "agent", to: str = "me", **more: object) -> Subscription:
    one = Subscription(name=name, rule=rule, to=(to,), endpoints=(Endpoint(to),))
    return replace(one, **more)  # type: ignore[arg-type]


# --- fate ---


def test_a_poll_holds_what_it_finds() -> None:
    assert fate.of_polled(subscription(), paper(1, date(2020, 1, 1)), first_poll=True, now=NOW).fate is Fate.HELD


@pytest.mark.parametrize(
    ("backfill", "day", "first_poll", "expected"),
    [
        (0, NOW.date(), True, Fate.BASELINE),
        (0, NOW.date(), False, Fate.HELD),
        (7, date(2026, 3, 4), True, Fate.HELD),
        (7, date(2026, 3, 3), True, Fate.BASELINE),
    ],
)
def test_backfill_decides_what_is_past_at_the_first_poll(
    backfill: int, day: date, first_poll: bool, expected: Fate
) -> None:
    decided = fate.of_polled(subscription(backfill=backfill), paper(1, day), first_poll=first_poll, now=NOW)
    assert decided.fate is expected


@pytest.mark.parametrize(
    ("look_back", "days", "first_poll", "expected"),
    [
        (3, [date(2026, 3, 8)], True, Fate.HELD),
        (3, [date(2026, 3, 7)], True, Fate.BASELINE),
        (3, [date(2026, 3, 7), date(2026, 3, 9)], True, Fate.HELD),
        (3, [date(2020, 1, 1)], False, Fate.HELD),
        (3, [], True, Fate.HELD),
        (None, [date(2020, 1, 1)], True, Fate.HELD),
    ],
)
def test_the_first_poll_of_pages_that_show_the_past_tells_the_look_back(
    look_back: int | None, days: list[date], first_poll: bool, expected: Fate
) -> None:
    shown = paper(1, *days)
    decided = fate.of_polled(subscription(), shown, first_poll=first_poll, look_back=look_back, now=NOW)
    assert decided.fate is expected


PRESENT = Present({"hf": LookBack(days=frozenset({date(2026, 3, 9), date(2026, 3, 10)}))}, fate.last_days(3, NOW))


@pytest.mark.parametrize(
    ("shown", "sources", "backfill", "expected"),
    [
        (paper(1, date(2026, 3, 9)), (), None, Fate.HELD),
        (paper(1, date(2026, 3, 6)), (), None, Fate.BASELINE),
        (paper(1, date(2026, 3, 6), date(2026, 3, 10)), (), None, Fate.HELD),
        (paper(1, date(2026, 3, 10)), ("other",), None, Fate.BASELINE),
        (paper(1, date(2026, 3, 10)), (), 0, Fate.BASELINE),
        (paper(1, date(2026, 3, 6)), (), 7, Fate.HELD),
        (paper(1, date(2026, 3, 8), source="import"), (), None, Fate.HELD),
        (paper(1, date(2026, 3, 7), source="import"), (), None, Fate.BASELINE),
        (paper(1), (), None, Fate.BASELINE),
    ],
)
def test_a_new_subscription_tells_the_look_back(
    shown: Paper, sources: tuple[str, ...], backfill: int | None, expected: Fate
) -> None:
    one = subscription(sources=sources, backfill=backfill)
    assert fate.of_known_paper(one, shown, PRESENT, NOW).fate is expected


@pytest.mark.parametrize(
    ("shown", "telling", "expected", "reason"),
    [
        (paper(1, date(2026, 3, 10)), Telling.LOOK_BACK, Fate.HELD, ""),
        (paper(1, date(2026, 3, 1)), Telling.LOOK_BACK, Fate.DROPPED, fate.OLDER),
        (paper(1), Telling.LOOK_BACK, Fate.DROPPED, fate.UNDATED),
        (paper(1), Telling.ALL, Fate.HELD, ""),
        (paper(1, date(2026, 3, 10)), Telling.NOTHING, Fate.DROPPED, fate.NOT_TO_TELL),
    ],
)
def test_what_an_import_tells(shown: Paper, telling: Telling, expected: Fate, reason: str) -> None:
    decided = fate.of_imported(shown, (), PRESENT, telling)
    assert (decided.fate, decided.reason) == (expected, reason)


def test_the_look_back_is_what_the_newest_pages_show_not_today() -> None:
    shown = [date(2020, 1, 1), date(2020, 1, 2), date(2020, 1, 3), date(2020, 1, 6)]
    assert fate.last_digests(shown, 3, NOW).days == frozenset(shown[1:])
    assert fate.last_digests([], 3, NOW) == LookBack(since=date(2026, 3, 8))


# --- retry ---


def test_success_forgets_failures_and_reports_recovery() -> None:
    ended = after_attempt(Outcome(Result.SENT), Health(NOW, 4, NOW, "down"), NOW, NOW, jitter=0.5)
    assert (ended.state, ended.health, ended.failing) == (DeliveryState.SENT, Health(), False)


def test_a_refused_message_is_dead_and_its_endpoint_as_it_was() -> None:
    ended = after_attempt(Outcome(Result.REFUSED, "550 too large"), Health(), NOW, NOW, jitter=0.5)
    assert (ended.state, ended.health, ended.failing) == (DeliveryState.DEAD, Health(), None)


@pytest.mark.parametrize(
    ("result", "failing_for", "age", "state", "failing"),
    [
        (Result.FAILED, None, 0, DeliveryState.PENDING, None),
        (Result.FAILED, timedelta(minutes=59), 0, DeliveryState.PENDING, None),
        (Result.FAILED, timedelta(hours=1), 0, DeliveryState.PENDING, True),
        (Result.DOWN, None, 0, DeliveryState.PENDING, True),
        (Result.FAILED, timedelta(days=14), 14, DeliveryState.DEAD, True),
        # What came when the endpoint had long been down, and what waited for other reasons before it was.
        (Result.FAILED, timedelta(days=40), 13, DeliveryState.PENDING, True),
        (Result.FAILED, timedelta(days=13), 40, DeliveryState.PENDING, True),
    ],
)
def test_failures(
    result: Result, failing_for: timedelta | None, age: int, state: DeliveryState, failing: bool | None
) -> None:
    health = Health(NOW - failing_for, 3) if failing_for else Health()
    ended = after_attempt(Outcome(result, "no"), health, NOW - timedelta(days=age), NOW, jitter=0.5)
    assert (ended.state, ended.failing) == (state, failing)
    assert ended.health.failures == health.failures + 1
    assert ended.health.next_try is not None and ended.health.next_try > NOW


@given(st.integers(1, 1000), st.floats(0, 1))
def test_delays_grow_and_never_pass_an_hour(failures: int, jitter: float) -> None:
    assert timedelta(seconds=20) < delay(failures, jitter) <= LONGEST_DELAY
    assert delay(failures, jitter) <= delay(failures + 1, jitter)


# --- changes ---


def saved(id: int, one: Subscription, digest: str = "d", gone: bool = False) -> StoredSubscription:
    return StoredSubscription(
        id=id, subscription=one, rule_digest=digest, next_due=None, created_at=NOW, gone_at=NOW if gone else None
    )


def test_nothing_changed() -> None:
    assert not compare([Wanted(subscription(), "d")], [saved(1, subscription())])


def test_new_edited_and_gone() -> None:
    rows = [saved(1, subscription("a")), saved(2, subscription("b", "x"), "x")]
    changes = compare([Wanted(subscription("a"), "other"), Wanted(subscription("c", "y"), "y")], rows)
    assert [row.id for row, _ in changes.kept] == [1]
    assert [row.id for row in changes.gone] == [2]
    assert [one.subscription.name for one in changes.new] == ["c"]


def test_a_rename_keeps_the_row() -> None:
    changes = compare([Wanted(subscription("new"), "d")], [saved(1, subscription("old"))])
    assert [(row.id, one.subscription.name) for row, one in changes.kept] == [(1, "new")]
    assert not changes.gone and not changes.new


def test_two_candidates_are_no_rename() -> None:
    rows = [saved(1, subscription("a")), saved(2, subscription("b"))]
    changes = compare([Wanted(subscription("c"), "d")], rows)
    assert len(changes.gone) == 2 and len(changes.new) == 1 and not changes.kept


def test_other_receivers_are_no_rename() -> None:
    changes = compare([Wanted(subscription("new", to="you"), "d")], [saved(1, subscription("old"))])
    assert len(changes.gone) == 1 and len(changes.new) == 1


def test_back_under_its_name_is_the_same_row() -> None:
    changes = compare([Wanted(subscription("a"), "d")], [saved(1, subscription("a"), gone=True)])
    assert [row.id for row, _ in changes.back] == [1] and not changes.new


# --- bundles, items, incidents ---


@given(st.lists(st.integers(1, 500), max_size=700), st.integers(100, 3000))
def test_a_cut_loses_nothing_and_fits(sizes: list[int], limit: int) -> None:
    runs = cut_by_size(sizes, lambda size: size, limit)
    assert [size for run in runs for size in run] == sizes
    assert all(len(run) == 1 or sum(run) <= limit * 0.8 for run in runs)
    assert all(0 < len(run) <= MOST_PAPERS for run in runs)


def test_a_paper_that_two_subscriptions_match_is_one_item() -> None:
    first = DueAlert(
        match_id=1,
        paper_id=7,
        subscription="a",
        timezone="UTC",
        score=0.2,
        places=(MatchedSpan("title", 0, 2, "x"),),
    )
    second = replace(first, match_id=2, subscription="b", score=0.9, places=(MatchedSpan("abstract", 0, 2, "y"),))
    (item,) = items_of([first, second], [paper(7)], {7: date(2026, 3, 9)})
    assert item.subscriptions == ("a", "b") and item.strong and len(item.places) == 2
    assert item.told_before == date(2026, 3, 9)


@pytest.mark.parametrize(
    ("verdict", "kind", "tell_after"),
    [
        (Verdict.BROKEN, IncidentKind.SOURCE_BROKEN, timedelta(0)),
        (Verdict.UNREACHABLE, IncidentKind.SOURCE_UNREACHABLE, timedelta(hours=24)),
        (Verdict.PARTIAL, IncidentKind.SOURCE_PARTIAL, timedelta(hours=24)),
    ],
)
def test_troubles(verdict: Verdict, kind: IncidentKind, tell_after: timedelta) -> None:
    trouble = trouble_of(Judged(verdict, "why"), timedelta(hours=24))
    assert trouble is not None and (trouble.kind, trouble.tell_after, trouble.reason) == (kind, tell_after, "why")


@pytest.mark.parametrize("verdict", [Verdict.NEW, Verdict.UNCHANGED, Verdict.QUIET])
def test_no_trouble(verdict: Verdict) -> None:
    assert trouble_of(Judged(verdict), timedelta(0)) is None


def test_an_incident_is_told_once_after_its_time() -> None:
    day = timedelta(hours=24)
    assert not is_due(NOW, None, day, NOW + timedelta(hours=23))
    assert is_due(NOW, None, day, NOW + day)
    assert not is_due(NOW, NOW, day, NOW + day)
    assert is_due(NOW, None, timedelta(0), NOW)
