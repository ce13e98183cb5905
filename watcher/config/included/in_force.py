"""Decide which subscriptions of an included file are in force: its own, or those of its last good version."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace

from watcher.config.checking import Checker
from watcher.config.included.files import Included
from watcher.config.included.libraries import LibraryFiles
from watcher.config.keys import IncludedKeys
from watcher.config.lint.whole import note_variables
from watcher.config.subscriptions import Surroundings, never_of, subscriptions_of
from watcher.config.text.reading import read
from watcher.errors import Problem, WatcherError
from watcher.model import NeverItem, Subscription

MOST_NAMED = 10
"""Most names that a message lists."""


@dataclass(frozen=True, slots=True)
class _ReadFile:
    """What a version of an included file says.

    ``problems``: what is wrong in it.
    ``accepted``: full name of a subscription, or "" for all → warnings that the file accepts.
    """

    subscriptions: tuple[Subscription, ...] = ()
    never: tuple[NeverItem, ...] = ()
    problems: tuple[Problem, ...] = ()
    accepted: Mapping[str, frozenset[str]] = field(default_factory=dict)


class IncludedSubscriptions:
    """The subscriptions and the ``never:`` list of one included file that are in force.

    ``broken``: why the file itself is not in force, empty if it is.
    ``instead``: what is in force instead, in words.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self.subscriptions: tuple[Subscription, ...] = ()
        self.never: tuple[NeverItem, ...] = ()
        self.problems: list[Problem] = []
        self.accepted: Mapping[str, frozenset[str]] = {}
        self.broken: tuple[Problem, ...] = ()
        self.instead = ""

    def take(self, version: _ReadFile) -> None:
        """Put in force what a version of the file says."""
        self.subscriptions, self.never = version.subscriptions, version.never


def subscriptions_of_file(
    file: Included, around: Surroundings, allow: Mapping[str, list[str]] | None, *, strict: bool
) -> IncludedSubscriptions:
    """Return the subscriptions of an included file; if it is broken, those of its last good version.

    An unforeseen error makes this file broken, and no other.

    ``allow``: the config's ``allow``, None without.
    ``strict``: return no last good version.
    """
    try:
        return _subscriptions_of_file(file, around, allow, strict=strict)
    except WatcherError:
        raise
    except Exception as error:
        what = f"internal error while reading: {type(error).__name__}: {error}"
        problem = Problem(file.shown, 0, 0, what, "please report it", name="wrong-file")
        return _not_understood(file, problem, around, strict=strict)


def _not_understood(file: Included, problem: Problem, around: Surroundings, *, strict: bool) -> IncludedSubscriptions:
    """Return the last good version of a file over which watcher itself failed; empty if it cannot be read."""
    theirs = IncludedSubscriptions(file.name)
    if strict:
        theirs.problems = [problem]
        return theirs
    copy = file.last_good()
    if copy is not None:
        with suppress(Exception):
            theirs.take(_read_include(file.shown, copy, _beside(file, around)))
    theirs.broken, theirs.instead = (problem,), _instead(is_kept=False, has_copy=copy is not None)
    return theirs


def _subscriptions_of_file(
    file: Included, around: Surroundings, allow: Mapping[str, list[str]] | None, *, strict: bool
) -> IncludedSubscriptions:
    theirs = IncludedSubscriptions(file.name)
    around = replace(_beside(file, around), allowed=None if allow is None else allow.get(file.name))
    problems = list(file.problems)
    if file.data is not None:
        found = _read_include(file.shown, file.data, around)
        theirs.take(found)
        theirs.accepted = found.accepted
        problems += found.problems
    if strict:
        is_accepted = around.accepted is not None and around.accepted.take((), "empty-include")
        if not problems and not theirs.subscriptions and not is_accepted:
            what, hint = "holds no subscriptions", "write subscriptions:"
            problems.append(Problem(file.shown, 0, 0, what, hint, fatal=False, name="empty-include"))
        theirs.problems = problems
        return theirs
    is_broken, is_kept = any(problem.fatal for problem in problems), file.has_vanished
    copy = file.last_good() if is_broken or not theirs.subscriptions else None
    before = _read_include(file.shown, copy, around) if copy is not None else _ReadFile()
    if not is_broken and before.subscriptions and file.is_missed():
        problems.append(_emptied(file, before.subscriptions))
        is_broken = is_kept = True
    if not is_broken:
        theirs.problems = problems
        file.is_taken()
        if file.data is not None:
            file.keep_copy(file.data)
        return theirs
    theirs.broken = tuple(problem for problem in problems if problem.fatal)
    theirs.take(before)
    theirs.instead = _instead(is_kept=is_kept, has_copy=copy is not None)
    return theirs


def _beside(file: Included, around: Surroundings) -> Surroundings:
    """Return what the subscriptions of an included file may name."""
    folder = (around.config.folder / file.shown).parent
    return replace(around, owner=file.owner, libraries=LibraryFiles(folder, is_own=False))


def _emptied(file: Included, before: tuple[Subscription, ...]) -> Problem:
    names = ", ".join(one.name for one in before[:MOST_NAMED]) + (", …" if len(before) > MOST_NAMED else "")
    what = f"{len(before)} subscription{'s' if len(before) > 1 else ''} of {file.name}"
    what += f" {'are' if len(before) > 1 else 'is'} gone, and none is left: {names}"
    return Problem(file.shown, 0, 0, what, "put them back within a day, or they end", name="wrong-file")


def _instead(*, is_kept: bool, has_copy: bool) -> str:
    """Return, in words, what is in force instead of a broken file."""
    if not has_copy:
        return "it has never been read, so its subscriptions do not exist yet"
    return "its subscriptions are kept for a day" if is_kept else "its last good version stays in force"


def _read_include(shown: str, data: bytes, around: Surroundings) -> _ReadFile:
    """Return what an included file says, with its problems and the warnings that it accepts."""
    checker = Checker(read(shown, data), around.accepted)
    keys = checker.keys(IncludedKeys)
    note_variables(checker, instead="secrets stand in the main file")
    never = never_of(checker, keys.never, around) if keys else ()
    around = replace(around, never=around.never + never)
    made = subscriptions_of(checker, keys.subscriptions, around) if keys else ()
    checker.warn_of_vain()
    accepted = {} if checker.is_broken else accepted_of(checker, made)
    return _ReadFile(made, never, tuple(checker.problems), accepted)


def accepted_of(checker: Checker, made: Sequence[Subscription]) -> dict[str, frozenset[str]]:
    """Return full name → warnings accepted for that subscription; "" → those accepted for the whole file."""
    by_place = {one.full_name: checker.accepted.at(("subscriptions", n)) for n, one in enumerate(made)}
    found = {**by_place, "": checker.accepted.at(())}
    return {name: frozenset(names) for name, names in found.items() if names}
