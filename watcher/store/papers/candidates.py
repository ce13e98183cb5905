"""Hold papers in memory, and add to them what entries say. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from watcher.model import Entry
from watcher.model.fields import FACTS, Merge, attributes
from watcher.rules import fold_title
from watcher.store.papers.keys import TITLE, arxiv_id_of, comparable_title

_STRENGTH = {"arxiv": 0, "doi": 1, "title": 3, "item": 4}

_ALL = attributes(*Merge)
_NEWEST = attributes(Merge.NEWEST)
_TEXT = attributes(Merge.TEXT)
_LISTS = tuple(one.attribute for one in FACTS if one.is_several)


@dataclass(eq=False, slots=True)
class Candidate:
    """A paper in memory, stored already or about to be added.

    ``order``: smaller for the older paper.
    ``values``: its columns; ``id`` only if it is stored.
    ``is_changed``: its columns have to be written.
    ``merged_into``: the paper that it turned out to be, None if it was not merged.
    """

    order: int
    values: dict[str, Any]
    is_changed: bool = False
    merged_into: Candidate | None = None
    _abstract: tuple[str, str] = field(default=("", ""), repr=False)

    @property
    def id(self) -> int | None:
        return self.values.get("id")

    @property
    def arxiv_id(self) -> str | None:
        return self.values["arxiv_id"]  # type: ignore[no-any-return]

    @property
    def is_title_only(self) -> bool:
        return bool(self.values["key"].startswith(TITLE))

    @property
    def folded_abstract(self) -> str:
        abstract = self.values["abstract"]
        if self._abstract[0] != abstract:
            self._abstract = (abstract, fold_title(abstract))
        return self._abstract[1]

    @property
    def final(self) -> Candidate:
        """The paper that this one is after all merges, which may be itself."""
        return self if self.merged_into is None else self.merged_into.final

    def set(self, values: Mapping[str, Any]) -> None:
        """Set columns. If any value differs, set ``is_changed``, too."""
        changed = {name: value for name, value in values.items() if self.values[name] != value}
        self.values |= changed
        self.is_changed |= bool(changed)


def strongest(keys: Iterable[str]) -> str:
    """Return the key that identifies a paper best; of equally good keys the first."""
    return min(keys, key=lambda key: _STRENGTH.get(key.partition(":")[0], 2))


def new_values(entry: Entry, key: str, now: datetime) -> dict[str, Any]:
    """Return the columns of a paper that was never seen before."""
    values: dict[str, Any] = {name: getattr(entry, name) for name in _ALL}
    values |= {name: list(values[name]) for name in _LISTS}
    return values | {
        "key": key,
        "title_folded": comparable_title(entry.title),
        "arxiv_id": arxiv_id_of(entry),
        "first_seen": now,
        "waiting_since": None,
    }


def learn(known: Candidate, entry: Entry) -> None:
    """Add to a paper what an entry says.

    The table of fields says how each field is merged. Empty values never replace others. Newer values do, but text only
    if :func:`_has_better_text`. An entry that is second-hand or has only a title fills empty fields alone.
    """
    own = new_values(entry, known.values["key"], known.values["first_seen"])
    is_weaker = entry.is_secondhand or (not entry.keys and not known.is_title_only)
    newer = set[str]() if is_weaker else set(_NEWEST)
    if not is_weaker and _has_better_text(known, entry):
        newer |= {*_TEXT}
        if _is_cut(entry, known):
            newer.remove("abstract")
    values = {name: own[name] for name in _ALL if own[name] and (name in newer or not known.values[name])}
    if "title" in values:
        values["title_folded"] = own["title_folded"]
    known.set(values | {"key": strongest([known.values["key"], *entry.keys])})


def _has_better_text(known: Candidate, entry: Entry) -> bool:
    """Return whether the text of the entry replaces that of the paper.

    It does if it is of the same or a newer version, or if the paper has no version.
    """
    version: int | None = known.values["version"]
    return version is None or (entry.version is not None and entry.version >= version)


def _is_cut(entry: Entry, known: Candidate) -> bool:
    """Return whether the entry's abstract is only the beginning of the paper's, at the same version."""
    if entry.version != known.values["version"]:
        return False
    return bool(known.values["abstract"].startswith(entry.abstract.rstrip(" .…")))


def absorb(kept: Candidate, other: Candidate) -> None:
    """Merge ``other`` into the older paper ``kept``, which takes the values that it does not have."""
    better = kept.is_title_only and not other.is_title_only
    names = (*_ALL, "title_folded")
    values = {name: other.values[name] for name in names if other.values[name] and (better or not kept.values[name])}
    kept.set(values | {"key": strongest([kept.values["key"], other.values["key"]])})
    kept.is_changed = True
    other.merged_into = kept
