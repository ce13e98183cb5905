"""Alerts are grouped into messages, shortened, and told with unread sources and updates."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watcher.model import (
    FIRST,
    DueAlert,
    Endpoint,
    Fate,
    Incident,
    IncidentKind,
    Nothing,
    Paper,
    PaperEvent,
    Subscription,
    Unread,
)
from watcher.policy.alerts.fate import tells_event
from watcher.policy.alerts.incidents import unread_of
from watcher.policy.alerts.items import items_of, nothing_of, occasions_of
from watcher.policy.deliveries.bundle import messages, told_in_short
from watcher.policy.schedules.schedule import next_sign, sign_began
from watcher.store.papers.withdrawals import update_of

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)


def told(id: int, subscription: str = "a", paper: int | None = None, **more: object) -> DueAlert:
    values = {"timezone": "UTC", "score": 0.9, "places": ()} | more
    return DueAlert(match_id=id, paper_id=paper or id, subscription=subscription, **values)  # type: ignore[arg-type]


def ids(groups: list[list[DueAlert]]) -> list[list[int]]:
    return [[one.match_id for one in group] for group in groups]


def test_one_message_but_for_those_that_want_their_own() -> None:
    some = [told(1), told(2, "b", bundle=False), told(3, "c"), told(4, "d", bundle=False), told(5, "b", bundle=False)]
    assert ids(messages(some)) == [[1, 3], [2, 5], [4]]
    assert messages([]) == []


@given(st.lists(st.tuples(st.sampled_from("abc"), st.booleans()), max_size=20))
def test_everything_stands_in_one_message(drawn: list[tuple[str, bool]]) -> None:
    some = [told(n, name, bundle=bundle) for n, (name, bundle) in enumerate(drawn, start=1)]
    groups = messages(some)
    assert sorted(id for group in ids(groups) for id in group) == [one.match_id for one in some]
    assert all(groups)


def test_the_first_papers_are_told_in_full() -> None:
    some = [told(n, "a", max_papers=2) for n in (1, 2, 3, 4)] + [told(5, "b"), told(6, "b")]
    assert told_in_short(some) == {3, 4}


def test_titles_are_enough_behind_the_first_ones_and_below_a_score() -> None:
    some = [told(1, score=0.9, top=2), told(2, score=0.6, top=2), told(3, score=0.6, top=2)]
    assert told_in_short(some) == {3}
    assert told_in_short([replace(one, max_papers=1) for one in some]) == {2, 3}
    below = [told(1, score=0.9, above=0.5), told(2, score=0.5, above=0.5), told(3, score=0.49, above=0.5)]
    assert told_in_short(below) == {3}
    assert told_in_short([told(n, top=20) for n in range(1, 30)]) == set(range(21, 30))


def test_an_update_is_told_whatever_its_score_and_takes_no_place() -> None:
    some = [told(1, score=0.2, above=0.5, top=1, occasion="v2"), told(2, above=0.5, top=1)]
    assert told_in_short(some) == set()
    assert [item.also for item in items_of(some, [paper(1), paper(2)], {})] == [False, False]


def test_a_paper_stands_aside_only_where_all_its_subscriptions_say_so() -> None:
    some = [
        told(1, "a", 7, score=0.3, above=0.5, short=True),
        told(2, "b", 7, score=0.3),
        told(3, "a", 8, score=0.3, above=0.5, short=True),
        told(4, "c", 9, short=True, top=3),
        told(5, "d", 9, short=True),
    ]
    assert [item.also for item in items_of(some, [paper(n) for n in (7, 8, 9)], {})] == [False, True, False]


def paper(id: int) -> Paper:
    return Paper(id=id, key=f"arxiv:{id}", title=f"Paper {id}", first_seen=NOW)


def test_a_paper_is_short_only_where_all_are() -> None:
    some = [told(1, "a", 7, short=True), told(2, "b", 7), told(3, "a", 8, short=True)]
    assert [item.short for item in items_of(some, [paper(7), paper(8)], {})] == [False, True]


@pytest.mark.parametrize(
    ("occasions", "shown"),
    [
        ([FIRST], (FIRST,)),
        (["v2", "v10", "v9"], ("v10",)),
        (["v3", "withdrawn"], ("withdrawn", "v3")),
        (["withdrawn", FIRST, "code"], (FIRST,)),
        (["code", "v2", "accepted", "published"], ("published", "accepted", "v2", "code")),
        (["withdrawn", "retracted", "code"], ("retracted", "withdrawn", "code")),
    ],
)
def test_what_counts_most_is_shown_first(occasions: list[str], shown: tuple[str, ...]) -> None:
    assert occasions_of([told(n, occasion=one) for n, one in enumerate(occasions, start=1)]) == shown


@pytest.mark.parametrize("event", PaperEvent)
@pytest.mark.parametrize("fate", Fate)
def test_who_is_told_of_an_event(event: PaperEvent, fate: Fate) -> None:
    plain = Subscription(name="a", rule="kites", to=("me",), endpoints=(Endpoint("me"),))
    assert not tells_event(plain, event, fate)
    asks = replace(plain, on=(event.value,))
    assert tells_event(asks, event, fate) == (fate in (Fate.OWED, Fate.BASELINE))
    assert not tells_event(asks, next(one for one in PaperEvent if one is not event), fate)
    is_update = event in (PaperEvent.VERSION, PaperEvent.WITHDRAWN, PaperEvent.RETRACTED)
    assert tells_event(replace(plain, tells_updates=True), event, fate) == (is_update and fate is Fate.OWED)
    assert not tells_event(asks, None, fate)


def test_an_update_is_no_repeat() -> None:
    day = NOW.date()
    some = [told(1, paper=7, occasion="v2"), told(2, paper=8)]
    items = items_of(some, [paper(7), paper(8)], {7: day, 8: day})
    assert [(item.occasion, item.told_before) for item in items] == [("v2", None), (FIRST, day)]


def test_messages_without_papers_are_one_line_each() -> None:
    monday, tuesday = (Nothing(subscription="a", read=n, since=NOW + timedelta(days=n)) for n in (1, 2))
    other = Nothing(subscription="b", read=5, since=NOW)
    assert nothing_of([monday, tuesday, other], []) == (
        Nothing(subscription="a", read=3, since=monday.since),
        other,
    )
    assert nothing_of([monday, other], [told(1, "a")]) == (other,)


def incident(kind: IncidentKind, subject: str = "hf") -> Incident:
    return Incident(kind=kind, subject=subject, reason="", began=NOW)


def test_sources_that_a_subscription_looks_at_are_named() -> None:
    some = [
        incident(IncidentKind.SOURCE_BROKEN),
        incident(IncidentKind.SOURCE_PARTIAL, "arxiv"),
        incident(IncidentKind.ENDPOINT_FAILING, "me"),
    ]
    broken, partly = Unread(source="hf", since=NOW), Unread(source="arxiv", since=NOW, partly=True)
    assert unread_of(some, [()]) == (broken, partly)
    assert unread_of(some, [("hf",)]) == (broken,)
    assert unread_of(some, [("hf",), ("arxiv", "lab")]) == (broken, partly)
    assert unread_of(some, [("lab",)]) == unread_of(some, []) == ()


def subscription(**more: object) -> Subscription:
    values = {"name": "a", "rule": "b", "to": ("me",), "endpoints": (), "timezone": "Europe/Berlin"} | more
    return Subscription(**values)  # type: ignore[arg-type]


def test_signs_of_life_come_on_the_first() -> None:
    assert next_sign(subscription(), NOW) is None
    assert next_sign(subscription(shows_life=True, sends_empty=True), NOW) is None
    due = next_sign(subscription(shows_life=True), NOW)
    assert due == datetime(2026, 4, 1, 7, tzinfo=UTC)
    assert sign_began(subscription(), due) == datetime(2026, 3, 1, 8, tzinfo=UTC)


@given(st.integers(0, 60), st.sampled_from(["UTC", "America/New_York", "Australia/Lord_Howe"]))
def test_signs_of_life_leave_no_month_out(months: int, zone: str) -> None:
    one = subscription(shows_life=True, timezone=zone)
    after = datetime(2025, 1, 15, tzinfo=UTC) + timedelta(days=30) * months
    due = next_sign(one, after)
    assert due is not None
    following = next_sign(one, due)
    assert following is not None and sign_began(one, following) == due


def columns(**more: object) -> dict[str, object]:
    return {"title": "Tides", "abstract": "We measure tides.", "version": 1} | more


@pytest.mark.parametrize(
    ("before", "after", "update"),
    [
        ({}, {}, None),
        ({}, {"version": 2}, "v2"),
        ({"version": 2}, {"version": 4}, "v4"),
        ({"version": None}, {"version": 2}, None),
        ({"version": 3}, {"version": None}, None),
        ({}, {"version": 2, "abstract": "This paper has been withdrawn by the authors."}, "withdrawn"),
        ({}, {"version": 2, "note": "This paper has been withdrawn: the islands were clouds"}, "withdrawn"),
        ({}, {"abstract": "The article was retracted: a sign was wrong."}, "withdrawn"),
        ({}, {"title": "[Withdrawn] Tides"}, "withdrawn"),
        ({}, {"title": "RETRACTED: Tides"}, "retracted"),
        ({}, {"title": "Tides [retracted]"}, "retracted"),
        ({}, {"title": "Withdrawn papers and who reads them", "version": 2}, "v2"),
        ({}, {"abstract": "We ask why this paper has been withdrawn.", "version": 2}, "v2"),
        ({"title": "[Withdrawn] Tides"}, {"title": "[Withdrawn] Tides", "version": 2}, "v2"),
    ],
)
def test_what_is_new_of_a_known_paper(before: dict[str, object], after: dict[str, object], update: str | None) -> None:
    assert update_of(columns(**before), columns(**after)) == update
