"""Describe what a change of subscriptions did to stored papers: as a value and as a sentence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from enum import StrEnum

from watcher.model import Subscription

IN_HISTORY = 50
"""Papers that ``watcher history`` shows by default."""


class Change(StrEnum):
    NEW = "new"
    BACK = "back"
    EDITED = "edited"  # its rule or its sources ask for something else
    CHANGED = "changed"  # another name, schedule or receiver: what it matches is as before
    GONE = "gone"
    NEVER = "never edited"  # the lists of what nobody wants to hear of


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """What a change did to a subscription and to the papers that its rule matches.

    ``was``: its name before, "" if it kept its name.
    ``keys``: the other keys of its config that changed.
    ``tried``: number of stored papers that the rule was tried on. The next four count those of them that match:
    ``held``: will be told.
    ``known``: count as known and are not told.
    ``before``: matched before the change, and stay as they were.
    ``unwanted``: are kept back by a ``never:`` list.
    ``dropped``: number of papers that waited to be told and will not be told.
    """

    subscription: str
    change: Change
    was: str = ""
    keys: tuple[str, ...] = ()
    tried: int = 0
    held: int = 0
    known: int = 0
    before: int = 0
    unwanted: int = 0
    dropped: int = 0


def said(effect: Effect) -> str:
    """Return a line for people: the change, and the stored papers that it tells or does not tell."""
    return "; ".join([f"{effect.subscription}: {_what(effect)}", *consequences(effect)])


def consequences(effect: Effect) -> list[str]:
    """Return what follows for stored papers as a list of phrases.

    If papers count as known, the last phrase names the commands that show and tell them.
    """
    found = []
    if effect.change in (Change.NEW, Change.BACK, Change.EDITED):
        found.append(_matches(effect))
    if effect.dropped:
        found.append(_dropped(effect))
    if effect.known and effect.change is Change.NEVER:
        n = effect.known
        found.append(f"{n} paper{'' if n == 1 else 's'} that it kept back count{'s' if n == 1 else ''} as known")
    if effect.known:
        name = effect.subscription
        limit = f" --limit {effect.known}" if effect.known > IN_HISTORY else ""
        found.append(f"see them: `watcher history {name}{limit}`, tell them: `watcher replay --known {name}`")
    return found


def summed(effects: Sequence[Effect]) -> list[str]:
    """Return short phrases for many changes together: subscriptions changed in each way, papers told and not told."""
    edited = [one for one in effects if one.change is Change.EDITED]
    rules = [one for one in edited if "rule" in one.keys or "sources" not in one.keys]
    counts = [
        (len(rules), "rule edited", "rules edited"),
        (len(edited) - len(rules), "subscription with other sources", "subscriptions with other sources"),
        *(
            (sum(one.change is change for one in effects), f"subscription {word}", f"subscriptions {word}")
            for change, word in ((Change.NEW, "new"), (Change.BACK, "back"), (Change.CHANGED, "changed"))
        ),
        (sum(one.held for one in effects), "paper is to be told", "papers are to be told"),
        (sum(one.known for one in effects), "paper becomes known", "papers become known"),
        (sum(one.change is Change.GONE for one in effects), "subscription gone", "subscriptions gone"),
        (sum(one.dropped for one in effects), "paper that waited is not told", "papers that waited are not told"),
    ]
    return [f"{n} {one if n == 1 else many}" for n, one, many in counts if n]


def differing(before: Subscription, after: Subscription) -> tuple[str, ...]:
    """Return the keys of the config in which two versions of a subscription differ, without its name and owner."""
    names = (one.name for one in fields(Subscription) if one.compare)
    changed = [name for name in names if getattr(before, name) != getattr(after, name)]
    return tuple(dict.fromkeys(_KEYS.get(name, name) for name in changed if name not in ("name", "owner")))


_KEYS: Mapping[str, str] = {
    "endpoints": "to",
    "library": "like",
    "sends_empty": "when_empty",
    "shows_life": "sign_of_life",
    "learns": "learn",
    "is_unnamed": "allow",
    "tells_updates": "on_update",
}
"""Field of ``Subscription`` → key of the config, where the two have different names."""


_ASKING = ("rule", "like", "sources")
"""Keys that say what a subscription asks for."""


def _what(effect: Effect) -> str:
    renamed = [f"renamed from {effect.was}"] if effect.was else []
    match effect.change:
        case Change.EDITED:
            edited = [key for key in _ASKING if key in effect.keys] or ["rule"]
            others = [key for key in effect.keys if key not in edited]
            return ", ".join([*renamed, f"{' and '.join(edited)} edited", *_changed(others)])
        case Change.CHANGED:
            reworded = ["rule reworded, asking for the same"] if "rule" in effect.keys else []
            others = [key for key in effect.keys if key != "rule"]
            return ", ".join([*renamed, *reworded, *_changed(others)]) or "changed"
        case Change.NEVER:
            return "`never` edited"
        case _:
            return effect.change.value


def _changed(keys: Sequence[str]) -> list[str]:
    return [f"{' and '.join(keys)} changed"] if keys else []


def _matches(effect: Effect) -> str:
    """Return how many recent papers match, and what they count as."""
    if not effect.tried:
        return "no recent paper is stored yet"
    kinds = [(effect.held, "is to be told", "are to be told"), (effect.known, "counts as known", "count as known")]
    kinds.append((effect.before, "matched before", "matched before"))
    kinds.append((effect.unwanted, "is kept back by `never`", "are kept back by `never`"))
    there = [(n, one if n == 1 else many) for n, one, many in kinds if n]
    total = effect.held + effect.known + effect.before + effect.unwanted
    if not total:
        return "no listed paper matches"
    listed = "1 listed paper matches" if total == 1 else f"{total} listed papers match"
    if total == effect.before:
        return f"{listed}, as before"
    if len(there) == 1:
        return f"{listed} and {there[0][1]}"
    return f"{listed}: " + ", ".join(f"{n} {what}" for n, what in there)


def _dropped(effect: Effect) -> str:
    n = effect.dropped
    if effect.change is Change.NEVER:
        return f"{n} paper{'' if n == 1 else 's'} that waited {'is' if n == 1 else 'are'} kept back and not told"
    if effect.change is Change.GONE:
        return f"{n} paper{'' if n == 1 else 's'} that waited {'is' if n == 1 else 'are'} not told"
    if n == 1:
        return "1 paper that waited no longer matches and is not told"
    return f"{n} papers that waited no longer match and are not told"
