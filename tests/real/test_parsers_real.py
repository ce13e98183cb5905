"""The parsers on pages as their sites served them."""

from __future__ import annotations

import json
import re
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from tests.sources import make_source
from watcher.model import Entry, Reading, Unreadable
from watcher.parsers import PARSERS, recognise
from watcher.rules import fold_title

pytestmark = pytest.mark.real

PARSER = PARSERS["huggingface"]
SOURCE = make_source(name="hf")
PROPS = re.compile(rb'data-target="DailyPapers"[^>]*?data-props="([^"]*)"', re.S)
CARD = re.compile(rb"<article.*?</article>", re.S)


def pages(shared: Path, folder: str = "hf_html", which: str = "2026-*.html") -> list[Path]:
    found = sorted((shared / "captures" / folder).glob(which))
    assert found
    return found


def read(path: Path, body: bytes | None = None) -> Reading:
    parsed = PARSER.parse(path.read_bytes() if body is None else body, "", SOURCE)
    assert isinstance(parsed, Reading), f"{path.name}: {parsed.reason}"
    return parsed


def keys(entries: tuple[Entry, ...]) -> set[str]:
    return {key for entry in entries for key in entry.keys}


def test_28_pages_of_2026_list_902_papers(shared: Path) -> None:
    found = pages(shared)
    assert len(found) == 28
    assert len(set().union(*(keys(read(path).entries) for path in found))) == 902
    march = pages(shared, which="2026-03-*.html")
    assert len(set().union(*(keys(read(path).entries) for path in march))) == 745


def test_every_page_is_read_whole_and_knows_its_day(shared: Path) -> None:
    for path in pages(shared):
        reading = read(path)
        assert (reading.day, reading.whole, reading.warnings) == (date.fromisoformat(path.stem), True, ())
        assert not reading.is_newest
        assert reading.day is not None and reading.previous is not None
        assert timedelta(1) <= reading.day - reading.previous <= timedelta(3)


def test_every_entry_has_what_a_reader_needs(shared: Path) -> None:
    for path in pages(shared):
        for entry in read(path).entries:
            assert entry.title and entry.abstract and entry.authors and entry.published
            assert entry.keys == (f"arxiv:{entry.arxiv_id}",)
            assert entry.listed == date.fromisoformat(path.stem)
            assert None not in (entry.upvotes, entry.comments, entry.rank, entry.url, entry.thumbnail)


def test_nothing_of_the_json_is_lost(shared: Path) -> None:
    """Texts come out as they went in; where a page has a link, an organisation, keywords, so has the entry."""
    for path in pages(shared, "hf_api", "*.json"):
        raw = json.loads(path.read_bytes())
        reading = recognise(path.read_bytes()).reading
        assert len(reading.entries) == len(raw) == 30
        for entry, outer in zip(reading.entries, raw, strict=True):
            paper = outer["paper"]
            assert entry.title == " ".join(paper["title"].split())
            assert entry.abstract == " ".join(paper["summary"].split())
            assert entry.authors == tuple(author["name"] for author in paper["authors"])
            assert list(entry.keywords) == paper.get("ai_keywords", [])
            assert (entry.code_url or None) == paper.get("githubRepo")
            assert (entry.project_url or None) == paper.get("projectPage")
            assert (entry.organization is None) == ("organization" not in paper)
            assert (entry.upvotes, entry.comments) == (paper["upvotes"], outer["numComments"])
            assert entry.listed == date.fromisoformat(path.stem)


def test_a_page_captured_again_shows_the_same_papers(shared: Path) -> None:
    again = pages(shared, "hf_html_recaptured", "*.html")
    assert len(again) == 11
    for path in again:
        first = read(shared / "captures" / "hf_html" / f"{path.name[:10]}.html")
        reading = read(path)
        assert keys(reading.entries) == keys(first.entries)
        assert (reading.day, reading.previous) == (first.day, first.previous)
        assert reading.is_newest is ("captured-2026-02-23" not in path.name)


def test_the_page_of_2024(shared: Path) -> None:
    (path,) = pages(shared, which="2024-*.html")
    reading = read(path)
    assert (reading.day, reading.previous, len(reading.entries)) == (date(2024, 8, 1), date(2024, 7, 31), 13)
    assert all(entry.abstract and entry.authors and entry.listed == reading.day for entry in reading.entries)
    assert not any("\n" in entry.title or "\n" in entry.abstract for entry in reading.entries)
    assert max(len(entry.authors) for entry in reading.entries) == 533


def test_cards_alone_show_the_same_papers(shared: Path) -> None:
    for path in [*pages(shared), *pages(shared, "hf_html_recaptured", "*.html"), *pages(shared, which="2024-*.html")]:
        body, reading = path.read_bytes(), read(path)
        cards = read(path, PROPS.sub(b'data-target="Elsewhere"', body))
        assert (cards.day, cards.previous, cards.is_newest) == (reading.day, reading.previous, reading.is_newest)
        assert not cards.whole
        for card, entry in zip(cards.entries, reading.entries, strict=True):
            for name in ("keys", "title", "url", "rank", "listed", "upvotes", "comments", "submitter", "organization"):
                assert getattr(card, name) == getattr(entry, name), (path.name, name)
            assert card.thumbnail in (entry.thumbnail, None)


def test_faults_of_a_page_are_told_apart(shared: Path) -> None:
    for path in pages(shared)[::9]:
        body, reading = path.read_bytes(), read(path)
        without_cards = read(path, CARD.sub(b"", body))
        assert (without_cards.entries, without_cards.whole) == (reading.entries, True)
        assert without_cards.warnings
        elsewhere = PROPS.sub(b'data-target="Elsewhere"', CARD.sub(b"", body))
        assert "found neither" in reason(elsewhere)
        assert "cut off" in reason(body[: len(body) // 2])
        assert "cut off" in reason(body[:-20])
        assert "disagree" in reason(CARD.sub(b"", body, count=1))
        assert str(reading.day) in reason(body, "http://127.0.0.1/papers/date/2020-01-01")


def reason(body: bytes, url: str = "") -> str:
    parsed = PARSER.parse(body, url, SOURCE)
    assert isinstance(parsed, Unreadable)
    return parsed.reason


def test_rendered_pages(shared: Path) -> None:
    titles: list[set[str]] = []
    for path, papers in zip(pages(shared, "../seeds", "*.txt"), (117, 155, 87), strict=True):
        saved = recognise(path.read_bytes())
        assert saved.form == "digest text"
        assert len(saved.reading.entries) == papers
        titles.append({fold_title(entry.title) for entry in saved.reading.entries})
        assert len(titles[-1]) == papers
        lines = [" ".join(line.split()).removeprefix("Subscribe") for line in path.read_text().splitlines()]
        following = set(pairwise(filter(None, lines)))
        for entry in saved.reading.entries:
            assert (entry.title, entry.abstract) in following
            assert len(entry.title) < 168 < len(entry.abstract)
    assert len(set().union(*titles)) == 334


def test_the_lines_around_rendered_papers(shared: Path) -> None:
    entries = recognise((shared / "seeds" / "003_903765704607382b.txt").read_bytes()).reading.entries
    assert sum(entry.published is not None for entry in entries) == 62
    assert sum(entry.comments is not None for entry in entries) == 21
    assert [entry.organization for entry in entries if entry.organization] == ["NVIDIA"]
    assert all(entry.listed is None and not entry.keys for entry in entries)


def test_the_apis_answer_is_that_of_its_day_and_of_no_other(shared: Path) -> None:
    (path,) = pages(shared, "hf_api", "*.json")
    source = make_source(name="hf", via="api")
    address = "https://huggingface.co/api/daily_papers?date={}&limit=100"
    reading = PARSER.parse(path.read_bytes(), address.format(path.stem), source)
    assert isinstance(reading, Reading)
    assert (reading.day, reading.previous) == (date(2026, 6, 12), date(2026, 6, 11))
    assert reading.entries == recognise(path.read_bytes()).reading.entries
    other = PARSER.parse(path.read_bytes(), address.format("2026-06-11"), source)
    assert isinstance(other, Unreadable)
    assert "asked for 2026-06-11" in other.reason
