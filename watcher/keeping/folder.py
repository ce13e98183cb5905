"""Keep papers as notes in a folder. A note that exists is never changed, whoever wrote it."""

from __future__ import annotations

import errno
import os
from contextlib import suppress
from pathlib import Path
from uuid import uuid4

from watcher.citations.kept.note import note_name, note_of
from watcher.citations.reference import Reference
from watcher.files.made import make_folder, open_file
from watcher.model import Outcome, Result
from watcher.model.subscriptions import KeepTarget

_WITHOUT_LINKS = (errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS, errno.EINVAL, errno.EMLINK)
"""Errors of file systems on which a file has one name only: sticks, shares, clouds."""


def keep_note(target: KeepTarget, reference: Reference) -> Outcome:
    """Write the note of a paper, unless a note of that name exists; return the outcome. No note is half written."""
    folder = Path(target.place)
    try:
        make_folder(folder)
        opened = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            _put(opened, note_name(reference), note_of(reference, target.tags).encode("utf-8", "replace"))
        finally:
            os.close(opened)
    except OSError as error:
        return Outcome(Result.FAILED, f"{folder} cannot be written: {error.strerror}")
    return Outcome(Result.SENT)


def _put(folder: int, name: str, text: bytes) -> None:
    """Make a file with all of its text at once, unless its name is taken.

    ``folder``: descriptor of the folder.
    """
    with suppress(FileNotFoundError):
        os.stat(name, dir_fd=folder, follow_symlinks=False)
        return
    new = f".{uuid4().hex}.part"
    descriptor = open_file(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, folder=folder)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        _give_name(folder, new, name)
    finally:
        with suppress(FileNotFoundError):
            os.unlink(new, dir_fd=folder)
    os.fsync(folder)


def _give_name(folder: int, new: str, name: str) -> None:
    """Give a whole file its name, unless that is taken meanwhile."""
    try:
        os.link(new, name, src_dir_fd=folder, dst_dir_fd=folder, follow_symlinks=False)
    except FileExistsError:
        return
    except OSError as error:
        if error.errno not in _WITHOUT_LINKS:
            raise
        # The name was free a moment ago.
        os.rename(new, name, src_dir_fd=folder, dst_dir_fd=folder)
