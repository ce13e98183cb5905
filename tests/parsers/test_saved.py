from __future__ import annotations

import gzip
import json
from datetime import date

import pytest

from tests.parsers.feeds import arxiv_api, arxiv_atom, arxiv_list, arxiv_rss, atom, json_feed, rdf, rss
from tests.parsers.pages import api_page, login_page, make_page, sample_papers, truncated
from tests.parsers.test_told import PAGES
from watcher.errors import UnknownPage
from watcher.parsers import PARSERS, recognise, recognise_all
from watcher.parsers.common.compressed import MOST_MEMBERS
from watcher.parsers.huggingface.json_lines import BATCH

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


def test_a_saved_page_of_each_kind_is_recognised() -> None:
    """Of each that has forms of its own; what has none names none to people."""
    for source, body in PAGES:
        parser = PARSERS[source.kind]
        assert bool(parser.saved) == bool(parser.saves), source.kind
        if parser.saved:
            assert recognise(body).form in {form.name for form in parser.saved}


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


@pytest.mark.parametrize(
    ("body", "form", "kind"),
    [
        (arxiv_rss(PAPERS, kinds=("new", "replace")), "arxiv feed", "arxiv"),
        (arxiv_atom(PAPERS), "arxiv feed", "arxiv"),
        (arxiv_api(PAPERS), "arxiv feed", "arxiv"),
        (arxiv_list({"New submissions": PAPERS[:1], "Replacements": PAPERS[1:]}), "arxiv list", "arxiv"),
        (rss([f"<title>{n}</title>" for n in range(3)]), "feed", None),
        (rss([f"<title>{n} & {n}</title>" for n in range(3)]), "feed", None),
        (rss([f"<title>{n}</title><guid>https://arxiv.org/abs/2503.0000{n}</guid>" for n in range(3)]), "feed", None),
        (atom([f"<title>{n}</title>" for n in range(3)]), "feed", None),
        (rdf([f"<title>{n}</title>" for n in range(3)]), "feed", None),
        (json_feed([{"id": str(n), "title": str(n)} for n in range(3)]), "feed", None),
    ],
)
def test_feeds_and_lists_with_all_that_they_announce(body: bytes, form: str, kind: str | None) -> None:
    for saved in (recognise(body), recognise(gzip.compress(body))):
        assert (saved.form, saved.kind, len(saved.reading.entries)) == (form, kind, 3)


def lines(n: int) -> bytes:
    papers = sample_papers(n)
    values = (
        {
            "first_listed": str(DAY),
            "arxiv_id": one["id"],
            "title": one["title"],
            "abstract": one["abstract"],
            "upvotes": i,
        }
        for i, one in enumerate(papers)
    )
    return "".join(json.dumps(value) + "\n" for value in values).encode()


def test_json_lines_come_in_batches() -> None:
    body = lines(2 * BATCH + 1)
    for form in (body, body.rstrip(), b"\xef\xbb\xbf" + body, body.replace(b"\n", b"\r\n\n"), gzip.compress(body)):
        batches = list(recognise_all(form))
        assert [len(batch.reading.entries) for batch in batches] == [BATCH, BATCH, 1]
        assert {(batch.form, batch.kind) for batch in batches} == {("JSON Lines of papers", "huggingface")}
        entry = batches[1].reading.entries[7]
        assert (entry.keys, entry.listed, entry.upvotes) == ((f"arxiv:2503.{BATCH + 7:05d}",), DAY, BATCH + 7)
        assert entry.title and entry.abstract
    whole = recognise(gzip.compress(body[:40_000]) + gzip.compress(body[40_000:])).reading
    assert (len(whole.entries), whole.whole) == (2 * BATCH + 1, True)


def test_cut_json_lines_give_what_is_whole_and_say_so() -> None:
    packed = gzip.compress(lines(BATCH + 100))
    *before, last = recognise_all(packed[: len(packed) - len(packed) // 20])
    assert len(before) == 1
    assert 0 < len(last.reading.entries) < 100
    assert not last.reading.whole
    told = BATCH + len(last.reading.entries)
    assert last.reading.warnings == (f"the file is cut off after {told} whole lines",)


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b'{"arxiv_id": "2503.00001"}', 'line 3: title is missing: write "title": "\u2026"'),
        (
            b'{"id": "2503.00001", "title": "x"}',
            'line 3: arxiv_id is missing: write "arxiv_id": "2601.00001"; write arxiv_id for `id`',
        ),
        (b'{"arxiv_id": 7, "title": "x"}', 'line 3: arxiv_id is no id of arXiv: write "arxiv_id": "2601.00001"'),
        (b"[]", "line 3: no JSON object"),
        (b"{", "line 3: not JSON, or cut off"),
        (b"x" * 2**21, "line 3: longer than 1,048,576 bytes"),
    ],
)
def test_a_bad_line_is_named_after_those_before_it(line: bytes, reason: str) -> None:
    for body in (lines(2) + line + b"\n" + lines(2), gzip.compress(lines(2) + line + b"\n" + lines(2))):
        found = recognise_all(body)
        assert len(next(found).reading.entries) == 2
        with pytest.raises(UnknownPage) as raised:
            next(found)
        assert str(raised.value) == reason


def packed(body: bytes) -> bytes:
    """Compressed alike at any time: a test's name is made from its bytes, and has to be the same in every process."""
    return gzip.compress(body, mtime=0)


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (packed(b"Buy milk."), "no digest page: "),
        (packed(b""), "the file is empty"),
        (packed(packed(lines(2))), "looks like gzip data"),
        (packed(lines(2))[:20], "was cut off"),
        (packed(bytes(2**25)), "inflates to more than 16,777,216 bytes"),
    ],
)
def test_other_gzip_data(body: bytes, reason: str) -> None:
    with pytest.raises(UnknownPage) as raised:
        recognise(body)
    assert reason in str(raised.value)


def test_members_without_end_are_refused() -> None:
    with pytest.raises(UnknownPage, match="more than 20,000 members"):
        recognise(packed(b"") * (MOST_MEMBERS + 1))
