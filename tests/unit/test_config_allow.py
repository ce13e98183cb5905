"""A file that ``allow`` forgets may use every receiver: whoever writes ``allow`` is told of it."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from watcher.config import load
from watcher.config.included.allowing import holds_unnamed
from watcher.notify import problem_of
from watcher.pipeline.subscriptions.config_incidents import MOST_LOGGED, log_config_warnings
from watcher.rules import compile_rule

MAIN = "timezone: UTC\nreceivers: {me: {url: 'console://'}, you: {url: 'console://'}}\ninclude: people/*.yaml\n"
OF_ANA = "subscriptions: [{name: maps, rule: map, to: me}]\n"


@pytest.mark.parametrize(
    ("allow", "warning"),
    [
        (
            "allow: {ana.yaml: [me]}\n",
            "`allow` does not name mallory.yaml: it may use every receiver, and from 0.3.0 on none",
        ),
        (
            "allow: {}\n",
            "`allow` does not name ana.yaml, mallory.yaml: they may use every receiver, and from 0.3.0 on none",
        ),
        (
            "allow:\n",
            "`allow` does not name ana.yaml, mallory.yaml: they may use every receiver, and from 0.3.0 on none",
        ),
        ("allow: {ana.yaml: [me], mallory.yaml: [you]}\n", ""),
        ("", ""),
    ],
)
@pytest.mark.parametrize("strict", [False, True], ids=["start", "check"])
def test_a_file_that_allow_forgets_is_named(allow: str, warning: str, strict: bool, tmp_path: Path) -> None:
    (tmp_path / "people").mkdir()
    (tmp_path / "people" / "ana.yaml").write_text(OF_ANA)
    (tmp_path / "people" / "mallory.yaml").write_text("subscriptions: [{name: a, rule: x, to: [you]}]\n")
    (tmp_path / "config.yaml").write_text(MAIN + allow)
    path = tmp_path / "config.yaml"
    found = load(path, env={}, check_url=problem_of, check_rule=compile_rule, strict=strict)
    said = [one for one in found.problems if one.name == "allow-forgets-file"]
    assert [one.what for one in said] == ([warning] if warning else [])
    assert not any(one.fatal for one in found.problems)
    if warning:
        assert "with a list of those that it may use" in said[0].hint
        assert (said[0].line, said[0].column) == (4, 1)


@pytest.mark.parametrize(
    ("version", "holds"),
    [("0.2.0", False), ("0.2.9", False), ("0.3.0", True), ("0.3.0rc1", True), ("0.10.0", True), ("1.0", True)],
)
def test_from_a_version_on_what_such_a_file_asks_for_is_held(version: str, holds: bool, tmp_path: Path) -> None:
    assert holds_unnamed(version) is holds
    (tmp_path / "people").mkdir()
    (tmp_path / "people" / "ana.yaml").write_text(OF_ANA)
    (tmp_path / "people" / "mallory.yaml").write_text("subscriptions: [{name: a, rule: x, to: [you]}]\n")
    path = tmp_path / "config.yaml"
    own = "subscriptions: [{name: own, rule: map, to: me}]\n"
    path.write_text(MAIN + own + "allow: {ana.yaml: [me]}\n")
    found = load(path, env={}, check_url=problem_of, check_rule=compile_rule, version=version)
    held = {one.full_name: one.is_unnamed for one in found.subscriptions}
    assert held == {"own": False, "ana/maps": False, "mallory/a": holds}
    (said,) = [one.what for one in found.problems if one.name == "allow-forgets-file"]
    assert ("what the subscriptions there match is held" in said) is holds
    path.write_text(MAIN + own)
    found = load(path, env={}, check_url=problem_of, check_rule=compile_rule, version=version)
    assert not any(one.is_unnamed for one in found.subscriptions), "without `allow` nothing is restricted"


def test_the_log_has_the_warnings_of_a_config_that_takes_effect(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    rules = "".join(f'  - {{name: n{n}, rule: "KV n{n}", to: me}}\n' for n in range(40))
    (tmp_path / "people").mkdir()
    (tmp_path / "people" / "ana.yaml").write_text("subscriptions:\n" + rules)
    rest = "operator: [me, you]\nsources: {hf: {kind: huggingface}}\n"
    (tmp_path / "config.yaml").write_text(MAIN + "allow: {bo.yaml: [me]}\nsubscriptions:\n" + rules + rest)
    config = load(tmp_path / "config.yaml", env={}, check_url=problem_of, check_rule=compile_rule)
    with caplog.at_level(logging.WARNING, logger="watcher.pipeline.subscriptions.config_incidents"):
        log_config_warnings(config)
    assert len(caplog.messages) == MOST_LOGGED + 1
    assert "config.yaml:4:9: no included file is called `bo.yaml`; known: ana.yaml" in caplog.text
    assert caplog.messages[-1] == "… and 32 more; `watcher check-config` shows all"


def test_a_file_may_use_the_places_that_allow_names_and_no_others(tmp_path: Path) -> None:
    (tmp_path / "people").mkdir()
    (tmp_path / "people" / "ana.yaml").write_text("subscriptions: [{name: maps, rule: map, keep: [mine, theirs]}]\n")
    places = "keep: {mine: {folder: a}, theirs: {folder: b}}\n"
    (tmp_path / "config.yaml").write_text(f"{MAIN}{places}allow: {{ana.yaml: [mine]}}\n", "utf-8")
    found = load(tmp_path / "config.yaml", env={}, check_url=problem_of, check_rule=compile_rule)
    (problems,) = found.broken_includes.values()
    assert [one.what for one in problems] == ["this file may not use place `theirs`"]
