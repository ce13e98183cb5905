"""All that is known of one paper, on a page."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from hashlib import sha256
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings

from tests.examples import times
from tests.integration.webs import ANY, CONFIG, GUARDED, HOSTILE, NOW, TODAY, TOKEN, Web, entry, titles, words
from watcher.model import Entry
from watcher.parsers.common.clean import instant
from watcher.rules.match.explain import UNTRIED
from watcher.store.database import schema
from watcher.web.views.drawing import bars_of, curve_of


def test_everything_known_is_on_it(web: Web) -> None:
    web.list_papers(
        entry(
            1,
            "A Lantern for $M^2$ Gardens",
            TODAY - timedelta(days=1),
            abstract="We light a lantern. A lantern is lit again.",
            authors=("Ada Fern", "Bo Moss"),
            upvotes=3,
            comments=1,
            venue="Garden Days",
            categories=("cs.LG",),
            url="https://papers.example/1",
            code_url="https://code.example/1",
        ),
        at=NOW - timedelta(days=1),
    )
    web.list_papers(entry(1, "A Lantern for $M^2$ Gardens", TODAY - timedelta(days=1), upvotes=40))
    page = web.client().get("/paper?key=arxiv:2603.00001").text
    said = words(page)
    assert "A Lantern for M² Gardens" in said and "authors Ada Fern, Bo Moss" in said
    assert "venue Garden Days" in said and "known as arxiv:2603.00001" in said
    assert 'href="https://code.example/1" rel="noreferrer noopener nofollow"' in page
    assert "We light a <mark>lantern</mark>. A <mark>lantern</mark> is lit again." in page
    assert "Upvotes at daily" in said and "40 on 10 Mar" in said
    assert page.count('class="chart whole"') == 1, "a line is seen as a whole on a phone"
    assert re.search(r"lanterns about it lantern score 0\.\d\d: in the title, twice in the abstract", said)
    assert " lantern title: A Lantern" in said
    assert "for its subscription's time" in said and "lanterns held" in re.sub(r" {2,}", " ", said.replace("  ", " "))
    assert "Why it did not match others kites" in said and "none of these" in said


def test_any_of_its_names_leads_to_it(web: Web) -> None:
    web.list_papers(entry(1, "A Lantern"))
    for key in ("arxiv:2603.00001", "2603.00001", "2603.00001v2"):
        assert web.client().get("/paper", params={"key": key}).status_code == 200, key


def test_an_unknown_key_is_not_found(web: Web) -> None:
    for key in ("", "arxiv:0000.00000", "%", "'", "x" * 5000, "\x01"):
        answer = web.client().get("/paper", params={"key": key})
        assert answer.status_code == 404 and "No stored paper has this key" in answer.text


@pytest.mark.parametrize("long", ["a" * 60_000, "%" * 20_000, "_" * 30_000, "é" * 10_000, "arxiv:" + "1" * 60_000])
def test_a_key_that_is_longer_than_any_is_not_found(make_web: Callable[..., Web], long: str) -> None:
    web = make_web(**GUARDED)
    with web.store.reading() as tx:
        assert tx.papers.find(long) is None
    head = {"Authorization": f"Bearer {TOKEN}"}
    for path in ("/paper", "/api/v1/paper"):
        assert web.client().get(path, params={"key": long}, headers=head).status_code in (400, 404, 414, 431), path
    form = {"what": "mute-paper", "name": long[:5_001]}
    assert web.client().post("/act", data=form, headers=head).status_code == 400


@pytest.mark.parametrize("at", ["0001-01-01T00:00:00Z", "0001-01-01T23:59:59Z", "9999-12-31T23:59:59Z", "0999-06-01"])
@pytest.mark.parametrize("zone", ["America/New_York", "Asia/Tokyo", "Pacific/Kiritimati", "UTC"])
def test_a_paper_of_an_odd_time_has_its_pages(make_web: Callable[..., Web], at: str, zone: str) -> None:
    published = instant(at)
    assert published is not None
    web = make_web(text=CONFIG.replace("Europe/Paris", zone))
    key = "url:https://lab.example/1"
    web.list_papers(Entry(title="A Lantern", keys=(key,), published=published), source="lab-blog")
    client = web.client()
    page = client.get("/paper", params={"key": key})
    assert page.status_code == 200 and "published" in words(page.text)
    day = client.get("/", params={"day": str(min(published.date(), TODAY))})
    assert titles(day.text) == ["A Lantern"]
    for path in ("/", "/search?q=lantern&days=all", "/feed.atom?source=lab-blog", "/api/v1/trial?q=a"):
        assert client.get(path).status_code == 200, path
    assert [one["key"] for one in client.get("/api/v1/papers").json()["papers"]] == [key]


def test_a_stored_rule_that_is_read_no_more_is_said_of_it_alone(web: Web) -> None:
    web.list_papers(entry(1, "A Lantern for a Kite"))
    with web.store.transaction() as tx:
        broken = schema.subscription.update().where(schema.subscription.c.name == "lanterns")
        tx.connection.execute(broken.values(rule="stars>100 AND OR"))
    said = words(web.client().get("/paper?key=arxiv:2603.00001").text)
    assert "lanterns its rule cannot be read" in said and "kites about it" in said


def test_what_is_left_out_is_said(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    web.list_papers(entry(1, "A Lantern for a Kite"))
    page = "/paper?key=arxiv:2603.00001"
    assert "more subscription" not in words(web.client().get(page).text)
    monkeypatch.setattr("watcher.web.screens.paper.MOST_RULES", 1)
    monkeypatch.setattr("watcher.web.screens.paper.MOST_TOLD", 1)
    said = words(web.client().get(page).text)
    assert "And 1 more subscription: watcher history arxiv:2603.00001 names all." in said
    assert "The newest 1; watcher history arxiv:2603.00001 has all." in said
    monkeypatch.setattr("watcher.web.screens.paper.MOST_RULES", 0)
    web.list_papers(entry(2, "Gardens"))
    monkeypatch.setattr("watcher.web.screens.paper.MOST_RULES", 1)
    said = words(web.client().get("/paper?key=arxiv:2603.00002").text)
    assert "And 1 more subscription: watcher show arxiv:2603.00002 has all." in said


def test_a_rule_that_was_not_tried_yet_is_said_in_the_same_words_as_on_the_shell(web: Web) -> None:
    web.list_papers(entry(1, "Gardens"))
    with web.store.transaction() as tx:
        tx.papers.record_entries([entry(2, "A Lantern")], "daily", NOW)
    said = words(web.client().get("/paper?key=arxiv:2603.00002").text)
    assert UNTRIED[1:] in said and "lanterns" in said


def test_an_address_with_what_no_text_holds_is_refused(web: Web) -> None:
    assert web.client().get("/paper", params={"key": "a\x00"}).status_code == 400


def test_hostile_texts_stay_texts(web: Web) -> None:
    facts: dict[str, Any] = dict.fromkeys(("organization", "venue", "note", "summary", "submitter"), HOSTILE)
    web.list_papers(
        entry(1, f"Lantern {HOSTILE}", abstract=f"lantern {HOSTILE}", authors=(HOSTILE,), keywords=(HOSTILE,), **facts)
    )
    page = web.client().get("/paper?key=arxiv:2603.00001").text
    assert "<script>alert" not in page and "<img src=x" not in page and "{{7*7}}" in page


@pytest.fixture
def client(web: Web) -> httpx.Client:
    return web.client()


@settings(max_examples=times(25), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(title=ANY, abstract=ANY, url=ANY, author=ANY)
def test_no_papers_text_becomes_markup_or_link(
    web: Web, client: httpx.Client, title: str, abstract: str, url: str, author: str
) -> None:
    """Whatever a paper says: the page has the elements of the template and http links alone."""
    name = sha256("\0".join((title, abstract, url, author)).encode()).hexdigest()
    facts: dict[str, Any] = {"abstract": abstract, "summary": abstract, "url": url, "code_url": url}
    key = f"url:https://l.example/{name}"
    web.list_papers(Entry(title=title, keys=(key,), authors=(author,), **facts))
    page = client.get("/paper", params={"key": key}).text
    names = set(re.findall(r"<([a-z0-9]+)", page))
    assert names <= ELEMENTS, names - ELEMENTS
    assert page.count("<script") == 1
    assert all(
        one.startswith(("/", "https://", "http://", "#")) for one in re.findall(r'(?:href|src|action)="([^"]*)"', page)
    )
    assert not re.search(r"<[^>]*\son\w+=", page)


ELEMENTS = frozenset(
    re.findall(
        r"\w+",
        "html head meta title link script body a header div img nav ul li form input button p span strong main article "
        "h1 h2 h3 mark dl dt dd table thead tbody tr th td time figure svg g line path circle rect text figcaption "
        "details summary code kbd footer br small b",
    )
)


def test_a_line_needs_two_values_and_bars_none() -> None:
    assert curve_of([]) is None and curve_of([(NOW, 3)]) is None
    same_day = curve_of([(NOW, 1), (NOW + timedelta(hours=2), 2)])
    days = curve_of([(NOW, 1), (NOW + timedelta(days=1), 2)])
    assert same_day is not None and days is not None
    ends = [f"{at:%H:%M}" for at in (NOW, NOW + timedelta(hours=2))]
    assert [one.text for one in same_day.labels[2:]] == ends
    assert [one.text for one in days.labels[2:]] == [f"{at.day} {at:%b}" for at in (NOW, NOW + timedelta(days=1))]
    chart = curve_of([(NOW, 0), (NOW, 0)])
    assert chart is not None and chart.line.startswith("M34.0 ")
    assert bars_of({}, unit="paper").bars == ()
    high = bars_of({TODAY: 4, TODAY + timedelta(days=1): 0}, {TODAY: 1}, unit="paper")
    assert [bar.height for bar in high.bars] == [102, 0] and high.bars[0].strong_height == 25.5


def test_the_keys_for_a_star_and_for_read_find_what_they_press(make_web: Callable[..., Web]) -> None:
    web = make_web(**GUARDED)
    web.list_papers(entry(1, "A Lantern"))
    for path in ("/paper?key=arxiv:2603.00001", f"/?day={TODAY}"):
        page = web.signed_in().get(path).text
        assert all(page.count(f'data-act="{act}"') == 1 for act in ("star", "read")), path
