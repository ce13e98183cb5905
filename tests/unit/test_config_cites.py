"""``cites:`` in sources and subscriptions: what it may name, and what is said of the rest."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from tests.parsers import literature
from tests.unit.messages import paper
from watcher.config import Config, load
from watcher.errors import ConfigError
from watcher.model import Reading
from watcher.notify import problem_of
from watcher.parsers import PARSERS
from watcher.parsers.openalex.citing import asked_dois, questions
from watcher.parsers.openalex.keys import cited_papers
from watcher.rules import compile_rule, document_of, evaluate

ODD = '@misc{a, doi={10.5555/a,b}}\n@misc{b, doi={10.5555/%s}}\n@misc{c, doi={10.5555/a"b}}\n' % ("x" * 250)
"""References by which OpenAlex cannot be asked."""

BIB = "@misc{a, title={A}, eprint={2601.00001}, doi={10.5555/a}}\n@misc{b, title={B}, doi={10.5555/b(1)}}\n"


def read(folder: Path, source: str, *subscriptions: str) -> Config:
    (folder / "refs.bib").write_text(BIB, "utf-8")
    (folder / "odd.bib").write_text(ODD + BIB, "utf-8")
    (folder / "untold.bib").write_text("@misc{c, title={C}}\n", "utf-8")
    lines = [f"  - {{name: s{n}, to: [me], {one}}}" for n, one in enumerate(subscriptions)]
    text = [
        "timezone: UTC",
        "operator: [me]",
        'receivers: {me: {url: "console://"}}',
        f"sources: {{c: {{kind: openalex, {source}}}}}",
    ]
    (folder / "c.yaml").write_text("\n".join([*text, "subscriptions:", *lines]) + "\n", "utf-8")
    return load(folder / "c.yaml", env={}, check_url=problem_of, check_rule=compile_rule)


def said(config: Config) -> list[str]:
    return [f"{one.what}; {one.hint} [{one.name}]" for one in config.problems]


def test_files_and_ids_become_keys_and_rules(tmp_path: Path) -> None:
    config = read(tmp_path, "cites: [refs.bib, 2601.00009v2]", "cites: refs.bib", "cites: 2601.00009, none: [survey]")
    assert cited_papers(config.sources["c"]) == (
        "arxiv:2601.00001",
        "doi:10.5555/a",
        "doi:10.5555/b(1)",
        "arxiv:2601.00009",
    )
    rules = [one.rule for one in config.subscriptions]
    assert rules[0] == 'cites:arxiv:2601.00001 OR cites:doi:10.5555/a OR cites:"doi:10.5555/b(1)"'
    assert rules[1] == '(NOT "survey") AND (cites:arxiv:2601.00009)'
    assert said(config) == [] and config.sources["c"].every.days == 1


def test_what_is_left_out_is_said(tmp_path: Path) -> None:
    config = read(tmp_path, "cites: [refs.bib, untold.bib]", "cites: [2601.00007, refs.bib]")
    hint = "name them in a source, too: sources: {citing: {kind: openalex, cites: […]}}"
    assert said(config) == [
        "untold.bib: 1 of 1 papers have no arXiv id and no DOI; add eprint or doi to their entries [cited-without-id]",
        f"no source asks who cites arxiv:2601.00007; {hint} [citations-not-asked]",
    ]


def test_an_odd_reference_in_a_file_is_left_out_and_named(tmp_path: Path) -> None:
    config = read(tmp_path, "cites: [odd.bib]", "cites: odd.bib")
    assert cited_papers(config.sources["c"]) == ("arxiv:2601.00001", "doi:10.5555/a", "doi:10.5555/b(1)")
    assert [one.name for one in config.problems] == ["cited-without-id"] * 2
    said_of_one = "odd.bib: 3 of 5 papers have no arXiv id and no DOI that OpenAlex can be asked for (doi:10.5555/a,b"
    assert config.problems[0].what.startswith(said_of_one)


@pytest.mark.parametrize(
    "doi", ["10.5555/a+b", "10.5555/a&b", "10.5555/a#b", "10.5555/a%2fb", "10.5555/(ab)1:2<3>4;5*6[7]"]
)
def test_a_doi_with_odd_signs_is_asked_for_and_matched(tmp_path: Path, doi: str) -> None:
    config = read(tmp_path, f"cites: ['doi:{doi}']", f"cites: ['doi:{doi}']")
    (question,) = PARSERS["openalex"].starts(config.sources["c"], date(2026, 3, 9))
    answer = literature.openalex(
        [{"id": "https://openalex.org/W71", "doi": f"https://doi.org/{doi}"}], total=1, cursor=None
    )
    reading = PARSERS["openalex"].parse(answer, question, config.sources["c"])
    assert isinstance(reading, Reading) and reading.works == ((f"doi:{doi}", "openalex:w71", ""),)
    rule = compile_rule(config.subscriptions[0].rule)
    assert evaluate(rule, document_of(paper(title="Kites", cited_ids=(f"doi:{doi} Kilns",))))


def test_a_preprint_is_one_by_its_id_and_by_its_doi(tmp_path: Path) -> None:
    config = read(tmp_path, "cites: [2403.00009]", "cites: ['doi:10.48550/arXiv.2403.00009']")
    assert config.subscriptions[0].rule == "cites:arxiv:2403.00009" and said(config) == []


def test_no_question_is_longer_than_openalex_reads() -> None:
    keys = [f"doi:10.5555/(sici){n:04}<{'long' * 20}>" for n in range(120)]
    asked = list(questions(keys, None))
    assert max(map(len, asked)) < 4_000
    assert [f"doi:{doi}" for url in asked for doi in asked_dois(url)] == keys


@pytest.mark.parametrize(
    ("source", "subscription", "what"),
    [
        (
            "cites: [refs.bib], author: 0000-0002-1825-0097",
            "cites: refs.bib",
            "beside `cites` it is not read: `author`",
        ),
        ("cites: [gone.bib]", "rule: kite", "`gone.bib` is no arXiv id, no DOI and no file"),
        ("cites: ['doi:10.5555/a,b']", "rule: kite", "has a sign that OpenAlex cannot be asked for"),
        ("cites: [untold.bib]", "rule: kite", "an openalex source needs something to ask for"),
        ("cites: [refs.bib]", "cites: untold.bib", "no paper with an arXiv id or DOI is named"),
        ("cites: [refs.bib]", "cites: refs.bib, rule: (", "expected a closing parenthesis"),
        ("cites: [refs.bib]", "cites: many.txt", "these are 600 ids, and a subscription has 500 at most"),
    ],
)
def test_what_cannot_be_is_refused(tmp_path: Path, source: str, subscription: str, what: str) -> None:
    (tmp_path / "many.txt").write_text("".join(f"10.5555/many.{n}\n" for n in range(600)), "utf-8")
    with pytest.raises(ConfigError) as error:
        read(tmp_path, source, subscription)
    assert what in str(error.value)
