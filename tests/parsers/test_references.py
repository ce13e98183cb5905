"""Files of references in every form: their papers, and warnings of all that cannot be read."""

from __future__ import annotations

import pytest

from watcher.model import LikedPaper
from watcher.parsers.references import MOST_PAPERS, ReferenceMistake, read_ids, read_library

KILN = LikedPaper(title="Quiet Kilns", keys=("arxiv:2601.00001",))

BIBTEX = r"""
% written by hand; mail me @home {about it}
@comment{jabref-meta: saveActions}
@preamble{"\newcommand{\x}{y}"}
@string{kiln = "Kiln Letters"}

@inproceedings{brisk26,
  title = {{Quiet} {K}ilns for Schr{\"o}dinger's $\alpha$-Agents},
  booktitle = kiln # " 2026",
  eprint = {2601.00001}, archivePrefix = {arXiv},
  abstract = {We fire 50\% more \emph{clay}, {nested {braces}} and "quotes" @ home.},
  keywords = {kilns, clay; ovens},
  month = jan, year = 2026
}
@article(holm, title = "A {"}loud{"} one", doi={https://doi.org/10.1000/ABC.1},
  journal={arXiv preprint arXiv:2602.00002v3})
@misc{nocomma, title={No comma behind it} url={https://arxiv.org/abs/2603.00003}}
@article{brisk26, title={The same key again}}
@online{caps, Title={Caps}, EPRINTTYPE={arxiv}, eprint={2605.00005v2}}
@misc{hal, title={Elsewhere}, archiveprefix={HAL}, eprint={2605.00006}}
@article{old, howpublished={\url{https://arxiv.org/abs/hep-th/9901001v2}}, note={arXiv:hep-th/9901001}}
@article{open,
  title={Never closed,
  year={2020}
}
@misc{empty, year = 1999}
@misc{after, title={After what is broken}}
"""

RIS = """TY  - JOUR
TI  - Quiet
  kilns
AB  - We fire clay.
KW  - clay
KW  - ovens
DO  - 10.1000/XYZ
UR  - https://arxiv.org/abs/2601.00001
ER  -

TY  - CONF
T1  - Loud kilns
N2  - We shout.
TY  - JOUR
TI  - No end
"""

CSL = """[
 {"id": "a", "title": "Quiet <i>kilns</i>", "abstract": "<jats:p>We fire clay.</jats:p>", "DOI": "10.1000/xyz"},
 {"id": "b", "URL": "https://arxiv.org/abs/2601.00002v2", "title": "Loud", "keyword": "clay, ovens"},
 {"id": "c"},
 7
]"""

IDS = """# mine
2601.00001v3   # the best
https://doi.org/10.1000/x, 10.48550/arXiv.2601.00009
arXiv:hep-th/9901001
a title of a paper
"""


def test_bibtex_as_people_and_programs_write_it() -> None:
    read = read_library(BIBTEX.encode())

    assert [(one.title, one.keys) for one in read.papers] == [
        ("Quiet Kilns for Schrödinger's α-Agents", ("arxiv:2601.00001",)),
        ('A "loud" one', ("arxiv:2602.00002", "doi:10.1000/abc.1")),
        ("No comma behind it", ("arxiv:2603.00003",)),
        ("The same key again", ()),
        ("Caps", ("arxiv:2605.00005",)),
        ("Elsewhere", ()),
        ("", ("arxiv:hep-th/9901001",)),
        ("After what is broken", ()),
    ]
    assert read.papers[0].abstract == 'We fire 50% more clay, nested braces and "quotes" @ home.'
    assert read.papers[0].keywords == ("kilns", "clay", "ovens")
    assert [(one.line, one.entry, one.what) for one in read.mistakes] == [
        (25, "open", "it is not closed"),
        (26, "empty", "it has no title, arXiv id or DOI"),
    ]


@pytest.mark.parametrize(
    ("text", "mistake"),
    [
        ("@article{x, title={a", (1, "x", "a brace is not closed", "write } where the value ends")),
        ('\n@article{x, title="a}', (2, "x", "a quotation mark is not closed", 'write " where the value ends')),
        ("@article{x, title=}", (1, "x", "a field has no value", "write name = {value},")),
        ("@misc{a b}", (1, "", "its key is missing", "write @misc{some-key, title = {…}}")),
        ("[\n3 4]", (2, "", "this is no JSON: Expecting ',' delimiter", "export the file again")),
        ('{"items": 3}', (1, "", "this JSON has no items", 'write [{"title": "…", "DOI": "…"}]')),
        ("[" * 100_000, (1, "", "this JSON is nested too deeply", "export the library as CSL JSON again")),
        ("TI  - a\nTY  - B", (1, "", "a reference begins without TY", "write TY  - JOUR before it")),
        ("\0\1", (1, "", "this is no text", "export the library as BibTeX, RIS or CSL JSON")),
    ],
)
def test_what_is_wrong_is_named_with_its_line_and_what_to_write(text: str, mistake: tuple[int, str, str, str]) -> None:
    assert ReferenceMistake(*mistake) in read_library(text.encode()).mistakes


@pytest.mark.parametrize("data", [RIS.encode(), RIS.replace("\n", "\r\n").encode("utf-16")])
def test_ris(data: bytes) -> None:
    assert read_library(data).papers == (
        LikedPaper(
            title="Quiet kilns",
            abstract="We fire clay.",
            keywords=("clay", "ovens"),
            keys=("arxiv:2601.00001", "doi:10.1000/xyz"),
        ),
        LikedPaper(title="Loud kilns", abstract="We shout."),
        LikedPaper(title="No end"),
    )


def test_csl_json() -> None:
    read = read_library(CSL.encode())

    assert read.papers == (
        LikedPaper(title="Quiet kilns", abstract="We fire clay.", keys=("doi:10.1000/xyz",)),
        LikedPaper(title="Loud", keywords=("clay", "ovens"), keys=("arxiv:2601.00002",)),
    )
    assert [(one.line, one.entry) for one in read.mistakes] == [(4, "c"), (1, "item 4")]


def test_ids_in_a_file_and_in_a_list() -> None:
    keys = [("arxiv:2601.00001",), ("doi:10.1000/x",), ("arxiv:2601.00009", "doi:10.48550/arxiv.2601.00009")]
    read = read_library(IDS.encode())

    assert [one.keys for one in read.papers] == [*keys, ("arxiv:hep-th/9901001",)]
    assert [(one.line, one.what) for one in read.mistakes] == [(5, "'a' is no arXiv id and no DOI")]
    assert read_ids(["2601.00001", "2601.00001v2", "kilns"]).papers == (LikedPaper(keys=("arxiv:2601.00001",)),)
    assert read_ids(["2601.00001", "kilns"]).mistakes[0].line == 2


def test_a_library_is_bounded_and_a_paper_counts_once() -> None:
    one = "@misc{x, title={Quiet Kilns}, eprint={2601.00001}}\n"
    many = "".join(f"@misc{{k{n}, title={{Kiln {n}}}}}\n" for n in range(MOST_PAPERS + 2))

    assert read_library((one * 3).encode()).papers == (KILN,)
    assert len(read_library(many.encode()).papers) == MOST_PAPERS
    assert read_library(many.encode()).mistakes[0].line == MOST_PAPERS + 1
    assert read_library(b"") == read_library(b"  \n% nothing\n").__class__()


@pytest.mark.parametrize(
    "piece",
    [
        *("@a{x,t={", "\n@a{x,t={\n", "@a{x,t={b}", "\n@a{x t={b}", '\n@a{x,t="' + "{" * 9, "TY  - \n"),
        *("@ a{x,t={\n", "@a\n{ x ,t={\n", "@string{a={\n", "@string{a=b#{\n", "\n", " \n"),
    ],
)
def test_reading_takes_no_more_than_a_moment_for_a_megabyte(piece: str) -> None:
    read_library((piece * (1_000_000 // len(piece))).encode())


def test_ids_that_stand_otherwise_in_the_file_cost_no_time() -> None:
    """An id that is written as an escape cannot be found: not each of them is looked for to the end."""
    items = ",\n".join(['{"id": "\\u0061"}'] * 50_000)
    assert len(read_library(f"[{items}]".encode()).mistakes) == 50_000
