"""Unexpectedly long texts take little time, and give the same result."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.parsers.feeds import arxiv_rss
from tests.parsers.pages import sample_papers
from tests.sources import any_source, make_source
from watcher.config import Config, load
from watcher.errors import ConfigError
from watcher.model import Paper, Reading, Unreadable
from watcher.notify import problem_of
from watcher.parsers import PARSERS
from watcher.parsers.common.text_values import people
from watcher.parsers.html.keys import Selectors
from watcher.parsers.huggingface.digest_text.text import parse as parse_text
from watcher.rules import compile_rule, document_of
from watcher.rules.advice.acronyms import meanings
from watcher.rules.advice.advice import advise

pytestmark = pytest.mark.timeout(60)

LINE = "Borrowed Agents\n\n" + "Agents carry lanterns over hills. " * 12
ENDS = {
    "the site's name, again and again": "Hugging Face's logo Hugging Face " * 200 + "x",
    "links": "[](" * 16_000,
    "pictures": "![]()" + "]()" * 16_000,
    "a heading of blanks": "# [1]" + " " * 49_000 + "x",
    "a heading of signs": "# a " + "# " * 20_000 + "x",
    "addresses": "a http://b " * 4_000,
    "brackets": "[" * 49_000,
}


@pytest.mark.parametrize("end", ENDS)
def test_a_digest_text_with_a_long_line(end: str) -> None:
    for text in (f"Daily Papers\n\n{LINE}\n{ENDS[end]}", f"{ENDS[end]}\n\n{LINE}\n"):
        assert isinstance(parse_text(text.encode()), Reading | Unreadable)


def test_the_frame_at_the_end_of_a_digest_text_is_left_out() -> None:
    """The logo's text stands beside the name of the site, with whatever is between them."""
    for frame in ("Hugging Face's logo Hugging Face Models", "Hugging Face's logo", "Hugging Face · Docs | Log In"):
        found = parse_text(f"Daily Papers\nbyAK and the research community\n\n{LINE}\n\n{frame}\n".encode())
        assert isinstance(found, Reading) and len(found.entries) == 1
        assert "Hugging" not in found.entries[0].abstract


@pytest.mark.parametrize(("blanks", "shown"), [(300, "Trees and kilns"), (100_000, "Trees")])
def test_an_announcement_with_a_title_of_blanks(blanks: int, shown: str) -> None:
    title = "Trees" + " " * blanks + "and kilns. (arXiv:2503.01234v1 [cs.CL] UPDATED)"
    (paper,) = sample_papers(1)
    body = arxiv_rss([{**paper, "title": title}])
    found = PARSERS["arxiv"].parse(body, "", make_source(name="x", kind="arxiv", categories=("cs.XX",)))
    assert isinstance(found, Reading) and [entry.title for entry in found.entries] == [shown]


@pytest.mark.parametrize("text", ["," + " " * 100_000 + "x", "and " * 50_000, ", and" + " " * 100_000, "a.@" * 50_000])
def test_authors_of_blanks(text: str) -> None:
    assert len(people([text])) <= 5_000
    item = f"<li><h3>Trees</h3><i>{text}</i></li>"
    source = make_source(name="x", kind="html", own=Selectors(item="li", title="h3", authors="i"))
    assert isinstance(PARSERS["html"].parse(f"<!doctype html><html>{item}</html>".encode(), "", source), Reading)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Ann Bee,  Cy Dee", ("Ann Bee", "Cy Dee")),
        ("Ann Bee,\n and Cy\tDee", ("Ann Bee", "Cy Dee")),
        ("Ann Bee \n and \n Cy Dee", ("Ann Bee", "Cy Dee")),
    ],
)
def test_names_are_told_apart_at_any_blanks(text: str, expected: tuple[str, ...]) -> None:
    assert people([text]) == expected


@pytest.mark.parametrize("body", [b" " * 200_000, b" " * 900 + b"<?xml encoding='x'", b"<meta " * 30_000])
def test_a_body_that_begins_with_blanks(body: bytes) -> None:
    for kind in ("feed", "arxiv", "html"):
        source = any_source(kind)
        assert isinstance(PARSERS[kind].parse(body, "", source), Unreadable)


def defined(abstract: str) -> dict[str, list[str]]:
    paper = Paper(id=1, key="x:1", title="Trees", abstract=abstract, first_seen=datetime(2026, 3, 10, tzinfo=UTC))
    return {short: list(longs) for short, longs in meanings([document_of(paper)]).items()}


@pytest.mark.parametrize("unit", ["a-", "a ", "-", "A", "(AB) ", "a (", "é-", "a-b "])
def test_abstracts_that_define_nothing(unit: str) -> None:
    text = unit * (50_000 // len(unit))
    assert defined(text) == {}
    assert "RAG" in defined(text + ". Retrieval augmented generation (RAG)")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("We use retrieval-augmented generation (RAG).", ["retrieval augmented generation"]),
        ("We use retrieval-augmented generation(RAGs)", ["retrieval augmented generation"]),
        (
            "one two three four five six seven retrieval of augmented generation (RAG)",
            ["retrieval of augmented generation"],
        ),
        ("3D-retrieval augmented generation (RAG)", ["retrieval augmented generation"]),
        ("(retrieval augmented generation (RAG))", ["retrieval augmented generation"]),
        ("Retrieval, augmented generation (RAG)", []),
        ("Retrieval augmented  generation (RAG)", []),
        ("Retrieval augmented generation  (RAG)", []),
        ("(RAG)", []),
    ],
)
def test_what_an_acronym_stands_for(text: str, expected: list[str]) -> None:
    assert defined(text).get("RAG", []) == expected


def test_advice_on_a_rule_of_one_long_word() -> None:
    papers = [
        document_of(
            Paper(id=n, key=f"k:{n}", title="Trees", first_seen=datetime(2026, 3, 1 + n % 20, tzinfo=UTC)),
        )
        for n in range(60)
    ]
    assert advise({"mine": compile_rule('"' + "a" * 900 + '!"')}, papers)


def read(folder: Path) -> Config:
    return load(folder / "config.yaml", env={}, check_url=problem_of, check_rule=compile_rule)


CONFIG = """\
timezone: UTC
receivers: {me: {url: "console://"}}
sources: {lab: {kind: feed, url: "https://l.example", every: %s}}
"""


@pytest.mark.parametrize(
    "every", ["1" * 100_000, "1" * 100_000 + "h", "1h" + " " * 100_000 + "x", "1" + " " * 100_000 + "h"]
)
def test_a_time_of_many_digits(tmp_path: Path, every: str) -> None:
    (tmp_path / "config.yaml").write_text(CONFIG % f"'{every}'")
    with pytest.raises(ConfigError) as caught:
        read(tmp_path)
    assert "more than 500 characters cannot stand here" in str(caught.value) and len(str(caught.value)) < 10_000


@pytest.mark.parametrize("every", ["90m", "1h 30m", "1h30m", " 1 h  30 m "])
def test_times_are_read_as_before(tmp_path: Path, every: str) -> None:
    (tmp_path / "config.yaml").write_text(CONFIG % f"'{every}'")
    assert read(tmp_path).sources["lab"].every == timedelta(minutes=90)


@pytest.mark.parametrize("unit", ["a", "a1", "1.a", "a:", "a://", "+"])
def test_a_broken_file_with_a_long_line(tmp_path: Path, unit: str) -> None:
    (tmp_path / "config.yaml").write_text("y: : z\n# " + unit * (200_000 // len(unit)) + "\n")
    with pytest.raises(ConfigError):
        read(tmp_path)
