"""Why a file may not be used, in words; and what is made where."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest

from watcher.files.made import Denied, denied_in_words, make_folder, open_file, why_denied

STATE = Path("/var/lib/watcher")
DATABASE = STATE / "watcher.db"
ROOTS = Denied(
    path=DATABASE,
    owner="root",
    mode=0o640,
    user="watcher",
    home=STATE,
    home_owner="watcher",
    home_group="watcher",
    foreign=(STATE / "includes", DATABASE),
)
NOT_HERS = replace(ROOTS, path=STATE, owner="watcher", user="ana", mode=0o750, foreign=())


@pytest.mark.parametrize(
    ("denied", "words"),
    [
        (
            ROOTS,
            (
                "/var/lib/watcher/watcher.db belongs to root: as root, "
                "`chown -R watcher:watcher /var/lib/watcher/includes /var/lib/watcher/watcher.db`"
            ),
        ),
        (
            replace(ROOTS, foreign=()),
            f"{DATABASE} belongs to root: as root, `chown -R watcher:watcher {DATABASE}`",
        ),
        (
            replace(ROOTS, owner="watcher", mode=0o400),
            f"{DATABASE} has the mode 0400 and cannot be written: `chmod u+rwX {DATABASE}`",
        ),
        (
            NOT_HERS,
            "/var/lib/watcher belongs to watcher: run this as the user watcher, `sudo -u watcher watcher …`",
        ),
        (
            replace(NOT_HERS, writing=False),
            (
                "/var/lib/watcher belongs to watcher: run this as the user watcher, `sudo -u watcher watcher …`, "
                "or join its group, `usermod -aG watcher ana`"
            ),
        ),
        (
            replace(NOT_HERS, owner="4242", home_owner="4242"),
            "/var/lib/watcher belongs to 4242: run this as the user 4242, `sudo -u '#4242' watcher …`",
        ),
        (
            replace(NOT_HERS, owner="root", home_owner="root"),
            (
                "/var/lib/watcher belongs to root: name another place with `database:` or $STATE_DIRECTORY, "
                "or let ana write there"
            ),
        ),
        (
            replace(NOT_HERS, owner="root", home_owner="root", writing=False),
            "/var/lib/watcher belongs to root, for its group to read: join its group, `usermod -aG watcher ana`",
        ),
        (
            replace(NOT_HERS, owner="root", home_owner="root", home_group="root", writing=False),
            (
                "/var/lib/watcher belongs to root: name another place with `database:` or $STATE_DIRECTORY, "
                "or let ana read there"
            ),
        ),
        (
            replace(NOT_HERS, path=Path("/var/lib"), owner="root", home_owner=None),
            (
                "/var/lib belongs to root, so that /var/lib/watcher cannot be made: name another place with "
                "`database:` or $STATE_DIRECTORY, or let root make it for ana"
            ),
        ),
    ],
)
def test_what_is_wrong_and_what_mends_it(denied: Denied, words: str) -> None:
    assert denied_in_words(denied) == words


def test_nothing_is_denied_where_nothing_is_wrong(tmp_path: Path) -> None:
    (tmp_path / "there").touch()
    assert why_denied(tmp_path / "there") == why_denied(tmp_path / "not" / "yet") == ""


def test_a_folder_is_made_with_those_above_it_and_found_again(tmp_path: Path) -> None:
    for _ in range(2):
        make_folder(tmp_path / "a" / "b")
    assert [path.stat().st_mode & 0o007 for path in (tmp_path / "a", tmp_path / "a" / "b")] == [0, 0]


def test_a_file_is_made_once_and_then_opened(tmp_path: Path) -> None:
    for body in (b"one", b"two"):
        with os.fdopen(open_file(tmp_path / "x", os.O_WRONLY | os.O_CREAT | os.O_APPEND), "wb") as file:
            file.write(body)
    assert (tmp_path / "x").read_bytes() == b"onetwo"
    with pytest.raises(FileExistsError):
        open_file(tmp_path / "x", os.O_WRONLY | os.O_CREAT | os.O_EXCL)
    with pytest.raises(FileNotFoundError):
        open_file(tmp_path / "y", os.O_RDONLY)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
def test_root_gives_away_what_it_makes_and_nothing_else(tmp_path: Path) -> None:
    """A link that the folder's owner laid must not make root give away what it leads to."""
    folder, precious = tmp_path / "state", tmp_path / "precious"
    folder.mkdir()
    precious.touch()
    (folder / "old").touch()
    (folder / "link").symlink_to(precious)
    (folder / "dangling").symlink_to(tmp_path / "elsewhere")
    os.chown(folder, 4242, 4343)
    for name in ("old", "link", "new"):
        os.close(open_file(folder / name, os.O_RDWR | os.O_CREAT))
    make_folder(folder / "deep" / "er")
    owners = {path.name: (path.stat().st_uid, path.stat().st_gid) for path in [precious, *folder.rglob("*[!g]")]}
    hers, roots = (4242, 4343), (0, 0)
    assert owners == {"precious": roots, "old": roots, "link": roots, "new": hers, "deep": hers, "er": hers}
    os.close(open_file(folder / "dangling", os.O_RDWR | os.O_CREAT))
    assert (tmp_path / "elsewhere").stat().st_uid == 0
