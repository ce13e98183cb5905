"""``watcher once --source NAME --since DAY``, from a real server: days that lie too far back to be read unasked."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest

from tests.integration.conftest import Database
from tests.integration.outages import weekdays
from tests.integration.sites import Site, say, serving
from tests.parsers.pages import make_page, sample_papers
from watcher.cli import main

FIRST, LAST = date(2025, 1, 6), date(2025, 4, 30)
DAYS = weekdays(FIRST, LAST)
BEFORE, AFTER = DAYS[:3], DAYS[3:]
LOST = AFTER[:-60]

Run = Callable[..., tuple[int, str]]


@pytest.fixture
def site() -> Iterator[Site]:
    with serving() as site:
        yield site


def publish(site: Site, days: list[date]) -> None:
    for n, day in enumerate(days):
        papers = [{**one, "id": f"2501.{day.toordinal() % 90000:05}"} for one in sample_papers(1, seed=n)]
        after = days[n + 1] if n + 1 < len(days) else None
        page = say(body=make_page(day, papers, days[n - 1] if n else None, after))
        site.answers[f"/papers/date/{day}"] = page
    site.answers["/papers"] = say("302 Found", Location=f"/papers/date/{days[-1]}")


@pytest.fixture
def run(
    site: Site, tmp_path: Path, database: Database, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Run:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "config.yaml").write_text(
        f"""\
timezone: UTC
operator: [me]
{database.line}
sources:
  hf: {{kind: huggingface, url: "{site.url}/papers"}}
  lab: {{kind: feed, url: "{site.url}/feed.xml"}}
receivers:
  me: {{url: "console://"}}
subscriptions:
  - {{name: parts, rule: part, to: [me]}}
"""
    )
    env = {"STATE_DIRECTORY": str(tmp_path / "state"), "HOME": str(tmp_path)}

    def run(*args: str) -> tuple[int, str]:
        status = main(list(args), env)
        captured = capsys.readouterr()
        return status, captured.out + captured.err

    return run


def test_what_status_names_is_read_and_told(site: Site, run: Run) -> None:
    publish(site, BEFORE)
    assert run("once", "--source", "hf")[0] == 0
    publish(site, DAYS)
    status, said = run("once", "--source", "hf")
    assert status == 0 and f"hf: new, {len(AFTER) - len(LOST)} new papers" in said
    what = f"the digest days {LOST[0]} to {LOST[-1]} were not read whole"
    command = f"watcher once --source hf --since {LOST[0]}"
    assert f"hf: {what}" in " ".join(said.split())
    for said in (run("status")[1], run("status", "hf")[1]):
        assert f"{what}; `{command}` reads what the site still has" in said
    status, said = run(*command.split()[1:])
    assert status == 0 and f"hf: new, {len(LOST)} new papers, {len(LOST)} matches" in said
    assert "what was missing of hf is read" in said
    assert "not read whole" not in run("status")[1]
    assert run("once", "--source", "hf") == (0, "hf: unchanged\nnothing to tell\n")


@pytest.mark.parametrize(
    ("args", "says"),
    [
        (["--source", "hff"], "there is no source 'hff' in the config; it has: hf, lab"),
        (["--since", "2025-01-06"], "--since needs a source: add --source with one of hf, lab"),
        (
            ["--source", "lab", "--since", "7d"],
            "lab shows what is newest and cannot be asked for what",
        ),
        (["--source", "hf", "--since", "2099-01-01"], "--since 2099-01-01: write a day of the past"),
        (["--source", "hf", "--since", "9999999d"], "is no day"),
        (["--source", "hf", "--since", "999999d"], "write a day of the past"),
        (["--source", "hf", "--since", "yesterday"], "'yesterday' is no day; write 7d"),
    ],
)
@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_what_is_wrong_is_said(run: Run, args: list[str], says: str) -> None:
    status, said = run("once", *args)
    assert status == 2 and says in said


def test_only_the_sources_that_are_named_are_polled(site: Site, run: Run) -> None:
    publish(site, BEFORE)
    assert "lab" not in run("once", "--source", "hf")[1]
    assert run("once", "--source", "lab", "--source", "hf")[1].startswith("lab: unreachable: HTTP 404 Not Found\nhf: ")


def test_a_day_that_the_first_page_names_and_that_is_not_there(site: Site, run: Run) -> None:
    publish(site, DAYS[:5])
    del site.answers[f"/papers/date/{DAYS[3]}"]
    status, said = run("once", "--source", "hf")
    assert status == 0
    assert f"hf: partial, 2 new papers, 2 matches: {DAYS[3]}: HTTP 404 Not Found" in said
    assert run("status", "hf")[1].count(f"{DAYS[3]}: HTTP 404 Not Found") == 1
