"""Convert values of the model to the plain form in which rows keep them as JSON, and back.

The fields of the records say how.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import fields
from datetime import time
from enum import Enum
from operator import attrgetter
from types import NoneType
from typing import Any, get_args, get_origin, get_type_hints

from watcher.model import Because, Endpoint, LikedPaper, MatchedSpan, QuietHours, When

Convert = Callable[[Any], Any]

place_row = attrgetter(*(field.name for field in fields(MatchedSpan)))
"""Return the fields of a ``MatchedSpan`` in order. ``MatchedSpan(*row)`` is the way back."""

endpoint_row = attrgetter(*(field.name for field in fields(Endpoint)))
"""Return the fields of an ``Endpoint`` in order. ``Endpoint(*row)`` is the way back."""


BEFORE_SCORES = {True: 0.75, False: 0.25}
"""Whether a match is strong → the score it counts with, if it was stored before matches had scores."""


def score_of_row(row: Any) -> float:
    """Return the score of a match from its row."""
    return BEFORE_SCORES[row.strong] if row.score is None else float(row.score)


def because_row(because: Because | None) -> list[Any] | None:
    """Return the reason of a match with a library in the form that a row keeps."""
    if because is None:
        return None
    return [[[one.title, list(one.keys)] for one in because.papers], list(because.words)]


def because_of_row(row: Any) -> Because | None:
    """Return the reason of a match with a library from its row, None if the rule has no library."""
    if row.because is None:
        return None
    papers, words = row.because
    return Because(tuple(LikedPaper(title=title, keys=tuple(keys)) for title, keys in papers), tuple(words))


class Fields:
    """Converts fields of a record to plain values, and back.

    ``names``: the fields to convert, None for all.
    """

    def __init__(self, record: type, names: Collection[str] | None = None) -> None:
        hints = get_type_hints(record)
        known = [field.name for field in fields(record)]
        self._names = [name for name in known if names is None or name in names]
        kinds = {name: _ways(hints[name]) for name in self._names}
        self._converted = [(name, *ways) for name, ways in kinds.items() if ways]

    def plain(self, one: Any) -> dict[str, Any]:
        """Return field name → plain value, for the fields of ``one``."""
        found = {name: getattr(one, name) for name in self._names}
        for name, write, _ in self._converted:
            if found[name] is not None:
                found[name] = write(found[name])
        return found

    def restored(self, row: Mapping[Any, Any]) -> dict[str, Any]:
        """Return field name → value, as arguments for the record.

        Fields that the row does not have, since it is older, are left out and keep their defaults.
        """
        found = {name: row[name] for name in self._names if name in row}
        for name, _, read in self._converted:
            if found.get(name) is not None:
                found[name] = read(found[name])
        return found


def _ways(kind: Any) -> tuple[Convert, Convert] | None:
    """Return the functions that make values of a type plain and bring them back, None if they are plain already."""
    if NoneType in get_args(kind):
        [kind] = [one for one in get_args(kind) if one is not NoneType]
    if kind is time:
        return time.isoformat, time.fromisoformat
    if get_origin(kind) is tuple:
        return list, tuple
    if get_origin(kind) is frozenset:
        return sorted, frozenset
    if kind in (str, int, float, bool):
        return None
    if isinstance(kind, type) and issubclass(kind, Enum):
        return attrgetter("value"), kind
    raise TypeError(f"how a row keeps a {kind} is not said")


_WHEN = Fields(When)


def when_settings(when: When) -> dict[str, Any]:
    """Return a schedule in the form that a subscription's settings keep: each field under its own name."""
    return _WHEN.plain(when)


def when_of(settings: Mapping[str, Any]) -> When:
    """Return the schedule in a subscription's settings."""
    return When(**_WHEN.restored(settings))


def quiet_settings(quiet: QuietHours | None) -> dict[str, Any]:
    """Return quiet hours in the form that a subscription's settings keep."""
    if quiet is None:
        return {"quiet": None, "quiet_days": []}
    return {"quiet": [quiet.start.isoformat(), quiet.end.isoformat()], "quiet_days": sorted(quiet.days)}


def quiet_of(settings: Mapping[str, Any]) -> QuietHours | None:
    """Return the quiet hours in a subscription's settings, None if there are none."""
    if not settings["quiet"]:
        return None
    start, end = map(time.fromisoformat, settings["quiet"])
    return QuietHours(start, end, frozenset(settings.get("quiet_days", ())))
