"""The operator hears of files that are not in force: the message says which version is, and names no secret."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.integration.test_pipeline import World, subscription, world
from watcher.config import load
from watcher.notify import problem_of
from watcher.pipeline.subscriptions.apply import apply_config
from watcher.pipeline.subscriptions.config_incidents import log_config_warnings, record_config_troubles
from watcher.rules import compile_rule

__all__ = ["world"]

MAIN = """\
timezone: UTC
operator: [ops]
receivers: {me: {url: "json://me.example/"}, ops: {url: "json://ops.example/"}}
include: people/*.yaml
allow: {}
"""
GOOD = "subscriptions: [{name: maps, rule: map, to: me}, {name: kites, rule: kite, to: me}]\n"


class People:
    """A person's file in a folder, and a daemon that reads it."""

    def __init__(self, folder: Path, world: World) -> None:
        self.file, self.world, self._folder = folder / "people" / "ana.yaml", world, folder
        self.file.parent.mkdir()
        (folder / "config.yaml").write_text(MAIN)

    def take_up(self, text: str | None) -> str:
        """Write the file, or take it away, and read everything again; what the operator is told."""
        self.file.unlink(missing_ok=True)
        if text is not None:
            self.file.write_text(text)
        parts, sent = self.world.context, len(self.world.receivers.sent)
        read = load(
            self._folder / "config.yaml",
            env={},
            check_url=problem_of,
            check_rule=compile_rule,
            last_good=self._folder / "good",
        )
        parts.config = replace(read, sources=parts.config.sources)
        apply_config(parts)
        log_config_warnings(parts.config)
        record_config_troubles(parts, parts.config, {})
        self.world.tell()
        told = [one for url, one in self.world.receivers.sent[sent:] if "ops" in url]
        return "\n".join(" ".join(f"{one.subject}\n{one.text}".split()) for one in told)

    def in_force(self) -> list[str]:
        return [one.full_name for one in self.world.context.config.subscriptions]

    def forget(self, what: str) -> None:
        """Let the day be over for which a file or its subscriptions are missed."""
        import os

        os.utime(self._folder / "good" / f".ana.yaml.{what}", (0, 0))


@pytest.fixture
def people(tmp_path: Path, world: World) -> People:
    return People(tmp_path, world)


BROKEN = "subscriptions: [{name: maps, rule: (map, to: me, password: hunter2xyz}]\n"


def test_a_file_that_was_never_good_has_no_last_good_version(people: People) -> None:
    told = people.take_up(BROKEN)
    assert told.startswith("watcher: ana.yaml is not used as it stands")
    assert "it has never been read, so its subscriptions do not exist yet: people/ana.yaml:1:" in told
    assert "good version" not in told and "hunter2xyz" not in told
    assert people.take_up(GOOD).startswith("watcher: the trouble with ana.yaml is over")


def test_whose_file_is_broken_is_not_called_the_operator(people: People) -> None:
    people.take_up(GOOD)
    people.take_up(BROKEN)
    said = {url: " ".join(one.text.split()) for url, one in people.world.receivers.sent}
    to_ana = next(text for url, text in said.items() if "me.example" in url)
    to_operator = next(text for url, text in said.items() if "ops.example" in url)
    assert "You get this because subscriptions of ana.yaml tell you of papers." in to_ana
    assert "operator" not in to_ana and "names you as its operator" in to_operator


def test_a_file_that_was_good_stays_in_force(people: People) -> None:
    people.take_up(GOOD)
    told = people.take_up(BROKEN)
    assert "its last good version stays in force: people/ana.yaml:1:" in told
    assert people.take_up(BROKEN) == ""


@pytest.mark.parametrize(
    ("text", "what", "marker"),
    [("", "2 subscriptions of ana.yaml are gone, and none is left: maps, kites", "empty"), (None, "vanished", "gone")],
)
def test_a_file_that_is_gone_or_empty_is_kept_for_a_day(
    text: str | None, what: str, marker: str, people: People, caplog: pytest.LogCaptureFixture
) -> None:
    people.take_up(GOOD)
    told = people.take_up(text)
    assert "its subscriptions are kept for a day: " in told and what in told
    assert people.in_force() == ["ana/maps", "ana/kites"]
    assert "included file broken: " in caplog.text and "(its subscriptions are kept for a day)" in caplog.text
    people.forget(marker)
    over = people.take_up(text)
    assert over.startswith("watcher: the trouble with ana.yaml is over") and "no subscription of it is left" in over
    assert people.in_force() == []
    assert "ana/maps: gone" in caplog.text and "ana/kites: gone" in caplog.text


def test_nothing_that_waits_is_called_off_when_a_file_is_empty(people: People) -> None:
    title = people.world.papers[max(people.world.papers)][0]["title"]
    people.take_up(f"subscriptions: [{{name: one, rule: '\"{title}\"', to: me, when: daily at 08:00}}]\n")
    people.world.look()
    people.take_up("")
    with people.world.context.store.reading() as tx:
        (saved,) = [one for one in tx.subscriptions.of_files() if one.gone_at is None]
        assert len(tx.matches.held(saved.id)) == 1


def test_warnings_of_a_config_are_logged(people: People, caplog: pytest.LogCaptureFixture) -> None:
    people.take_up(GOOD)
    hint = "add ana.yaml: with a list of those that it may use [allow-forgets-file]"
    assert [one.message.partition(": ")[2] for one in caplog.records if "`allow`" in one.message] == [
        f"`allow` does not name ana.yaml: it may use every receiver, and from 0.3.0 on none; {hint}"
    ]


def test_what_is_gone_is_named_in_the_log(world: World, caplog: pytest.LogCaptureFixture) -> None:
    world.apply(*(subscription(name=f"n{n}") for n in range(3)))
    with caplog.at_level("WARNING", logger="watcher.pipeline.subscriptions.apply"):
        world.apply(subscription(name="n1"))
    assert caplog.messages[-2:] == ["n0: gone", "n2: gone"]
