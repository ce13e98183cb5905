"""Make folders and files beside the database, and explain why existing ones cannot be used.

Everything that is made belongs to the owner of the folder around it. Otherwise a command that root runs on a service's
data would leave files that the service cannot write.
"""

from __future__ import annotations

import grp
import os
import pwd
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

FOLDER, FILE = 0o750, 0o640
"""Modes of folders and files that are made: for the owner and the owner's group."""


def make_folder(path: Path) -> None:
    """Make a folder, and the folders above it that are missing. Raises ``OSError``."""
    missing = []
    while not path.is_dir():
        missing.append(path)
        path = path.parent
    for one in reversed(missing):
        with suppress(FileExistsError):
            one.mkdir(FOLDER)
            give_to_owner(one, one.parent)


def open_file(path: Path | str, flags: int, *, folder: int | None = None) -> int:
    """Open a file as ``os.open`` does; a new file (``O_CREAT``) is given to the owner of its folder. Raises
    ``OSError``.

    ``flags``: those of ``os.open``.
    ``folder``: descriptor of the folder that ``path`` is relative to.
    """
    flags |= os.O_CLOEXEC
    if flags & os.O_CREAT and not flags & os.O_EXCL:
        with suppress(FileNotFoundError):
            return os.open(path, flags & ~os.O_CREAT, dir_fd=folder)
        with suppress(FileExistsError):
            return open_file(path, flags | os.O_EXCL | os.O_NOFOLLOW, folder=folder)
    opened = os.open(path, flags, FILE, dir_fd=folder)
    if flags & os.O_EXCL:
        _give(opened, _owner_of(Path(path).parent if folder is None else folder))
    return opened


def give_to_owner(made: Path | str, folder: Path | int) -> None:
    """If we are root, give a folder that was just made to the owner of the ``folder`` around it."""
    if os.geteuid() == 0:
        flags = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
        descriptor = os.open(made, flags, dir_fd=folder if isinstance(folder, int) else None)
        try:
            _give(descriptor, _owner_of(folder))
        finally:
            os.close(descriptor)


def _owner_of(folder: Path | int) -> tuple[int, int]:
    seen = os.stat(folder)
    return seen.st_uid, seen.st_gid


def _give(descriptor: int, owner: tuple[int, int]) -> None:
    """Change the owner of an open file. By name it would be unsafe: the folder's owner can rename files."""
    if os.geteuid() == 0 and _owner_of(descriptor) != owner:
        with suppress(PermissionError):  # on some network file systems root is nobody
            os.fchown(descriptor, *owner)


@dataclass(frozen=True, slots=True)
class Denied:
    """What keeps a user from a file.

    ``path``: the file or folder that the user may not use.
    ``owner``: who owns that.
    ``mode``: its permissions.
    ``user``: the user.
    ``home``: the folder that the file should be in.
    ``home_owner``: owner of ``home``, None if it does not exist.
    ``home_group``: group of ``home``.
    ``foreign``: files in ``home`` that do not belong to its owner.
    ``writing``: the file was to be written; False if it was to be read.
    """

    path: Path
    owner: str
    mode: int
    user: str
    home: Path
    home_owner: str | None = None
    home_group: str = ""
    foreign: tuple[Path, ...] = ()
    writing: bool = True


ELSEWHERE = "name another place with `database:` or $STATE_DIRECTORY"


def denied_in_words(one: Denied) -> str:
    """Return the fault and the command that mends it, in a line."""
    belongs = f"{one.path} belongs to {one.owner}"
    if one.home_owner is None:
        return f"{belongs}, so that {one.home} cannot be made: {ELSEWHERE}, or let root make it for {one.user}"
    if one.home_owner == one.user:
        if one.owner == one.user:
            what = "written" if one.writing else "read"
            return f"{one.path} has the mode {one.mode:04o} and cannot be {what}: `chmod u+rwX {one.path}`"
        paths = " ".join(str(path) for path in one.foreign or (one.path,))
        return f"{belongs}: as root, `chown -R {one.user}:{one.home_group} {paths}`"
    joins = f"join its group, `usermod -aG {one.home_group} {one.user}`"
    if one.home_owner == "root":
        if not one.writing and one.home_group != "root" and one.mode & 0o040:
            return f"{belongs}, for its group to read: {joins}"
        return f"{belongs}: {ELSEWHERE}, or let {one.user} {'write' if one.writing else 'read'} there"
    joining = "" if one.writing else f", or {joins}"
    as_user = f"'#{one.home_owner}'" if one.home_owner.isdigit() else one.home_owner
    return f"{belongs}: run this as the user {one.home_owner}, `sudo -u {as_user} watcher …`{joining}"


def why_denied(path: Path, *, home: Path | None = None, writing: bool = True) -> str:
    """Return why this user may not use ``path`` and what to do, "" if no reason is found.

    ``home``: the state folder, whose owner should run watcher. If None, it is the folder of ``path``; or if only
        reading failed, the file or folder that is closed to this user.
    ``writing``: whether ``path`` was to be written or only read.
    """
    culprit = _culprit(path.absolute(), writing=writing)
    if culprit is None or os.geteuid() == 0:
        return ""
    home = home or (path.parent if writing else culprit)
    try:
        seen = culprit.stat()
    except OSError:
        return ""
    owner, group = None, ""
    foreign: tuple[Path, ...] = ()
    with suppress(OSError):
        there = home.stat()
        owner, group = _user(there.st_uid), _group(there.st_gid)
        foreign = tuple(
            one for one in (sorted(home.iterdir()) if home.is_dir() else ()) if one.lstat().st_uid != there.st_uid
        )
    mode = seen.st_mode & 0o7777
    user = _user(os.geteuid())
    return denied_in_words(Denied(culprit, _user(seen.st_uid), mode, user, home, owner, group, foreign, writing))


def of_database(path: Path) -> Iterable[Path]:
    """Return the paths of the files that belong to an SQLite database."""
    return (path, *(Path(f"{path}{end}") for end in ("-wal", "-shm")), path.parent / "write.lock")


def _culprit(path: Path, *, writing: bool) -> Path | None:
    """Return the first folder or file on the way to ``path`` that this user may not use, None if there is none."""
    wanted = os.R_OK | (os.W_OK if writing else 0)
    for folder in reversed(path.parents):
        if not folder.is_dir():
            return None if _may(folder.parent, os.W_OK) else folder.parent
        if not _may(folder, os.X_OK):
            return folder
    if not path.exists():
        return path.parent if writing and not _may(path.parent, os.W_OK) else None
    return path if not _may(path, wanted | (os.X_OK if path.is_dir() else 0)) else None


def _may(path: Path, wanted: int) -> bool:
    return os.access(path, wanted, effective_ids=os.access in os.supports_effective_ids)


def _user(id: int) -> str:
    try:
        return pwd.getpwuid(id).pw_name
    except KeyError:
        return str(id)


def _group(id: int) -> str:
    try:
        return grp.getgrgid(id).gr_name
    except KeyError:
        return str(id)
