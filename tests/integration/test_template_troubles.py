"""A template that fails: the message goes out with watcher's own, and the operator hears of it once."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.integration.test_pipeline import World, subscription, world
from watcher.model import IncidentKind
from watcher.pipeline.subscriptions.config_incidents import record_config_troubles

__all__ = ["world"]

FAILS_NOW_AND_THEN = "{{ groups[0].strong[0].title ~ 1 / (12 - groups[0].count) }}"


def open_incidents(world: World) -> list[str]:
    with world.context.store.reading() as tx:
        kinds = [one.incident for one in tx.incidents.all_open()]
    return [one.subject for one in kinds if one.kind is IncidentKind.TEMPLATE_BROKEN]


def test_a_template_that_fails_loses_no_message(world: World, caplog: pytest.LogCaptureFixture) -> None:
    world.apply(subscription())
    world.context.config = replace(world.context.config, templates={"digest.txt": FAILS_NOW_AND_THEN})
    world.look()
    assert world.tell() == 2  # the operator hears of it at once
    assert world.told() == 12
    assert open_incidents(world) == ["digest.txt"]
    url, message = world.receivers.sent[-1]
    assert url == "json://ops.example/"
    assert message.subject == "watcher: template digest.txt cannot be used"
    assert "digest.txt:1: ZeroDivisionError" in " ".join(message.text.split())
    assert "template digest.txt:1: ZeroDivisionError: division by zero (version " in caplog.text
    assert world.tell() == 0
    record_config_troubles(world.context, world.context.config, {})
    assert open_incidents(world) == ["digest.txt"]  # it may fail again
    mended = replace(world.context.config, templates={"digest.txt": "{{ subject }}"})
    record_config_troubles(world.context, mended, {})
    assert open_incidents(world) == []


def test_one_that_was_found_broken_is_told_until_it_is_mended(world: World) -> None:
    broken = replace(world.context.config, broken_templates={"digest.html": "digest.html:3: 'papers' is undefined"})
    for _ in range(2):
        record_config_troubles(world.context, broken, {})
    assert world.tell() == 1
    assert "'papers' is undefined" in world.receivers.text()
    record_config_troubles(world.context, world.context.config, {})
    assert world.tell() == 1
    assert world.receivers.sent[-1][1].subject == "watcher: template digest.html is used again"
