"""A database that is deleted, emptied or replaced: while a daemon runs, and between two runs."""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from tests.e2e.conftest import DAYS, TODAY, titles
from tests.e2e.test_daemon import stop, until
from tests.e2e.test_once import LOOK_BACK, told
from tests.e2e.world import Home, Site, Webhook
from tests.patience import PATIENCE

pytestmark = pytest.mark.e2e


def database(home: Home) -> Path:
    return home.folder / "state" / "watcher.db"


def delete(path: Path) -> None:
    path.unlink()


def delete_with_its_log(path: Path) -> None:
    for one in path.parent.glob("watcher.db*"):
        if one.suffix != ".mark":
            one.unlink()


def empty(path: Path) -> None:
    os.truncate(path, 0)


def overwrite(path: Path) -> None:
    """With another program's words, in place."""
    path.write_bytes(b"not a database at all\n" * 1000)


def replace(path: Path) -> None:
    """With another database of watcher's own making, by renaming."""
    _another(path).replace(path)


def replace_in_place(path: Path) -> None:
    """With another database, as ``cp`` does it: the file stays the same to the system."""
    other = _another(path)
    shutil.copyfile(other, path)
    other.unlink()


def _another(path: Path) -> Path:
    """Make another database of watcher's own making beside one."""
    other = path.with_name("other.db")
    _copy(path, other)
    with sqlite3.connect(other) as raw:
        raw.execute("PRAGMA user_version = 77")
    raw.close()
    return other


def _copy(path: Path, other: Path) -> None:
    with sqlite3.connect(path) as source, sqlite3.connect(other) as target:
        source.backup(target)
    source.close()
    target.close()


HARM: dict[str, tuple[Callable[[Path], None], str]] = {
    "deleted": (delete, "is gone, though watcher has used it here before"),
    "deleted with its log": (delete_with_its_log, "is gone, though"),
    "emptied": (empty, "is empty now, though watcher has used it here before"),
    "overwritten": (overwrite, "is no SQLite database any more"),
    "replaced": (replace, "is not the one that watcher used last"),
    "replaced in place": (replace_in_place, "is not the one that watcher used last"),
}


@pytest.mark.parametrize("harm", HARM)
def test_a_daemon_notices_and_tells_the_operator_once(home: Home, site: Site, hook: Webhook, harm: str) -> None:
    do, what = HARM[harm]
    with home.daemon() as process:
        hook.wait_for(lambda hook: bool(hook.posts))
        until(lambda: "me: 12 papers sent" in home.log, "the message is recorded")
        do(database(home))
        hook.wait_for(lambda hook: any("cannot be used" in post["title"] for post in hook.posts))
        left = database(home).read_bytes() if database(home).exists() else None
        site.today = TODAY + timedelta(days=1)
        process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE) == 0
    assert what in home.log and "`watcher restore" in home.log and "Traceback" not in home.log
    (post,) = [post for post in hook.posts if "cannot be used" in post["title"]]
    assert what in post["message"] and "`watcher migrate --accept`" in post["message"]
    assert left is None or not left or harm != "emptied"
    # Neither a command nor another daemon makes it anew, and the operator is not told again.
    assert not home.run("once").stdout
    with home.daemon() as process:
        assert process.wait(PATIENCE) == 1
    assert len([post for post in hook.posts if "cannot be used" in post["title"]]) == 1
    assert told(hook, titles(site, *DAYS)) == titles(site, *LOOK_BACK)


def take_away(path: Path, home: Home, hook: Webhook) -> Path:
    """Move a daemon's file away once it has told its papers, and wait until the operator hears; return where it is."""
    hook.wait_for(lambda hook: bool(hook.posts))
    until(lambda: "me: 12 papers sent" in home.log, "the message is recorded")
    away = path.rename(path.with_name("away.db"))
    hook.wait_for(lambda hook: any("cannot be used" in post["title"] for post in hook.posts))
    return away


def test_a_daemon_goes_on_when_the_file_is_back(home: Home, site: Site, hook: Webhook) -> None:
    path = database(home)
    with home.daemon() as process:
        away = take_away(path, home, hook)
        away.rename(path)
        hook.wait_for(lambda hook: any("can be used again" in post["title"] for post in hook.posts))
        site.today = TODAY + timedelta(days=1)
        assert home.run("once").returncode == 0
        hook.wait_for(lambda hook: len(titles(site, *DAYS) & told(hook, titles(site, *DAYS))) == 16)
        assert stop(process) == 0
    assert home.log.count("is gone, though") == 1


@pytest.mark.parametrize("harm", HARM)
def test_between_two_runs_it_is_refused_until_it_is_accepted(home: Home, site: Site, hook: Webhook, harm: str) -> None:
    do, what = HARM[harm]
    home.once()
    do(database(home))
    before = database(home).read_bytes() if database(home).exists() else None
    for command in (("once",), ("once",), ("run",), ("status",), ("papers",), ("pause", "airships")):
        done = home.run(*command)
        assert done.returncode == 1 and what in done.stderr, (command, done.stderr)
        assert len(done.stderr.splitlines()) == 1 and "Traceback" not in done.stderr
    assert before == (database(home).read_bytes() if database(home).exists() else None)
    (post,) = [post for post in hook.posts if "cannot be used" in post["title"]]
    assert what in post["message"]
    if harm == "overwritten":
        database(home).unlink()
    accepted = home.run("migrate", "--accept")
    assert accepted.returncode == 0, accepted.stderr
    assert ("new, at revision" in accepted.stdout) == ("replaced" not in harm)
    again = home.once()
    assert again["status"] == 0
    assert sum(len(one["papers"]) for one in again["deliveries"]) == (0 if "replaced" in harm else 12)


def test_a_reload_while_it_is_away_ends_no_daemon(home: Home, site: Site, hook: Webhook) -> None:
    path = database(home)
    with home.daemon() as process:
        away = take_away(path, home, hook)
        for text, said in ((home.config.read_text(), "is not taken up"), ("nonsense: [", "the config is broken")):
            home.write(text)
            process.send_signal(signal.SIGHUP)
            until(lambda said=said: said in home.log, "the config was read again")  # type: ignore[misc]
        away.rename(path)
        hook.wait_for(lambda hook: any("can be used again" in post["title"] for post in hook.posts))
        assert stop(process) == 0
    assert "Traceback" not in home.log


def test_an_older_copy_is_noticed(home: Home, site: Site, hook: Webhook, tmp_path: Path) -> None:
    home.once()
    copy = Path(shutil.copy(database(home), tmp_path / "copy.db"))
    site.today = TODAY + timedelta(days=1)
    home.once()
    shutil.copy(copy, database(home))
    done = home.run("once")
    assert done.returncode == 1 and "an older copy or another one" in done.stderr
    assert told(hook, titles(site, *DAYS)) == titles(site, *LOOK_BACK, site.today)


def test_a_page_that_is_damaged_is_told_when_it_is_met(home: Home, site: Site, hook: Webhook) -> None:
    """The file can be opened, and only some of it cannot be read."""
    home.once()
    with sqlite3.connect(database(home)) as raw:
        raw.execute("PRAGMA writable_schema = 1")
        (root,) = raw.execute("SELECT rootpage FROM sqlite_master WHERE name = 'listing'").fetchone()
        (size,) = raw.execute("PRAGMA page_size").fetchone()
    raw.close()
    with database(home).open("r+b") as file:
        file.seek((root - 1) * size)
        file.write(b"\xff" * size)
    site.today = TODAY + timedelta(days=1)
    for _ in range(2):
        done = home.run("once")
        assert done.returncode == 1 and "is damaged and is left as it is" in done.stderr, done
    (post,) = [post for post in hook.posts if "cannot be used" in post["title"]]
    assert "`watcher restore FILE`" in " ".join(post["message"].split())


def test_a_folder_that_is_moved_as_a_whole_goes_on(home: Home, site: Site, hook: Webhook) -> None:
    home.once()
    shutil.copytree(home.folder / "state", home.folder / "elsewhere")
    shutil.rmtree(home.folder / "state")
    (home.folder / "elsewhere").rename(home.folder / "state")
    assert home.once()["deliveries"] == []


def test_a_new_folder_has_a_new_database(home: Home) -> None:
    (home.folder / "state").mkdir()
    database(home).touch()
    assert home.once()["status"] == 0


def test_what_an_older_release_left_is_known(home: Home, hook: Webhook) -> None:
    """It wrote no mark: the daemon's lock says that there was a database."""
    home.once()
    (home.folder / "state" / "watcher.db.mark").unlink()
    empty(database(home))
    assert "is empty now" in home.run("once").stderr
    (post,) = [post for post in hook.posts if "cannot be used" in post["title"]]
    assert "is empty now" in post["message"]
