"""Open other people's files with care: a file that never ends, never answers or changes holds up nothing."""

from __future__ import annotations

import os
import re
import select
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

PATIENCE = 10.0
"""Seconds that a named pipe on the command line may be silent before it is given up."""

_FLAGS = os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC
_KINDS = {
    stat.S_IFDIR: "a folder, not a file",
    stat.S_IFIFO: "a named pipe, not a file",
    stat.S_IFSOCK: "a socket, not a file",
    stat.S_IFCHR: "a device, not a file",
    stat.S_IFBLK: "a device, not a file",
    stat.S_IFLNK: "a symbolic link: not followed",
}
_NOT_PLAIN = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
"""Matches characters that no kept or shown name may contain. A byte that is not UTF-8 is a surrogate here."""

_OPEN_ALREADY = re.compile(r"/dev/(stdin|fd/\d+)|/proc/(self|\d+)/fd/\d+")
"""Matches what a shell passes for ``<(command)``. Its writer has begun already, and may take any time."""


@dataclass(frozen=True, slots=True)
class NotRead:
    """Why a file is not read.

    ``what``: in words that can follow ``cannot be read:``.
    ``hint``: what to do, "" for nothing.
    ``is_error``: ``what`` are the operating system's words.
    ``is_missing``: there is no such file.
    """

    what: str
    hint: str = ""
    is_error: bool = False
    is_missing: bool = False


def read_regular(
    path: str | Path, most: int, *, folder: int | None = None, follow_links: bool = True
) -> bytes | NotRead:
    """Return the content of a regular file, or why it is not read. Never waits.

    Nothing else than a regular file is opened; that is checked before and after opening, since the file may be replaced
    in between.

    ``most``: most bytes; a larger file is not read.
    ``folder``: descriptor of the folder that a relative ``path`` begins at.
    ``follow_links``: read what a symbolic link leads to; otherwise a link is not read.
    """
    try:
        refused = _refused(os.stat(path, dir_fd=folder, follow_symlinks=follow_links), most)
        if refused:
            return refused
        descriptor = os.open(path, _FLAGS | (0 if follow_links else os.O_NOFOLLOW), dir_fd=folder)
        with open(descriptor, "rb") as file:
            return _refused(os.fstat(descriptor), most) or _read(file, most)
    except (OSError, ValueError) as error:
        return _explained(error)


def name_in_one_line(name: str) -> str:
    """Return a file's name for people, with escapes for control characters, line ends and bytes that are no text."""
    return "".join(char if char.isprintable() else char.encode("unicode_escape").decode("ascii") for char in name)


def is_plain_name(name: str) -> bool:
    """Return whether a file's name is text in one line, without control characters and changes of direction."""
    return not _NOT_PLAIN.search(name)


def mode_of(path: str | Path) -> int | None:
    """Return the permissions of a regular file, None if there is none or they cannot be read."""
    try:
        found = os.stat(path)
    except (OSError, ValueError):
        return None
    return stat.S_IMODE(found.st_mode) if stat.S_ISREG(found.st_mode) else None


def read_given(path: str | Path, most: int) -> bytes | NotRead:
    """Return the content of a file named on the command line, or why it is not read. It may be a pipe or a terminal.

    ``most``: most bytes; a larger file is not read.
    """
    file = open_given(path)
    if isinstance(file, NotRead):
        return file
    with file:
        try:
            found = os.fstat(file.fileno())
            refused = _refused(found, most) if stat.S_ISREG(found.st_mode) else None
            return refused or _read(file, most)
        except OSError as error:
            return _explained(error)


def open_given(path: str | Path) -> BinaryIO | NotRead:
    """Open a file, pipe or terminal that was named on the command line; return it, or why it is not read.

    A named pipe without a writer is given up after ``PATIENCE``. Folders, sockets and other devices are refused.
    """
    try:
        mode = os.stat(path).st_mode
        is_open_already = _OPEN_ALREADY.fullmatch(str(path)) is not None
        # Devices are not even opened, but for those that this process has open: that alone may do something.
        if not (stat.S_ISREG(mode) or stat.S_ISFIFO(mode) or (stat.S_ISCHR(mode) and is_open_already)):
            return _no_file(mode)
        descriptor = os.open(path, _FLAGS)
        refused = _pipe_refused(descriptor, None if is_open_already else PATIENCE)
        if refused:
            os.close(descriptor)
            return refused
        return open(descriptor, "rb")
    except (OSError, ValueError) as error:
        return _explained(error)


def _pipe_refused(descriptor: int, patience: float | None) -> NotRead | None:
    """Return why an open file is not read, None if it is. Wait until there is something in a pipe or terminal.

    ``patience``: seconds to wait, None for ever.
    """
    mode = os.fstat(descriptor).st_mode
    if stat.S_ISREG(mode):
        return None
    if not (stat.S_ISFIFO(mode) or os.isatty(descriptor)):
        return _no_file(mode)
    waiting = select.poll()
    waiting.register(descriptor, select.POLLIN)
    if not waiting.poll(None if patience is None else patience * 1000):
        return NotRead(f"a named pipe into which nobody has written for {PATIENCE:g} s")
    os.set_blocking(descriptor, True)
    return None


def _refused(found: os.stat_result, most: int) -> NotRead | None:
    if not stat.S_ISREG(found.st_mode):
        return _no_file(found.st_mode)
    return _too_large(most) if found.st_size > most else None


def _no_file(mode: int) -> NotRead:
    return NotRead(_KINDS.get(stat.S_IFMT(mode), "no file"), "put a file in its place, or leave it out")


def _too_large(most: int) -> NotRead:
    size = f"{most // 1_000_000} MB" if most >= 1_000_000 else f"{most:,} bytes"
    return NotRead(f"larger than {size}", "split it, or leave it out")


def _read(file: BinaryIO, most: int) -> bytes | NotRead:
    data: bytes | None = file.read(most + 1)
    if data is None:  # as of some files of the kernel's, which look like files and make a reader wait
        return NotRead("it gives nothing without waiting", "put a file in its place, or leave it out")
    return data if len(data) <= most else _too_large(most)


def _explained(error: OSError | ValueError) -> NotRead:
    if isinstance(error, OSError):
        hint = "give watcher's user the right to read it" if isinstance(error, PermissionError) else ""
        what = error.strerror or type(error).__name__
        return NotRead(what, hint, is_error=True, is_missing=isinstance(error, FileNotFoundError))
    return NotRead("no name that a file can have")
