"""In which order a message tells its papers."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from watcher.model import DueAlert, Listing, Paper
from watcher.policy.alerts.order import in_message_order

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
TODAY, YESTERDAY = date(2026, 3, 10), date(2026, 3, 9)


def paper(id: int, upvotes: int | None = None, day: date | None = TODAY) -> Paper:
    listing = Listing(source="hf", day=day, upvotes=upvotes, read_at=NOW)
    return Paper(id=id, key=f"arxiv:{id}", title=f"Paper {id}", first_seen=NOW, listings=(listing,))


def alert(id: int, subscription: str = "a", *, score: float = 0.9, paper: int | None = None) -> DueAlert:
    return DueAlert(
        match_id=id, paper_id=paper or id, subscription=subscription, timezone="UTC", score=score, places=()
    )


def order(told: list[DueAlert], papers: list[Paper]) -> list[int]:
    return [one.match_id for one in in_message_order(told, {one.id: one for one in papers})]


def test_what_a_paper_is_about_counts_more_than_its_upvotes() -> None:
    assert order([alert(1, score=0.2), alert(2)], [paper(1, upvotes=90), paper(2, upvotes=1)]) == [2, 1]


def test_of_strong_ones_and_of_weak_ones_the_best_score_comes_first() -> None:
    scores = {1: 0.1, 2: 0.49, 3: 0.5, 4: 0.91, 5: 0.91}
    some = [paper(n, upvotes=n) for n in scores]
    assert order([alert(n, score=score) for n, score in scores.items()], some) == [5, 4, 3, 2, 1]


def test_most_upvotes_come_first_and_unknown_ones_last() -> None:
    some = [paper(1), paper(2, upvotes=0), paper(3, upvotes=12), paper(4, upvotes=67)]
    assert order([alert(n) for n in (1, 2, 3, 4)], some) == [4, 3, 2, 1]


def test_of_equal_upvotes_the_newest_day_comes_first_then_what_matched_first() -> None:
    some = [paper(1, 5, YESTERDAY), paper(2, 5), paper(3, 5), paper(4, 5, day=None)]
    assert order([alert(n) for n in (1, 3, 2, 4)], some) == [2, 3, 4, 1], "without a day, first seen today"


def test_the_upvotes_that_were_seen_last_count() -> None:
    grown = paper(1, upvotes=3)
    grown = replace(
        grown,
        listings=(*grown.listings, replace(grown.listings[0], source="x", upvotes=40, read_at=NOW + timedelta(1))),
    )
    assert order([alert(2), alert(1)], [grown, paper(2, upvotes=20)]) == [1, 2]


def test_subscriptions_keep_their_order() -> None:
    told = [alert(5, "b"), alert(1, "a"), alert(6, "b", score=0.2), alert(2, "a")]
    some = [paper(1, 1), paper(2, 9), paper(5, 0), paper(6, 99)]
    assert order(told, some) == [5, 6, 2, 1]


@given(
    st.lists(
        st.tuples(
            st.sampled_from([0.2, 0.49, 0.5, 0.9]), st.none() | st.integers(0, 9), st.sampled_from([TODAY, YESTERDAY])
        )
    ),
    st.randoms(),
)
def test_the_order_is_one_whatever_order_the_matches_come_in(
    drawn: list[tuple[float, int | None, date]], chance: Random
) -> None:
    papers = [paper(n, upvotes, day) for n, (_, upvotes, day) in enumerate(drawn, start=1)]
    told = [alert(n, score=score) for n, (score, _, _) in enumerate(drawn, start=1)]
    wanted = order(told, papers)
    chance.shuffle(told)
    assert order(told, papers) == wanted and sorted(wanted) == [one.id for one in papers]
