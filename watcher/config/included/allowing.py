"""Read ``allow``: the receivers of included files, the files that it forgets, the version that holds those."""

from __future__ import annotations

import re

from watcher.config.checking import Checker
from watcher.config.included.files import Included
from watcher.config.keys import ConfigKeys
from watcher.config.lint.untold import no_receiver
from watcher.config.text.harmless import is_name, quoted_value
from watcher.config.text.nearest import known
from watcher.config.values import Config

MOST_NAMED = 10
"""Names that a message lists."""


def holds_unnamed(version: str) -> bool:
    """Return whether a version holds the subscriptions of files that ``allow`` forgets: from 0.3.0 on."""
    numbers = [int(part) for part in re.findall(r"\d+", version)[:2]]
    return numbers >= [0, 3]


def check_allow(
    checker: Checker, keys: ConfigKeys, config: Config, files: list[Included], holds: bool
) -> frozenset[str]:
    """Note mistakes in ``allow``, and warn of files that it forgets; return those whose subscriptions are held.

    ``holds``: whether it holds any.
    """
    names = {one.name: one for one in files}
    receivers = checker.declared("receivers")
    for name, allowed in (keys.allow or {}).items():
        if name not in names:
            what = (
                f"no included file is called {quoted_value(name)}" if is_name(name) else "no included file is called so"
            )
            checker.warn(("allow", name), what, known(names), in_key=True, name="allow-without-file")
        for n, receiver in enumerate(allowed):
            if receiver not in receivers and receiver not in checker.declared("keep"):
                place = ("allow", name) if checker.scalar(("allow", name)) else ("allow", name, n)
                checker.note(place, *no_receiver(receiver, config, receivers), name="unknown-receiver")
    if "allow" not in keys.model_fields_set:
        return frozenset()
    forgotten = [name for name in names if name not in (keys.allow or {})]
    _warn_of_unnamed(checker, forgotten, holds=holds)
    return frozenset(forgotten if holds else ())


def _warn_of_unnamed(checker: Checker, names: list[str], *, holds: bool) -> None:
    """Whoever writes ``allow`` means to restrict: a file that is forgotten there is not restricted at all."""
    if names:
        listed = ", ".join(names[:MOST_NAMED]) + (", …" if len(names) > MOST_NAMED else "")
        they = "it" if len(names) == 1 else "they"
        what = f"`allow` does not name {listed}: {they} may use every receiver, and from 0.3.0 on none"
        if holds:
            what = f"`allow` does not name {listed}: what the subscriptions there match is held, and told to nobody"
        hint = f"add {names[0]}: with a list of those that it may use"
        checker.warn(("allow",), what, hint, in_key=True, name="allow-forgets-file")
