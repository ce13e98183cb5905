"""Parsers answer any bytes with a value: never an exception, never a paper without identity."""

from __future__ import annotations

import json
from datetime import date
from html import escape
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.parsers import dblp, openreview, scholar
from tests.parsers.feeds import arxiv_api, arxiv_list, arxiv_rss, rdf
from tests.parsers.literature import crossref, notice, openalex, registered, work
from tests.parsers.pages import api_entry, api_page, make_page, sample_papers
from tests.sources import any_source, make_source
from watcher.errors import UnknownPage
from watcher.model import Reading, Source, Unreadable
from watcher.parsers import PARSERS, recognise
from watcher.parsers.common.html import html_tree_of
from watcher.parsers.huggingface.digest_text.text import parse as parse_text

DAY = date(2025, 3, 4)
PAGE = make_page(DAY, sample_papers(2), "2025-03-03", "2025-03-05")
API = api_page(sample_papers(2), DAY)
URLS = ["", f"https://huggingface.co/papers/date/{DAY}", "http://[", "https://huggingface.co/papers?date=x"]

JSON_VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(exclude_categories=())),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


def check(parsed: object) -> None:
    assert isinstance(parsed, Reading | Unreadable)
    if isinstance(parsed, Unreadable):
        assert parsed.reason
        return
    assert len({entry.keys for entry in parsed.entries}) == len(parsed.entries) or not any(
        entry.keys for entry in parsed.entries
    )
    for entry in parsed.entries:
        assert entry.title or (entry.is_follow_up and entry.keys)
        repr(entry).encode()


def read_all(body: bytes) -> None:
    for url in URLS:
        check(PARSERS["huggingface"].parse(body, url, make_source(name="hf")))
    check(parse_text(body))
    try:
        check(recognise(body).reading)
    except UnknownPage as error:
        assert str(error)


@given(st.binary(max_size=300))
def test_any_bytes(body: bytes) -> None:
    read_all(body)
    read_all(b"<!doctype html><html>" + body + b"</html>")


@given(st.sampled_from([PAGE, API]), st.data())
def test_damaged_pages(page: bytes, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(page)))
    end = data.draw(st.integers(start, min(len(page), start + 400)))
    read_all(page[:start] + data.draw(st.binary(max_size=20)) + page[end:])


OTHERS = {
    "arxiv list": arxiv_list({"New submissions": sample_papers(2), "Cross-lists": sample_papers(1, seed=1)}),
    "arxiv feed": arxiv_rss(sample_papers(2)),
    "arxiv api": arxiv_api(sample_papers(2), total=9),
    "biorxiv feed": rdf(
        [f"<title>{n}</title><link>https://www.biorxiv.org/content/10.1101/{n}v1</link>" for n in "12"]
    ),
    "biorxiv api": json.dumps(
        {
            "messages": [{"status": "ok"}],
            "collection": [{"doi": "10.1101/1", "title": "A", "version": "1", "date": "x"}],
        }
    ).encode(),
}


ANSWERS = {
    "openalex": openalex([work(1), work(2)]),
    "crossref": crossref([registered(1), notice(2, ("10.5555/gone.1", "retraction"))]),
    "semanticscholar": scholar.papers([scholar.paper(1), scholar.paper(2)], 900, "ABC"),
    "dblp": dblp.hits([dblp.hit(1), dblp.hit(2)], 900),
    "openreview": openreview.notes([openreview.note(1), openreview.note(2)], 900),
}
WITHIN = {
    "openalex": ("results", sorted(work(1)), sorted(json.loads(ANSWERS["openalex"])["meta"])),
    "crossref": ("items", sorted([*notice(1), "updated-by"]), sorted(json.loads(ANSWERS["crossref"])["message"])),
    "semanticscholar": ("data", sorted(scholar.paper(1)), ["total", "token", "data", "next", "error"]),
    "openreview": ("notes", sorted(openreview.note(1)), ["notes", "count", "searchUnavailable", "name"]),
    "dblp": ("hit", sorted(dblp.hit(1)), ["@total", "@first", "@sent", "hit"]),
}


@given(st.sampled_from(sorted(ANSWERS)), st.data())
def test_damaged_answers_of_apis(kind: str, data: st.DataObject) -> None:
    page = ANSWERS[kind]
    start = data.draw(st.integers(0, len(page)))
    end = data.draw(st.integers(start, min(len(page), start + 400)))
    body = page[:start] + data.draw(st.binary(max_size=20)) + page[end:]
    for url in ("", "https://api.example/works?cursor=*&sort=publication_date:desc", "http://["):
        check(PARSERS[kind].parse(body, url, any_source(kind)))


@given(st.sampled_from(sorted(ANSWERS)), JSON_VALUES, st.data())
def test_any_json_in_an_answer_of_an_api(kind: str, value: Any, data: st.DataObject) -> None:
    within, inner, outer = WITHIN[kind]
    answer = json.loads(ANSWERS[kind])
    message = answer["message"] if kind == "crossref" else answer["result"]["hits"] if kind == "dblp" else answer
    message[within][0][data.draw(st.sampled_from(inner))] = value
    check(PARSERS[kind].parse(json.dumps(answer).encode(), "", any_source(kind)))
    about = answer["meta"] if kind == "openalex" else message
    about[data.draw(st.sampled_from(outer))] = value
    check(PARSERS[kind].parse(json.dumps(answer).encode(), "https://x.example/?cursor=*", any_source(kind)))


@given(st.sampled_from(sorted(OTHERS)), st.data())
def test_damaged_pages_of_other_kinds(which: str, data: st.DataObject) -> None:
    page = OTHERS[which]
    start = data.draw(st.integers(0, len(page)))
    end = data.draw(st.integers(start, min(len(page), start + 400)))
    body = page[:start] + data.draw(st.binary(max_size=20)) + page[end:]
    for kind in ("arxiv", "biorxiv", "medrxiv", "feed"):
        source = any_source(kind)
        for url in ("", "https://api.example/x/3d/0?start=0", "http://["):
            check(PARSERS[kind].parse(body, url, source))
    try:
        check(recognise(body).reading)
    except UnknownPage as error:
        assert str(error)


@given(
    JSON_VALUES, st.sampled_from(["messages", "collection", "doi", "title", "version", "date", "authors", "category"])
)
def test_any_json_in_an_answer_of_biorxiv(value: Any, key: str) -> None:
    answer = json.loads(OTHERS["biorxiv api"])
    answer[key] = value
    answer["collection"] = [{**record, key: value} for record in [{"doi": "10.1101/1", "title": "A"}]]
    for body in (answer, {**answer, "collection": value}):
        check(
            PARSERS["biorxiv"].parse(json.dumps(body).encode(), "https://x.example/0", Source(name="x", kind="biorxiv"))
        )


INNER = sorted(api_entry(sample_papers(1)[0], DAY)["paper"])
OUTER = sorted(api_entry(sample_papers(1)[0], DAY))


@given(st.sampled_from(INNER), st.sampled_from(OUTER), JSON_VALUES)
def test_any_json_in_the_place_of_any_value(inner: str, outer: str, value: Any) -> None:
    entry = api_entry(sample_papers(1)[0], DAY)
    entry["paper"][inner] = value
    read_all(json.dumps([entry]).encode())
    entry[outer] = value
    read_all(json.dumps([entry]).encode())


@given(JSON_VALUES, st.sampled_from(["dailyPapers", "dateString", "prevDate", "nextDate", "periodType", "query"]))
def test_any_json_as_the_embedded_one(value: Any, key: str) -> None:
    props = {"dateString": str(DAY), "dailyPapers": [], key: value}
    for embedded in (value, props):
        data = escape(json.dumps(embedded))
        read_all(f'<html><div data-target="DailyPapers" data-props="{data}"></div></html>'.encode())


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=30), st.text("/:?&=.date[]papers2025-", max_size=30))
def test_any_text_and_any_address_on_a_card(title: str, address: str) -> None:
    card = f"<article><h3><a href='{escape(address)}'>{escape(title)}</a></h3></article>"
    read_all(f"<html><a href='{escape(address)}'>Next</a>{card}</html>".encode())


@pytest.mark.parametrize(
    "body",
    [
        b"<div>" * 500_000,
        b"<a" * 1_000_000,
        b'<a b="' * 1_000_000,
        b"<p " + b" ".join(b"a%d=1" % n for n in range(200_000)) + b">",
        b"<p " + b" ".join(b"a%d='>'" % n for n in range(200_000)) + b">",
        b"<p" + b"/a" * 500_000 + b">",
        b"".join(b"<p><b id=%d></p>" % n for n in range(50_000)),
        b"<!--" * 500_000,
        b"</p>" * 500_000,
    ],
    ids=lambda body: str(body[:12]),
)
@pytest.mark.timeout(60)  # a hang is meant: what is right takes a moment
def test_what_takes_quadratic_time_is_never_parsed(body: bytes) -> None:
    html_tree_of(body)


@pytest.mark.parametrize("body", [b"<" * 2_000_000, b"<!--" * 500_000, b"<title" * 300_000, b"<form " * 300_000])
@pytest.mark.timeout(60)  # a hang is meant: what is right takes a moment
def test_looking_at_a_body_takes_no_time(body: bytes) -> None:
    read_all(body)
