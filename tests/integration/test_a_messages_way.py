"""A message's way from its claim to its recorded outcome is short: no file is visited more than twice."""

from __future__ import annotations

import sys
from collections import Counter
from functools import cache
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

from tests.integration.queues import Inline
from tests.integration.test_pipeline import World, subscription
from watcher.model import Outcome, Result
from watcher.outbox.deliver import deliver_all
from watcher.pipeline.telling.tell import tell_due
from watcher.store import Store

PACKAGE = Path(sys.modules["watcher"].__file__ or "").parent
ON_THE_WAY = ("pipeline/", "daemon/", "store/")
BELOW = "store/database/"
"""How transactions begin and end, and how values are stored: what every statement needs, and no step of the way."""

STEPS = ("render", "send", "record")
OUTCOMES = [Outcome(Result.SENT), Outcome(Result.FAILED, "no answer")]


@cache
def named(path: str) -> str:
    """A file of the package from its folder on, "" for others."""
    return path.removeprefix(f"{PACKAGE}/") if path.startswith(f"{PACKAGE}/") else ""


def file_of(frame: FrameType) -> str:
    return named(frame.f_code.co_filename)


class Way:
    """Notes from which calls files are entered, and the steps that are taken, from the claim until it is recorded."""

    def __init__(self) -> None:
        self.steps: list[str] = []
        self._entered: list[tuple[str, FrameType]] = []
        self._is_on = False

    def __call__(self, frame: FrameType, event: str, argument: Any) -> None:
        here, name = file_of(frame), frame.f_code.co_name
        if here == "store/deliveries/queue.py" and name == "claim":
            self._is_on = True
        if event == "call" and self._is_on:
            self._note(frame, here, name)
        if here.startswith("outbox/") and name == "record" and event == "return":
            self._is_on = False

    def _note(self, frame: FrameType, here: str, name: str) -> None:
        if here.startswith("outbox/") and name in STEPS:
            self.steps.append(name)
        if not here.startswith(ON_THE_WAY) or here.startswith(BELOW) or name.startswith(("<", "__")):
            return
        caller = frame.f_back
        while caller is not None and (not file_of(caller) or caller.f_code.co_name.startswith("<")):
            caller = caller.f_back  # a library that calls back, or a part of a function such as a comprehension
        if caller is not None and file_of(caller) != here:
            self._entered.append((here, caller))

    def visits(self) -> Counter[str]:
        """File → by how many calls of others it is entered; what one call asks of it in a row counts once."""
        return Counter(here for here, _ in {(here, id(caller)): caller for here, caller in self._entered})


@pytest.mark.parametrize("outcome", OUTCOMES, ids=lambda one: one.result.value)
def test_no_file_is_visited_more_than_twice(store: Store, outcome: Outcome) -> None:
    world, way = World(store), Way()
    world.apply(subscription())
    world.look()
    tell_due(world.context)
    world.receivers.outcome = outcome
    before = sys.getprofile()
    sys.setprofile(way)
    try:
        deliver_all(world.context, pool=Inline)
    finally:
        sys.setprofile(before)
    assert way.steps == [*STEPS], "each is one function"
    visits = way.visits()
    assert visits["store/deliveries/queue.py"] and visits["pipeline/telling/content.py"]
    assert {file: n for file, n in visits.items() if n > 2} == {}
