"""Tell which warnings the ``accept:`` lists of a config accept, and which they name in vain."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from watcher.config.lint.table import WARNINGS

AcceptPath = tuple[int | str, ...]


class AcceptedWarnings:
    """The ``accept:`` lists of one file, each with the path of its table; () is the path of the whole file.

    ``above``: warnings that are accepted for all files.
    """

    def __init__(self, above: AcceptedWarnings | None = None) -> None:
        self._above = above
        self._named: dict[AcceptPath, list[str]] = {}
        self._used: set[tuple[AcceptPath, str]] = set()

    def add(self, path: AcceptPath, names: Sequence[str]) -> None:
        """Accept the warnings with these names at the path and below."""
        self._named[path] = list(names)

    def take(self, path: AcceptPath, name: str) -> bool:
        """Return whether a warning at a path is accepted. If so, the lists that name it do not name it in vain."""
        places = [path[:n] for n in range(len(path) + 1)]
        taken = [place for place in places if name in self._named.get(place, ())]
        self._used.update((place, name) for place in taken)
        is_above = self._above is not None and self._above.take((), name)
        return bool(taken) or is_above

    def at(self, path: AcceptPath) -> Collection[str]:
        """Return the names of warnings that the table at this path accepts."""
        return frozenset(self._named.get(path, ()))

    def in_vain(self) -> Iterator[tuple[AcceptPath, int, str]]:
        """Yield (path, index in the list, name) of each accepted warning that did not occur.

        Warnings that depend on more than the config's files are left out.
        """
        for path, names in self._named.items():
            for n, name in enumerate(names):
                if name in WARNINGS and not WARNINGS[name].varies and (path, name) not in self._used:
                    yield path, n, name
