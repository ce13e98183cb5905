"""Edits of the config's files under a running daemon: what is said of them, and when they are taken up."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.integration.test_pipeline import World, world
from watcher.config import Config, load
from watcher.daemon.edits import CALM, ConfigEdits
from watcher.model import Source
from watcher.notify import problem_of
from watcher.pipeline.subscriptions.apply import apply_config
from watcher.rules import compile_rule

__all__ = ["world"]

START = datetime(2026, 3, 10, 8, tzinfo=UTC)
LOOK = timedelta(seconds=2)
MAIN = """\
timezone: UTC
receivers: {me: {url: "json://me.example/"}}
include: people/*.yaml
subscriptions:
  - {name: kilns, rule: kiln, to: me}
  - {name: ovens, rule: oven, to: me}
"""
ANA = "subscriptions: [{name: maps, rule: map, to: me}]\n"


class Edited:
    """A config in force, an editor, and somebody who looks at the files every two seconds."""

    def __init__(self, folder: Path, world: World, *, says: bool = True, main: str = MAIN) -> None:
        self.main, self.ana, self.now = folder / "config.yaml", folder / "people" / "ana.yaml", START
        self.ana.parent.mkdir(exist_ok=True)
        self.main.write_text(main)
        self.ana.write_text(ANA)
        self._parts = world.context
        self._sources: dict[str, Source] = dict(world.context.config.sources)
        self._parts.config = self._read()
        apply_config(self._parts)
        self.edits = ConfigEdits(self._parts, self._read, says=says)

    def _read(self) -> Config:
        read = load(self.main, env={}, check_url=problem_of, check_rule=compile_rule)
        return replace(read, sources=self._sources)

    def names(self) -> set[str]:
        """The subscriptions in the database, with their rules."""
        with self._parts.store.reading() as tx:
            return {f"{one.subscription.full_name}: {one.subscription.rule}" for one in tx.subscriptions.of_files()}

    def look(self, times: int = 2) -> list[bool]:
        """Look so many times, two seconds apart; whether each look asked for a reload."""
        found = []
        for _ in range(times):
            found.append(self.edits.look(self.now))
            self.now += LOOK
        return found


@pytest.fixture
def said(caplog: pytest.LogCaptureFixture) -> Callable[[], list[str]]:
    caplog.set_level(logging.INFO, "watcher.daemon.edits")

    def lines() -> list[str]:
        found = [" ".join(one.getMessage().split()) for one in caplog.records if one.name == "watcher.daemon.edits"]
        caplog.clear()
        return found

    return lines


def test_an_edit_is_told_once_and_changes_nothing(world: World, tmp_path: Path, said: Callable[[], list[str]]) -> None:
    edited = Edited(tmp_path, world)
    before = edited.names()
    assert edited.look(3) == [False] * 3 and said() == []
    edited.main.write_text(MAIN.replace("rule: kiln", "rule: kilns OR glaze").replace("name: ovens", "name: stoves"))
    edited.ana.write_text(ANA.replace("maps", "charts"))
    assert edited.look(1) == [False] and said() == []  # it may still be written
    assert edited.look(4) == [False] * 4
    assert said() == ["the config was edited: 1 rule edited, 2 subscriptions changed: `watcher reload` takes it up"]
    edited.main.write_text(MAIN + "  - {name: moons, rule: moon, to: me}\noperator: [me]\nreload: auto\n")
    edited.ana.write_text(ANA)
    edited.look()
    assert said() == [
        "the config was edited: 1 subscription new, operator and reload changed: `watcher reload` takes it up"
    ]
    edited.main.write_text(MAIN)
    edited.look(3)
    assert said() == ["the config is again as it is in force"]
    edited.main.touch()
    edited.look(3)
    assert said() == [] and edited.names() == before


BROKEN = {
    "a wrong rule": (MAIN.replace("rule: kiln", "rule: (kiln"), "the edited config is broken, the old one stays:"),
    "cut off": ("timezone: UTC\n", "the file has lost"),
    "nothing left": ("", "the config is empty"),
    "gone": (None, "the edited config is broken, the old one stays:"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_edit_is_said_once(name: str, world: World, tmp_path: Path, said: Callable[[], list[str]]) -> None:
    edited = Edited(tmp_path, world, main=MAIN + "reload: auto\n")
    text, words = BROKEN[name]
    edited.main.unlink()
    if text is not None:
        edited.main.write_text(text)
    assert not any(edited.look(40))  # nor is it taken up
    (line,) = said()
    assert words in line
    edited.main.write_text(MAIN + "reload: auto\n")
    edited.look(3)
    assert said() == ["the config is again as it is in force"]


def test_what_is_broken_or_gone_of_a_persons_file_is_not_called_off(
    world: World, tmp_path: Path, said: Callable[[], list[str]]
) -> None:
    edited = Edited(tmp_path, world)
    edited.ana.write_text("subscriptions: [{name: maps, rule: (map, to: me}]\n")
    edited.look()
    broken, whole = said()
    assert broken.startswith("the edited file ana.yaml is broken, and is not taken up: people/ana.yaml:1:")
    assert "gone" not in whole
    edited.ana.unlink()
    edited.look()
    assert not any("gone" in line for line in said())


def test_auto_takes_up_an_edit_once_the_files_have_rested(
    world: World, tmp_path: Path, said: Callable[[], list[str]]
) -> None:
    edited = Edited(tmp_path, world, says=False, main=MAIN + "reload: auto\n")
    rest = CALM // LOOK
    assert not any(edited.look(rest + 2))
    edited.main.write_text(MAIN + "reload: auto\n# one\n")
    assert not any(edited.look(rest - 1))
    edited.main.write_text(MAIN + "reload: auto\n# two, with more\n")
    assert edited.look(rest + 3) == [*[False] * rest, True, False, False]
    assert said() == []
    edited.edits.taken_up(edited.edits.stamps())
    assert not any(edited.look(rest + 2))
    talkative = Edited(tmp_path, world, main=MAIN + "reload: auto\n")
    talkative.main.write_text(MAIN.replace("rule: kiln", "rule: glaze") + "reload: auto\n")
    assert talkative.look(rest + 1)[-1]
    assert said() == ["the config was edited: 1 rule edited: it counts in half a minute"]


def test_nothing_is_looked_at_where_nothing_comes_of_it(world: World, tmp_path: Path) -> None:
    assert not Edited(tmp_path, world, says=False).edits.is_wanted
    assert Edited(tmp_path, world, says=False, main=MAIN + "reload: auto\n").edits.is_wanted
