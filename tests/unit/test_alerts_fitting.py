"""A long digest for a service that takes little at a time."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime

from hypothesis import given
from hypothesis import strategies as st

from watcher.model import DigestItem, Paper
from watcher.policy.deliveries.bundle import MOST_MESSAGES, items_by_message

NOW = datetime(2026, 3, 10, tzinfo=UTC)
ROOM = 800  # of a limit of 1,000, without what head and foot may take


def item(id: int, subscription: str = "a", **more: object) -> DigestItem:
    paper = Paper(id=id, key=f"arxiv:{id}", title=f"Paper {id}", first_seen=NOW)
    return DigestItem(paper=paper, subscriptions=(subscription,), **({"score": 0.9} | more))  # type: ignore[arg-type]


def size(item: DigestItem) -> int:
    """Three papers a message in full, sixteen in short."""
    return 50 if item.short or not item.strong or item.told_before else 250


def in_full(runs: list[list[DigestItem]]) -> list[int]:
    return [one.paper.id for run in runs for one in run if size(one) > 50]


def test_what_fits_is_left_as_it_is() -> None:
    some = [item(n) for n in range(12)]
    assert [one for run in items_by_message(some, size, 1_000) for one in run] == some


def test_what_would_be_too_many_messages_goes_on_in_short_form() -> None:
    runs = items_by_message([item(n) for n in range(30)], size, 1_000)
    assert len(runs) == MOST_MESSAGES
    assert in_full(runs) == list(range(8))
    assert [one.paper.id for run in runs for one in run] == list(range(30))


def test_every_subscription_has_its_share_in_full() -> None:
    some = [item(n, "a") for n in range(20)] + [item(20 + n, "b") for n in range(4)]
    some += [item(30, "b", score=0.2), item(31, "b", told_before=date(2026, 3, 1))]
    runs = items_by_message(some, size, 1_000)
    assert len(runs) == MOST_MESSAGES
    assert Counter("a" if id < 20 else "b" for id in in_full(runs)) == {"a": 4, "b": 4}
    # What has a form of its own keeps it.
    assert [one.short for run in runs for one in run][-2:] == [False, False]


def test_nothing_is_left_out_however_many_there_are() -> None:
    runs = items_by_message([item(n) for n in range(500)], size, 1_000)
    assert len(runs) <= 500 // 16 + 2
    assert sum(map(len, runs)) == 500


@given(
    st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from([0.2, 0.9]), st.booleans()), max_size=60),
    st.integers(1, 3_000),
)
def test_it_is_always_whole_and_in_order(drawn: list[tuple[str, float, bool]], limit: int) -> None:
    some = [item(n, name, score=score, short=short) for n, (name, score, short) in enumerate(drawn)]
    runs = items_by_message(some, size, limit)
    assert [one.paper.id for run in runs for one in run] == list(range(len(some)))
    assert all(len(run) == 1 or sum(map(size, run)) <= limit * 0.8 for run in runs)
