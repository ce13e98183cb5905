"""Each list of the site is read at its address, and its pages are recognised."""

from __future__ import annotations

import json
import re
from datetime import UTC, date, datetime
from html import escape
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.parsers.pages import api_page, login_page, make_page, props_of, sample_papers
from tests.sources import make_source
from watcher.model import Page, Reading, Source, Unreadable
from watcher.parsers import PARSERS
from watcher.parsers.huggingface.lists import following, last_working_day, week_of
from watcher.policy.polls.days import Visit
from watcher.policy.polls.walk import walk

PARSER = PARSERS["huggingface"]
SITE = "https://huggingface.co"
API = f"{SITE}/api/daily_papers"
TUESDAY = date(2026, 12, 29)
PAPERS = sample_papers(3)


def source(**config: Any) -> Source:
    return make_source(name="hf", **config)


def starts(today: date, **config: Any) -> list[str]:
    return [url.removeprefix(SITE) for url in PARSER.starts(source(**config), today)]


# --- addresses ---


def test_pages() -> None:
    assert starts(TUESDAY) == ["/papers"]
    assert starts(TUESDAY, listing="weekly", look_back=1) == ["/papers/week/2026-W53"]
    assert starts(TUESDAY, listing="weekly", look_back=2) == ["/papers/week/2026-W53", "/papers/week/2026-W52"]
    assert starts(TUESDAY, listing="monthly") == ["/papers/month/2026-12"]
    assert starts(date(2027, 1, 2), listing="monthly") == ["/papers/month/2027-01", "/papers/month/2026-12"]
    assert starts(TUESDAY, listing="trending") == ["/papers/trending"]
    assert starts(TUESDAY, listing="search", query="KV cache & co") == ["/papers?q=KV+cache+%26+co"]


def test_answers_of_the_api() -> None:
    assert starts(TUESDAY, via="api") == ["/api/daily_papers?date=2026-12-29&limit=100"]
    assert starts(date(2026, 12, 27), via="api") == ["/api/daily_papers?date=2026-12-25&limit=100"]
    weekly = starts(TUESDAY, via="api", listing="weekly", look_back=1)
    assert weekly == ["/api/daily_papers?week=2026-W53&limit=100&p=0"]
    monthly = starts(TUESDAY, via="api", listing="monthly")
    assert monthly == ["/api/daily_papers?month=2026-12&limit=100&p=0"]
    assert starts(TUESDAY, via="api", listing="trending") == ["/api/daily_papers?sort=trending&limit=100"]


def test_another_address_serves_all_lists() -> None:
    other = {"url": "http://127.0.0.1:8099/hf/papers"}
    assert starts(TUESDAY, **other, listing="trending") == ["http://127.0.0.1:8099/hf/papers/trending"]
    (api,) = starts(TUESDAY, **other, via="api")
    assert api == "http://127.0.0.1:8099/hf/api/daily_papers?date=2026-12-29&limit=100"


def test_only_the_daily_papers_have_pages_of_days() -> None:
    of_api = PARSER.day_url(source(via="api"))
    assert of_api is not None
    assert of_api(TUESDAY) == f"{API}?date=2026-12-29&limit=100"
    for listing in ("weekly", "monthly", "trending", "search"):
        assert PARSER.day_url(source(listing=listing)) is None


@pytest.mark.parametrize(
    ("day", "week"),
    [
        (date(2026, 12, 27), "2026-W52"),
        (date(2026, 12, 28), "2026-W53"),
        (date(2027, 1, 3), "2026-W53"),
        (date(2027, 1, 4), "2027-W01"),
        (date(2024, 12, 30), "2025-W01"),
        (date(2021, 1, 3), "2020-W53"),
        (date(2023, 1, 1), "2022-W52"),
    ],
)
def test_iso_weeks(day: date, week: str) -> None:
    assert week_of(day) == week


@given(st.dates(date(2020, 1, 1), date(2100, 1, 1)), st.integers(1, 31))
def test_weeks_reach_back_without_a_gap(today: date, look_back: int) -> None:
    urls = starts(today, listing="weekly", look_back=look_back)
    mondays = [datetime.strptime(f"{url[-8:]}-1", "%G-W%V-%u").replace(tzinfo=UTC).date() for url in urls]
    assert mondays[0] <= today
    assert all((later - earlier).days == 7 for later, earlier in pairwise(mondays))
    assert (today - mondays[-1]).days >= look_back


@given(st.dates(date(2020, 1, 1), date(2100, 1, 1)))
def test_a_digest_day_is_no_saturday_and_no_sunday(day: date) -> None:
    assert last_working_day(day).weekday() < 5
    assert 0 <= (day - last_working_day(day)).days <= 2


# --- config ---


@pytest.mark.parametrize(
    ("config", "key", "what"),
    [
        ({"listing": "dayly"}, "listing", "there is no listing `dayly`"),
        ({"via": "rss"}, "via", "cannot be read via `rss`"),
        ({"listing": "search"}, "listing", "a search needs `query`"),
        ({"listing": "search", "query": " "}, "listing", "a search needs `query`"),
        ({"query": "agents"}, "query", "takes no `query`"),
        ({"listing": "search", "query": "agents", "via": "api"}, "via", "the API has no search"),
    ],
)
def test_mistakes(config: dict[str, Any], key: str, what: str) -> None:
    (mistake,) = PARSER.check(source(**config))
    assert mistake.key == key
    assert what in mistake.what
    assert mistake.hint


def test_no_mistakes() -> None:
    fine = [{}, {"listing": "search", "query": "x"}, {"via": "page"}, *({"listing": x, "via": "api"} for x in API_TOO)]
    assert [list(PARSER.check(source(**config))) for config in fine] == [[] for _ in fine]


API_TOO = ("daily", "weekly", "monthly", "trending")

# --- pages ---


def page(**props: Any) -> bytes:
    data = escape(json.dumps(props_of(TUESDAY, PAPERS) | props))
    made = make_page(TUESDAY, PAPERS).decode()
    return re.sub(r'data-props="[^"]*"', lambda _: f'data-props="{data}"', made).encode()


@pytest.mark.parametrize(
    ("listing", "props"),
    [
        ("weekly", {"periodType": "week"}),
        ("monthly", {"periodType": "month"}),
        ("trending", {"isTrending": True}),
        ("search", {"query": {"q": "agents"}}),
    ],
)
def test_papers_of_other_lists_keep_the_days_of_their_own(listing: str, props: dict[str, Any]) -> None:
    reading = PARSER.parse(page(**props), f"{SITE}/papers/x", source(listing=listing, query="agents"))
    assert isinstance(reading, Reading)
    assert (reading.day, reading.next, len(reading.entries)) == (None, None, 3)
    assert {entry.listed for entry in reading.entries} == {TUESDAY}
    daily = PARSER.parse(page(), f"{SITE}/papers", source(listing=listing))
    assert daily == Unreadable(f"asked for listing: {listing}, the page is that of {TUESDAY}")


# --- answers of the API ---


def answer(body: bytes, asked: str, **config: Any) -> Reading | Unreadable:
    return PARSER.parse(body, f"{API}?{asked}", source(via="api", **config))


def test_a_day() -> None:
    reading = answer(api_page(PAPERS, TUESDAY), f"date={TUESDAY}&limit=100")
    assert isinstance(reading, Reading)
    assert (reading.day, reading.previous, reading.is_newest) == (TUESDAY, date(2026, 12, 28), True)
    by_page = PARSER.parse(make_page(TUESDAY, PAPERS), f"{SITE}/papers/date/{TUESDAY}", source())
    assert isinstance(by_page, Reading)
    assert reading.entries == by_page.entries


def test_an_empty_day_is_quiet_and_leads_further_back() -> None:
    assert answer(b"[]", "date=2026-12-28&limit=100") == Reading(
        entries=(), day=date(2026, 12, 28), previous=date(2026, 12, 25), is_newest=True
    )


def test_entries_of_2024_are_of_the_day_that_was_asked_for() -> None:
    values = json.loads(api_page(PAPERS, TUESDAY))
    for value in values:
        del value["paper"]["submittedOnDailyAt"]
    reading = answer(json.dumps(values).encode(), f"date={TUESDAY}")
    assert isinstance(reading, Reading)
    assert {entry.listed for entry in reading.entries} == {TUESDAY}


def test_an_answer_of_another_day_is_refused() -> None:
    assert answer(api_page(PAPERS, "2026-12-22"), f"date={TUESDAY}") == Unreadable(
        f"asked for {TUESDAY}, the answer is of 2026-12-22"
    )


def test_full_answers_go_on() -> None:
    full = api_page(sample_papers(100), TUESDAY)
    reading = answer(full, "week=2026-W53&limit=100&p=0", listing="weekly")
    assert isinstance(reading, Reading)
    assert reading.next == f"{API}?week=2026-W53&limit=100&p=1"
    last = answer(api_page(PAPERS, TUESDAY), "week=2026-W53&limit=100&p=1", listing="weekly")
    assert isinstance(last, Reading)
    assert (last.day, last.next) == (None, None)
    assert following(f"{API}?week=2026-W53&limit=100&p=9", 100) == f"{API}?week=2026-W53&limit=100&p=10"
    assert following(f"{API}?sort=trending&limit=100", 100) is None


@pytest.mark.parametrize(
    ("body", "asked", "reason"),
    [
        (b"[]", "sort=trending&limit=100", "the list of trending papers is empty"),
        (b"", f"date={TUESDAY}", "not JSON, or cut off"),
        (api_page(PAPERS, TUESDAY)[:-9], f"date={TUESDAY}", "not JSON, or cut off"),
        (b'{"error": "x"}', f"date={TUESDAY}", "no list of papers"),
        (login_page(), f"date={TUESDAY}", 'found a page of HTML titled "Log in'),
    ],
)
def test_what_is_no_answer(body: bytes, asked: str, reason: str) -> None:
    parsed = answer(body, asked)
    assert isinstance(parsed, Unreadable)
    assert reason in parsed.reason


def test_an_empty_week_is_quiet() -> None:
    assert answer(b"[]", "week=2026-W53&limit=100&p=0", listing="weekly") == Reading(entries=())


# --- the walk over them ---


def asked_for(config: Source, bodies: dict[str, bytes], now: datetime) -> list[str]:
    steps = walk(config, PARSER.starts(config, now.date()), PARSER.day_url(config), {}, follows_numbers=False, now=now)
    ask = next(steps)
    asked = [ask.url]
    while True:
        url = asked[-1]
        body = bodies.get(url, b"[]")
        parsed = PARSER.parse(body, url, config)
        try:
            ask = steps.send(Visit(url, Page(url=url, body=body, fetched_at=now), parsed, ask.day))
            asked.append(ask.url)
        except StopIteration:
            return [one.partition("?")[2] for one in asked]


def test_the_api_is_read_day_by_day_over_a_weekend() -> None:
    asked = asked_for(source(via="api"), {}, datetime(2026, 12, 28, 0, 5, tzinfo=UTC))
    assert asked == [f"date=2026-12-{day}&limit=100" for day in (28, 25, 24)]


def test_a_month_is_read_back_to_the_look_back() -> None:
    def month(p: int) -> str:
        return f"{API}?month=2026-12&limit=100&p={p}"

    days = {month(p): api_page(sample_papers(100, seed=p), f"2026-12-{29 - 4 * p}") for p in range(5)}
    asked = asked_for(source(via="api", listing="monthly"), days, datetime(2026, 12, 29, 12, tzinfo=UTC))
    assert [one[-1] for one in asked] == ["0", "1"]
