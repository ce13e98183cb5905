"""Backups and restores as people make them: nothing told twice, nothing lost in silence."""

from __future__ import annotations

import json
import shutil
import sqlite3
from datetime import timedelta
from pathlib import Path

import pytest

from tests.e2e.conftest import DAYS, TODAY, config, titles
from tests.e2e.test_daemon import stop, until
from tests.e2e.test_once import LOOK_BACK, told
from tests.e2e.world import Home, Site, Webhook

pytestmark = pytest.mark.e2e


def database(home: Home) -> Path:
    return home.folder / "state" / "watcher.db"


def run(home: Home, *args: str) -> str:
    done = home.run(*args)
    assert done.returncode == 0 and "Traceback" not in done.stderr, done
    return done.stdout


@pytest.fixture
def backup(home: Home, site: Site, hook: Webhook, tmp_path: Path) -> Path:
    """Made after the first three days were told; a fourth was told since."""
    file = tmp_path / "backup.db"
    home.once()
    run(home, "backup", str(file))
    site.today = TODAY + timedelta(days=1)
    home.once()
    assert told(hook, titles(site, *DAYS)) == titles(site, *LOOK_BACK, site.today)
    return file


def test_nothing_is_told_twice(home: Home, site: Site, hook: Webhook, backup: Path) -> None:
    before = len(hook.posts)
    said = run(home, "restore", str(backup))
    assert f"{database(home)}: restored from {backup}; the one before is kept as {database(home)}.before-" in said
    assert said.count("Zeppelin 2026-03-11") == 4
    assert "what cannot be known any more: what was told since" in said and "`watcher replay --known airships`" in said
    again = home.once()
    assert again["status"] == 0 and again["deliveries"] == [] and len(hook.posts) == before
    # What the restore took as known can be told all the same, and what comes next is.
    assert "4 papers no longer count as known" in run(home, "replay", "--known", "airships")
    assert len(hook.posts) == before + 1 and hook.posts[-1]["message"].count("Zeppelin 2026-03-11") == 4


def test_what_is_listed_afterwards_is_told(home: Home, site: Site, hook: Webhook, tmp_path: Path) -> None:
    home.once()
    run(home, "backup", str(tmp_path / "backup.db"))
    assert "nothing was due between" in run(home, "restore", str(tmp_path / "backup.db"))
    status = json.loads(run(home, "status", "--json"))
    assert status["incidents"] == [] and status["late"] == []
    site.today = TODAY + timedelta(days=1)
    home.once()
    assert told(hook, titles(site, *DAYS)) == titles(site, *LOOK_BACK, site.today)


def test_the_old_database_is_kept_whole(home: Home, site: Site, backup: Path) -> None:
    run(home, "restore", str(backup))
    (kept,) = database(home).parent.glob("watcher.db.before-*")
    assert {one.name for one in database(home).parent.iterdir()} >= {"watcher.db", "watcher.db.mark", kept.name}
    run(home, "restore", str(kept))
    run(home, "restore", str(kept))
    assert kept.exists() and len(list(database(home).parent.glob("watcher.db.before-*"))) == 3
    assert home.once()["deliveries"] == []
    assert run(home, "history", "airships").count("told") >= 16


def test_with_tell_what_was_due_is_told(home: Home, site: Site, hook: Webhook, backup: Path) -> None:
    before = len(hook.posts)
    run(home, "restore", "--tell", str(backup))
    assert len(hook.posts) == before
    home.once()
    assert len(hook.posts) == before + 1 and hook.posts[-1]["message"].count("Zeppelin 2026-03-11") == 4


@pytest.mark.parametrize("flag", [(), ("--tell",)])
def test_what_waited_in_the_backup(
    home: Home, site: Site, hook: Webhook, tmp_path: Path, flag: tuple[str, ...]
) -> None:
    """A message that could not be sent when the backup was made, and was sent afterwards."""
    file = tmp_path / "backup.db"
    hook.status = 500
    home.once()
    run(home, "backup", str(file))
    hook.status = 200
    home.once("--flush")
    assert told(hook, titles(site, *DAYS)) == titles(site, *LOOK_BACK)
    said = run(home, "restore", *flag, str(file))
    assert said.count("Zeppelin") == 12
    assert ("1 message to me waited in the backup, and may have been sent since" in said) == (not flag)
    home.once("--flush")
    posts = [post for post in hook.posts if "Zeppelin" in post["message"]]
    assert len(posts) == (2 if flag else 1)
    if not flag:
        assert "dead" in run(home, "deliveries", "--state", "dead")
        run(home, "replay", "--all-dead")
        assert [post["message"].count("Zeppelin") for post in hook.posts if "Zeppelin" in post["message"]] == [12, 12]


def test_a_daemon_has_to_be_stopped_and_goes_on_with_the_backup(
    home: Home, site: Site, hook: Webhook, backup: Path
) -> None:
    before = len(hook.posts)
    with home.daemon() as process:
        until(lambda: "watching" in home.log, "the daemon is up")
        refused = home.run("restore", str(backup))
        assert refused.returncode == 1 and f"another watcher (process {process.pid}) runs" in refused.stderr
        assert stop(process) == 0
    run(home, "restore", str(backup))
    with home.daemon() as process:
        until(lambda: home.log.count("watching") == 2, "it is up again")
        assert "a daemon runs on this database" in run(home, "once")
        assert stop(process) == 0
    assert len(hook.posts) == before


def test_after_the_database_was_lost(home: Home, site: Site, hook: Webhook, backup: Path) -> None:
    for one in database(home).parent.glob("watcher.db*"):
        if one.suffix != ".mark":
            one.unlink()
    assert home.run("once").returncode == 1
    assert "restored from" in run(home, "restore", str(backup))
    assert home.once()["deliveries"] == []
    assert told(hook, titles(site, *DAYS)) == titles(site, *LOOK_BACK, site.today)
    assert len([post for post in hook.posts if "cannot be used" in post["title"]]) == 1


def test_a_copy_put_back_by_hand_is_refused_and_then_taken_as_it_is(
    home: Home, site: Site, hook: Webhook, backup: Path
) -> None:
    shutil.copy(backup, database(home))
    refused = home.run("once")
    assert refused.returncode == 1 and "`watcher restore --in-place`" in refused.stderr
    before = len(hook.posts)
    assert run(home, "restore", "--in-place").count("Zeppelin 2026-03-11") == 4
    assert home.once()["deliveries"] == [] and len(hook.posts) == before


def test_a_new_machine_has_no_database_yet(home: Home, site: Site, hook: Webhook, backup: Path) -> None:
    before = len(hook.posts)
    shutil.rmtree(home.folder / "state")
    said = run(home, "restore", str(backup))
    assert f"restored from {backup}\n" in said
    assert home.once()["deliveries"] == [] and len(hook.posts) == before


def test_a_site_that_is_away_at_the_restore_is_read_later(home: Home, site: Site, hook: Webhook, backup: Path) -> None:
    before = len(hook.posts)
    site.fault = lambda body: (500, b"error")
    assert "hf: unreachable" in run(home, "restore", str(backup))
    status = json.loads(run(home, "status", "--json"))
    assert "database restored" in {one["kind"] for one in status["incidents"]}
    site.fault = None
    home.once()
    assert [post for post in hook.posts[before:] if "Zeppelin" in post["message"]] == []
    assert run(home, "history", "airships").count("due before the database was restored on") == 4
    assert json.loads(run(home, "status", "--json"))["incidents"] == []


def test_a_subscription_that_the_backup_lacks(home: Home, site: Site, hook: Webhook, backup: Path) -> None:
    home.write(config(site, hook, more="  - {name: more, rule: zeppelin, to: [ops]}\n"))
    home.once()
    before = len(hook.posts)
    run(home, "restore", str(backup))
    assert home.once()["deliveries"] == [] and len(hook.posts) == before


def test_what_is_no_backup_changes_nothing(home: Home, site: Site, backup: Path, tmp_path: Path) -> None:
    whole = backup.read_bytes()
    wrong = tmp_path / "wrong.db"
    for body, said in (
        (b"", "is no SQLite database"),
        (b"kites and mills" * 1000, "is no SQLite database"),
        (whole[:8192] + b"\xff" * (len(whole) - 8192), "is damaged"),
        (whole[: len(whole) // 2], "is damaged"),
        (whole[:68] + b"FOSS" + whole[72:], "is a database of another program"),
    ):
        wrong.write_bytes(body)
        before = database(home).read_bytes()
        done = home.run("restore", str(wrong))
        assert done.returncode == 1 and said in done.stderr, done.stderr
        assert len(done.stderr.splitlines()) == 1
        assert database(home).read_bytes() == before
    for statement, said in (
        ("UPDATE alembic_version SET version_num = '9999'", f"{wrong} was written by a newer watcher (revision 9999"),
        ("DROP TABLE paper_key", f"{wrong} belongs to another program"),
    ):
        wrong.write_bytes(whole)
        with sqlite3.connect(wrong) as raw:
            raw.execute(statement)
        raw.close()
        done = home.run("restore", str(wrong))
        assert done.returncode == 1 and said in done.stderr and "internal" not in done.stderr, done.stderr
    with sqlite3.connect(tmp_path / "bare.db") as raw:
        raw.execute("PRAGMA user_version = 7")
    raw.close()
    assert "holds no tables" in home.run("restore", str(tmp_path / "bare.db")).stderr
    for args in ((str(tmp_path / "nowhere.db"),), (str(tmp_path),), (str(database(home)),)):
        assert home.run("restore", *args).returncode == 1
    assert home.run("restore").returncode == 2
    assert home.run("restore", "--in-place", str(backup)).returncode == 2
    assert {one.name for one in database(home).parent.iterdir() if "before" in one.name} == set()
    assert home.once()["deliveries"] == []
