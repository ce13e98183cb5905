"""An error that nobody foresaw, for one of many: the others are told, and the operator hears of it and of its end."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.integration.test_config_troubles import GOOD, People
from tests.integration.test_pipeline import World, subscription, world
from watcher.config.included import in_force
from watcher.model import Endpoint, IncidentKind
from watcher.pipeline.one_by_one import one_by_one
from watcher.pipeline.retention import sweep
from watcher.pipeline.telling import tell
from watcher.store.history.retention import ForgettableTable, Retention

__all__ = ["world"]

Patch = pytest.MonkeyPatch


def said_to(world: World, name: str) -> str:
    messages = [message for url, message in world.receivers.sent if name in url]
    return "\n".join(" ".join(f"{one.subject}\n{one.text}".split()) for one in messages)


def failing_for(world: World, monkeypatch: Patch, module: Any, name: str, *, when: Any) -> Any:
    """Let a function of a module raise when its arguments say so; call the result to mend it."""
    real = getattr(module, name)

    def fail(*args: Any, **more: Any) -> Any:
        if when(*args):
            raise KeyError("lost")
        return real(*args, **more)

    monkeypatch.setattr(module, name, fail)
    return lambda: monkeypatch.setattr(module, name, real)


def test_a_subscription(world: World, monkeypatch: Patch) -> None:
    world.apply(subscription("bad", to="you"), subscription("good"))

    def is_bad(tx: Any, saved: Any, *rest: Any) -> bool:
        return bool(saved.subscription.name == "bad")

    mend = failing_for(world, monkeypatch, tell, "_tell", when=is_bad)
    world.look()
    world.tell()
    assert world.tell() == 0  # once
    assert said_to(world, "me") and world.told() == 12
    said = said_to(world, "ops")
    assert said.count("watcher: subscription bad fails") == 1
    assert "internal error while telling: KeyError: 'lost'" in said
    assert said_to(world, "you") == ""
    mend()
    world.tell()
    assert said_to(world, "you").count("bad") and "subscription bad works again" in said_to(world, "ops")


def test_a_second_one_is_told_of_without_the_first_again(world: World) -> None:
    def fail(name: str) -> None:
        raise KeyError("lost")

    for names in (["a"], ["a"], ["a", "b"]):
        assert one_by_one(names, fail, lambda name: f"job {name}", "sweeping", world.context) == names
        world.tell()
    said = said_to(world, "ops")
    assert (said.count("watcher: job a fails"), said.count("watcher: job b fails")) == (1, 1), said


def test_a_receiver(world: World, monkeypatch: Patch) -> None:
    world.apply(subscription("bad", to="you"), subscription("good"))

    def is_yours(tx: Any, told: Any, *rest: Any) -> bool:
        return Endpoint("you") in told

    mend = failing_for(world, monkeypatch, tell, "make_digests", when=is_yours)
    world.look()
    world.tell()
    world.tell()
    assert said_to(world, "me") and not said_to(world, "you")
    assert said_to(world, "ops").count("watcher: a message to you fails") == 1
    mend()
    world.tell()
    assert said_to(world, "you") and "a message to you works again" in said_to(world, "ops")


def test_a_table_of_old_history(world: World, monkeypatch: Patch) -> None:
    def is_first(self: Any, what: ForgettableTable, *rest: Any) -> bool:
        return what is ForgettableTable.ATTEMPTS

    mend = failing_for(world, monkeypatch, Retention, "delete", when=is_first)
    assert [one.what for one in sweep(world.context)] == ["polls", "metrics", "pages"]
    world.tell()
    assert "watcher: deleting old attempts fails" in said_to(world, "ops")
    mend()
    assert [one.what for one in sweep(world.context)] == ["attempts", "polls", "metrics", "pages"]
    with world.context.store.reading() as tx:
        assert tx.incidents.all_open(IncidentKind.STEP_FAILED) == []


def test_an_included_file(world: World, tmp_path: Path, monkeypatch: Patch) -> None:
    people = People(tmp_path, world)
    people.take_up(GOOD)
    (people.file.parent / "bo.yaml").write_text("subscriptions: [{name: tides, rule: tide, to: me}]\n")

    def is_new(shown: str, data: bytes, around: Any) -> bool:
        return b"mend" in data

    mend = failing_for(world, monkeypatch, in_force, "_read_include", when=is_new)
    said = people.take_up(f"# mend\n{GOOD}")
    assert "internal error while reading: KeyError: 'lost'; please report it" in said
    assert people.in_force() == ["ana/maps", "ana/kites", "bo/tides"]
    mend()
    people.take_up(f"# mend\n{GOOD}")
    assert people.in_force() == ["ana/maps", "ana/kites", "bo/tides"]
