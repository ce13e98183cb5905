"""Lone surrogates, which no database stores, never get in, wherever a page names them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import fields
from datetime import date
from html import escape
from typing import Any

import pytest

from tests.parsers import dblp, openreview, scholar
from tests.parsers.feeds import json_feed, rss
from tests.parsers.literature import crossref, openalex, registered, work
from tests.parsers.pages import api_page, make_page, sample_papers
from tests.sources import any_source, make_source
from watcher.errors import UnknownPage
from watcher.model import Entry, Reading, Unreadable
from watcher.parsers import PARSERS, recognise
from watcher.parsers.html.keys import Selectors
from watcher.parsers.huggingface.digest_text.text import parse as parse_text

HALF = "\ud800"
DAY = date(2025, 3, 4)


def texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, tuple):
        for one in value:
            yield from texts(one)
    elif isinstance(value, Reading | Entry):
        for field in fields(value):
            yield from texts(getattr(value, field.name))


def read(body: bytes, kind: str) -> tuple[Entry, ...]:
    """The entries of what the parser of this kind reads, and the reader of saved pages; all their texts are whole."""
    found = PARSERS[kind].parse(body, "https://a.example/x", any_source(kind))
    try:
        saved: object = recognise(body).reading
    except UnknownPage as error:
        saved = str(error)
    for text in (*texts(found), *texts(saved), found.reason if isinstance(found, Unreadable) else ""):
        text.encode()
    return found.entries if isinstance(found, Reading) else ()


def with_halves(value: Any) -> Iterator[Any]:
    """The value with half a character in one of its texts, for each of them, and in all of them."""
    for place in places(value):
        yield changed(value, (place,))
    yield changed(value, tuple(places(value)))


def places(value: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    if isinstance(value, str):
        yield at
    elif isinstance(value, dict | list):
        for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
            yield from places(inner, (*at, key))


def changed(value: Any, at: tuple[tuple[Any, ...], ...]) -> Any:
    copy = json.loads(json.dumps(value))
    for *path, last in at:
        inner = copy
        for key in path:
            inner = inner[key]
        inner[last] = inner[last][:5] + HALF + inner[last][5:]
    return copy


RECORD = {"doi": "10.1101/1", "title": "A tree", "version": "1", "date": "2026-03-09", "authors": "Bee, A.; Dee, C."}
ITEM = {
    "id": "https://lab.example/posts/kilns",
    "url": "https://lab.example/posts/kilns",
    "title": "Kilns and lanterns",
    "content_html": "<p>Glowing kilns.</p>",
    "date_published": "2026-03-09T08:30:00Z",
    "authors": [{"name": "Ada Amberg"}],
    "tags": ["fire"],
}
ANSWERS = {
    "feed": json.loads(json_feed([ITEM, {**ITEM, "id": "17", "url": "", "title": "Pebbles"}])),
    "huggingface": json.loads(api_page(sample_papers(2), DAY)),
    "openalex": json.loads(openalex([work(1)])),
    "crossref": json.loads(crossref([registered(1)])),
    "dblp": json.loads(dblp.hits([dblp.hit(1)], 900)),
    "openreview": json.loads(openreview.notes([openreview.note(1)], 900)),
    "semanticscholar": json.loads(scholar.papers([scholar.paper(1)], 900, "ABC")),
    "biorxiv": {"messages": [{"status": "ok", "server": "biorxiv"}], "collection": [RECORD]},
}


@pytest.mark.parametrize("kind", ANSWERS)
def test_halves_of_characters_in_json(kind: str) -> None:
    for answer in with_halves(ANSWERS[kind]):
        body = json.dumps(answer).encode()
        assert b"\\ud800" in body
        read(body, kind)


def test_halves_of_characters_in_json_lines() -> None:
    line = {"arxiv_id": "2503.01234", "title": "A tree of kilns", "abstract": "Of trees.", "first_listed": "2025-03-04"}
    for one in with_halves(line):
        body = json.dumps(one).encode() + b"\n" + json.dumps(line).encode() + b"\n"
        read(body, "inbox")
        read(body, "huggingface")


def test_halves_of_characters_in_the_json_of_a_page() -> None:
    props = {"dateString": str(DAY), "dailyPapers": json.loads(api_page(sample_papers(1), DAY))}
    for one in with_halves(props):
        data = escape(json.dumps(one))
        read(f'<html><div data-target="DailyPapers" data-props="{data}"></div></html>'.encode(), "huggingface")


REFERENCES = ("&#xD800;", "&#55296;", "&#xdfff;", "&#xD83D;&#xDE00;", f"&#{'9' * 5000};", f"&#x{'f' * 5000};", "&#0;")


@pytest.mark.parametrize("reference", REFERENCES, ids=lambda text: text[:12])
def test_references_to_what_is_no_character(reference: str) -> None:
    for title in (f"Tr{reference}ees", escape(f"Tr{reference}ees")):
        (entry,) = read(rss([f"<title>{title}</title><link>/a</link><author>A{reference}</author>"]), "feed")
        assert entry.title.startswith("Tr") and entry.title.endswith("ees")
        page = make_page(DAY, sample_papers(2)).replace(b"</h3>", f"{title}</h3>".encode())
        read(page, "huggingface")
        read(page.replace(b"<title>", f"<title>{title}".encode()), "arxiv")
        read(
            rss([f"<title>x</title><link>/a{title}</link><guid>{title}</guid><dc:creator>{title}</dc:creator>"]), "feed"
        )


@pytest.mark.parametrize("reference", REFERENCES, ids=lambda text: text[:12])
def test_references_to_what_is_no_character_in_any_page(reference: str) -> None:
    item = f"<li><h3><a href='/a{reference}'>Tr{reference}ees</a></h3><i>A{reference} Bee, Cy Dee</i></li>"
    source = make_source(
        name="x", kind="html", url="https://a.example/", own=Selectors(item="li", title="h3", authors="i")
    )
    found = PARSERS["html"].parse(f"<!doctype html><html><ul>{item}</ul></html>".encode(), "https://a.example/", source)
    assert isinstance(found, Reading) and len(found.entries) == 1
    for text in texts(found):
        text.encode()


@pytest.mark.parametrize("charset", ["unicode_escape", "raw_unicode_escape", "utf-7", "idna", "punycode", "undefined"])
def test_charsets_that_are_none_of_pages(charset: str) -> None:
    title = "Tr\\ud800+2AA-ees"
    feed = (
        f"<?xml version='1.0' encoding='{charset}'?><rss><channel><item><title>{title}</title></item></channel></rss>"
    )
    assert [entry.title for entry in read(feed.encode(), "feed")] == [title]
    page = f"<!doctype html><html><meta charset={charset}><title>{title}</title><li><h3>{title}</h3></li></html>"
    source = make_source(name="x", kind="html", url="https://a.example/", own=Selectors(item="li", title="h3"))
    found = PARSERS["html"].parse(page.encode(), "https://a.example/", source)
    assert isinstance(found, Reading) and [entry.title for entry in found.entries] == [title]


def test_halves_of_characters_in_digest_texts() -> None:
    for charset, errors in (("utf-8", "surrogatepass"), ("utf-16", "surrogatepass")):
        for text in (f"Tr{HALF}ees\n\nOf trees.\n", "x"):
            found = parse_text(text.encode(charset, errors))
            assert isinstance(found, Unreadable) and found.reason.encode()
