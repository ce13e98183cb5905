"""Notice that an SQLite database is gone, was emptied, or was replaced by another one.

Every database has a stamp in the header of its file: a random number. Each process that opens it sets a new one, and a
daemon does so once an hour. A mark, which is a small file beside the database, says which stamps the header may have.
So neither an older copy of the database nor any other one is taken for the one that was last used.

The mark is written before the stamp. The stamp reaches the file's header only when the write-ahead log is written back.
Therefore a mark names three stamps: the one in the header, the last one and the new one.

For a server's database, a mark in the state folder says only that the database had tables.
"""

from __future__ import annotations

import json
import os
import secrets
import stat
import zlib
from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from watcher.errors import DatabaseLost, StoreError
from watcher.files.made import make_folder, open_file
from watcher.files.read import NotRead, read_regular
from watcher.store.database.file.header import header_of

APPLICATION = 0x77746368
"""SQLite's ``application_id`` of watcher's databases ("wtch"). Those made by older releases have 0."""


GONE = "is gone, though watcher has used it here before"
EMPTIED = "is empty now, though watcher has used it here before"
BARE = "has no tables any more"
CUT = "was cut short"
FOREIGN = "is no SQLite database any more"
REPLACED = "is not the one that watcher used last, but an older copy or another one"

MOST_OF_MARK = 64 * 1024
"""Most bytes of a mark that are read; a real one has some hundred."""


@dataclass(frozen=True, slots=True)
class FileMark:
    """What the file beside a database says about it.

    ``stamps``: the stamps that its header may have, empty if any is allowed since they are not known.
    """

    stamps: tuple[int, ...] = ()

    def allows(self, stamp: int) -> bool:
        """Return whether the database's header may have this stamp."""
        return not self.stamps or stamp in self.stamps


def mark_path(database: Path) -> Path:
    """Return the path of a database's mark."""
    return Path(f"{database}.mark")


def read_mark(database: Path) -> FileMark | None:
    """Return the mark of a database, None if there is none. A mark that cannot be read allows every stamp."""
    data = read_regular(mark_path(database), MOST_OF_MARK)
    if isinstance(data, NotRead):
        return None if data.is_missing else FileMark()
    try:
        return FileMark(tuple(map(int, json.loads(data)["stamps"])))
    except (ValueError, TypeError, KeyError, RecursionError):
        return FileMark()


def write_mark(database: Path, mark: FileMark, *, durable: bool = True) -> None:
    """Write the mark of an SQLite database as a whole; if that fails, the old mark stays. Raises ``OSError``.

    ``database``: path of the database; the mark stands beside it.
    ``durable=False``: a power cut may bring the old mark back.
    """
    path = mark_path(database)
    new = Path(f"{path}.new")
    body = json.dumps({"stamps": mark.stamps}).encode()
    descriptor = open_file(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    try:
        os.write(descriptor, body)
        if durable:
            os.fsync(descriptor)
    finally:
        os.close(descriptor)
    new.replace(path)
    if durable:
        sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Write the names of a folder to the disk, so that made and renamed files survive a power cut.

    Nothing is done if the file system cannot do that.
    """
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        with suppress(OSError):
            os.fsync(descriptor)
    finally:
        os.close(descriptor)


def new_stamp() -> int:
    """Return a random stamp, which no other database has."""
    return secrets.randbelow(2**31 - 1) + 1


def place_of_mark(database: Path | None, state_dir: Path | None) -> Path | None:
    """Return the path beside which a mark is written, None if there is neither a file nor a state folder.

    That is the database's file, or for a server's database a name in the state folder.
    """
    return database or (state_dir / "postgresql" if state_dir else None)


def mark_server(place: Path, address: str) -> None:
    """Note that the server's database at ``address`` has tables. If the mark cannot be written, nothing is noted.

    ``place``: the path beside which the mark is written, from :func:`place_of_mark`.
    ``address``: the database's URL.
    """
    mark = FileMark((zlib.crc32(address.encode()),))
    with suppress(OSError):
        if read_mark(place) != mark:
            make_folder(place.parent)
            write_mark(place, mark)


def had_tables(place: Path, address: str) -> bool:
    """Return whether the server's database at ``address`` is noted to have had tables.

    ``place`` and ``address``: as of :func:`mark_server`.
    """
    mark = read_mark(place)
    return mark is not None and mark.allows(zlib.crc32(address.encode()))


Loss = Literal["lost", "damaged"]
"""How a database was lost. A damaged one may still open, so that only a restore ends its loss."""


def told_of_loss(database: Path) -> frozenset[str]:
    """Return the endpoints of the operator that were told that a database cannot be used."""
    return frozenset(_heard(database)[1:])


def note_told(database: Path, loss: Loss, endpoints: Collection[str]) -> None:
    """Note which endpoints were told of a database's loss, so that they are not told again after a restart."""
    with suppress(OSError):
        descriptor = open_file(_place_of_heard(database), os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.writelines(f"{one}\n" for one in (loss, *sorted(endpoints)))


def forget_loss(database: Path, *, is_replaced: bool = False) -> None:
    """Note that a database could be opened, so that its next loss is told.

    ``is_replaced``: it was replaced on purpose, which ends the loss of a damaged one, too.
    """
    with suppress(OSError):
        if is_replaced or _heard(database)[0] != "damaged":
            _place_of_heard(database).unlink(missing_ok=True)


def _heard(database: Path) -> list[str]:
    try:
        return _place_of_heard(database).read_text(encoding="utf-8").splitlines() or [""]
    except (OSError, ValueError):
        return [""]


def _place_of_heard(database: Path) -> Path:
    return Path(f"{database}.lost")


def lost(database: object, what: str) -> DatabaseLost:
    """Return the error for a missing or replaced database, with the remedy.

    ``what``: what has happened, in words.
    """
    if what == REPLACED:
        ways = (
            "put that one back; `watcher restore --in-place` goes on with this one and takes what was due before now "
            "as known, `watcher migrate --accept` takes it as it is and may tell papers a second time"
        )
    else:
        ways = (
            "put it back, or a backup by `watcher restore FILE`; `watcher migrate --accept` makes a new one, which "
            "tells again what the sources list now"
        )
    return DatabaseLost(f"the database {database} {what}: {ways}")


def require_there(path: Path) -> None:
    """Raise an error if the database file cannot be opened as the one that was last used.

    ``DatabaseLost``: it is gone, empty or another one. ``StoreError``: it is another program's.
    """
    mark = read_mark(path)
    try:
        seen = path.stat()
    except FileNotFoundError:
        seen = None
    if seen is not None and not stat.S_ISREG(seen.st_mode):
        return  # whoever opens it says what it is
    if seen is None or not seen.st_size:
        if mark or _was_here(path):
            raise lost(path, GONE if seen is None else EMPTIED)
        return
    header = header_of(path)
    if header is None:
        if mark:
            raise lost(path, FOREIGN)
        return
    if header.application not in (0, APPLICATION):
        raise StoreError(f"the database {path} belongs to another program; give watcher one of its own")
    if mark and not mark.allows(header.stamp):
        raise lost(path, REPLACED)


def accept(path: Path) -> None:
    """Forget the database last used at ``path``, so that the present file is used, or a new file made.

    Raises ``StoreError`` if a log or journal beside it may be of the other database.
    """
    is_there = path.exists() and path.stat().st_size > 0
    for end in ("-wal", "-shm", "-journal"):
        beside = Path(f"{path}{end}")
        if not beside.exists():
            continue
        if is_there and end != "-shm" and beside.stat().st_size and (mark := read_mark(path)):
            header = header_of(path)
            if header is not None and not mark.allows(header.stamp):
                raise StoreError(f"{beside} may belong to the database that was here before: move it away first")
        if not is_there:
            beside.rename(f"{path}.lost{end}")
    mark_path(path).unlink(missing_ok=True)
    forget_loss(path, is_replaced=True)


def _was_here(path: Path) -> bool:
    """Return whether an older release, which wrote no marks, has used a database here.

    Its traces are a write-ahead log, or the lock of a daemon, which is made after the database.
    """
    log_file = Path(f"{path}-wal")
    if log_file.exists() and log_file.stat().st_size:
        return True
    return (path.parent / "daemon.lock").exists() and not any(path.parent.glob("*.mark"))
