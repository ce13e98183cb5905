"""Turn what was read from a page into tuples of texts and numbers, and back.

Tuples are faster to send through a pipe, and the receiver needs to load no class by name. Entries travel as columns:
most fields are empty in all entries of a page, and are then sent once.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import fields
from datetime import date, datetime
from itertools import repeat
from operator import attrgetter
from typing import Any, Generic, TypeVar, get_type_hints

from watcher.model import Entry, OtherForm, Reading, Unreadable
from watcher.parsers import Finding, SavedPage

Value = Reading | Unreadable | tuple[Finding, ...] | SavedPage | None
_T = TypeVar("_T")
_Changed = tuple[Callable[[Any], Any], Callable[[Any], Any]]


class _Record(Generic[_T]):
    """Takes dataclasses with slots apart into values, and makes them of these.

    ``changed``: type of a field → what makes its values plain, and what makes them of plain ones. Empty ones stay.
    """

    def __init__(self, of: type[_T], changed: dict[Any, _Changed]) -> None:
        hints = get_type_hints(of)
        names = [field.name for field in fields(of)]  # type: ignore[arg-type]
        self._of, self.values = of, attrgetter(*names)
        self._setters = tuple(getattr(of, name).__set__ for name in names)
        self._changed = [(at, *changed[hints[name]]) for at, name in enumerate(names) if hints[name] in changed]

    def columns(self, records: Sequence[_T]) -> list[tuple[Any, ...] | list[Any]]:
        """Return the values of each field, in order: a tuple, or a list of one value if all records have the same.

        The first field has a tuple.
        """
        columns: list[Any] = list(zip(*map(self.values, records), strict=True))
        if not columns:
            return []
        for at, plain, _ in self._changed:
            columns[at] = tuple([value and plain(value) for value in columns[at]])
        return columns[:1] + [[one[0]] if _is_same(one) else one for one in columns[1:]]

    def made(self, columns: Iterable[Any]) -> tuple[_T, ...]:
        """Return the records with these values of their fields. Raises ``ValueError`` for a wrong number of values."""
        columns = list(columns)
        if not columns:
            return ()
        count = len(columns[0])
        for at, _, back in self._changed:
            columns[at] = type(columns[at])([value and back(value) for value in columns[at]])
        records = tuple(map(object.__new__, repeat(self._of, count)))
        for set_value, column in zip(self._setters, columns, strict=True):
            [*values] = column * count if isinstance(column, list) and len(column) == 1 else column
            if len(values) != count:
                raise ValueError("a column of another length")
            deque(map(set_value, records, values), 0)
        return records


def _is_same(column: tuple[Any, ...]) -> bool:
    first = column[0]
    return first == column[-1] and column.count(first) == len(column)


_DAYS: _Changed = (date.isoformat, date.fromisoformat)
_TIMES: _Changed = (datetime.isoformat, datetime.fromisoformat)
_PLAIN: dict[Any, _Changed] = {date | None: _DAYS, datetime | None: _TIMES}
_FORM = _Record(OtherForm, {})
_FORMS: _Changed = (_FORM.columns, _FORM.made)
_ENTRY = _Record(Entry, _PLAIN | {tuple[OtherForm, ...]: _FORMS})
_READING = _Record(Reading, _PLAIN)
_FINDING, _SAVED = _Record(Finding, {}), _Record(SavedPage, {})


def plain_of(value: Value) -> tuple[Any, ...] | None:
    """Return a value as a tuple whose first element names its type, None for None."""
    match value:
        case Reading():
            return "reading", _ENTRY.columns(value.entries), _READING.columns([value])[1:]
        case Unreadable():
            return "unreadable", value.reason
        case SavedPage():
            return "saved", plain_of(value.reading), _SAVED.values(value)[:-1]
        case tuple():
            return "findings", _FINDING.columns(value)
    return None


def value_of(plain: object) -> Value:
    """Return the value of a tuple of :func:`plain_of`. Raises ``ValueError`` or ``TypeError`` for any other."""
    match plain:
        case None:
            return None
        case ("reading", [*columns], [*others]):
            (reading,) = _READING.made(((_ENTRY.made(columns),), *others))
            return reading
        case ("unreadable", str(reason)):
            return Unreadable(reason)
        case ("saved", ("reading", _, _) as reading, (form, kind)):
            (saved,) = _SAVED.made(((form,), (kind,), (value_of(reading),)))
            return saved
        case ("findings", [*columns]):
            return _FINDING.made(columns)
    raise ValueError("no value of a page")
