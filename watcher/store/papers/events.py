"""Tell what became of a paper between two looks at it. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from watcher.model import STAGES, PaperEvent
from watcher.store.papers.withdrawals import update_of


def events_of(before: Mapping[str, Any], after: Mapping[str, Any], *, is_secondhand: bool = False) -> tuple[str, ...]:
    """Return the occasions that a paper's columns make of it, before and after they were read.

    ``is_secondhand``: the page is somebody else's, and may be wrong about code and venues.
    """
    found = [update] if (update := update_of(before, after)) else []
    if not is_secondhand:
        found += [stage] if (stage := stage_reached(before, after)) else []
        found += [PaperEvent.CODE.value] if after["code_url"] and not before["code_url"] else []
        found += [PaperEvent.RETRACTED.value] if after["retraction"] and not before["retraction"] else []
    if PaperEvent.RETRACTED in found:  # a note that says so, too, is no second event
        found = [one for one in found if one != PaperEvent.WITHDRAWN]
    return tuple(dict.fromkeys(found))


def stage_reached(before: Mapping[str, Any], after: Mapping[str, Any]) -> str | None:
    """Return the stage that a paper has come to, None if it is where it was.

    Papers that were stored before there were stages have none: what was known of their venue is no news.
    """
    old, new = before["stage"], after["stage"]
    is_known = old is None and all(before[name] == after[name] for name in ("venue", "doi"))
    is_further = new in STAGES and STAGES.index(new) > (STAGES.index(old) if old in STAGES else 0)
    return new if is_further and not is_known else None


def all_updates(updates: Iterable[tuple[int, tuple[str, ...]]]) -> dict[int, tuple[str, ...]]:
    """Return paper → all of its occasions (such as ``v2``), each once.

    ``updates``: (id of a paper, its occasions), in which a paper may come twice.
    """
    found: dict[int, tuple[str, ...]] = {}
    for id, occasions in updates:
        found[id] = tuple(dict.fromkeys((*found.get(id, ()), *occasions)))
    return found
