"""Lists whose pages do not go on as a list does: each has its reason, and no page more is read."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest

from tests.sources import make_source
from watcher.model import Entry, Page, Reading
from watcher.policy.polls.days import Ask, Visit
from watcher.policy.polls.paging import ListPages
from watcher.policy.polls.walk import Walked, walk

NOW = datetime(2026, 3, 13, 12, tzinfo=UTC)
SOURCE = make_source(name="list")


def page(*titles: str, next: str | None = "same", **more: int | datetime | None) -> Reading:
    return Reading(entries=tuple(Entry(title=title) for title in titles), next=next, **more)  # type: ignore[arg-type]


def walked(readings: Sequence[Reading]) -> tuple[int, str]:
    """The pages that a walk reads of a list with a single address for all pages, and the reason at its end."""
    steps = walk(SOURCE, ["same"], None, {}, follows_numbers=False, now=NOW)
    asked: list[Ask] = [next(steps)]
    end = Walked()
    with suppress(IndexError):
        try:
            while True:
                body = Page(url=asked[-1].url, body=b"", fetched_at=NOW)
                asked.append(steps.send(Visit(asked[-1].url, body, readings[len(asked) - 1])))
        except StopIteration as stop:
            end = stop.value
    return len(asked), "; ".join(reason for _, reason in end.odd)


def test_one_cursor_for_all_pages_is_followed_while_they_differ() -> None:
    assert walked([page("a", "b"), page("c", "d"), page("e", next=None)]) == (3, "")


def test_a_cursor_that_leads_round_is_left_at_the_first_page_that_shows_nothing_else() -> None:
    pages = [page("a", "b"), page("c", "d"), page("b", "a"), page("c", "d")]
    assert walked(pages) == (3, "page 3 of the list shows papers of earlier pages only: it does not go on")


def test_a_page_of_other_versions_goes_on_and_one_of_the_same_does_not() -> None:
    first, second = (
        Reading(entries=(Entry(title="a", keys=("doi:10.1101/1",), version=n),), next="same") for n in (1, 2)
    )
    assert walked([first, second, page("b", next=None)]) == (3, "")
    assert walked([first, second, second]) == (
        3,
        "page 3 of the list shows papers of earlier pages only: it does not go on",
    )


def test_papers_that_moved_to_the_next_page_meanwhile_are_no_oddity() -> None:
    assert walked([page("a", "b"), page("b", "c"), page("d", next=None)]) == (3, "")


@pytest.mark.parametrize(
    ("pages", "read", "reason"),
    [
        ([page(total=300, next="x")], 1, "page 1 of the list is empty; it has 300, by its own account"),
        (
            [page("a", total=300), page(total=300, next="x")],
            2,
            "page 2 of the list is empty; it has 300, by its own account",
        ),
        ([page("a", total=5), page("b", total=5, next=None)], 2, "the list ends after 2 of 5, by its own account"),
        ([page("a", total=4), page("b", total=4, next=None)], 2, ""),
        ([page("a", total=1), page("never read")], 1, ""),
        ([page("a", total=2), page(total=2, next="x")], 2, ""),
        ([page("a", records=9, total=12), page("b", records=3, total=12, next=None)], 2, ""),
    ],
)
def test_a_list_is_held_to_its_own_account(pages: Sequence[Reading], read: int, reason: str) -> None:
    assert walked(pages) == (read, reason)


def test_a_page_of_records_without_papers_does_not_end_a_list() -> None:
    assert walked([page("a"), page(records=40), page("b", next=None)]) == (3, "")


def test_a_list_that_runs_backwards_is_left() -> None:
    days = [NOW - timedelta(days=n) for n in (1, 2, 0)]
    pages = [page(f"p{n}", reaches=day) for n, day in enumerate(days)]
    assert walked(pages) == (
        3,
        "page 3 of the list goes back to 2026-03-13, the page before it to 2026-03-11: it runs backwards",
    )


def test_a_list_is_past_where_it_says_so_whatever_the_days_of_its_papers() -> None:
    old, new = NOW - timedelta(days=40), NOW.date()
    reading = Reading(entries=(Entry(title="late", listed=new),), next="same", reaches=old)
    assert walked([reading, page("never read")]) == (1, "")


def test_each_list_is_looked_at_for_itself() -> None:
    assert [ListPages().oddity(page("a")) for _ in range(2)] == ["", ""]
