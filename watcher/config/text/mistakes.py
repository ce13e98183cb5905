"""What is wrong in one file: noted at offsets, a few dozen at most, and put into problems when the file is known."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from watcher.config.text.quoting import Quoting
from watcher.config.text.source import SourceText
from watcher.config.text.tree import ConfigNode, Scalar
from watcher.errors import Problem

MOST = 50
"""Errors of one file that are listed, and warnings; of the others it is said how many there are."""

UNREADABLE = "unreadable"
"""The name of what is wrong with a file before its keys are looked at."""

Hint = str | Callable[[], str]
"""What to write instead, or what finds it: that is asked for only where it will be shown."""


class Mistakes:
    """The errors and warnings of one file; ``names`` are those of the findings so far.

    ``root`` and ``scalars`` are what could be read of it: from them follows what of a line may be quoted, and so no
    line is quoted before the file was read as far as it goes. ``is_whole`` says that all of it was.
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
        """What could be read of the file."""
        self.root, self.scalars, self.is_whole = root, scalars, is_whole

    @property
    def has_errors(self) -> bool:
        return self._count[True] > 0

    @property
    def is_full(self) -> bool:
        """Whether there are so many errors that no further one is listed."""
        return self._count[True] >= MOST

    def note(self, offset: int, what: str, hint: Hint = "", *, fatal: bool = True, name: str = UNREADABLE) -> None:
        """Something wrong at a character offset; ``name`` as docs/warnings.md has it."""
        self._count[fatal] += 1
        self.names.add(name)
        if self._listed[fatal] < MOST:
            self._listed[fatal] += 1
            self._noted.append((offset, what, hint if isinstance(hint, str) else hint(), fatal, name))

    def count(self, errors: int) -> None:
        """So many errors more, of which nothing is known but their number."""
        self._count[True] += errors

    def stop(self) -> None:
        """The rest of the file was not looked at."""
        self._is_cut = True

    def take(self, other: Mistakes) -> None:
        """Add what another has of the same file."""
        for offset, what, hint, fatal, name in other._noted:
            self.note(offset, what, hint, fatal=fatal, name=name)
        for fatal, count in other._count.items():
            self._count[fatal] += count - other._listed[fatal]

    def listed(self) -> list[Problem]:
        """All problems, from top to bottom, and last how many more there are."""
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
