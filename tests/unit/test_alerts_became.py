"""What has become of imported papers: each counted once, in counts that add up."""

from __future__ import annotations

from itertools import product

import pytest

from watcher.model import DeliveryState, Fate
from watcher.policy.alerts import fate
from watcher.policy.alerts.became import Became, Stage, became, counts_in_words, told_in

SENT, PENDING = DeliveryState.SENT, DeliveryState.PENDING
STAGES = [
    (Stage(1, Fate.OWED, state=SENT), "told now"),
    (Stage(2, Fate.OWED, state=SENT), "told before"),
    (Stage(3, Fate.OWED, state=PENDING), "waits to be sent"),
    (Stage(3, Fate.OWED, state=DeliveryState.SENDING), "waits to be sent"),
    (Stage(3, Fate.OWED), "waits to be sent"),
    (Stage(3, Fate.OWED, state=DeliveryState.DEAD), "not told (`watcher history` says why)"),
    (Stage(3, Fate.OWED, is_called_off=True), "not told (`watcher history` says why)"),
    (Stage(3, Fate.HELD), "waits for its time"),
    (Stage(3, Fate.DROPPED, fate.OLDER), "older (--tell)"),
    (Stage(3, Fate.DROPPED, fate.UNDATED), "undated (--tell)"),
    (Stage(3, Fate.DROPPED, fate.NOT_TO_TELL), "left untold (--tell)"),
    (Stage(3, Fate.DROPPED, "muted until 2026-03-10 08:00"), "not told (`watcher history` says why)"),
    (Stage(3, Fate.BASELINE, "listed before the rule was edited"), "counts as known"),
]


@pytest.mark.parametrize(("stage", "words"), STAGES)
def test_one_paper(stage: Stage, words: str) -> None:
    said = counts_in_words(became([stage], told_before={2}))
    assert said == ("1 told now" if words == "told now" else f"0 told now, 1 {words}")


def test_many_papers_in_words() -> None:
    counts = {Became.HELD: 19, Became.TOLD_BEFORE: 1, Became.OLDER: 161}
    assert counts_in_words(counts) == "0 told now, 19 wait for their time, 1 told before, 161 older (--tell)"


def test_a_paper_of_several_subscriptions_is_counted_once() -> None:
    for (one, _), (two, _) in product(STAGES, STAGES):
        again = Stage(one.paper_id, two.fate, two.reason, two.is_called_off, two.state)
        assert sum(became([one, again], told_before={2}).values()) == 1
        assert became([one, again], {2}) == became([again, one], {2})
    held_and_told = [Stage(1, Fate.HELD), Stage(1, Fate.OWED, state=SENT)]
    assert became(held_and_told, told_before=()) == {Became.TOLD_NOW: 1}
    assert became(held_and_told, told_before=[1]) == {Became.HELD: 1}
    assert told_in(held_and_told) == {1}
