"""Count what became of the papers of an import, each paper once, and put the counts into words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from enum import Enum

from watcher.model import DeliveryState, Fate
from watcher.policy.alerts import fate


class Became(Enum):
    """What became of a paper, in the words that people are shown. Of several matches the earliest member counts."""

    TOLD_NOW = "told now"
    UNSENT = "{wait} to be sent"
    HELD = "{wait} for {their} time"
    TOLD_BEFORE = "told before"
    OLDER = "older (--tell)"
    UNDATED = "undated (--tell)"
    LEFT = "left untold (--tell)"  # an import with --no-tell left it
    KNOWN = "{count} as known"
    NOT_TOLD = "not told (`watcher history` says why)"

    def in_words(self, n: int) -> str:
        """Return ``n`` papers of this kind in words, such as ``3 wait to be sent``."""
        one = {"wait": "waits", "their": "its", "count": "counts"}
        return f"{n} " + self.value.format(**one if n == 1 else {"wait": "wait", "their": "their", "count": "count"})


_ORDER = list(Became)
_DROPPED = {fate.OLDER: Became.OLDER, fate.UNDATED: Became.UNDATED, fate.NOT_TO_TELL: Became.LEFT}
_UNDONE = (None, DeliveryState.PENDING, DeliveryState.SENDING)


@dataclass(frozen=True, slots=True)
class Stage:
    """How far a match has come at one endpoint, or before any alert was made.

    ``is_called_off``: its alert was dropped or cancelled.
    ``state``: state of its delivery, None if there is no delivery.
    """

    paper_id: int
    fate: Fate
    reason: str = ""
    is_called_off: bool = False
    state: DeliveryState | None = None

    @property
    def is_told(self) -> bool:
        """Whether its delivery was sent."""
        return self.fate is Fate.OWED and not self.is_called_off and self.state is DeliveryState.SENT


def told_in(stages: Iterable[Stage]) -> set[int]:
    """Return the ids of papers that were told."""
    return {one.paper_id for one in stages if one.is_told}


def became(stages: Iterable[Stage], told_before: Collection[int]) -> Counter[Became]:
    """Count papers by what became of them.

    ``told_before``: ids of papers that were told before the import.
    """
    found: dict[int, Became] = {}
    for one in stages:
        this = _of(one, told_before)
        found[one.paper_id] = min(this, found.get(one.paper_id, this), key=_ORDER.index)
    return Counter(found.values())


def counts_in_words(counts: Mapping[Became, int]) -> str:
    """Return the counts as one text, in the order of :class:`Became`.

    Zeros are left out, except for what was told now.
    """
    there = [one for one in Became if counts.get(one) or one is Became.TOLD_NOW]
    return ", ".join(one.in_words(counts.get(one, 0)) for one in there)


def _of(stage: Stage, told_before: Collection[int]) -> Became:
    if stage.is_told:
        return Became.TOLD_BEFORE if stage.paper_id in told_before else Became.TOLD_NOW
    match stage.fate:
        case Fate.HELD:
            return Became.HELD
        case Fate.OWED:
            return Became.UNSENT if not stage.is_called_off and stage.state in _UNDONE else Became.NOT_TOLD
        case Fate.BASELINE:
            return Became.KNOWN
        case Fate.DROPPED:
            return _DROPPED.get(stage.reason, Became.NOT_TOLD)
