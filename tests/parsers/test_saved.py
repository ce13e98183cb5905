from __future__ import annotations

import json
from datetime import date

import pytest

from tests.parsers.pages import api_page, login_page, make_page, sample_papers, truncated
from watcher.errors import UnknownPage
from watcher.parsers import recognise

DAY = date(2025, 3, 4)
PAPERS = sample_papers(3)
ABSTRACT = "Lanterns help. " * 20
TEXT = "Daily Papers\nbyAK and the research community\nMar 4\n\nBorrowed Lanterns\n\n" + ABSTRACT


@pytest.mark.parametrize(
    ("body", "form", "papers"),
    [
        (make_page(DAY, PAPERS), "huggingface page", 3),
        (make_page(DAY, PAPERS, era=2024), "huggingface page", 3),
        (b"\xef\xbb\xbf" + make_page(DAY, PAPERS), "huggingface page", 3),
        (b"<!-- saved from a browser -->\n" + make_page(DAY, PAPERS), "huggingface page", 3),
        (make_page(DAY, PAPERS, json=False), "huggingface page", 3),
        (make_page(DAY, []), "huggingface page", 0),
        (api_page(PAPERS, DAY), "huggingface api", 3),
        (b"\xef\xbb\xbf\n" + api_page(PAPERS, DAY), "huggingface api", 3),
        (TEXT.encode(), "digest text", 1),
        (TEXT.encode("utf-16"), "digest text", 1),
    ],
)
def test_forms(body: bytes, form: str, papers: int) -> None:
    saved = recognise(body)
    assert (saved.form, saved.kind, len(saved.reading.entries)) == (form, "huggingface", papers)


def test_entries_of_the_api_are_those_of_the_page_and_know_their_own_day() -> None:
    assert recognise(api_page(PAPERS, DAY)).reading.entries == recognise(make_page(DAY, PAPERS)).reading.entries
    mixed = json.loads(api_page(PAPERS[:1], DAY)) + json.loads(api_page(PAPERS[1:], "2025-02-28"))
    entries = recognise(json.dumps(mixed).encode()).reading.entries
    assert [entry.listed for entry in entries] == [DAY, date(2025, 2, 28), date(2025, 2, 28)]


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "the file is empty"),
        (b"\n\n", "the file is empty"),
        (b"%PDF-1.7 ...", "looks like a PDF"),
        (b"\x1f\x8b\x08rest", "looks like gzip data"),
        (b"\x7fELF\x02\x01", "looks like a program"),
        (b"some\x00thing", "looks like binary data"),
        (b"[]", "JSON without any entry"),
        (b"[1, 2]", "not the list that api/daily_papers answers: no id and title in entry 1 of 2"),
        (b'{"error": "x"}', "no list of papers"),
        (b"[" * 100_000, "not JSON, or cut off"),
        (truncated(api_page(PAPERS, DAY)), "not JSON, or cut off"),
        (b"[1," + b" " * 2**24 + b"2]", "bytes"),
        (login_page(), "looks like a login page"),
        (truncated(make_page(DAY, PAPERS)), "cut off"),
        (make_page(DAY, PAPERS, card_papers=PAPERS[:1]), "disagree"),
        (b"<!doctype html><html><title>My cats</title><p>miaow</p></html>", 'titled "My cats"'),
        (b"# Notes\n\nBuy milk.\n", "no digest page: "),
        (b"key: value\nother: value\n", "no digest page: "),
        (b"caf\xe9", "no text in UTF-8"),
    ],
)
def test_anything_else_is_called_by_what_it_looks_like(body: bytes, reason: str) -> None:
    with pytest.raises(UnknownPage) as raised:
        recognise(body)
    assert reason in str(raised.value)
