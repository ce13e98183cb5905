import json
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from tests.integration.conftest import Database
from watcher.cli import main
from watcher.model import Entry
from watcher.store import open_store

NOW = datetime(2026, 3, 11, 8, 0, tzinfo=UTC)
MONDAY, TUESDAY = date(2026, 3, 9), date(2026, 3, 10)
LANTERNS = Entry(
    title="Borrowed Lanterns for Quiet Agents",
    keys=("arxiv:2603.99001",),
    abstract="Agents that carry a lantern see what other agents miss.",
    authors=("Ada Brisk", "Júlia Holm"),
    arxiv_id="2603.99001",
    version=3,
    doi="10.5555/lantern",
    stage="published",
    retraction="10.5555/notice",
    url="https://example.org/papers/2603.99001",
    organization="Institute of Made-up Things",
    published=datetime(2026, 3, 1, 9, 30, tzinfo=UTC),
    listed=MONDAY,
    rank=2,
    upvotes=17,
    comments=3,
    submitter="pebble",
    summary="A word on lanterns.",
    note="9 pages",
    venue="Kiln Letters",
    keywords=("lanterns", "agents"),
    categories=("cs.MA",),
    code_url="https://example.org/code",
    project_url="https://example.org/project",
    thumbnail="https://example.org/thumbnail.png",
    author_ids=("orcid:0000-0002-1825-0097 Ada Lantern",),
    org_ids=("ror:03yrm5c26 Institute of Made-up Things",),
    cited_ids=("arxiv:2603.99003 Silent Kilns",),
)
KILNS = Entry(
    title="Noisy Kilns",
    keys=("arxiv:2603.99002",),
    abstract="Kilns are loud; an agent listens.",
    listed=TUESDAY,
    rank=1,
)


@pytest.fixture
def env(tmp_path: Path, database: Database, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """A state folder with two papers in its database, and no config."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "config.yaml").write_text(f"timezone: UTC\n{database.line}")
    with open_store(database.address, mode="create") as store, store.transaction() as tx:
        tx.papers.record_entries([LANTERNS], "monday-list", NOW)
        tx.papers.record_entries([KILNS], "tuesday-list", NOW)
    return {"STATE_DIRECTORY": str(tmp_path / "state"), "HOME": str(tmp_path)}


def shown(capsys: pytest.CaptureFixture[str]) -> list[dict[str, object]]:
    found: list[dict[str, object]] = json.loads(capsys.readouterr().out)
    return found


def titles(capsys: pytest.CaptureFixture[str]) -> list[object]:
    return [one["title"] for one in shown(capsys)]


def test_what_a_rule_matches_comes_best_first_unless_another_order_is_asked_for(
    env: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    found = {}
    for order in ("score", "day", "upvotes"):
        assert main(["papers", "agent", "--json", "--order", order], env) == 0
        found[order] = [(one["title"], one["score"]) for one in shown(capsys)]
    assert found["score"] == [(LANTERNS.title, 0.8379), (KILNS.title, 0.1591)]
    assert found["day"] == found["score"][::-1] and found["upvotes"] == found["score"]
    assert main(["papers", "agent", "--json", "--limit", "1"], env) == 0
    assert [one["title"] for one in shown(capsys)] == [LANTERNS.title]
    assert main(["papers", "--order", "score"], env) == 2
    assert "a score is that of a rule" in capsys.readouterr().err


def test_json_gives_every_field_back(env: dict[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["papers", "--json", "lantern*"], env) == 0
    assert shown(capsys) == [
        {
            "key": "arxiv:2603.99001",
            "title": LANTERNS.title,
            "abstract": LANTERNS.abstract,
            "authors": ["Ada Brisk", "Júlia Holm"],
            "arxiv_id": "2603.99001",
            "version": 3,
            "doi": "10.5555/lantern",
            "stage": "published",
            "retraction": "10.5555/notice",
            "url": LANTERNS.url,
            "organization": LANTERNS.organization,
            "published": "2026-03-01T09:30:00+00:00",
            "first_seen": "2026-03-11T08:00:00+00:00",
            "summary": LANTERNS.summary,
            "note": "9 pages",
            "venue": LANTERNS.venue,
            "keywords": ["lanterns", "agents"],
            "categories": ["cs.MA"],
            "submitter": "pebble",
            "code_url": LANTERNS.code_url,
            "project_url": LANTERNS.project_url,
            "thumbnail": LANTERNS.thumbnail,
            "author_ids": ["orcid:0000-0002-1825-0097 Ada Lantern"],
            "org_ids": ["ror:03yrm5c26 Institute of Made-up Things"],
            "cited_ids": ["arxiv:2603.99003 Silent Kilns"],
            "strength": "strong",
            "score": 0.8232,
            "because": {"papers": [], "words": ["Lanterns", "lantern"]},
            "listings": [
                {"source": "monday-list", "date": "2026-03-09", "rank": 2, "upvotes": 17, "comments": 3},
            ],
        }
    ]


def test_the_newest_digest_day_comes_first(env: dict[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["papers", "--json"], env) == 0
    found = shown(capsys)
    assert [one["title"] for one in found] == [KILNS.title, LANTERNS.title]
    assert [one["strength"] for one in found] == [None, None]


def test_a_query_says_how_strongly_it_matched(env: dict[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["papers", "--json", "agent"], env) == 0
    assert {one["title"]: one["strength"] for one in shown(capsys)} == {KILNS.title: "weak", LANTERNS.title: "strong"}


def test_words_need_no_quoting_for_the_shell(env: dict[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["papers", "agent", "NOT", "kiln", "--json"], env) == 0
    assert titles(capsys) == [LANTERNS.title]


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (["--since", "2026-03-10"], [KILNS.title]),
        (["--since", "2026-03-09"], [KILNS.title, LANTERNS.title]),
        (["--since", "999999d"], [KILNS.title, LANTERNS.title]),
        (["--since", "999999w"], [KILNS.title, LANTERNS.title]),
        (["--limit", "1"], [KILNS.title]),
        (["--limit", "0"], []),
        (["lantern", "--limit", "1"], [LANTERNS.title]),
    ],
)
def test_since_and_limit(
    env: dict[str, str], capsys: pytest.CaptureFixture[str], options: list[str], expected: list[str]
) -> None:
    assert main(["papers", "--json", *options], env) == 0
    assert titles(capsys) == expected


@pytest.mark.parametrize("since", ["yesterday", "7", "-7d", "2026-13-01", ""])
def test_a_since_that_is_no_day(env: dict[str, str], capsys: pytest.CaptureFixture[str], since: str) -> None:
    assert main(["papers", f"--since={since}"], env) == 2
    assert "is no day; write 7d, 2w or 20" in capsys.readouterr().err


def test_a_bad_query_is_shown_with_a_caret(env: dict[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["papers", 'agent "quiet'], env) == 2
    said = capsys.readouterr()
    assert said.out == ""
    lines = said.err.rstrip("\n").split("\n")
    assert lines[-2] == '  agent "quiet'
    assert lines[-1].startswith("        ^")


def test_without_a_terminal_columns_are_separated_by_tabs(
    env: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["papers", "agent"], env) == 0
    assert [line.split("\t") for line in capsys.readouterr().out.splitlines()] == [
        ["day", "upvotes", "sources", "venue", "match", "title", "paper", "link"],
        ["2026-03-09", "17", "monday-list", "Kiln Letters", "strong", LANTERNS.title, "2603.99001", LANTERNS.url],
        ["2026-03-10", "", "tuesday-list", "", "weak", KILNS.title, "2603.99002", "https://arxiv.org/abs/2603.99002"],
    ]


def test_nothing_found_is_said_beside_the_output(env: dict[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["papers", "walrus", "--since", "2026-03-01"], env) == 0
    said = capsys.readouterr()
    assert (said.out, said.err) == ("", "no paper matches since 2026-03-01\n")


def test_no_database_is_an_error_that_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["papers"], {"STATE_DIRECTORY": str(tmp_path), "HOME": str(tmp_path)}) == 1
    assert str(tmp_path / "watcher.db") in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_papers_are_printed_for_reference_managers(env: dict[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    def printed(*words: str) -> str:
        assert main([*words], env) == 0
        return capsys.readouterr().out

    assert printed("papers", "--format", "bibtex", "lantern*").startswith(
        "@article{brisk-2603.99001,\n"
        "  title = {Borrowed Lanterns for Quiet Agents},\n"
        "  author = {Brisk, Ada and Holm, J{\\'u}lia},\n"
        "  journal = {Kiln Letters},\n"
        "  year = {2026},\n  month = mar,\n  day = {1},\n"
        "  doi = {10.5555/lantern},\n  eprint = {2603.99001},\n"
    )
    assert printed("show", "2603.99001", "--format", "ris").startswith(
        "TY  - JOUR\r\nID  - brisk-2603.99001\r\nTI  - Borrowed Lanterns for Quiet Agents\r\n"
    )
    lines = printed("papers", "--format", "jsonl", "agent").splitlines()
    assert [json.loads(line) for line in lines] == json.loads(printed("papers", "--json", "agent"))
    assert len(printed("papers", "--format", "csv", "--limit", "1").splitlines()) == 2
    assert main(["papers", "--format", "csv", "--json"], env) == 2
    assert "choose one" in capsys.readouterr().err
