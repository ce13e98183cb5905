from __future__ import annotations

import json
import re
from datetime import UTC, date, datetime
from html import escape
from typing import Any

import pytest

from tests.parsers.pages import login_page, make_page, props_of, sample_papers, truncated
from tests.sources import make_source
from watcher.model import ARTICLE, PUBLISHED, Entry, OtherForm, Reading, Unreadable
from watcher.parsers import PARSERS

PARSER = PARSERS["huggingface"]
SOURCE = make_source(name="hf")
DAY, BEFORE, AFTER = date(2025, 3, 4), date(2025, 3, 3), date(2025, 3, 5)
URL = f"https://huggingface.co/papers/date/{DAY}"

ONE: dict[str, Any] = {
    "id": "2503.01234",
    "title": "Folding Maps & Other\n  Habits",
    "abstract": "We fold maps.\nAll of them,\n twice.",
    "authors": ["Ada Amberg", "Júlia Brisk"],
    "published": "2025-02-27T18:00:01.000Z",
    "upvotes": 42,
    "comments": 3,
    "submitter": "pebble",
    "organization": "Institute of Made-up Things",
    "summary": "Maps, folded.",
    "keywords": ["maps", "folding"],
    "code_url": "https://github.com/example/maps",
    "project_url": "https://example.org/maps",
    "thumbnail": "https://thumbnails.example.org/maps.png",
}


def read(page: bytes, url: str = URL) -> Reading:
    reading = PARSER.parse(page, url, SOURCE)
    assert isinstance(reading, Reading), reading
    return reading


def refusal(page: bytes, url: str = URL) -> str:
    parsed = PARSER.parse(page, url, SOURCE)
    assert isinstance(parsed, Unreadable)
    return parsed.reason


def with_props(props: object, cards: bool = False) -> bytes:
    """A page whose embedded JSON is replaced by ``props``."""
    raw = props if isinstance(props, str) else json.dumps(props)
    page = make_page(DAY, [ONE], cards=cards).decode()
    return re.sub(r'data-props="[^"]*"', lambda _: f'data-props="{escape(raw)}"', page).encode()


def changed(**values: Any) -> Entry:
    """The entry of a page whose only paper's inner JSON is changed."""
    props = props_of(DAY, [ONE])
    props["dailyPapers"][0]["paper"] |= values
    return read(with_props(props)).entries[0]


# --- a page as it should be ---


def test_every_field_is_kept() -> None:
    assert read(make_page(DAY, [ONE], BEFORE, AFTER)) == Reading(
        entries=(
            Entry(
                title="Folding Maps & Other Habits",
                keys=("arxiv:2503.01234",),
                abstract="We fold maps. All of them, twice.",
                authors=("Ada Amberg", "Júlia Brisk"),
                arxiv_id="2503.01234",
                url="https://huggingface.co/papers/2503.01234",
                organization="Institute of Made-up Things",
                org_ids=("hf:imt Institute of Made-up Things",),
                published=datetime(2025, 2, 27, 18, 0, 1, tzinfo=UTC),
                listed=DAY,
                rank=1,
                upvotes=42,
                comments=3,
                submitter="pebble",
                summary="Maps, folded.",
                keywords=("maps", "folding"),
                code_url="https://github.com/example/maps",
                project_url="https://example.org/maps",
                thumbnail="https://thumbnails.example.org/maps.png",
            ),
        ),
        day=DAY,
        previous=BEFORE,
    )


@pytest.mark.parametrize("era", [2024, 2026])
def test_papers_come_in_the_order_of_the_page(era: int) -> None:
    papers = sample_papers(20, seed=3)
    reading = read(make_page(DAY, papers, BEFORE, AFTER, era=era))
    assert [entry.arxiv_id for entry in reading.entries] == [paper["id"] for paper in papers]
    assert [entry.rank for entry in reading.entries] == list(range(1, 21))
    assert [entry.abstract for entry in reading.entries] == [paper["abstract"] for paper in papers]
    assert {entry.listed for entry in reading.entries} == {DAY}
    assert reading.warnings == ()


def test_the_newest_page_names_no_next_day() -> None:
    assert read(make_page(DAY, [ONE], BEFORE)).is_newest
    assert not read(make_page(DAY, [ONE], BEFORE, AFTER)).is_newest


def test_a_quiet_day_is_read_whole() -> None:
    assert read(make_page(DAY, [], BEFORE)) == Reading(entries=(), day=DAY, previous=BEFORE, is_newest=True)


def test_the_day_before_has_to_lie_before() -> None:
    assert read(make_page(DAY, [ONE], prev=DAY)).previous is None
    assert read(make_page(DAY, [ONE], prev=AFTER)).previous is None


def test_an_address_without_a_day_says_nothing_against_the_page() -> None:
    assert read(make_page(DAY, [ONE]), "https://huggingface.co/papers").day == DAY
    assert read(make_page(DAY, [ONE]), "").day == DAY


def test_a_paper_listed_twice_keeps_its_first_place() -> None:
    papers = sample_papers(3)
    reading = read(make_page(DAY, [*papers, papers[0]]))
    assert [(entry.arxiv_id, entry.rank) for entry in reading.entries] == [
        (paper["id"], rank) for rank, paper in enumerate(papers, start=1)
    ]


@pytest.mark.parametrize("change", [{"periodType": "week"}, {"isTrending": True}, {"query": {"q": "maps"}}])
def test_pages_of_more_than_a_day_have_papers_of_their_own_days(change: dict[str, Any]) -> None:
    props = props_of(DAY, [ONE]) | {"dateString": "2025-W10"} | change
    reading = read(with_props(props), "")
    assert (reading.day, reading.is_newest) == (None, False)
    assert reading.entries[0].listed == DAY


# --- identity ---


@pytest.mark.parametrize(
    ("number", "keys", "arxiv", "version"),
    [
        ("2503.01234", ("arxiv:2503.01234",), "2503.01234", None),
        ("2503.01234v3", ("arxiv:2503.01234",), "2503.01234", 3),
        ("1412.6980", ("arxiv:1412.6980",), "1412.6980", None),
        ("0704.0001", ("arxiv:0704.0001",), "0704.0001", None),
        ("math.GT/0309136", ("arxiv:math/0309136",), "math/0309136", None),
        ("our-own-paper", ("url:https://huggingface.co/papers/our-own-paper",), None, None),
        ("2503.123456", ("url:https://huggingface.co/papers/2503.123456",), None, None),
    ],
)
def test_identity(number: str, keys: tuple[str, ...], arxiv: str | None, version: int | None) -> None:
    entry = changed(id=number)
    assert (entry.keys, entry.arxiv_id, entry.version) == (keys, arxiv, version)
    assert entry.url == f"https://huggingface.co/papers/{arxiv or number}"


def test_a_doi_is_claimed_as_the_article() -> None:
    entry = changed(doi="https://doi.org/10.1000/Maps.1")
    assert (entry.keys, entry.doi, entry.stage) == (("arxiv:2503.01234",), "10.1000/maps.1", PUBLISHED)
    assert entry.forms == (OtherForm("doi:10.1000/maps.1", ARTICLE),)


@pytest.mark.parametrize(
    ("user", "ids"),
    [
        ({"user": "Ada-Amberg", "fullname": "Ada A."}, ("hf:ada-amberg Ada Amberg",)),
        ({"user": "two words"}, ()),
        ({"fullname": "Ada A."}, ()),
        ("ada", ()),
        (None, ()),
    ],
)
def test_authors_who_are_users_are_known_by_their_names_there(user: object, ids: tuple[str, ...]) -> None:
    entry = changed(authors=[{"name": "Ada Amberg", "user": user}, {"name": "Júlia Brisk"}])
    assert (entry.authors, entry.author_ids) == (("Ada Amberg", "Júlia Brisk"), ids)


# --- one of the two readings is missing, or they disagree ---


def test_without_cards_the_reading_is_whole_and_warns() -> None:
    reading = read(make_page(DAY, [ONE], BEFORE, cards=False))
    assert reading.entries == read(make_page(DAY, [ONE], BEFORE)).entries
    assert reading.whole
    assert len(reading.warnings) == 1


@pytest.mark.parametrize("era", [2024, 2026])
def test_without_the_json_the_cards_give_what_they_show(era: int) -> None:
    url = "" if era >= 2026 else f"https://huggingface.co/papers?date={DAY}"
    reading = read(make_page(DAY, [ONE | {"upvotes": 0}], BEFORE, AFTER, era=era, json=False), url)
    assert reading.entries == (
        Entry(
            title="Folding Maps & Other Habits",
            keys=("arxiv:2503.01234",),
            arxiv_id="2503.01234",
            url="https://huggingface.co/papers/2503.01234",
            organization="Institute of Made-up Things" if era >= 2026 else None,
            listed=DAY,
            rank=1,
            upvotes=0,
            comments=3,
            submitter="pebble",
            thumbnail="https://thumbnails.example.org/maps.png",
        ),
    )
    assert (reading.whole, reading.day, reading.previous, reading.is_newest) == (False, DAY, BEFORE, False)
    assert "data-target" in reading.warnings[0]


@pytest.mark.parametrize(
    ("before", "after", "day"),
    [
        ("2024-07-31", "2024-08-02", "2024-08-01"),
        ("2024-08-02", "2024-08-06", "2024-08-05"),  # Monday, between Friday and Tuesday
        ("2024-08-01", "2024-08-05", "2024-08-02"),  # Friday, between Thursday and Monday
        ("2024-08-01", "2024-08-07", None),  # one of three weekdays
        ("2024-08-01", "2024-08-02", None),
        (None, "2024-08-02", None),
        ("2024-07-31", None, None),
    ],
)
def test_cards_of_a_page_that_does_not_name_its_day(before: str | None, after: str | None, day: str | None) -> None:
    page = make_page("2000-01-01", [ONE], before, after, era=2024, json=False)
    assert read(page, "").day == (date.fromisoformat(day) if day else None)


@pytest.mark.parametrize(
    "props",
    [
        "{",
        "[]",
        "[" * 100_000,
        {"dateString": str(DAY)},
        {"dateString": str(DAY), "dailyPapers": {}},
        {"dateString": str(DAY), "dailyPapers": [None]},
        {"dateString": str(DAY), "dailyPapers": [{"paper": {"id": "2503.01234"}}]},
        {"dateString": str(DAY), "dailyPapers": [{"paper": {"id": 2503, "title": "Maps"}}]},
        {"dateString": str(DAY), "dailyPapers": [{"paper": {"id": "a b", "title": "Maps"}}]},
        {"dateString": "yesterday", "dailyPapers": []},
        {"dailyPapers": []},
        props_of(DAY, [ONE]) | {"dailyPapers": props_of(DAY, [ONE])["dailyPapers"] * 5001},
    ],
)
def test_a_json_that_cannot_be_used_is_as_good_as_none(props: object) -> None:
    reading = read(with_props(props, cards=True))
    assert not reading.whole
    assert [entry.arxiv_id for entry in reading.entries] == ["2503.01234"]
    assert "found neither" in refusal(with_props(props))


def test_a_paper_on_one_side_only_is_a_disagreement() -> None:
    papers = sample_papers(7)
    reason = refusal(make_page(DAY, papers, card_papers=papers[:2]))
    assert "the JSON lists 7 papers, the cards 2 papers" in reason
    assert f"only in the JSON: arxiv:{papers[2]['id']}" in reason
    assert "and 2 more" in reason
    assert "only on the cards" in refusal(make_page(DAY, [], card_papers=papers))


def test_another_title_is_a_disagreement() -> None:
    reason = refusal(make_page(DAY, [ONE], card_papers=[ONE | {"title": "Maps, Unfolded"}]))
    assert "arxiv:2503.01234" in reason
    assert "Maps, Unfolded" in reason


def test_quotes_blanks_and_case_of_a_title_may_differ() -> None:
    same = ONE | {"title": "folding maps — & other “habits”"}
    assert read(make_page(DAY, [ONE], card_papers=[same])).entries[0].title == "Folding Maps & Other Habits"


def test_the_page_of_another_day_is_refused() -> None:
    reason = refusal(make_page(BEFORE, [ONE]))
    assert str(DAY) in reason
    assert str(BEFORE) in reason


def test_papers_without_abstracts_are_told_of() -> None:
    papers = sample_papers(2)
    some = read(make_page(DAY, [papers[0] | {"abstract": ""}, papers[1]]))
    assert some.whole
    assert some.warnings == ("1 of 2 papers have no abstract in the embedded JSON",)
    assert not read(make_page(DAY, [paper | {"abstract": ""} for paper in papers])).whole


# --- pages that are none ---


@pytest.mark.parametrize(
    ("page", "reason"),
    [
        (b"", "the page is empty"),
        (b" \n ", "the page is empty"),
        (b"\x1f\x8b\x08\x00\x00", "gzip data"),
        (b"<html>\x00</html>", "binary data"),
        (b'{"error": "no"}', "JSON"),
        (b"Too Many Requests", "text"),
        (login_page(), 'looks like a login page (titled "Log in to Example")'),
        (b"<!doctype html><title>Example - Login</title><form action=/login></form>", "looks like a login page"),
        (b"<!doctype html><title>Hi</title><form method=post action='/x/signin?next=/'></form>", "login page"),
        (b"<html><title>Down for repairs</title></html>", 'found neither (titled "Down for repairs")'),
        (make_page(DAY, sample_papers(3), cards=False, json=False), "found neither"),
        (truncated(make_page(DAY, sample_papers(3))), "cut off"),
        (truncated(make_page(DAY, sample_papers(3)), 0.98), "cut off"),
        (b"<html>" + b"<div>" * 300 + b"</html>", "nested more than 250 deep"),
        (b"<html><p " + b"a " * 500 + b"></p></html>", "more than 400 attributes"),
        (b"<html>" + b" " * 2**24 + b"</html>", "bytes"),
    ],
)
def test_what_is_no_page_is_called_by_its_name(page: bytes, reason: str) -> None:
    assert reason in refusal(page)


def test_no_cut_makes_a_page_with_fewer_papers() -> None:
    page = make_page(DAY, sample_papers(3), BEFORE)
    for end in range(0, len(page) - len(b"</html>\n"), 7):
        assert isinstance(PARSER.parse(page[:end], URL, SOURCE), Unreadable)


# --- hostile values ---


@pytest.mark.parametrize("value", [None, 7, -1, True, 1e400, [], [[]], {}, {"name": 1}, "", "\x00", "x" * 100_000])
def test_values_of_any_type_do_no_harm(value: object) -> None:
    names = ["authors", "publishedAt", "summary", "upvotes", "ai_summary", "ai_keywords", "githubRepo", "doi"]
    for name in [*names, "projectPage", "submittedOnDailyAt", "organization", "submittedOnDailyBy"]:
        assert changed(**{name: value}).title == "Folding Maps & Other Habits"


def test_texts_enter_clean() -> None:
    entry = changed(
        title="Safe\x1b[31m\u202e\x00 Title\ud800\r\n",
        authors=[{"name": "A\nB"}, {"name": ""}, {"name": None}, "x"],
        githubRepo="javascript:alert(1)",
        projectPage="https://example.org@evil.example/",
        upvotes=-5,
    )
    assert (entry.title, entry.authors) == ("Safe Title\ufffd", ("A B",))
    assert (entry.code_url, entry.project_url, entry.upvotes) == (None, None, None)


# --- addresses ---


@pytest.mark.parametrize(
    ("url", "start", "day_url"),
    [
        (None, "https://huggingface.co/papers", "https://huggingface.co/papers/date/2025-03-04"),
        (
            "http://127.0.0.1:8099/papers",
            "http://127.0.0.1:8099/papers",
            "http://127.0.0.1:8099/papers/date/2025-03-04",
        ),
        ("http://[::1]:8099/papers/", "http://[::1]:8099/papers/", "http://[::1]:8099/papers/date/2025-03-04"),
        ("https://a.example/hf/papers", "https://a.example/hf/papers", "https://a.example/hf/papers/date/2025-03-04"),
        ("https://a.example", "https://a.example", "https://a.example/papers/date/2025-03-04"),
    ],
)
def test_addresses(url: str | None, start: str, day_url: str) -> None:
    source = make_source(name="hf", url=url)
    assert PARSER.starts(source, DAY) == (start,)
    of_day = PARSER.day_url(source)
    assert of_day is not None
    assert of_day(DAY) == day_url
