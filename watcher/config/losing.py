"""Find what a config has lost since it was last read: a file that was cut off is often still valid YAML."""

from __future__ import annotations

from dataclasses import replace

from watcher.config.values import Config
from watcher.errors import Problem

MOST_NAMED = 10


def lost_since(before: Config, after: Config) -> Problem | None:
    """Return why ``after`` cannot be an edit of ``before``: keys of the main file that had a value are gone. Else None.

    A key that is still there with an empty list or table was emptied on purpose. So were single entries.
    """
    own = [one.name for one in before.subscriptions if not one.owner]
    theirs = [one.full_name for one in before.subscriptions if one.owner]
    held = {"sources": [*before.sources], "receivers": [*before.receivers], "subscriptions": own, "include": theirs}
    gone = before.sections - after.sections
    if len(after.subscriptions) >= len(before.subscriptions):
        gone -= {"subscriptions"}  # moved into other files
    lost = {key: names for key, names in held.items() if names and key in gone}
    if not lost:
        return None
    parts = [f"`{key}:` with {_listed(names)}" for key, names in lost.items()]
    first = next(iter(lost))
    empty = "{}" if first in ("sources", "receivers") else "[]"
    hint = f"put it back, or write `{first}: {empty}` if there is to be none"
    return Problem(str(after.path), 0, 0, f"the file has lost {', and '.join(parts)}", hint)


def with_kept_files(before: Config, after: Config) -> Config:
    """Return ``after`` as a reload would apply it: subscriptions of files broken, empty or gone stay for now."""
    there = {one.owner for one in after.subscriptions}
    kept = tuple(one for one in before.subscriptions if one.owner and one.owner not in there)
    return replace(after, subscriptions=after.subscriptions + kept)


def _listed(names: list[str]) -> str:
    return ", ".join(names[:MOST_NAMED]) + (f" and {len(names) - MOST_NAMED:,} more" if len(names) > MOST_NAMED else "")
