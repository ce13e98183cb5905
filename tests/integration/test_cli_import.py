"""``watcher import`` on files of every form."""

from __future__ import annotations

import gzip
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.parsers.feeds import arxiv_api, arxiv_list, arxiv_rss, json_feed, rss
from tests.parsers.pages import api_page, sample_papers
from watcher.cli import main

PAPERS = sample_papers(3)
CONFIG = """\
timezone: UTC
receivers: {me: {url: "console://"}}
sources:
  arxiv: {kind: arxiv, categories: [cs.XX]}
  blog: {kind: feed, url: "https://blog.example/feed"}
subscriptions:
  - {name: parts, rule: part, to: [me]}
"""


@pytest.fixture
def env(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "config.yaml").write_text(CONFIG)
    return {"STATE_DIRECTORY": str(tmp_path / "state"), "HOME": str(tmp_path)}


def lines(n: int, seed: int) -> bytes:
    papers = sample_papers(n, seed)
    return "".join(
        json.dumps({"first_listed": "2024-01-02", "arxiv_id": one["id"], "title": one["title"], "abstract": "x"}) + "\n"
        for one in papers
    ).encode()


def listed(env: dict[str, str], capsys: pytest.CaptureFixture[str], rule: str) -> list[dict[str, object]]:
    assert main(["papers", rule, "--json"], env) == 0
    found: list[dict[str, object]] = json.loads(capsys.readouterr().out)
    return found


def test_files_of_every_form(env: dict[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    bodies = {
        "new.rss": arxiv_rss(PAPERS),
        "search.atom": arxiv_api(PAPERS),
        "list.html": arxiv_list({"New submissions": PAPERS}),
        "list.html.gz": gzip.compress(arxiv_list({"Cross-lists": PAPERS})),
        "blog.xml": rss(["<title>Pebbles, part 9</title><link>/9</link>"]),
        "blog.json": json_feed([{"id": "9", "url": "https://lab.example/9", "title": "Pebbles, part 9"}]),
        "corpus.jsonl.gz": gzip.compress(lines(1_200, seed=7)),
    }
    for name, body in bodies.items():
        (tmp_path / name).write_bytes(body)
    assert main(["import", "--no-tell", *bodies], env) == 0
    assert capsys.readouterr().out == "stored 1204; matched 1204: 0 told now, 1204 left untold (--tell)\n"
    (known,) = listed(env, capsys, f"id:{PAPERS[0]['id']}")
    assert known["title"] == PAPERS[0]["title"]
    (blog,) = listed(env, capsys, 'title:"pebbles part 9"')
    assert blog["url"] == "https://lab.example/9"


def test_what_is_cut_is_stored_as_far_as_it_is_whole_and_named(
    env: dict[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    body = arxiv_rss(PAPERS)
    (tmp_path / "cut.rss").write_bytes(body[: body.index(PAPERS[2]["title"].encode())])
    (tmp_path / "bad.jsonl").write_bytes(lines(2, seed=5) + b"{}\n" + lines(2, seed=6))
    (tmp_path / "page.html").write_bytes(b"<!doctype html><html><title>My cats</title></html>")
    assert main(["import", "--no-tell", "cut.rss", "bad.jsonl", "page.html"], env) == 1
    out, err = capsys.readouterr()
    assert out == "stored 4; matched 4: 0 told now, 4 left untold (--tell)\n"
    cut, bad, page = err.splitlines()
    assert cut == "cut.rss: the page is cut off after 2 whole entries"
    assert bad == 'bad.jsonl: line 3: arxiv_id is missing: write "arxiv_id": "2601.00001"'
    assert page.startswith("page.html: ") and 'titled "My cats"' in page


def test_keys_that_are_not_read_are_named_with_what_to_write(
    env: dict[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    row = {"date": "2024-01-02", "arxiv_id": "2401.00001", "title": "A part", "abstract": "x", "lab": "y", "Votes": 3}
    other = {"id": "2401.00002", "title": "A part", "abstract": "x"}
    (tmp_path / "dated.jsonl").write_text(json.dumps(row) + "\n")
    (tmp_path / "other.jsonl").write_text(json.dumps(other) + "\n" + json.dumps(other) + "\n")
    assert main(["import", "dated.jsonl"], env) == 0
    said = capsys.readouterr().err
    assert said == (
        "dated.jsonl: warning: not read: `date`, `lab`, `Votes`; write first_listed for `date`; write upvotes for "
        "`Votes`; read are arxiv_id, title, abstract, first_listed, upvotes\n"
    )
    assert main(["import", "other.jsonl"], env) == 1
    assert capsys.readouterr().err == (
        'other.jsonl: line 1: arxiv_id is missing: write "arxiv_id": "2601.00001"; write arxiv_id for `id`\n'
    )


def test_what_is_held_is_not_called_told_and_the_counts_add_up(
    env: dict[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    later = f"weekly on {datetime.now(UTC) + timedelta(days=3):%a} at 08:00".lower()
    (tmp_path / "config.yaml").write_text(f"""
timezone: UTC
receivers: {{me: {{url: "console://"}}}}
subscriptions:
  - {{name: parts, rule: part, to: [me], when: {later}}}
""")
    today = str(datetime.now(UTC).date()).encode()
    (tmp_path / "recent.jsonl").write_bytes(lines(5, seed=1).replace(b"2024-01-02", today))
    (tmp_path / "old.jsonl").write_bytes(lines(4, seed=2))
    (tmp_path / "undated.jsonl").write_bytes(lines(1, seed=3).replace(b'"first_listed": "2024-01-02", ', b""))

    def said(*args: str) -> str:
        assert main(["import", *args], env) == 0
        return capsys.readouterr().out.splitlines()[-1]

    files = ("recent.jsonl", "old.jsonl", "undated.jsonl")
    rest = "4 older (--tell), 1 undated (--tell)"
    assert said(*files) == f"stored 10; matched 10: 0 told now, 5 wait for their time, {rest}"
    assert said(*files) == f"stored 0; matched 10: 0 told now, 5 wait for their time, {rest}"
    assert main(["once", "--flush"], env) == 0
    capsys.readouterr()
    assert said(*files) == f"stored 0; matched 10: 0 told now, 5 told before, {rest}"
    assert said("--tell", *files) == "stored 0; matched 10: 5 told now, 5 told before"
    assert said(*files) == "stored 0; matched 10: 0 told now, 10 told before"
    (tmp_path / "none.jsonl").write_bytes(lines(1, seed=4).replace(b"Part", b"Piece"))
    assert said("none.jsonl") == "stored 1; matched 0"


def test_what_became_of_a_told_paper_is_told_only_where_that_is_asked_for(
    env: dict[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A file that names the code first takes the news from the sources: it must not be lost with ``--no-tell``."""
    (tmp_path / "config.yaml").write_text(CONFIG.replace("to: [me]", "to: [me], on: [code]"))
    shown, day = sample_papers(1, seed=3), datetime.now(UTC).date()
    (tmp_path / "day.json").write_bytes(api_page([shown[0] | {"code_url": None}], day))
    (tmp_path / "next.json").write_bytes(api_page(shown, day))
    assert main(["import", "--tell", "day.json"], env) == 0
    assert "1 told now" in capsys.readouterr().out
    assert main(["import", "--no-tell", "next.json"], env) == 0
    assert "with code" not in capsys.readouterr().out
    for told in (True, False):
        assert main(["import", "--tell", "next.json"], env) == 0
        assert ("now with code" in capsys.readouterr().out) is told
