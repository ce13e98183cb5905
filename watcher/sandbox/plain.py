"""Turn what was read from a page into tuples of texts, numbers and days, and back.

Tuples are faster to send through a pipe, and the receiver needs to load no class by name.
"""

from __future__ import annotations

from dataclasses import fields, replace
from operator import attrgetter
from typing import Any, Generic, TypeVar

from watcher.model import Entry, OtherForm, Reading, Unreadable
from watcher.parsers import Finding, SavedPage

Value = Reading | Unreadable | tuple[Finding, ...] | SavedPage | None
_T = TypeVar("_T")


class _Record(Generic[_T]):
    """Takes a dataclass with slots apart into its values, and makes it of them."""

    def __init__(self, of: type[_T]) -> None:
        names = [field.name for field in fields(of)]  # type: ignore[arg-type]
        self._of, self.values = of, attrgetter(*names)
        self._setters = tuple(getattr(of, name).__set__ for name in names)

    def made(self, values: Any) -> _T:
        """Return an instance with these values of its fields, in order. Raises ``ValueError`` for a wrong number."""
        one = object.__new__(self._of)
        for set_value, value in zip(self._setters, values, strict=True):
            set_value(one, value)
        return one


_ENTRY, _READING, _FINDING, _SAVED = _Record(Entry), _Record(Reading), _Record(Finding), _Record(SavedPage)
_FORM = _Record(OtherForm)


def _of_entry(entry: Entry) -> Any:
    plain: Any = tuple(map(_FORM.values, entry.forms))
    return _ENTRY.values(replace(entry, forms=plain) if plain else entry)


def _entry_of(values: Any) -> Entry:
    entry = _ENTRY.made(values)
    return replace(entry, forms=tuple(map(_FORM.made, entry.forms))) if entry.forms else entry


def plain_of(value: Value) -> tuple[Any, ...] | None:
    """Return a value as a tuple whose first element names its type, None for None."""
    match value:
        case Reading():
            entries = [_of_entry(entry) for entry in value.entries]
            return "reading", entries, _READING.values(replace(value, entries=()))
        case Unreadable():
            return "unreadable", value.reason
        case SavedPage():
            return "saved", plain_of(value.reading), _SAVED.values(value)[:-1]
        case tuple():
            return "findings", [_FINDING.values(one) for one in value]
    return None


def value_of(plain: object) -> Value:
    """Return the value of a tuple of :func:`plain_of`. Raises ``ValueError`` or ``TypeError`` for any other."""
    match plain:
        case None:
            return None
        case ("reading", [*entries], (_, *others)):
            return _READING.made((tuple(map(_entry_of, entries)), *others))
        case ("unreadable", str(reason)):
            return Unreadable(reason)
        case ("saved", ("reading", _, _) as reading, (form, kind)):
            return _SAVED.made((form, kind, value_of(reading)))
        case ("findings", [*found]):
            return tuple(map(_FINDING.made, found))
    raise ValueError("no value of a page")
