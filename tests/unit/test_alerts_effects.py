"""What a change of the subscriptions did, in one sentence."""

from __future__ import annotations

from dataclasses import replace
from datetime import time

import pytest

from watcher.model import Endpoint, Rhythm, Subscription, When
from watcher.policy.subscriptions.effects import Change, Effect, differing, said, summed

SEE = "see them: `watcher history kilns`, tell them: `watcher replay --known kilns`"


def effect(change: Change = Change.EDITED, tried: int = 90, **more: object) -> Effect:
    return replace(Effect(subscription="kilns", change=change, tried=tried), **more)  # type: ignore[arg-type]


SENTENCES = [
    (effect(keys=("rule",), known=16), f"rule edited; 16 listed papers match and count as known; {SEE}"),
    (effect(keys=("rule",), known=1), f"rule edited; 1 listed paper matches and counts as known; {SEE}"),
    (
        effect(keys=("sources",), known=2, before=1),
        f"sources edited; 3 listed papers match: 2 count as known, 1 matched before; {SEE}",
    ),
    (effect(keys=("rule", "when"), before=4), "rule edited, when changed; 4 listed papers match, as before"),
    (effect(keys=("rule", "sources")), "rule and sources edited; no listed paper matches"),
    (effect(dropped=1), "rule edited; no listed paper matches; 1 paper that waited no longer matches and is not told"),
    (
        effect(dropped=2, before=1),
        "rule edited; 1 listed paper matches, as before; 2 papers that waited no longer match and are not told",
    ),
    (effect(tried=0), "rule edited; no recent paper is stored yet"),
    (effect(Change.NEW, held=12), "new; 12 listed papers match and are to be told"),
    (effect(Change.NEW, held=1), "new; 1 listed paper matches and is to be told"),
    (
        effect(Change.NEW, held=1, known=3),
        f"new; 4 listed papers match: 1 is to be told, 3 count as known; {SEE}",
    ),
    (effect(Change.NEW, tried=0), "new; no recent paper is stored yet"),
    (
        effect(Change.BACK, held=2, known=1, before=6),
        f"back; 9 listed papers match: 2 are to be told, 1 counts as known, 6 matched before; {SEE}",
    ),
    (effect(Change.CHANGED, keys=("to", "when")), "to and when changed"),
    (effect(Change.CHANGED, was="ovens"), "renamed from ovens"),
    (effect(Change.CHANGED, was="ovens", keys=("to",)), "renamed from ovens, to changed"),
    (effect(Change.CHANGED, keys=("rule",)), "rule reworded, asking for the same"),
    (effect(Change.GONE), "gone"),
    (effect(Change.GONE, dropped=1), "gone; 1 paper that waited is not told"),
    (effect(Change.GONE, dropped=3), "gone; 3 papers that waited are not told"),
]


@pytest.mark.parametrize(("what", "sentence"), SENTENCES)
def test_one_sentence(what: Effect, sentence: str) -> None:
    assert said(what) == f"kilns: {sentence}"


def test_more_than_the_history_shows_by_itself() -> None:
    assert "`watcher history kilns --limit 120`" in said(effect(known=120))


KILNS = Subscription(name="kilns", rule="kiln", to=("me",), endpoints=(Endpoint("me"),))


@pytest.mark.parametrize(
    ("after", "keys"),
    [
        (KILNS, ()),
        (replace(KILNS, name="ovens", owner="ana"), ()),
        (replace(KILNS, rule="oven"), ("rule",)),
        (replace(KILNS, to=("you",), endpoints=(Endpoint("you"),)), ("to",)),
        (replace(KILNS, endpoints=(Endpoint("me", "home"),)), ("to",)),
        (replace(KILNS, when=When(Rhythm.DAILY, time(8)), sends_empty=True), ("when", "when_empty")),
        (replace(KILNS, shows_life=True, tells_updates=True), ("sign_of_life", "on_update")),
    ],
)
def test_keys_are_called_as_the_config_calls_them(after: Subscription, keys: tuple[str, ...]) -> None:
    assert differing(KILNS, after) == keys


def test_many_changes_in_one_line() -> None:
    some = [
        *[effect(keys=("rule",), known=8, dropped=1), effect(keys=("rule", "to"), known=8), effect()],
        *[effect(keys=("sources",)), effect(Change.NEW, held=1), effect(Change.CHANGED), effect(Change.CHANGED)],
        effect(Change.GONE, dropped=3),
    ]
    assert ", ".join(summed(some)) == (
        "3 rules edited, 1 subscription with other sources, 1 subscription new, 2 subscriptions changed, "
        "1 paper is to be told, 16 papers become known, 1 subscription gone, 4 papers that waited are not told"
    )
    assert summed([]) == []
