"""The files of an inbox: which are complete, what is in them, and where they go. Nothing outside it is ever touched."""

from __future__ import annotations

import os
import stat
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from watcher.files.made import give_to_owner, open_file
from watcher.files.read import NotRead, read_regular
from watcher.parsers.common import clean

LARGEST = 50_000_000
"""Bytes of a file that are read; a larger one is no saved page."""

STANDS_STILL = timedelta(seconds=30)
"""How long a file must not have been written to; what was saved elsewhere and moved here is older."""

DONE, FAILED = "done", "failed"
_UNFINISHED = (".part", ".partial", ".crdownload", ".download", ".tmp", ".swp", "~")
_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC


@dataclass(frozen=True, slots=True)
class WaitingFiles:
    """Files that can be read now, the oldest first, and how many are still being written."""

    names: tuple[str, ...]
    unfinished: int


class Inbox:
    """An open folder. Files are named as they stand in it; symbolic links are moved, never followed.

    Methods raise OSError where the file system refuses.
    """

    def __init__(self, fd: int) -> None:
        self._fd = fd
        self._read: dict[str, tuple[int, int, int]] = {}

    @classmethod
    def opened(cls, path: str) -> Inbox | str:
        """The folder, to be closed, or why it cannot be read."""
        try:
            return cls(os.open(path, _FOLDER))
        except (OSError, ValueError) as error:
            return f"the folder {path}: {getattr(error, 'strerror', None) or error}"

    def close(self) -> None:
        os.close(self._fd)

    def waiting(self, now: datetime) -> WaitingFiles:
        """What lies in the folder itself, but for hidden files, those that a program has not finished, and folders."""
        found: list[tuple[int, str]] = []
        unfinished = 0
        with os.scandir(self._fd) as entries:
            for entry in entries:
                if entry.name.startswith(".") or entry.name.lower().endswith(_UNFINISHED):
                    continue
                seen = self._seen(entry.name)
                if seen is None or stat.S_ISDIR(seen.st_mode):
                    continue
                if stat.S_ISREG(seen.st_mode) and not _stands_still(seen, now):
                    unfinished += 1
                else:
                    found.append((seen.st_mtime_ns, entry.name))
        return WaitingFiles(tuple(name for _, name in sorted(found)), unfinished)

    def read(self, name: str) -> bytes | str:
        """What is in a file, or why it is not read."""
        seen = self._seen(name)
        if seen is None:
            return "it is gone"
        self._read[name] = _identity(seen)
        if not stat.S_ISREG(seen.st_mode):
            return "a symbolic link: not followed" if stat.S_ISLNK(seen.st_mode) else "no regular file"
        body = read_regular(name, LARGEST, folder=self._fd, follow_links=False)
        return body.what if isinstance(body, NotRead) else body

    def move(self, name: str, to: str, reason: str = "") -> None:
        """Put a file that was read into ``done`` or ``failed`` beside it, there with the reason in a text of its own.

        What has changed, or was put in its place, since it was read stays, to be read anew.
        """
        now = self._seen(name)
        if now is None or self._read.get(name) != _identity(now):
            return
        folder = self._folder(to)
        try:
            target = self._free_name(name, folder)
            os.rename(name, target, src_dir_fd=self._fd, dst_dir_fd=folder)
            if reason:
                flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
                with open(open_file(f"{target}.reason.txt", flags, folder=folder), "wb") as file:
                    file.write(f"{reason}\n".encode(errors="replace"))
        finally:
            os.close(folder)

    def _folder(self, name: str) -> int:
        """The folder inside, made if need be; a symbolic link in its place is an error."""
        with suppress(FileExistsError):
            os.mkdir(name, 0o770, dir_fd=self._fd)
            give_to_owner(name, self._fd)
        return os.open(name, _FOLDER | os.O_NOFOLLOW, dir_fd=self._fd)

    def _seen(self, name: str) -> os.stat_result | None:
        try:
            return os.stat(name, dir_fd=self._fd, follow_symlinks=False)
        except FileNotFoundError:
            return None

    @staticmethod
    def _free_name(name: str, folder: int) -> str:
        """The name, cut so that more fits behind it, and numbered where the folder has it already."""
        short = os.fsdecode(os.fsencode(name)[:200])
        taken = set(os.listdir(folder))
        names = (short if n == 1 else f"{short}.{n}" for n in range(1, len(taken) + 3))
        return next(one for one in names if one not in taken and f"{one}.reason.txt" not in taken)


def shown_name(name: str) -> str:
    """A file's name as people may see it."""
    return clean.line(os.fsencode(name).decode(errors="replace"), 100)


def _identity(seen: os.stat_result) -> tuple[int, int, int]:
    return seen.st_ino, seen.st_size, seen.st_mtime_ns


def _stands_still(seen: os.stat_result, now: datetime) -> bool:
    """Whether nobody has written for a while; a time that lies ahead says nothing, when it was moved here does."""
    written = datetime.fromtimestamp(seen.st_mtime, UTC)
    if written > now:
        written = datetime.fromtimestamp(seen.st_ctime, UTC)
    return now - written >= STANDS_STILL
