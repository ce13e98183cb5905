"""Hostile pages to every kind of source: each poll ends soon, and its verdict is never "quiet"."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.sources import make_source
from watcher.config import Config
from watcher.files.broken_pages import KeptPages
from watcher.model import Page, Source, Verdict
from watcher.parsers import PARSERS
from watcher.parsers.html.keys import Selectors
from watcher.pipeline.context import Context
from watcher.pipeline.polling.poll import poll_pages
from watcher.pipeline.polling.visits import takes_turns
from watcher.pipeline.rulebook import RuleBook
from watcher.store import Store, open_store

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)

HTML = Selectors(item="article", title="h2", link="a")
SOURCES = {
    "huggingface": make_source(name="s", url="https://a.example/papers"),
    "huggingface api": make_source(name="s", via="api"),
    "huggingface trending": make_source(name="s", listing="trending"),
    "arxiv": make_source(name="s", kind="arxiv", categories=("cs.CL",)),
    "arxiv listing": make_source(name="s", kind="arxiv", categories=("cs.CL",), via="listing"),
    "arxiv api": make_source(name="s", kind="arxiv", categories=("cs.CL",), via="api"),
    "biorxiv": Source(name="s", kind="biorxiv"),
    "medrxiv": Source(name="s", kind="medrxiv"),
    "openalex": make_source(name="s", kind="openalex", query="kelp"),
    "crossref": make_source(name="s", kind="crossref", query="reef"),
    "semanticscholar": make_source(name="s", kind="semanticscholar", query="tides"),
    "dblp": make_source(name="s", kind="dblp", query="shell"),
    "dblp person": make_source(name="s", kind="dblp", author=("65/9612",)),
    "openreview": make_source(name="s", kind="openreview", query="ponds"),
    "aclanthology": Source(name="s", kind="aclanthology"),
    "aclanthology collection": make_source(name="s", kind="aclanthology", journal=("2026.tides",)),
    "pubmed": make_source(name="s", kind="pubmed", query="kilns"),
    "pubmed rss": make_source(name="s", kind="pubmed", via="rss", url="https://a.example/rss"),
    "oai": Source(name="s", kind="oai", url="https://a.example/oai"),
    "feed": Source(name="s", kind="feed", url="https://a.example/feed"),
    "html": make_source(name="s", kind="html", url="https://a.example/", own=HTML),
}

LAUGHS = b"".join(b'<!ENTITY l%d "%s">' % (n, b"&l%d;" % (n - 1) * 10) for n in range(1, 10))
BODIES = {
    "nothing": b"",
    "blanks": b" \r\n" * 100_000,
    "NUL": b"\0" * 100_000,
    "noise": bytes(range(256)) * 400,
    "a picture": b"\x89PNG\r\n\x1a\n" + bytes(10_000),
    "a PDF": b"%PDF-1.7\n" + b"0 0 obj\n" * 10_000,
    "gzip in gzip": b"\x1f\x8b\x08\x00" + b"\xff" * 10_000,
    "a login page": b"<!doctype html><html><title>Log in</title><form><input type=password></form></html>",
    "an error page": b"<!doctype html><html><title>503</title><h1>Service Unavailable</h1></html>",
    "a page to wait on": b"<!doctype html><html><title>Just a moment...</title><p>Checking your browser</p></html>",
    "a JSON error": b'{"error": "rate limit exceeded"}',
    "a JSON number": b"42",
    "deep JSON": b"[" * 400_000,
    "deep HTML": b"<!doctype html><html>" + b"<div>" * 80_000,
    "unclosed HTML": b"<!doctype html><html>" + b"<b><i>" * 80_000 + b"</html>",
    "many attributes": b"<!doctype html><html><p " + b"a=b " * 200_000 + b"></html>",
    "deep XML": b"<?xml version='1.0'?><rss>" + b"<a>" * 200_000,
    "laughs": b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY l0 "ha">' + LAUGHS + b"]><x>&l9;</x>",
    "half of a tag": b"<!doctype html><html><body><article",
    "UTF-16": "<!doctype html><html><title>Log in</title></html>".encode("utf-16"),
}


class Site:
    """Answers every address with one body."""

    def __init__(self, body: bytes) -> None:
        self.body = body

    def get(self, url: str, validators: Callable[[str], Any], *, robots: bool = True) -> Page:
        return Page(url=url, body=self.body, fetched_at=NOW)

    def close(self) -> None: ...


@pytest.fixture
def store(sqlite_template: Path, tmp_path: Path) -> Store:
    (tmp_path / "w.db").write_bytes(sqlite_template.read_bytes())
    return open_store(tmp_path / "w.db")


def look(store: Store, source: Source, body: bytes, kept: Path) -> Verdict:
    context = Context(
        config=Config(sources={"s": source}),
        store=store,
        fetcher=Site(body),  # type: ignore[arg-type]
        notifier=None,  # type: ignore[arg-type]
        clock=lambda: NOW,
        jitter=lambda: 0.5,
        env={},
        rules=RuleBook(),
        kept=KeptPages(kept),
    )
    with store:
        return poll_pages(source, context).judged.verdict


def test_every_kind_is_tried() -> None:
    assert {source.kind for source in SOURCES.values()} == {kind for kind, one in PARSERS.items()} - {"inbox"}


@pytest.mark.parametrize("body", BODIES)
@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.timeout(60)  # a hang is meant: what is right takes a moment
def test_no_page_is_no_quiet_day(store: Store, source: str, body: str, tmp_path: Path) -> None:
    assert look(store, SOURCES[source], BODIES[body], tmp_path / "broken") is Verdict.BROKEN


def test_sources_of_sites_with_limits_take_turns() -> None:
    in_turn = {name for name, source in SOURCES.items() if takes_turns(source, NOW.date())}
    arxiv, dblp = ("arxiv", "arxiv listing", "arxiv api"), ("dblp", "dblp person")
    assert in_turn == {*arxiv, *dblp, "openalex", "crossref", "semanticscholar", "openreview"}
