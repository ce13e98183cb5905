"""Prints docs/commands.md: every command's own help. ``make docs`` writes it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import redirect_stdout
from io import StringIO
from unittest.mock import patch

import click

from watcher.cli import SECTIONS, cli, main

COLUMNS = 80
HEAD = """\
# Commands

What each command says with `--help`. `make docs` writes this page; what is wrong in it is mended in `watcher/cli/`.
"""


def every_command() -> Iterator[tuple[str, ...]]:
    """The words that call each command and sub-command, none of them imported before its turn; first () for none."""
    yield ()
    for commands in SECTIONS.values():
        for name in commands:
            yield (name,)
            command = cli.get_command(click.Context(cli), name)
            yield from ((name, inner) for inner in (command.commands if isinstance(command, click.Group) else ()))


def help_page(words: tuple[str, ...]) -> str:
    """What ``watcher WORDS --help`` prints on a terminal of 80 columns."""
    shown = StringIO()
    with patch.dict(os.environ, COLUMNS=str(COLUMNS)), redirect_stdout(shown):
        assert main([*words, "--help"], {}) == 0
    return shown.getvalue()


def document() -> str:
    """The whole of docs/commands.md."""
    sections = {next(iter(commands)): title for title, commands in SECTIONS.items()}
    parts = [HEAD]
    for words in every_command():
        if len(words) == 1 and words[0] in sections:
            parts.append(f"## {sections[words[0]]}\n")
        level = "###" if words else "##"
        parts.append(f"{level} {' '.join(['watcher', *words])}\n\n```text\n{help_page(words)}```\n")
    return "\n".join(parts)


if __name__ == "__main__":
    print(document(), end="")
