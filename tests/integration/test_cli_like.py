"""``watcher like``: what the stored papers have that is like some others."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from tests.integration.conftest import Database
from tests.likes import SUBJECTS, entries_of
from watcher.cli import main
from watcher.store import open_store

NOW = datetime(2026, 3, 11, 8, 0, tzinfo=UTC)


@pytest.fixture
def env(tmp_path: Path, database: Database, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """A state folder with papers of some subjects in its database."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "config.yaml").write_text(f"timezone: UTC\n{database.line}")
    with open_store(database.address, mode="create") as store, store.transaction() as tx:
        for subject in SUBJECTS:
            tx.papers.record_entries(entries_of(subject, 12), "list", NOW)
    return {"STATE_DIRECTORY": str(tmp_path / "state"), "HOME": str(tmp_path)}


def test_json_has_every_paper_but_the_liked_ones_closest_first(
    env: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["like", "2603.00001", "2603.00002", "2603.00003", "--json"], env) == 0
    found = json.loads(capsys.readouterr().out)

    assert len(found) == 12 * len(SUBJECTS) - 3
    assert {one["key"] for one in found[:6]} <= {f"arxiv:2603.{n:05}" for n in range(4, 13)}
    scores = [one["score"] for one in found]
    assert scores == sorted(scores, reverse=True)
    assert scores[2] >= 0.5 > scores[9]
    assert found[0]["because"]["papers"][0]["key"] in ("arxiv:2603.00001", "arxiv:2603.00002", "arxiv:2603.00003")
    assert found[0]["because"]["words"] and found[-1]["because"] is None
    assert main(["like", "2603.00001", "--json", "--since", str(date(2026, 3, 5))], env) == 0
    assert {one["listings"][0]["date"] for one in json.loads(capsys.readouterr().out)} == {"2026-03-05"}


def test_a_file_is_read_with_its_own_texts_and_its_mistakes_are_named(
    env: dict[str, str], capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "refs.bib").write_text(
        "@misc{a, title={Kiln glaze and clay firing}, abstract={Slip casting, stoneware body, kiln glaze.}}\n"
        "@misc{b, eprint={2603.00001}}\n@misc{c}\n@misc{d, year=1999}\n"
    )
    assert main(["like", "--file", "refs.bib", "--limit", "2"], env) == 0
    out, err = capsys.readouterr()

    assert "compared 47 stored papers with 2 papers" in out
    assert out.count("because of “") == 2 and "“Kiln glaze and clay firing”" in out
    assert "refs.bib:4: warning: `d`: it has no title, arXiv id or DOI" in err
    assert max(map(len, out.splitlines())) <= 80


def test_a_file_may_be_named_as_ids_are_and_what_is_starred_is_a_library(
    env: dict[str, str], capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    unknown = "@misc{a, title={Kiln glaze and clay firing}, abstract={Slip casting.}, eprint={1901.00001}}"
    (tmp_path / "refs.bib").write_text(unknown)
    assert main(["like", "refs.bib", "2603.00001", "--since", "2026-03-02", "--json"], env) == 0
    found = json.loads(capsys.readouterr().out)
    assert {one["key"] for one in found[:3]} <= {f"arxiv:2603.{n:05}" for n in range(2, 13)}
    assert "Kiln glaze and clay firing" in {one["title"] for paper in found[:3] for one in paper["because"]["papers"]}

    for paper in ("2603.00001", "2603.00002"):
        assert main(["star", paper], env) == 0
    capsys.readouterr()
    assert main(["like", "--starred", "--json"], env) == 0
    starred = json.loads(capsys.readouterr().out)
    assert main(["like", "2603.00002", "2603.00001", "--json"], env) == 0
    assert [(one["key"], one["score"]) for one in starred] == [
        (one["key"], one["score"]) for one in json.loads(capsys.readouterr().out)
    ]


def test_papers_of_a_rule_say_in_json_which_words_matched(
    env: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["papers", "kiln* OR upvotes>=1", "--json"], env) == 0
    found = json.loads(capsys.readouterr().out)
    assert found and all({word.lower() for word in one["because"]["words"]} == {"kiln"} for one in found)
    assert main(["papers", "--json"], env) == 0
    assert all(one["because"] is None for one in json.loads(capsys.readouterr().out))


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([], "no paper to compare with: name ids, or a file such as refs.bib"),
        (["--starred"], "no paper is starred; `watcher star PAPER` stars one"),
        (["--starred", "--by", "ana"], "no paper is starred by ana; `watcher star PAPER` stars one"),
        (["--by", "ana", "2603.00001"], "--by says whose stars are meant: write --starred as well"),
        (["--file", "none.bib"], "none.bib cannot be read: No such file or directory"),
        (["--file", "empty.bib"], "no paper stands in empty.bib"),
        (["--file", "."], "cannot be read: a folder, not a file"),
        (["2603.99999"], "no stored paper or file is 2603.99999: no source has listed it yet, and it was not imported"),
        (["reffs.bib"], "no stored paper or file is called 'reffs.bib'"),
    ],
)
def test_what_names_no_paper_is_refused(
    words: list[str], said: str, env: dict[str, str], capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "empty.bib").write_text("% nothing yet\n")

    assert main(["like", *words], env) == 2
    assert said in capsys.readouterr().err


@pytest.mark.parametrize("command", ["like", "suggest"])
def test_ids_of_which_nothing_is_known_are_named(
    command: str, env: dict[str, str], capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "refs.txt").write_text("2603.00001\n2603.99999\n10.5555/nothing\n")
    assert main([command, "refs.txt"], env) == 0
    assert (
        "warning: of 2603.99999, 10.5555/nothing nothing is known until a source lists them;" in capsys.readouterr().err
    )

    (tmp_path / "refs.txt").write_text("2603.00001\n2603.00002\n")
    assert main([command, "refs.txt"], env) == 0
    assert capsys.readouterr().err == ""


def test_no_rule_is_suggested_that_only_the_librarys_own_paper_has(
    env: dict[str, str], capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "refs.txt").write_text("2603.00001\n2603.00002\n")
    assert main(["suggest", "refs.txt", "--json"], env) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["alike"] > 2 and min(one["alike"] for one in found["terms"]) >= 2


def test_rules_are_suggested_each_with_what_it_would_have_told(
    env: dict[str, str], capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "refs.txt").write_text("".join(f"2603.{n:05}\n" for n in range(1, 7)))
    assert main(["suggest", "refs.txt", "--json"], env) == 0
    found = json.loads(capsys.readouterr().out)
    together, terms = found["together"], found["terms"]

    assert (found["liked"], found["papers"]) == (6, 12 * len(SUBJECTS))
    assert 6 <= together["alike"] <= together["matched"] <= 14
    assert [one["f1"] for one in terms] == sorted((one["f1"] for one in terms), reverse=True)
    assert any(one["rule"].strip('"').lower() in KILN_WORDS for one in terms)
    assert main(["papers", together["rule"], "--json"], env) == 0
    assert len(json.loads(capsys.readouterr().out)) == together["matched"]
    assert main(["suggest", "refs.txt"], env) == 0
    out = capsys.readouterr().out
    assert together["rule"] in " ".join(out.split()) and "each term alone" in out
    assert max(map(len, out.splitlines())) <= 80


def test_show_names_similar_papers(env: dict[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["show", "2603.00001", "--json"], env) == 0
    similar = json.loads(capsys.readouterr().out)["similar"]
    assert similar and {one["key"] for one in similar} <= {f"arxiv:2603.{n:05}" for n in range(2, 13)}
    assert main(["show", "2603.00001"], env) == 0
    out = capsys.readouterr().out
    assert "Similar, of the newest 1,000 papers" in out
    assert similar[0]["key"].removeprefix("arxiv:") in out


KILN_WORDS = {text for phrase in SUBJECTS["kiln"] for text in (phrase, *phrase.split())}
