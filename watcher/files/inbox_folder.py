"""Read and move the files of an inbox. Nothing outside its folder is touched."""

from __future__ import annotations

import os
import stat
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from watcher.files.made import give_to_owner, open_file
from watcher.files.read import NotRead, read_regular
from watcher.parsers.common import clean

LARGEST = 50_000_000
"""Most bytes of a file that is read; a larger one is no saved page."""

STANDS_STILL = timedelta(seconds=30)
"""How long a file must be unchanged to count as complete. A file saved elsewhere and moved here is older already."""

DONE, FAILED = "done", "failed"
_UNFINISHED = (".part", ".partial", ".crdownload", ".download", ".tmp", ".swp", "~")
_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC


@dataclass(frozen=True, slots=True)
class WaitingFiles:
    """The files that wait in an inbox.

    ``names``: of complete files, oldest first.
    ``unfinished``: number of files that are still being written.
    """

    names: tuple[str, ...]
    unfinished: int


class Inbox:
    """The open folder of an inbox. Files are named relative to it. Symbolic links are moved, but never followed.

    ``fd``: descriptor of the open folder.
    Methods raise ``OSError`` if the file system refuses.
    """

    def __init__(self, fd: int) -> None:
        self._fd = fd
        self._read: dict[str, tuple[int, int, int]] = {}

    @classmethod
    def opened(cls, path: str) -> Inbox | str:
        """Open a folder; return the inbox, which the caller must close, or why the folder cannot be read."""
        try:
            return cls(os.open(path, _FOLDER))
        except (OSError, ValueError) as error:
            return f"the folder {path}: {getattr(error, 'strerror', None) or error}"

    def close(self) -> None:
        """Close the folder."""
        os.close(self._fd)

    def waiting(self, now: datetime) -> WaitingFiles:
        """Return the files in the folder. Hidden files, unfinished downloads and folders are left out."""
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
        """Return the content of a file, or why it cannot be read."""
        seen = self._seen(name)
        if seen is None:
            return "it is gone"
        self._read[name] = _identity(seen)
        if not stat.S_ISREG(seen.st_mode):
            return "a symbolic link: not followed" if stat.S_ISLNK(seen.st_mode) else "no regular file"
        body = read_regular(name, LARGEST, folder=self._fd, follow_links=False)
        return body.what if isinstance(body, NotRead) else body

    def move(self, name: str, to: str, reason: str = "") -> None:
        """Move a file that was read to the folder ``to``, which is ``done`` or ``failed``.

        If the file was changed or replaced since it was read, it stays where it is, and is read again later.

        ``reason``: why it failed; written to a text file beside it. "" writes none.
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
        """Open a folder inside the inbox, and make it if it is missing. A symbolic link of that name is an error."""
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
        """Return a name that the folder does not have: shortened so that a suffix fits, numbered if it is taken."""
        short = os.fsdecode(os.fsencode(name)[:200])
        taken = set(os.listdir(folder))
        names = (short if n == 1 else f"{short}.{n}" for n in range(1, len(taken) + 3))
        return next(one for one in names if one not in taken and f"{one}.reason.txt" not in taken)


def shown_name(name: str) -> str:
    """Return a file's name in the form in which people are shown it."""
    return clean.line(os.fsencode(name).decode(errors="replace"), 100)


def _identity(seen: os.stat_result) -> tuple[int, int, int]:
    return seen.st_ino, seen.st_size, seen.st_mtime_ns


def _stands_still(seen: os.stat_result, now: datetime) -> bool:
    """Return whether a file has not been written to for ``STANDS_STILL``.

    If its time lies in the future, the time at which it was moved here counts.
    """
    # Seconds, since a file's time may be of a year that no calendar has.
    written = seen.st_mtime if seen.st_mtime <= now.timestamp() else seen.st_ctime
    return now.timestamp() - written >= STANDS_STILL.total_seconds()
