"""Collect what is wrong in one file, by offset; make problems of it when the whole file was read."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from watcher.config.text.quoting import Quoting
from watcher.config.text.source import SourceText
from watcher.config.text.tree import ConfigNode, Scalar
from watcher.errors import Problem

MOST = 50
"""Most errors of one file that are listed, and most warnings. Of the others only their number is given."""

UNREADABLE = "unreadable"
"""Name of errors that are found before the keys of a file are looked at."""

Hint = str | Callable[[], str]
"""What to write instead, or a function that returns it. The function is called only if the hint is shown."""


class Mistakes:
    """The errors and warnings of one file.

    ``names``: names of the findings so far.
    ``root`` and ``scalars``: what could be read of the file. They decide what of a line may be quoted; therefore no
        line is quoted before the file was read.
    ``is_whole``: all of the file was read.
    """

    def __init__(self, source: SourceText) -> None:
        self.source = source
        self.root: ConfigNode | None = None
        self.scalars: Sequence[Scalar] = ()
        self.is_whole = False
        self._noted: list[tuple[int, str, str, bool, str]] = []
        self._listed = {True: 0, False: 0}
        self._count = {True: 0, False: 0}
        self._is_cut = False
        self.names: set[str] = set()

    def know(self, root: ConfigNode | None, scalars: Sequence[Scalar], *, is_whole: bool = False) -> None:
        """Set what was read of the file.

        ``root``: its tree, None if nothing could be read.
        ``scalars``: all texts in it.
        ``is_whole``: the file was read to its end.
        """
        self.root, self.scalars, self.is_whole = root, scalars, is_whole

    @property
    def has_errors(self) -> bool:
        return self._count[True] > 0

    @property
    def is_full(self) -> bool:
        """Whether there are so many errors that no further one is listed."""
        return self._count[True] >= MOST

    def note(self, offset: int, what: str, hint: Hint = "", *, fatal: bool = True, name: str = UNREADABLE) -> None:
        """Note a problem at an offset.

        ``what``: what is wrong, in words; ``hint``: what to write instead.
        ``name``: as docs/warnings.md has it.
        ``fatal``: it is an error; False for a warning.
        """
        self._count[fatal] += 1
        self.names.add(name)
        if self._listed[fatal] < MOST:
            self._listed[fatal] += 1
            self._noted.append((offset, what, hint if isinstance(hint, str) else hint(), fatal, name))

    def count(self, errors: int) -> None:
        """Note further errors of which only their number is known."""
        self._count[True] += errors

    def stop(self) -> None:
        """Note that the rest of the file was not looked at."""
        self._is_cut = True

    def take(self, other: Mistakes) -> None:
        """Add the problems of another object about the same file."""
        for offset, what, hint, fatal, name in other._noted:
            self.note(offset, what, hint, fatal=fatal, name=name)
        for fatal, count in other._count.items():
            self._count[fatal] += count - other._listed[fatal]

    def listed(self) -> list[Problem]:
        """Return all problems from top to bottom; the last one may say how many more there are."""
        noted = sorted(self._noted, key=lambda one: one[0])
        quoting = Quoting(self.source, self.root, self.scalars, is_whole=self.is_whole)
        if noted:
            quoting.narrow(noted[0][0], noted[-1][0])
        problems = []
        for offset, what, hint, fatal, name in noted:
            number, column = self.source.position(offset)
            line = quoting.line(number, column)
            problems.append(Problem(self.source.name, number, column, what, hint, line, fatal, name))
        return problems + self._rest()

    def _rest(self) -> list[Problem]:
        rest = []
        for fatal, kind in ((True, "mistake"), (False, "warning")):
            more = self._count[fatal] - self._listed[fatal]
            what = f"… and {more:,} more {kind}{'s' if more > 1 else ''}" if more else ""
            if fatal and self._is_cut:
                what = f"{what}; the rest was not looked at" if what else "… the rest was not looked at"
            if what:
                rest.append(Problem(self.source.name, 0, 0, what, fatal=fatal, name=""))
        return rest
