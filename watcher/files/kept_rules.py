"""Keep what was computed from rules and papers in files of the state folder, so that the next start need not.

A damaged or missing file only costs time: it is computed and written again.
"""

from __future__ import annotations

import os
import secrets
import stat
import sys
import unicodedata
from collections.abc import Iterable
from contextlib import suppress
from hashlib import blake2b
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import watcher
from watcher.files.made import make_folder, open_file

KEPT_RULES, KEPT_PHRASES = "rules.kept", "phrases.kept"
"""Names of the files in the state folder: compiled rules; how rare phrases are."""

_MODE = 0o600
_OTHERS_WRITE = stat.S_IWGRP | stat.S_IWOTH
_DECIDE = ("rules", "model/fields.py")
"""Files and folders of the package that decide what a rule means."""
_LIBRARIES = ("lark", "google-re2")


class KeptFile:
    """A file in a state folder, such as that of compiled rules."""

    def __init__(self, folder: Path, name: str) -> None:
        self._path = folder / name

    def read(self) -> bytes | None:
        """Return the file's bytes; None if there is no file, or someone else may have written it.

        It must belong to this user or to the folder's owner, and only its owner may have write access.
        """
        try:
            descriptor = os.open(self._path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
            with open(descriptor, "rb") as file:
                seen = os.fstat(descriptor)
                owners = (os.geteuid(), self._path.parent.stat().st_uid)
                if not stat.S_ISREG(seen.st_mode) or seen.st_uid not in owners or seen.st_mode & _OTHERS_WRITE:
                    return None
                return file.read()
        except OSError:
            return None

    def write(self, pieces: Iterable[bytes | memoryview]) -> None:
        """Replace the file's content by these pieces, one after the other. Raises ``OSError``.

        It is not synced to the disk: if a crash damages it, it is refused when it is read.
        """
        make_folder(self._path.parent)
        half = self._path.with_name(f".{self._path.name}.{secrets.token_hex(8)}")
        try:
            with os.fdopen(open_file(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL), "wb") as file:
                os.fchmod(file.fileno(), _MODE)
                file.writelines(pieces)
            half.replace(self._path)
        finally:
            half.unlink(missing_ok=True)

    def forget(self) -> None:
        """Delete the file, if there is one. Raises ``OSError``."""
        self._path.unlink(missing_ok=True)


def version_of_rules() -> str:
    """Return a digest of all that decides what a rule's text means (code, libraries, Python), "" if unreadable."""
    home = Path(watcher.__file__).parent
    parts = [home / one for one in _DECIDE]
    sources = sorted(file for part in parts for file in (part.rglob("*.py") if part.is_dir() else [part]))
    digest = blake2b(digest_size=16)
    try:
        for file in sources:
            digest.update(b"%d\0%s" % (file.stat().st_size, file.read_bytes()))
    except OSError:
        return ""
    for said in (sys.version, sys.byteorder, unicodedata.unidata_version, *map(_version, _LIBRARIES)):
        digest.update(f"{said}\0".encode())
    return digest.hexdigest() if len(sources) > 1 else ""


def _version(library: str) -> str:
    with suppress(PackageNotFoundError):
        return version(library)
    return ""


class KeptRulesFile(KeptFile):
    """The file of compiled rules in a state folder."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, KEPT_RULES)


class KeptPhrasesFile(KeptFile):
    """The file of how rare phrases are, in a state folder."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, KEPT_PHRASES)
