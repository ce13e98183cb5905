"""Feeds of subscriptions, sources and rules: read back by the parsers of feeds, unchanged ones answered so."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from xml.etree import ElementTree

import httpx
import pytest
from hypothesis import HealthCheck, given, settings

from tests.examples import times
from tests.integration.webs import ANY, GUARDED, HOSTILE, NOW, TODAY, TOKEN, Web, entry
from watcher.config import WebSettings
from watcher.model import Paper, Reading, Source
from watcher.parsers import PARSERS
from watcher.web.frame import address
from watcher.web.views.feeds import PaperFeed, atom_of, feed_id, json_feed_of

OF = ["subscription=lanterns", "source=daily", "q=lantern"]


@pytest.fixture
def stored(web: Web) -> Web:
    web.list_papers(
        entry(1, "A Lantern", abstract="It is lit.", authors=("Ada Fern",), url="https://p.example/1"),
        entry(2, "Gardens", TODAY - timedelta(days=1)),
    )
    web.list_papers(entry(3, f"Lantern {HOSTILE}", authors=(HOSTILE,)), at=NOW + timedelta(minutes=1))
    return web


def read(answer: httpx.Response) -> Reading:
    """What watcher's own parser of feeds reads from an answer."""
    source = Source(name="x", kind="feed", url=str(answer.url))
    reading = PARSERS["feed"].parse(answer.content, str(answer.url), source)
    assert isinstance(reading, Reading), reading
    return reading


@pytest.mark.parametrize("of", OF)
@pytest.mark.parametrize("form", ["atom", "json"])
def test_a_feed_is_read_back(stored: Web, of: str, form: str) -> None:
    answer = stored.client().get(f"/feed.{form}?{of}")
    assert answer.status_code == 200 and "charset=utf-8" in answer.headers["content-type"]
    titles = [one.title for one in read(answer).entries]
    assert titles[0].startswith("Lantern ") and "A Lantern" in titles
    assert ("Gardens" in titles) is (of == "source=daily")


def test_ids_are_the_same_wherever_the_pages_are(stored: Web) -> None:
    root = ElementTree.fromstring(stored.client().get("/feed.atom?source=daily").content)
    name = "{http://www.w3.org/2005/Atom}"
    assert root.findtext(f"{name}id") == "tag:watcher.invalid,2026:source/daily"
    ids = [one.findtext(f"{name}id") for one in root.iter(f"{name}entry")]
    assert ids == [f"tag:watcher.invalid,2026:paper/arxiv:2603.0000{n}" for n in (3, 2, 1)]
    assert root.findtext(f"{name}updated") == "2026-03-10T09:31:00Z"
    items = stored.client().get("/feed.json?source=daily").json()["items"]
    assert [one["id"] for one in items] == ids


@pytest.mark.parametrize("of", OF)
def test_what_has_not_changed_is_answered_so(stored: Web, of: str) -> None:
    client = stored.client()
    etag = client.get(f"/feed.atom?{of}").headers["etag"]
    again = client.get(f"/feed.atom?{of}", headers={"If-None-Match": f'"other", W/{etag}'})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", etag)
    stored.list_papers(entry(7, "The Seventh Lantern"), at=NOW + timedelta(hours=1))
    assert client.get(f"/feed.atom?{of}", headers={"If-None-Match": etag}).status_code == 200


@pytest.mark.parametrize("of", OF)
def test_many_papers_come_in_pages(web: Web, of: str) -> None:
    web.list_papers(*(entry(n, f"Lantern {n}") for n in range(1, 121)))
    client, seen, url = web.client(), list[str](), f"/feed.json?{of}"
    for _ in range(3):
        page = client.get(url).json()
        seen += [one["title"] for one in page["items"]]
        assert page["feed_url"] == f"http://localhost:8380{url}", "each page names itself"
        atom = ElementTree.fromstring(client.get(url.replace(".json", ".atom")).content)
        links = {one.get("rel"): one.get("href") for one in atom.findall("{http://www.w3.org/2005/Atom}link")}
        assert links["self"] == f"http://localhost:8380{url}".replace(".json", ".atom")
        assert links.get("next", "") == page.get("next_url", "").replace(".json", ".atom")
        url = page.get("next_url", "").replace("http://localhost:8380", "")
    assert url == "" and len(seen) == len(set(seen)) == 120


def test_the_pages_of_a_feed_end(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("watcher.web.screens.feed.MOST_PAGES", 2)
    web.list_papers(*(entry(n, f"Lantern {n}") for n in range(1, 121)))
    client = web.client()
    assert "next_url" in client.get("/feed.json?source=daily").json()
    assert "next_url" not in client.get("/feed.json?source=daily&page=2").json()
    assert client.get("/feed.json?source=daily&page=3").status_code == 404


@pytest.mark.parametrize("page", ["0", "-1", "101", "²", "٣", "1" * 5000, "many", "1e1", ""])
def test_a_page_that_no_feed_has_is_not_found(web: Web, page: str) -> None:
    assert web.client().get("/feed.atom", params={"source": "daily", "page": page}).status_code == 404


@pytest.mark.parametrize("of", ["", "subscription=nobody", "source=nowhere", "q=a&source=daily"])
def test_what_there_is_not_is_not_found(web: Web, of: str) -> None:
    assert web.client().get(f"/feed.atom?{of}").status_code == 404


def test_a_feed_of_what_is_no_rule_is_refused_with_the_mistake(web: Web) -> None:
    answer = web.client().get("/feed.atom", params={"q": "lantern AND OR"})
    assert answer.status_code == 400 and "This rule cannot be read: OR has nothing on its left" in answer.text


@pytest.mark.parametrize("odd", ["\ufffe", "\uffff", "\x01", "\x1b[2J", "\u202e", "<b>", "]]>", "&amp;"])
def test_a_feed_of_an_odd_rule_is_well_formed(web: Web, odd: str) -> None:
    web.list_papers(entry(1, "A Lantern"))
    answer = web.client().get("/feed.atom", params={"q": f'lantern OR "{odd} x"'})
    if answer.status_code == 400:
        assert "cannot be read" in answer.text
        return
    title = ElementTree.fromstring(answer.content).findtext("{http://www.w3.org/2005/Atom}title")
    assert title is not None and title.startswith("watcher: lantern OR")


def test_a_feed_without_papers_is_a_feed(web: Web) -> None:
    root = ElementTree.fromstring(web.client().get("/feed.atom?subscription=lanterns").content)
    assert root.findtext("{http://www.w3.org/2005/Atom}updated") == "1970-01-01T00:00:00Z"
    assert web.client().get("/feed.json?subscription=lanterns").json()["items"] == []


def test_a_reader_elsewhere_needs_the_feeds_own_key(make_web: Callable[..., Web]) -> None:
    web = make_web(**GUARDED)
    page = web.signed_in().get("/subscription?name=lanterns").text
    url = page.split('title="Atom" href="')[1].split('"')[0].replace("&amp;", "&")
    assert url.startswith("/feed.atom?subscription=lanterns&key=")
    stranger = web.client()
    assert stranger.get(url).status_code == 200
    assert stranger.get(url + "&page=2").status_code == 200
    for other in (url[:-1], url.replace("lanterns", "kites"), url.replace(".atom", ".json"), "/?key=" + url[-64:]):
        assert stranger.get(other).status_code == 401, other
    assert stranger.get(url + "&key=").status_code == 401


def test_a_public_address_stands_in_the_feed(make_web: Callable[..., Web]) -> None:
    settings = WebSettings(token_file="token", public_url="https://papers.example")
    head = {"Authorization": f"Bearer {TOKEN}"}
    client = make_web(settings=settings, token=TOKEN).client("papers.example")
    feed = client.get("/feed.json?source=daily", headers=head).json()
    assert feed["home_page_url"] == "https://papers.example/source?name=daily"


@settings(max_examples=times(150), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(title=ANY, abstract=ANY, author=ANY, url=ANY, of=ANY)
def test_whatever_a_paper_says_a_feed_is_well_formed(title: str, abstract: str, author: str, url: str, of: str) -> None:
    texts: dict[str, Any] = dict.fromkeys(("organization", "venue", "note", "summary"), abstract)
    paper = Paper(id=1, key=f"url:{url}", title=title, authors=(author,), url=url, first_seen=NOW, **texts)
    paper = replace(paper, categories=(author,), abstract=abstract, published=datetime.min.replace(tzinfo=UTC))
    home = address("/search", [("q", of)])
    feed = PaperFeed(id=feed_id("q", of), title=of, url=home, home=home, further=home, papers=[paper])
    root = ElementTree.fromstring(atom_of(feed))
    assert len((root.findtext("{http://www.w3.org/2005/Atom}title") or "").splitlines()) <= 1
    assert {one.tag.rpartition("}")[2] for one in root.iter()} <= ATOMS
    for link in root.iter("{http://www.w3.org/2005/Atom}link"):
        assert link.get("href", "").startswith(("http://", "https://", "/"))
    assert len(json.loads(json_feed_of(feed))["items"]) == 1


ATOMS = {"feed", "id", "title", "updated", "author", "name", "link", "entry", "published", "category", "summary"}
