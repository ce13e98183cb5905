"""The examples in the commands' help are lines that the commands take."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from watcher.cli import cli
from watcher.cli.completion import ConfigName
from watcher.cli.desk import CliContext
from watcher.cli.examples import EXAMPLES, example_text

LINES = [(words, line) for words, lines in EXAMPLES.items() for line in lines]
BEGINNERS = Path(__file__).parents[2] / "config.example.yaml"
"""What `watcher init` writes: an example is typed by somebody who has this."""

NO_NAME = re.compile(r"\d{4}\.\d{5}|mail:\S+|ana")
"""A paper, an address, a person."""

SHELL = {"||", ">"}
"""Words of a shell behind which the command's own end."""


@pytest.mark.parametrize(("words", "line"), LINES)
def test_an_example_can_be_typed(words: str, line: str) -> None:
    typed = shlex.split(line.replace('eval "$(', "").replace(')"', ""))
    typed = typed[: next((n for n, word in enumerate(typed) if word in SHELL), len(typed))]
    called = words.split()
    assert typed[: 1 + len(called)] == ["watcher", *called] and len(f"    {line}") <= 80
    command: click.Command | None = cli
    for word in called:
        assert isinstance(command, click.Group)
        command = command.get_command(click.Context(command), word)
    assert command is not None
    parent = click.Context(cli, obj=CliContext(config_path=BEGINNERS), **cli.context_settings)
    with command.make_context(words, typed[1 + len(called) :], parent=parent) as made:
        for param in command.params:
            given = made.params.get(param.name or "")
            names = given if isinstance(given, tuple) else (given,) if given else ()
            for name in names if isinstance(param.type, ConfigName) else ():
                known = [one.value for one in param.type.shell_complete(made, param, name)]
                assert name in known or NO_NAME.fullmatch(name), f"{name}: what `init` writes has no such name"


def leaves(command: click.Command, *words: str) -> Iterator[str]:
    """Every command that does something, with the group that it is in before it."""
    if not isinstance(command, click.Group):
        yield " ".join(words)
        return
    context = click.Context(command)
    for name in command.list_commands(context):
        under = command.get_command(context, name)
        assert under is not None
        yield from leaves(under, *words, name)


def test_every_command_has_an_example() -> None:
    assert [one for one in leaves(cli) if one not in EXAMPLES and one not in ("", "help")] == []


def test_they_stand_at_the_end_of_the_help() -> None:
    command = cli.get_command(click.Context(cli), "papers")
    assert command is not None
    shown = command.get_help(click.Context(command, **cli.context_settings, info_name="watcher papers"))
    assert shown.endswith("\n".join(["  Examples:", *(f"    {line}" for line in EXAMPLES["papers"])]))
    assert example_text("no command") == ""
