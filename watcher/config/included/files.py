"""Find included files on disk, their last good copies, and those that have vanished."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from watcher.config.text.reading import LARGEST
from watcher.config.values import Config
from watcher.errors import Problem, WatcherError
from watcher.files.made import make_folder, open_file, why_denied
from watcher.files.read import is_plain_name, name_in_one_line, read_regular

FileStamps = frozenset[tuple[str, int, int, int]]
"""For each file: path, inode, size (bytes) and time of its last change (ns)."""

MOST_PARTS = 50
"""Most folders in a pattern, and one ``**``: with more, looking for its files may take hours."""

VANISHED_FOR = 24 * 3600.0
"""Seconds for which a vanished file counts as broken. After that, its subscriptions are gone."""


@dataclass(slots=True)
class Included:
    """One included file.

    ``shown``: its path as people write it.
    ``data``: its content, None if it cannot be read or has vanished; then ``problems`` say so.
    ``folder``: where its last good copy is kept, None for nowhere.
    ``path``: where it is, None if it has vanished or cannot be read.
    """

    name: str
    shown: str
    data: bytes | None
    folder: Path | None
    problems: list[Problem] = field(default_factory=list)
    has_vanished: bool = False
    path: Path | None = None

    @property
    def owner(self) -> str:
        """The owner of its subscriptions: its name without the ending."""
        return Path(self.name).stem

    def last_good(self) -> bytes | None:
        """Return its last good version, None if there is no copy."""
        copy = read_regular(self.folder / self.name, LARGEST) if self.folder else None
        return copy if isinstance(copy, bytes) else None

    def keep_copy(self, data: bytes) -> None:
        """Keep the file's content ``data`` as its last good version, unless this process may not write there."""
        folder = self.folder
        if folder is None or self.last_good() == data:
            return
        with suppress(OSError):
            make_folder(folder)
            beside = folder / f".{self.name}.new"
            with os.fdopen(open_file(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), "wb") as file:
                file.write(data)
            os.replace(beside, folder / self.name)

    def is_missed(self) -> bool:
        """Return whether subscriptions that the file no longer has stay in force: for a day after the first call."""
        return self.folder is not None and _gone_for(self._emptied) < VANISHED_FOR

    def is_taken(self) -> None:
        """Note that its content is in force. If it loses its subscriptions later, the day begins anew."""
        if self.folder is not None:
            with suppress(OSError):
                self._emptied.unlink(missing_ok=True)

    @property
    def _emptied(self) -> Path:
        assert self.folder is not None
        return self.folder / f".{self.name}.empty"


@dataclass(frozen=True, slots=True)
class IncludedFiles:
    """The included files, sorted, and what is wrong with the patterns that name them.

    ``wrong``: index of a pattern → why it cannot be used.
    ``empty``: indexes of patterns that match no file.
    ``left_out``: index of a pattern → names of files that it would match with the other ending.
    ``folders``: indexes of patterns that are the name of a folder.
    ``mains``: indexes of patterns that name the config itself.
    """

    files: list[Included]
    wrong: dict[int, str]
    empty: list[int] = field(default_factory=list)
    left_out: dict[int, list[str]] = field(default_factory=dict)
    folders: list[int] = field(default_factory=list)
    mains: list[int] = field(default_factory=list)


def included_files(patterns: Sequence[str], main: Path, last_good: Path | None) -> IncludedFiles:
    """Return the files that the patterns match, and those that have vanished within a day.

    ``main``: the main file; patterns are relative to its folder.
    ``last_good``: the folder of last good copies, None for none.
    """
    folder = main.parent
    found: dict[str, Included] = {}
    wrong: dict[int, str] = {}
    fitting: dict[int, list[Path]] = {}
    is_folder: list[int] = []
    is_main: list[int] = []
    for n, pattern in enumerate(patterns):
        try:
            paths = _paths(pattern, folder)
        except (OSError, ValueError) as error:
            wrong[n] = getattr(error, "strerror", None) or "it is no pattern of names"
            continue
        fitting[n] = paths
        if folders := [path for path in paths if len(paths) == 1 and os.path.isdir(path)]:
            is_folder.append(n)
        if main in paths and len(paths) == 1:
            is_main.append(n)
        for path in paths:
            if path == main or path in folders:
                continue
            shown, known = _shown(path, folder), found.get(path.name)
            if known is not None and known.shown == shown:
                continue
            one = _read(path, shown, last_good)
            if known is not None:
                what = f"{known.shown} has the same name"
                hint = "names scope subscriptions: rename one"
                one.problems.append(Problem(shown, 0, 0, what, hint, name="wrong-file"))
            found[path.name] = one
    left_out = {n: names for n in fitting if (names := _left_out(patterns[n], folder, found))}
    empty = [n for n, paths in fitting.items() if not paths and n not in left_out]
    return IncludedFiles([*found.values(), *_vanished(found, last_good)], wrong, empty, left_out, is_folder, is_main)


def stamps_of(config: Config) -> FileStamps:
    """Return the stamps of all files that a config is read from: an edit changes them. Unreadable files have none."""
    paths = [config.path] if config.path else []
    for pattern in config.patterns:
        with suppress(OSError, ValueError):
            paths += _paths(pattern, config.folder)
    stamps = set()
    for path in paths:
        with suppress(OSError):
            found = path.stat()
            stamps.add((str(path), found.st_ino, found.st_size, found.st_mtime_ns))
    return frozenset(stamps)


def forget_copies(folder: Path, owner: str) -> int:
    """Delete the last good copies of an owner's file and what is noted of it; return how many files were deleted."""
    gone = 0
    for copy in _copies(folder):
        if os.path.isfile(copy) and Path(copy.name.removeprefix(".").removesuffix(_noted(copy))).stem == owner:
            copy.unlink(missing_ok=True)
            gone += 1
    return gone


def _noted(copy: Path) -> str:
    """Return the ending of a file beside a copy that notes something about it, "" for the copy itself."""
    return next(
        (one for one in (".gone", ".empty", ".new") if copy.name.startswith(".") and copy.name.endswith(one)), ""
    )


def _left_out(pattern: str, folder: Path, found: dict[str, Included]) -> list[str]:
    """Return the names of files that a pattern would match if it ended in the other of ``.yaml`` and ``.yml``."""
    for ending, other in ((".yaml", ".yml"), (".yml", ".yaml")):
        if pattern.endswith(ending):
            paths = _paths(pattern.removesuffix(ending) + other, folder)
            return [path.name for path in paths if path.name not in found]
    return []


def _paths(pattern: str, folder: Path) -> list[Path]:
    """Return the files that a pattern matches. As in a shell, hidden files need a pattern that begins with a dot."""
    found = _fitting(pattern, folder)
    return found if Path(pattern).name.startswith(".") else [path for path in found if not path.name.startswith(".")]


def _fitting(pattern: str, folder: Path) -> list[Path]:
    path = Path(pattern)
    if path in (Path(), Path(path.anchor)) or len(path.parts) > MOST_PARTS or path.parts.count("**") > 1:
        raise ValueError(pattern)
    if not path.is_absolute():
        return sorted(folder.glob(pattern))
    return sorted(Path(path.anchor).glob(str(path.relative_to(path.anchor))))


def _shown(path: Path, folder: Path) -> str:
    return name_in_one_line(str(path.relative_to(folder) if path.is_relative_to(folder) else path))


def _read(path: Path, shown: str, last_good: Path | None) -> Included:
    if not is_plain_name(path.name):
        # It would be the beginning of names that stand in the database, in messages and in lines of the log.
        what, hint = "its name holds characters that are no plain text", "rename it; its subscriptions are not read"
        return Included(
            name_in_one_line(path.name), shown, None, None, [Problem(shown, 0, 0, what, hint, name="wrong-file")]
        )
    data = read_regular(path, LARGEST)
    if isinstance(data, bytes):
        return Included(path.name, shown, data, last_good, path=path)
    problem = Problem(shown, 0, 0, f"cannot be read: {data.what}", data.hint, name="wrong-file")
    return Included(path.name, shown, None, last_good, [problem])


def _vanished(found: dict[str, Included], last_good: Path | None) -> list[Included]:
    """Return the copies of files that have vanished within a day."""
    gone = []
    for copy in _copies(last_good):
        if copy.name.startswith(".") or not is_plain_name(copy.name) or not os.path.isfile(copy):
            continue
        marker = copy.with_name(f".{copy.name}.gone")
        if copy.name in found:
            with suppress(OSError):
                marker.unlink(missing_ok=True)
        elif _gone_for(marker) < VANISHED_FOR:
            what, hint = "the file has vanished", "its subscriptions end a day after; put it back"
            problem = Problem(copy.name, 0, 0, what, hint, name="wrong-file")
            gone.append(Included(copy.name, copy.name, None, copy.parent, [problem], has_vanished=True))
        else:
            with suppress(OSError):
                copy.unlink()
                marker.unlink()
    return gone


def _copies(last_good: Path | None) -> list[Path]:
    """Return the paths in the folder of copies. Raises ``WatcherError`` if this user may not look there."""
    if last_good is None:
        return []
    try:
        return sorted(last_good.iterdir()) if os.path.isdir(last_good) else []
    except OSError as error:
        why = why_denied(last_good, home=last_good.parent, writing=False)
        raise WatcherError(why or f"{last_good} cannot be read: {error.strerror}") from error


def _gone_for(marker: Path) -> float:
    """Return for how many seconds a file has been missed. The time of a marker file tells it."""
    with suppress(OSError):
        if not marker.exists():
            os.close(open_file(marker, os.O_WRONLY | os.O_CREAT))
        seconds = time.time() - marker.stat().st_mtime
        if seconds < 0:  # the clock was wrong when it was made
            os.utime(marker)
        return max(seconds, 0.0)
    return 0.0
