"""Write one more subscription into a file of the config. The file is never left broken or half written."""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from difflib import unified_diff
from pathlib import Path

from watcher.config.adding import with_subscription
from watcher.config.text.reading import LARGEST
from watcher.config.values import Config
from watcher.errors import ConfigError, Problem, UsageError, WatcherError
from watcher.files.read import NotRead, read_regular

BY_HAND = "write the lines into it by hand"

ReadConfig = Callable[[Path, Mapping[Path, bytes]], Config]
"""Reads the config at a path, with other bytes in place of those of some files (resolved path → bytes)."""


@dataclass(frozen=True, slots=True)
class SavedLines:
    """A subscription that was written, or would be written.

    ``line``: number of its first line in the file, from 1.
    ``diff``: the change of the file, as lines of a unified diff.
    ``warnings``: warnings about the new config that the old one does not have.
    """

    line: int
    diff: tuple[str, ...]
    warnings: tuple[Problem, ...]


class SubscriptionFile:
    """A file of the config to which one subscription can be added.

    ``config``: the config in force.
    ``path``: its main file, or one that it includes.
    ``read``: reads a whole config from its main file, with other bytes in place of those of some files (resolved path →
        bytes). Raises ``ConfigError``.
    """

    def __init__(self, config: Config, path: Path, read: ReadConfig) -> None:
        assert config.path is not None
        self._config, self._main, self._path, self._read = config, config.path, path, read

    def save(self, lines: Sequence[str], *, dry_run: bool = False) -> SavedLines:
        """Write the subscription in ``lines``; return what was written.

        The config is read as it would be with the new file, and only then the new file, written beside the old one,
        replaces it. Other savers wait meanwhile.

        Raises ``ConfigError`` with the mistakes in the lines, ``WatcherError`` if the file cannot be written or another
        program wrote to it meanwhile; nothing is changed then.

        ``dry_run``: write nothing, and return what would be written.
        """
        try:
            with _alone_in(self._main.parent):
                return self._save(lines, dry_run=dry_run)
        except OSError as error:
            raise WatcherError(f"{self._path}: {error.strerror}; {BY_HAND}") from None

    def _save(self, lines: Sequence[str], *, dry_run: bool) -> SavedLines:
        before = read_regular(self._path, LARGEST)
        if isinstance(before, NotRead):
            raise WatcherError(f"{self._path}: {before.what}; {BY_HAND}")
        after, number = with_subscription(str(self._path), before, lines)
        warnings = self._checked(after)
        self._replace(before, after, dry_run=dry_run)
        was, becomes = (text.decode("utf-8", "replace").splitlines() for text in (before, after))
        return SavedLines(number, tuple(unified_diff(was, becomes, lineterm="", n=2))[2:], warnings)

    def _checked(self, after: bytes) -> tuple[Problem, ...]:
        """Return the new warnings of the changed config. Raises ``ConfigError`` with the mistakes in what is added.

        ``after``: the new bytes of the file.
        """
        # Of now: somebody may have saved since the config in force was read.
        before, broken = self._read_with({})
        if before is None or broken:
            raise UsageError(f"mend what is wrong already: {broken[0]}")
        config, broken = self._read_with({self._path.resolve(): after})
        if config is None or broken:
            raise ConfigError(broken)
        if len(config.subscriptions) != len(before.subscriptions) + 1:
            raise UsageError(f"is it among the files that {self._main} includes?")
        known = {(one.name, one.what) for one in self._config.problems}
        return tuple(one for one in config.problems if (one.name, one.what) not in known)

    def _read_with(self, instead: Mapping[Path, bytes]) -> tuple[Config | None, Sequence[Problem]]:
        """Return the config, None if it is broken, and the errors in it and in the file."""
        try:
            config = self._read(self._main, instead)
        except ConfigError as error:
            return None, [one for one in error.problems if one.fatal]
        return config, config.broken_includes.get(self._path.name, ())

    def _replace(self, before: bytes, after: bytes, *, dry_run: bool) -> None:
        """Write the new file, or with ``dry_run`` only find out whether it can be written."""
        beside = self._path.with_name(f".{self._path.name}.new")
        try:
            _write_closed(beside, after)
            shutil.copymode(self._path, beside)
            if dry_run:
                return
            self._keep_owner(beside)
            if read_regular(self._path, LARGEST) != before:
                raise WatcherError(f"{self._path}: another program wrote to it meanwhile; try again")
            os.replace(beside, self._path.resolve())
        finally:
            beside.unlink(missing_ok=True)

    def _keep_owner(self, beside: Path) -> None:
        was, made = self._path.stat(), beside.stat()
        if (was.st_uid, was.st_gid) != (made.st_uid, made.st_gid):
            os.chown(beside, was.st_uid, was.st_gid)


@contextmanager
def _alone_in(folder: Path) -> Iterator[None]:
    """Be the only one that saves into the config of a folder, until the block ends."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _write_closed(path: Path, data: bytes) -> None:
    """Write a file that only its owner can read until it has the mode of the old one, since it may hold addresses."""
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600), "wb") as file:
        file.write(data)
