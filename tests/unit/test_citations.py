"""Papers in the formats of reference managers: read back by others' readers, whatever strangers write."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.unit.citing import (
    NASTY_AUTHORS,
    NASTY_TITLES,
    decoded,
    full_name,
    hard_papers,
    read_bibtex,
    rispy,
    said,
    written_as,
)
from tests.unit.csl_schema import mistakes_in
from tests.unit.messages import paper
from watcher.citations.bibtex import bibtex_fields
from watcher.citations.formats import FORMATS
from watcher.citations.formulas import is_settable
from watcher.citations.keys import citation_key
from watcher.citations.names import AuthorName, author_name
from watcher.citations.reference import WorkKind, kind_of_work, reference_of
from watcher.citations.spreadsheet import COLUMNS
from watcher.citations.tex import tex_title
from watcher.model import Paper
from watcher.render.clean import squeeze
from watcher.render.readable import readable


def as_read(text: str) -> str:
    """What a text says once its formulas are read."""
    return said(readable(text))


@given(st.lists(hard_papers(), max_size=4))
@example([paper(n, title=title, abstract=title, authors=NASTY_AUTHORS) for n, title in enumerate(NASTY_TITLES)])
def test_bibtex_is_read_back_whole(papers: list[Paper]) -> None:
    found = read_bibtex(written_as("bibtex", *{citation_key(one): one for one in papers}.values()))
    assert {one["key"] for one in found} == {citation_key(one) for one in papers}
    by_key = {citation_key(one): one for one in papers}
    for entry in found:
        stored = by_key[entry["key"]]
        assert as_read(decoded(entry.get("title", ""))) == as_read(readable(squeeze(stored.title).strip()))
        assert as_read(decoded(entry.get("abstract", ""))) == as_read(readable(reference_of(stored).abstract))
        wanted = [name.full for name in reference_of(stored).authors]
        assert [said(full_name(one)) for one in entry.get("author", [])] == [said(name) for name in wanted]
        assert entry.get("eprint") == stored.arxiv_id
        assert (entry["year"], int(entry["day"])) == (str(reference_of(stored).day.year), reference_of(stored).day.day)


@given(hard_papers())
def test_every_field_of_bibtex_is_balanced_and_one_line(one: Paper) -> None:
    for value in bibtex_fields(reference_of(one)).values():
        depth = 0
        for sign in value:
            depth += (sign == "{") - (sign == "}")
            assert depth >= 0
        assert depth == 0 and "\n" not in value


@given(st.lists(hard_papers(), max_size=4))
def test_ris_is_read_back_whole(papers: list[Paper]) -> None:
    found = rispy.loads(written_as("ris", *papers))
    assert len(found) == len(papers)
    for record, stored in zip(found, papers, strict=True):
        reference = reference_of(stored)
        assert record.get("title", "") == reference.plain_title
        assert record.get("accession_number", "").removeprefix("arXiv:") == reference.arxiv_id
        assert record.get("doi", "") == reference.doi
        assert record["date"] == reference.day.isoformat().replace("-", "/")
        assert [said(one.replace(",", "")) for one in record.get("authors", [])] == [
            said(f"{one.particle} {one.family} {one.given} {one.suffix}".replace(",", "")) for one in reference.authors
        ]


@given(st.lists(hard_papers(), max_size=4))
def test_a_table_is_read_back_whole_and_computes_nothing(papers: list[Paper]) -> None:
    rows = list(csv.reader(io.StringIO(written_as("csv", *papers), newline="")))
    assert tuple(rows[0]) == COLUMNS and len(rows) == len(papers) + 1
    assert not [
        cell for row in rows for cell in row if cell.lstrip(" ")[:1] in tuple("=+-@\t\r\n＝＋－＠")[:] and cell.strip()
    ]
    for row, stored in zip(rows[1:], papers, strict=True):
        cells = dict(zip(COLUMNS, (cell.removeprefix("'") for cell in row), strict=True))
        assert (cells["title"], cells["abstract"]) == (reference_of(stored).title, reference_of(stored).abstract)
        assert (cells["key"], cells["doi"]) == (stored.key, stored.doi or "")


@given(st.lists(hard_papers(), max_size=4))
def test_json_lines_and_csl_are_json(papers: list[Paper]) -> None:
    lines = [json.loads(line) for line in written_as("jsonl", *papers).split("\n")[:-1]]
    assert [one["title"] for one in lines] == [one.title for one in papers]
    items = json.loads(written_as("csl", *papers))
    assert [one["id"] for one in items] == [citation_key(one) for one in papers]
    days = [reference_of(one).day for one in papers]
    assert [one["issued"]["date-parts"] for one in items] == [[[day.year, day.month, day.day]] for day in days]


@given(hard_papers())
def test_a_csl_item_has_the_names_and_forms_of_the_schema(one: Paper) -> None:
    items = json.loads(written_as("csl", one))
    assert mistakes_in(items) == []
    assert all(value != "" for value in items[0].values())


GOOD: dict[str, Any] = {
    "id": "a",
    "type": "article",
    "title": "Kilns",
    "author": [{"family": "Fern", "given": "Ada"}, {"literal": "Kiln Group"}],
    "issued": {"date-parts": [[2026, 3, 9]]},
    "volume": 7,
}


@pytest.mark.parametrize(
    "spoilt",
    [
        {"id": ""},
        {"type": "preprint"},
        {"Title": "Kilns"},
        {"title": None},
        {"volume": 7.5},
        {"author": [{"name": "Ada Fern"}]},
        {"author": [{"given": "Ada"}]},
        {"author": ["Ada Fern"]},
        {"issued": "2026-03-09"},
        {"issued": {"date-parts": [["2026", 3, 9, 1]]}},
    ],
)
def test_what_is_no_csl_is_noticed(spoilt: dict[str, Any]) -> None:
    assert mistakes_in([GOOD]) == []
    assert len(mistakes_in([GOOD, GOOD | spoilt])) == 1


def test_a_list_in_markdown_shows_what_was_written() -> None:
    shown = written_as("markdown", paper(title="*Kilns* [x](javascript:alert(1)) <b>", authors=("Ada Fern", "Bo Moss")))
    assert shown.startswith(
        "- **[\\*Kilns\\* \\[x\\](javascript:alert(1)) \\<b\\>](https://papers.example/2603.00001)**\\\n"
        "  Ada Fern, Bo Moss\\\n  2026-03-09 · [arXiv:2603.00001](https://arxiv.org/abs/2603.00001)\n\n  Small trees"
    )


def test_nothing_at_all_is_still_a_file_of_its_format() -> None:
    assert {name: written_as(name) for name in FORMATS} == {
        "bibtex": "", "ris": "", "csl": "[]\n", "markdown": "", "jsonl": "",
        "csv": ",".join(f'"{name}"' for name in COLUMNS) + "\r\n",
    }  # fmt: skip


def test_a_key_stays_whatever_else_is_listed_and_whatever_a_new_version_changes() -> None:
    known = paper(authors=("Łukasz von Ängström", "Bo Moss"))
    changed = paper(
        title="Another Title",
        version=2,
        abstract="",
        authors=known.authors[:1],
        published=datetime(2024, 1, 1, tzinfo=UTC),
    )
    assert citation_key(known) == citation_key(changed) == "angstrom-2603.00001"
    assert citation_key(paper(arxiv_id="hep-th/9901001", authors=())) == "paper-hep-th-9901001"
    assert citation_key(paper(authors=("王小明",))) == "paper-2603.00001"
    one, other = (paper(arxiv_id=None, doi=doi) for doi in ("10.5555/a", "10.5555/b"))
    assert citation_key(one) != citation_key(other)
    assert citation_key(one) == citation_key(paper(2, arxiv_id=None, doi="10.5555/A", key="url:x"))


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("Ada Fern", AuthorName("Fern", "Ada")),
        ("Ada van der Brisk", AuthorName("Brisk", "Ada", "van der")),
        ("van der Brisk, Ada", AuthorName("Brisk", "Ada", "van der")),
        ("John Fern Jr.", AuthorName("Fern", "John", suffix="Jr.")),
        ("Fern, Jr., John", AuthorName("Fern", "John", suffix="Jr.")),
        ("Fern, John, III", AuthorName("Fern", "John", suffix="III")),
        ("bell moss", AuthorName("moss", "bell")),
        ("Garcia Moss, Ana", AuthorName("Garcia Moss", "Ana")),
        ("Plato", AuthorName("Plato", is_whole=True)),
        ("KILN Collaboration", AuthorName("KILN Collaboration", is_whole=True)),
        ("Moss and Sons", AuthorName("Moss and Sons", is_whole=True)),
        ("Pots, Kilns, Clay, Fire", AuthorName("Pots, Kilns, Clay, Fire", is_whole=True)),
        ("Kilns4All", AuthorName("Kilns4All", is_whole=True)),
    ],
)  # fmt: skip
def test_a_name_has_its_parts(text: str, parts: AuthorName) -> None:
    assert author_name(text) == parts


@pytest.mark.parametrize(
    ("facts", "kind"),
    [
        ({}, WorkKind.PREPRINT),
        ({"doi": "10.48550/arXiv.2603.00001"}, WorkKind.PREPRINT),
        ({"arxiv_id": None, "doi": "10.1101/2026.01.01.1"}, WorkKind.PREPRINT),
        ({"arxiv_id": None, "doi": "10.1038/s1"}, WorkKind.ARTICLE),
        ({"venue": "Journal of Kilns"}, WorkKind.ARTICLE),
        ({"venue": "Proceedings of the National Academy of Pots"}, WorkKind.ARTICLE),
        ({"venue": "Proceedings of the 9th Conference on Pots"}, WorkKind.CONFERENCE),
        ({"venue": "NeurIPS"}, WorkKind.CONFERENCE),
        ({"venue": "POTS 2026 workshop"}, WorkKind.CONFERENCE),
        ({"venue": "Clay"}, WorkKind.ARTICLE),
    ],
)  # fmt: skip
def test_what_sort_of_work_a_paper_is(facts: dict[str, Any], kind: WorkKind) -> None:
    assert kind_of_work(paper(**facts)) is kind


@pytest.mark.parametrize(
    ("title", "written"),
    [
        ("Attention for BERT and mRNA: A Survey", "Attention for {BERT} and {mRNA}: A Survey"),
        ("How kilns of Euler met Q-learning in clay", "How kilns of {Euler} met {Q-learning} in clay"),
        (r"$\alpha$-Kilns", r"{$\alpha$}-Kilns"),
        ("δ-Kilns of Gödel", r"{{\ensuremath{\delta}-Kilns}} of G{\"o}del"),
        ("Rates of 5% & $3, $4", r"Rates of 5\% \& \$3, \$4"),
        (r"\input{x $\input{x}$", r"\textbackslash{}input\ensuremath{\lbrace}x \textbackslash{}inputx"),
    ],
)  # fmt: skip
def test_a_title_in_tex(title: str, written: str) -> None:
    assert tex_title(title) == written


@pytest.mark.parametrize(
    "formula", [r"\alpha", "x_i^2", r"\frac{a}{b}", r"\mathbf{x}_{i+1}", "O(n \\log n)", r"\text{top-k}", "x'"]
)
def test_a_formula_that_latex_sets_is_kept(formula: str) -> None:
    assert is_settable(formula)


@pytest.mark.parametrize(
    "formula",
    [
        "", "x^a^b", "x_", "{a", "a}", r"\frac{a}", r"\input{x}", r"\def\x{}", "^", r"\text{a_b}", "a#b", "x^2'",
        "{" * 9 + "}" * 9, "\\", "日",
    ],
)  # fmt: skip
def test_a_formula_at_which_latex_would_stop_is_none(formula: str) -> None:
    assert not is_settable(formula)


def test_the_day_is_that_of_publication_else_of_the_announcement() -> None:
    assert reference_of(paper()).day == date(2026, 3, 9)
    assert reference_of(paper(published=datetime(2026, 1, 2, 23, tzinfo=UTC))).day == date(2026, 1, 2)
