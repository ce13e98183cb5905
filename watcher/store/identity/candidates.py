"""Hold papers in memory, and add to them what entries say. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from watcher.model import BY_MARK, STAGES, Entry
from watcher.model.fields import FACTS, Merge, attributes, merged_ids
from watcher.rules import fold_title
from watcher.store.identity.keys import TITLE, arxiv_id_of, comparable_title
from watcher.store.papers.withdrawals import is_retraction

NAMED = ("arxiv:", "doi:")
"""Beginnings of the keys that a paper has everywhere."""

_STRENGTH = {"arxiv": 0, "doi": 1, "title": 3, "item": 4}

_ALL = attributes(*Merge)
_NEWEST = attributes(Merge.NEWEST)
_TEXT = attributes(Merge.TEXT)
_STAGED = attributes(Merge.STAGE)
_IDS = attributes(Merge.IDS)
_LISTS = tuple(one.attribute for one in FACTS if one.is_several)


FARTHEST_AHEAD = timedelta(days=31)
"""Longest time to a digest day that lies ahead. Later days are slips, or those of issues to come."""


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
        """The paper left after all merges; this paper itself if it was not merged."""
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
    """Return the columns of a paper that was never seen before, made from its first entry.

    ``key``: its strongest identity.
    """
    values: dict[str, Any] = {name: getattr(entry, name) for name in _ALL}
    values |= {name: list(values[name]) for name in _LISTS}
    return values | {
        "key": key,
        "title_folded": comparable_title(entry.title),
        "arxiv_id": arxiv_id_of(entry),
        "first_seen": now,
        "waiting_since": None,
    }


FEWEST_AHEAD, LONGEST_ISSUE = 3, timedelta(days=366)
"""Fewest entries of which not all can be slips, and longest time from an article to the day of its issue."""


def is_clock_behind(entries: Iterable[Entry], now: datetime) -> bool:
    """Return whether most days of a page lie years ahead of ``now``: neither slips nor an issue to come do."""
    today = now.astimezone(UTC).date()
    days = [day for entry in entries if (day := _own_day(entry))]
    ahead = sum(day - today > LONGEST_ISSUE for day in days)
    return ahead >= FEWEST_AHEAD and 2 * ahead > len(days)


def _own_day(entry: Entry) -> date | None:
    return entry.listed or (entry.published.date() if entry.published else None)


def day_listed(
    entry: Entry, first_seen: datetime, before: datetime | None, listed: Collection[date | None], now: datetime
) -> date | None:
    """Return the digest day under which an entry lists its paper, None for none.

    That is the entry's own. A day further ahead than ``FARTHEST_AHEAD`` would keep the paper on top of all others until
    then: such a paper is listed under the day on which it was first seen, and stays there when the other day comes.

    ``before``: when the paper was published, as it was known before the entry.
    ``listed``: days under which the source has listed the paper.
    """
    seen, today = first_seen.astimezone(UTC).date(), now.astimezone(UTC).date()
    own = _own_day(entry)
    if own is None or own - seen <= FARTHEST_AHEAD or (entry.listed and entry.listed in listed):
        return entry.listed
    if own - today > FARTHEST_AHEAD:
        return seen
    # The entry's day is that of its own time zone.
    was_ahead = own > today if before is None else abs(before.date() - own) <= timedelta(days=1)
    return seen if was_ahead and seen in listed else entry.listed


def learn(known: Candidate, entry: Entry) -> None:
    """Add to a paper what an entry says.

    The table of fields says how each field is merged. Empty values never replace others. Newer values do, but text only
    if :func:`_has_better_text`. An entry that is second-hand or has only a title fills empty fields alone; so
    does one of another form of the paper, unless that is a further stage. Neither fills the venue and the DOI of a
    paper of which no stage is known, unless it names one. The title of another form is not kept, but what it says of
    a retraction is.

    ``known``: the paper.
    """
    own = new_values(entry, known.values["key"], known.values["first_seen"])
    is_weaker = entry.is_secondhand or (not entry.keys and not known.is_title_only)
    is_another_form = not (is_weaker or entry.is_follow_up) and _is_another_form(known, entry)
    ahead = _reached(entry.stage) - _reached(known.values["stage"])
    newer = set[str]() if is_weaker or is_another_form else set(_NEWEST)
    if not is_weaker and (ahead > 0 or (ahead == 0 and not is_another_form)):
        newer |= {*_STAGED}
    if not (is_weaker or is_another_form) and _has_better_text(known, entry):
        newer |= {*_TEXT}
        if _is_cut(entry, known):
            newer.remove("abstract")
    if is_another_form:
        own["retraction"] = own["retraction"] or _retraction_in(entry.title, known)
    if own["retraction"] == BY_MARK:
        newer -= {"retraction"}  # a mark says less than a notice
    empty = {name for name in _ALL if not known.values[name]}
    if (is_weaker or is_another_form) and not (entry.stage or known.values["stage"]):
        empty -= {*_STAGED}  # else the stage itself would be no news
    values = {name: own[name] for name in _ALL if own[name] and (name in newer or name in empty)}
    if "title" in values:
        values["title_folded"] = own["title_folded"]
    if not entry.is_secondhand:
        ids = {name: merged_ids(known.values[name] or (), own[name]) for name in _IDS}
        values |= {name: some for name, some in ids.items() if some}
    known.set(values | {"key": strongest([known.values["key"], *entry.keys])})


def _retraction_in(title: str, known: Candidate) -> str | None:
    """Return the retraction that the title of another form of a paper states, None for none."""
    return BY_MARK if is_retraction(title, known.values["title"]) else None


def _reached(stage: str | None) -> int:
    return STAGES.index(stage) if stage in STAGES else 0


def _is_another_form(known: Candidate, entry: Entry) -> bool:
    """Return whether an entry shows the paper under another arXiv id or DOI than the one that it is best known by.

    Each would take turns with the other at every look: the preprint's texts stay.
    """
    named = [key for key in entry.keys if key.startswith(NAMED)]
    best = strongest([known.values["key"], *entry.keys])
    return bool(named) and best.startswith(NAMED) and best not in named


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
    is_ahead = _reached(other.values["stage"]) > _reached(kept.values["stage"])
    taken = {*names} if better else {*_STAGED} if is_ahead else set[str]()
    values = {
        name: other.values[name] for name in names if other.values[name] and (name in taken or not kept.values[name])
    }
    if "title" not in values and not (kept.values["retraction"] or other.values["retraction"]):
        values["retraction"] = _retraction_in(other.values["title"], kept)
    values |= {name: merged_ids(other.values[name] or (), kept.values[name] or ()) for name in _IDS}
    kept.set(values | {"key": strongest([kept.values["key"], other.values["key"]])})
    kept.is_changed = True
    other.merged_into = kept
