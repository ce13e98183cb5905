"""``cites:`` in sources and subscriptions: what it may name, and what is said of the rest."""

from __future__ import annotations

from pathlib import Path

import pytest

from watcher.config import Config, load
from watcher.errors import ConfigError
from watcher.notify import problem_of
from watcher.parsers.openalex.keys import cited_papers
from watcher.rules import compile_rule

BIB = "@misc{a, title={A}, eprint={2601.00001}, doi={10.5555/a}}\n@misc{b, title={B}, doi={10.5555/b(1)}}\n"


def read(folder: Path, source: str, *subscriptions: str) -> Config:
    (folder / "refs.bib").write_text(BIB, "utf-8")
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
