"""Subscriptions that a damaged file lost stay in force: it was emptied, lost a key, or never was good."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from watcher.config import Config, load, lost_since
from watcher.errors import ConfigError
from watcher.notify import problem_of
from watcher.rules import compile_rule

RECEIVERS = "receivers: {me: {url: 'console://'}, you: {url: 'console://'}}\n"
MAIN = f"timezone: UTC\n{RECEIVERS}include: people/*.yaml\n"
THREE = "subscriptions:\n" + "".join(f"  - {{name: {name}, rule: x, to: me}}\n" for name in ("maps", "kites", "trees"))
EMPTY = {
    "nothing": "",
    "blanks": " \n\n  \n",
    "comments": "# nothing yet\n# more\n",
    "a document's beginning": "---\n",
    "null": "null\n",
    "a tilde": "~\n",
    "an empty table": "{}\n",
    "a byte order mark": "\ufeff",
}
NO_SUBSCRIPTIONS = EMPTY | {"an empty list": "subscriptions: []\n"}


@pytest.fixture
def ana(tmp_path: Path) -> Path:
    (tmp_path / "people").mkdir()
    (tmp_path / "config.yaml").write_text(MAIN)
    return tmp_path / "people" / "ana.yaml"


def read(path: Path, **options: object) -> Config:
    return load(path, env={}, check_url=problem_of, check_rule=compile_rule, **options)  # type: ignore[arg-type]


def started(ana: Path) -> Config:
    """The config as the daemon reads it, which keeps the last good versions."""
    return read(ana.parents[1] / "config.yaml", last_good=ana.parents[1] / "includes")


def names(config: Config) -> list[str]:
    return [one.full_name for one in config.subscriptions]


# --- the main file ---


@pytest.mark.parametrize("text", EMPTY.values(), ids=EMPTY)
def test_an_empty_config_is_an_error_that_says_what_to_write(text: str, tmp_path: Path) -> None:
    (tmp_path / "config.yaml").write_text(text)
    with pytest.raises(ConfigError) as caught:
        read(tmp_path / "config.yaml")
    (problem,) = caught.value.problems
    assert "the config is empty" in problem.what and "sources:" in problem.hint and "watcher init" in problem.hint


BEFORE = f"timezone: UTC\nsources: {{lab: {{}}}}\n{RECEIVERS}include: people/*.yaml\n{THREE}"


@pytest.mark.parametrize(
    ("after", "lost"),
    [
        (BEFORE.replace(THREE, ""), "`subscriptions:` with maps, kites, trees"),
        (BEFORE.replace("sources: {lab: {}}\n", ""), "`sources:` with lab"),
        (BEFORE.replace("include: people/*.yaml\n", ""), "`include:` with bo/maps"),
        ("timezone: UTC\n", "`sources:` with lab, and `receivers:` with me, you, and `subscriptions:` with maps"),
        (BEFORE.replace(THREE, "subscriptions: []\n"), ""),
        (BEFORE.replace("include: people/*.yaml", "include: []"), ""),
        (BEFORE.replace("sources: {lab: {}}", "sources: {}"), ""),
        (BEFORE.replace("  - {name: trees, rule: x, to: me}\n", ""), ""),
        (BEFORE.replace("timezone: UTC\n", ""), ""),
        (BEFORE, ""),
    ],
)
def test_a_key_that_is_gone_with_all_that_it_held(after: str, lost: str, ana: Path) -> None:
    config = ana.parents[1] / "config.yaml"
    ana.with_name("bo.yaml").write_text("subscriptions: [{name: maps, rule: map, to: me}]\n")
    config.write_text(BEFORE)
    before = read(config)
    config.write_text(after)
    problem = lost_since(before, read(config))
    assert (problem is not None) == bool(lost)
    if problem is not None:
        assert lost in problem.what and problem.file == str(config)


def test_subscriptions_may_move_into_another_file(ana: Path) -> None:
    config = ana.parents[1] / "config.yaml"
    config.write_text(MAIN + THREE)
    before = read(config)
    config.write_text(MAIN)
    ana.write_text(THREE)
    assert lost_since(before, read(config)) is None


# --- an included file ---


@pytest.mark.parametrize("text", NO_SUBSCRIPTIONS.values(), ids=NO_SUBSCRIPTIONS)
def test_an_included_file_that_lost_its_subscriptions_is_kept_for_a_day(text: str, ana: Path) -> None:
    ana.write_text(THREE)
    before = started(ana)
    ana.write_text(text)
    for _ in range(2):
        emptied = started(ana)
        assert emptied.subscriptions == before.subscriptions
        (problem,) = emptied.broken_includes["ana.yaml"]
        assert str(problem) == (
            "people/ana.yaml: 3 subscriptions of ana.yaml are gone, and none is left: maps, kites, trees; "
            "put them back within a day, or they end"
        )
        assert emptied.instead["ana.yaml"] == "its subscriptions are kept for a day"
    long_ago = time.time() - 25 * 3600
    os.utime(ana.parents[1] / "includes" / ".ana.yaml.empty", (long_ago, long_ago))
    for _ in range(2):
        over = started(ana)
        assert not over.subscriptions and not over.broken_includes


def test_one_that_comes_back_has_another_day_the_next_time(ana: Path) -> None:
    ana.write_text(THREE)
    started(ana)
    ana.write_text("")
    started(ana)
    long_ago = time.time() - 25 * 3600
    marker = ana.parents[1] / "includes" / ".ana.yaml.empty"
    os.utime(marker, (long_ago, long_ago))
    ana.write_text(THREE)
    assert not started(ana).broken_includes and not marker.exists()
    ana.write_text("")
    assert len(started(ana).subscriptions) == 3


def test_one_that_never_held_any_may_be_empty(ana: Path) -> None:
    ana.write_text("# nothing yet\n")
    config = started(ana)
    assert not config.subscriptions and not config.broken_includes
    said = read(ana.parents[1] / "config.yaml", strict=True).problems
    (warning,) = [one for one in said if one.file == "people/ana.yaml"]
    assert str(warning) == "people/ana.yaml: warning: holds no subscriptions; write subscriptions: [empty-include]"


def test_one_that_keeps_some_has_changed(ana: Path) -> None:
    ana.write_text(THREE)
    started(ana)
    ana.write_text(THREE[: THREE.rindex("  - ")])
    config = started(ana)
    assert names(config) == ["ana/maps", "ana/kites"] and not config.broken_includes


@pytest.mark.parametrize("text", ["subscriptions:\n", "subscriptions: null\n", "subscription: []\n"])
def test_one_whose_list_is_cut_off_is_broken(text: str, ana: Path) -> None:
    ana.write_text(THREE)
    started(ana)
    ana.write_text(text)
    broken = started(ana)
    assert len(broken.subscriptions) == 3 and broken.instead["ana.yaml"] == "its last good version stays in force"


def test_what_stands_in_for_a_broken_file_is_said(ana: Path) -> None:
    ana.write_text("subscriptions: [{name: a, rule: (a, to: me}]\n")
    assert started(ana).instead["ana.yaml"] == "it has never been read, so its subscriptions do not exist yet"
    ana.write_text(THREE)
    assert not started(ana).instead
    ana.write_text("subscriptions: [{name: a, rule: (a, to: me}]\n")
    assert started(ana).instead["ana.yaml"] == "its last good version stays in force"
    ana.unlink()
    assert started(ana).instead["ana.yaml"] == "its subscriptions are kept for a day"
