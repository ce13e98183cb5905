"""Which pages are read: the look-back, what an outage missed, followed days."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from tests.sources import make_source
from watcher.model import Entry, NotModified, Page, Reading, Unreachable, Unreadable
from watcher.policy.polls.days import Ask, KnownPage, Visit
from watcher.policy.polls.walk import MOST_PAGES, Walk, walk

NOW = datetime(2026, 3, 13, 12, tzinfo=UTC)
DAYS = [date(2026, 3, n) for n in (2, 3, 4, 5, 6, 9, 10, 11, 12, 13)]
SOURCE = make_source(name="hf", look_back=3, follow=8)


def url(day: date) -> str:
    return f"http://site/papers/date/{day}"


def page_of(day: date) -> Reading:
    at = DAYS.index(day)
    return Reading(entries=(), day=day, previous=DAYS[at - 1] if at else None, is_newest=day == DAYS[-1])


def read(day: date, ago: timedelta = timedelta(hours=1), whole: bool = True) -> KnownPage:
    return KnownPage(url(day), day, page_of(day).previous, NOW - ago, whole)


def whole(asked: str) -> Visit:
    day = DAYS[-1] if asked == "start" else date.fromisoformat(asked[-10:])
    return Visit(asked, Page(url=url(day), body=b"", fetched_at=NOW), page_of(day))


def asked_in(steps: Walk, answer: Callable[[str], Visit]) -> list[str]:
    """The addresses that a walk asks for."""
    asked: list[Ask] = [next(steps)]
    with suppress(StopIteration):
        while True:
            visit = replace(answer(asked[-1].url), day=asked[-1].day, is_guess=asked[-1].is_guess)
            asked.append(steps.send(visit))
    return [ask.url for ask in asked]


def visits(
    known: list[KnownPage], answer: Callable[[str], Visit] = whole, *, follows_numbers: bool = False, **more: Any
) -> list[str]:
    pages = {page.url: page for page in known}
    steps = walk(SOURCE, ["start"], url, pages, follows_numbers=follows_numbers, now=NOW, **more)
    return [one[-5:] for one in asked_in(steps, answer)]


def test_the_first_walk_reads_the_look_back_and_no_more() -> None:
    assert visits([]) == ["start", "03-12", "03-11"]


def test_days_that_an_outage_missed_are_read() -> None:
    assert visits([read(DAYS[3]), read(DAYS[4])]) == ["start", "03-12", "03-11", "03-10", "03-09"]


def test_a_gap_between_days_that_were_read_is_closed() -> None:
    known = [read(day) for day in DAYS if day != date(2026, 3, 9)]
    assert visits(known) == ["start", "03-12", "03-11", "03-09"]


def test_a_day_that_was_never_whole_is_read_again() -> None:
    known = [read(day, whole=day != date(2026, 3, 6)) for day in DAYS]
    assert visits(known) == ["start", "03-12", "03-11", "03-06"]


def test_an_unchanged_page_is_walked_on_from_as_it_was() -> None:
    def answer(asked: str) -> Visit:
        return Visit(asked, NotModified(url=url(DAYS[-1]) if asked == "start" else asked, fetched_at=NOW))

    assert visits([read(day) for day in DAYS], answer) == ["start", "03-12", "03-11"]


def test_a_server_that_does_not_answer_is_asked_no_further() -> None:
    def answer(asked: str) -> Visit:
        return Visit(asked, Unreachable(url=asked, reason="HTTP 500", fetched_at=NOW))

    assert visits([read(day) for day in DAYS], answer) == ["start"]


def test_a_broken_newest_page_does_not_hide_the_days_before() -> None:
    def answer(asked: str) -> Visit:
        if asked == "start":
            return Visit(asked, Page(url=url(DAYS[-1]), body=b"", fetched_at=NOW), Unreadable("cut off"))
        return whole(asked)

    assert visits([read(day) for day in DAYS[:-1]], answer) == ["start", "03-12", "03-11"]
    assert visits([], answer) == ["start"]


def test_followed_days_are_read_once_a_day_where_numbers_count() -> None:
    day = timedelta(hours=25)
    known = [read(one, day) for one in DAYS]
    assert visits(known) == ["start", "03-12", "03-11"]
    followed = ["03-10", "03-09", "03-06", "03-05", "03-04"]
    assert visits(known, follows_numbers=True) == ["start", "03-12", "03-11", *followed]
    assert visits([read(one) for one in DAYS], follows_numbers=True) == ["start", "03-12", "03-11"]


def test_a_page_that_names_itself_as_the_day_before_ends_the_walk() -> None:
    def answer(asked: str) -> Visit:
        loop = Reading(entries=(), day=DAYS[-1], previous=DAYS[-1])
        return Visit(asked, Page(url=url(DAYS[-1]), body=b"", fetched_at=NOW), loop)

    assert visits([], answer) == ["start"]


def asks_of(steps: Walk, answer: Callable[[str], Visit]) -> list[tuple[str, str]]:
    """The addresses that a walk asks for, with their names."""
    asked: list[Ask] = [next(steps)]
    with suppress(StopIteration):
        while True:
            asked.append(steps.send(answer(asked[-1].url)))
    return [(ask.url, ask.name) for ask in asked]


def counted(asked: str, parts: tuple[str, ...]) -> Visit:
    return Visit(asked, Page(url=asked, body=b"", fetched_at=NOW), Reading(entries=(), parts=parts))


def list_walk(**more: Any) -> Walk:
    return walk(SOURCE, ["list", "other"], None, {}, follows_numbers=False, now=NOW, **more)


def test_the_parts_of_a_page_that_only_counts_are_read_in_their_order() -> None:
    pages = {"list": counted("list", ("ids 1-2", "ids 3-4"))}
    asked = asks_of(list_walk(), lambda url: pages.get(url) or list_page(url, None))
    assert asked == [("list", ""), ("ids 1-2", "list"), ("ids 3-4", "list#2"), ("other", "")]


def test_no_further_part_is_asked_for_where_one_does_not_answer() -> None:
    away = Visit("ids 1-2", Unreachable(url="ids 1-2", reason="away", fetched_at=NOW))
    pages = {"list": counted("list", ("ids 1-2", "ids 3-4")), "ids 1-2": away}
    asked = asks_of(list_walk(), lambda url: pages.get(url) or list_page(url, None))
    assert [url for url, _ in asked] == ["list", "ids 1-2", "other"]


def test_of_very_many_parts_the_rest_is_not_read() -> None:
    pages = {"list": counted("list", tuple(map(str, range(MOST_PAGES + 9))))}
    asked = asks_of(list_walk(), lambda url: pages.get(url) or list_page(url, None))
    assert len(asked) == 1 + MOST_PAGES + 1 + 1


def test_pages_behind_tokens_are_known_by_their_place() -> None:
    pages = {"list": list_page("list", "token 7"), "token 7": list_page("token 7", "token 8")}
    answer = lambda url: pages.get(url) or list_page(url, None)  # noqa: E731
    asked = asks_of(list_walk(is_passing=True), answer)
    assert asked == [("list", ""), ("token 7", "list#2"), ("token 8", "list#3"), ("other", "")]
    assert {name for _, name in asks_of(list_walk(), answer)} == {""}


def list_page(asked: str, next: str | None, published: datetime | None = None) -> Visit:
    entries = (Entry(title=f"Of {asked}", published=published),)
    return Visit(asked, Page(url=asked, body=b"", fetched_at=NOW), Reading(entries=entries, next=next))


def walked(starts: list[str], answer: Callable[[str], Visit], lag: timedelta = timedelta(0), **more: Any) -> list[str]:
    steps = walk(SOURCE, starts, None, {}, follows_numbers=False, lag=lag, now=NOW, **more)
    return asked_in(steps, answer)


def test_every_list_is_read_to_its_end() -> None:
    pages = {"a": "a2", "a2": "a3", "a3": None, "b": None}
    assert walked(["a", "b"], lambda asked: list_page(asked, pages[asked])) == ["a", "a2", "a3", "b"]


def test_a_list_is_left_where_all_is_older_than_the_look_back() -> None:
    ages = {"a": 1, "a2": 2, "a3": 4, "a4": 5}
    pages = {"a": "a2", "a2": "a3", "a3": "a4", "a4": None}

    def answer(asked: str) -> Visit:
        return list_page(asked, pages[asked], NOW - timedelta(days=ages[asked]))

    assert walked(["a"], answer) == ["a", "a2", "a3"]
    assert walked(["a"], answer, lag=timedelta(days=2)) == ["a", "a2", "a3", "a4"]


def test_what_was_missed_is_read_to_its_end_unless_the_server_does_not_answer() -> None:
    pages = {"a": None, "m": "m2", "m2": "m3", "m3": None}

    def old(asked: str) -> Visit:
        return list_page(asked, pages[asked], NOW - timedelta(days=20))

    def gone(asked: str) -> Visit:
        return Visit(asked, Unreachable(url=asked, reason="HTTP 500", fetched_at=NOW))

    for answer, expected in ((old, ["a", "m", "m2", "m3"]), (gone, ["a"])):
        assert walked(["a"], answer, missed=lambda firsts: ["m"]) == expected


def test_what_was_missed_is_left_where_a_further_page_does_not_answer() -> None:
    pages: dict[str, str | None] = {"a": None, "m": "m2", "n": None}

    def answer(asked: str) -> Visit:
        if asked == "m2":
            return Visit(asked, Unreachable(url=asked, reason="HTTP 500", fetched_at=NOW))
        return list_page(asked, pages[asked])

    assert walked(["a"], answer, missed=lambda firsts: ["m", "n"]) == ["a", "m", "m2"]


def test_a_list_without_end_is_left() -> None:
    assert len(walked(["0"], lambda asked: list_page(asked, str(int(asked) + 1)))) == MOST_PAGES + 1


def test_a_server_that_does_not_answer_is_asked_for_no_other_list() -> None:
    gone = Visit("a", Unreachable(url="a", reason="HTTP 500", fetched_at=NOW))
    assert walked(["a", "b"], lambda asked: gone) == ["a"]
