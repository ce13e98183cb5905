"""Feeds of subscriptions, sources and rules: read back by the parsers of feeds, unchanged ones answered so."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from xml.etree import ElementTree

import httpx
import pytest
from hypothesis import HealthCheck, given, settings

from tests.examples import times
from tests.integration.webs import ANY, GUARDED, HOSTILE, NOW, TODAY, TOKEN, Web, entry
from watcher.config import WebSettings
from watcher.model import Paper, Reading, Source
from watcher.parsers import PARSERS
from watcher.web.views.feeds import PaperFeed, atom_of, json_feed_of

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
        url = page.get("next_url", "").replace("http://localhost:8380", "")
    assert url == "" and len(seen) == len(set(seen)) == 120


@pytest.mark.parametrize("of", ["", "subscription=nobody", "source=nowhere", "q=lantern+AND+OR", "q=a&source=daily"])
def test_what_there_is_not_is_not_found(web: Web, of: str) -> None:
    assert web.client().get(f"/feed.atom?{of}").status_code == 404


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
@given(title=ANY, abstract=ANY, author=ANY, url=ANY)
def test_whatever_a_paper_says_a_feed_is_well_formed(title: str, abstract: str, author: str, url: str) -> None:
    paper = Paper(id=1, key=f"url:{url}", title=title, abstract=abstract, authors=(author,), url=url, first_seen=NOW)
    feed = PaperFeed(id="x", title="x", url="http://x.example/", home="/", further="", papers=[paper])
    root = ElementTree.fromstring(atom_of(feed))
    assert {one.tag.rpartition("}")[2] for one in root.iter()} <= ATOMS
    for link in root.iter("{http://www.w3.org/2005/Atom}link"):
        assert link.get("href", "").startswith(("http://", "https://", "/"))
    assert len(json.loads(json_feed_of(feed))["items"]) == 1


ATOMS = {"feed", "id", "title", "updated", "author", "name", "link", "entry", "published", "category", "summary"}
