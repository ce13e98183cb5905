"""The examples in the commands' help are lines that the commands take."""

from __future__ import annotations

import shlex

import click
import pytest

from watcher.cli import cli
from watcher.cli.desk import CliContext
from watcher.cli.examples import EXAMPLES, example_text

LINES = [(words, line) for words, lines in EXAMPLES.items() for line in lines]
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
    parent = click.Context(cli, obj=CliContext(), **cli.context_settings)
    with command.make_context(words, typed[1 + len(called) :], parent=parent):
        pass


def test_they_stand_at_the_end_of_the_help() -> None:
    command = cli.get_command(click.Context(cli), "papers")
    assert command is not None
    shown = command.get_help(click.Context(command, **cli.context_settings, info_name="watcher papers"))
    assert shown.endswith("\n".join(["  Examples:", *(f"    {line}" for line in EXAMPLES["papers"])]))
    assert example_text("schema") == ""
