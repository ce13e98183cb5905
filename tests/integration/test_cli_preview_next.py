"""``preview`` shows what the next message will be: the same words that arrive then."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from tests.e2e.world import Site, Webhook, listening, playing
from tests.integration.conftest import Database
from tests.parsers.pages import sample_papers
from watcher.cli import main

NOW = datetime.now(UTC)
LATER = f"weekly on {NOW + timedelta(days=3):%a} at 08:00".lower()
DAYS = [date(2026, 3, n) for n in (9, 10, 11)]
"""Long ago: only the site says that they are the newest."""


def config(site: Site, hook: Webhook, database: Database, **keys: str) -> str:
    own = "".join(f", {name}: {value}" for name, value in keys.items())
    return f"""
timezone: UTC
sources:
  hf: {{url: "{site.url}"}}
receivers:
  me: {{url: "{hook.url}"}}
subscriptions:
  - {{name: kilns, rule: kiln, to: me, when: {LATER}{own}}}
  - {{name: lamps, rule: lantern OR kiln, to: me, when: {LATER}}}
  - {{name: moons, rule: moon, to: me, when: {LATER}, when_empty: send}}
{database.line}"""


@pytest.fixture
def site() -> Iterator[Site]:
    """Three days with three papers each: one on lanterns that mentions kilns on the first, else two on kilns."""
    days = {day: sample_papers(3, seed=n) for n, day in enumerate(DAYS)}
    for day, papers in days.items():
        for n, paper in enumerate(papers):
            paper["title"] = f"On Lanterns, {day}" if n == 0 else f"Quiet Kilns, Part {n}, {day}"
            paper["abstract"] = "It glows like a kiln." if day == DAYS[0] else "It glows."
            paper["id"] = f"2603.{day.day:02}{n:03}"
    with playing(Site(days, DAYS[-1])) as site:
        yield site


@pytest.fixture
def hook() -> Iterator[Webhook]:
    with listening(Webhook()) as hook:
        yield hook


Run = Callable[..., tuple[str, str]]
Write = Callable[[str], None]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def write(text: str) -> None:
        (tmp_path / "config.yaml").write_text(text)

    return write


@pytest.fixture
def run(
    tmp_path: Path,
    site: Site,
    hook: Webhook,
    database: Database,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Run:
    """Runs a command; what it said on stdout and stderr."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "config.yaml").write_text(config(site, hook, database))
    env = {"STATE_DIRECTORY": str(tmp_path / "state"), "HOME": str(tmp_path)}

    def run(*args: str) -> tuple[str, str]:
        assert main(args, env) == 0
        out, err = capsys.readouterr()
        return out, err

    return run


def previewed(run: Run, *names: str) -> str:
    """The text of the one message, without its subject."""
    out, err = run("preview", *names)
    assert not err
    return out.split("\n\n", 1)[1].strip()


def held(run: Run, name: str) -> int:
    return sum(one["papers"] for one in json.loads(run("once", "--json")[0])["held"] if one["subscription"] == name)


def test_papers_of_long_ago_that_are_held_are_shown(run: Run) -> None:
    assert held(run, "kilns") == 7
    assert run("preview", "kilns")[0].startswith("Subject: 7 papers for kilns: Quiet Kilns, ")


def test_it_is_word_for_word_what_arrives(run: Run, hook: Webhook) -> None:
    run("once")
    shown = previewed(run, "kilns", "lamps")
    run("once", "--flush")
    (post,) = hook.posts
    assert "kilns and lamps: 7 papers" in shown
    assert shown == post["message"].strip()


def test_one_that_wants_a_message_of_its_own_has_it(
    run: Run, site: Site, hook: Webhook, database: Database, write: Write
) -> None:
    write(config(site, hook, database, bundle="false", max_papers="2"))
    run("once")
    out, _ = run("preview", "kilns", "lamps")
    assert out.count("--- message ") == 2 and "Subject: 7 papers for kilns: " in out and "9 papers for lamps" in out
    run("once", "--flush")
    assert len(hook.posts) == 2
    shown = [out.index(f"Subject: {post['title']}\n\n{post['message'].strip()}") for post in hook.posts]
    assert shown == sorted(shown), "they are sent in the order in which they are shown"


def test_what_was_told_is_shown_no_more(run: Run) -> None:
    run("once", "--flush")
    out, err = run("preview", "kilns")
    assert err == "nothing waits for kilns: shown are papers of the last 7 days (or --since DAY)\n"
    assert out.startswith("Subject: no papers for kilns")
    assert run("preview", "kilns", "--since", "2026-03-01")[0].startswith("Subject: 7 papers for kilns")


def test_a_digest_that_comes_without_papers(run: Run) -> None:
    run("once")
    out, err = run("preview", "moons")
    assert not err and out.startswith("Subject: no papers for moons") and "9 papers read since" in out


def test_muted_paused_and_edited(run: Run, site: Site, hook: Webhook, database: Database, write: Write) -> None:
    run("once")
    run("mute", "2603.09001", "--for", "9d")
    assert "· 6 papers from " in previewed(run, "kilns")
    run("mute", "2603.09002", "--for", "1h")  # over before the message comes
    run("pause", "kilns")
    assert "· 6 papers from " in previewed(run, "kilns")
    # An edited rule, before anything has taken it up: what it does not match any more is not told.
    write(config(site, hook, database).replace("rule: kiln,", "rule: title:kiln,"))
    assert "· 5 papers from " in previewed(run, "kilns")
    assert held(run, "kilns") == 6  # with the one that is muted
    assert "· 5 papers from " in previewed(run, "kilns")


def test_what_waits_for_the_end_of_quiet_days(
    run: Run, site: Site, hook: Webhook, database: Database, write: Write
) -> None:
    days = [f"{NOW + timedelta(days=n):%a}".lower() for n in (0, 1)]
    quiet = f"when: immediately, quiet_days: [{', '.join(days)}]"
    write(config(site, hook, database).replace(f"when: {LATER}", quiet, 1))
    run("once")
    assert not hook.posts
    assert "· 7 papers from " in previewed(run, "kilns")
