"""Prints deploy/man/watcher.1: what every command says with ``--help``, as a page for man(1). ``make docs`` writes it.

click-man 0.6 was tried: of commands that are loaded when they are called it sees none, and it cuts the line under NAME.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterator

import click

from tests.docs.commands import every_command
from watcher.cli import SECTIONS, cli

HEAD = """\
.TH WATCHER 1 "" "watcher" "User Commands"
.nh
.ad l
.SH NAME
watcher \\- tells people about new research papers that match their saved rules
.SH SYNOPSIS
.B watcher
[OPTIONS] COMMAND [ARGS]...
.SH DESCRIPTION"""
END = """\
.SH FILES
.TP
.I ~/.config/watcher/config.yaml
the config, where neither
.BR \\-c ,
.B $WATCHER_CONFIG
nor
.I ./config.yaml
names another
.TP
.I ~/.local/state/watcher/
the database and what belongs to it; as a service
.I /var/lib/watcher/
.SH EXIT STATUS
0 done, 1 something could not be done, 2 the config or the command line is wrong, 130 interrupted."""
_VERBATIM = "\b"
"""How a paragraph of help begins whose lines stay as they are (click)."""


def document() -> str:
    """The whole of deploy/man/watcher.1."""
    begins = {next(iter(commands)): title for title, commands in SECTIONS.items()}
    lines = [HEAD, *_paragraphs(cli.help or ""), ".SH OPTIONS", "These may stand before and after a command's name."]
    lines += _options(cli)
    for words in [words for words in every_command() if words]:
        if len(words) == 1 and words[0] in begins:
            lines.append(f".SH {begins[words[0]].upper()}")
        lines += _command(words)
    return "\n".join([*lines, END]) + "\n"


def _command(words: tuple[str, ...]) -> Iterator[str]:
    """Print a command: its call, its purpose, and its own options."""
    command: click.Command = cli
    for word in words:
        assert isinstance(command, click.Group)
        found = command.get_command(click.Context(command), word)
        assert found is not None
        command = found
    pieces = command.collect_usage_pieces(click.Context(command, **cli.context_settings))
    yield f".SS watcher {_plain(' '.join([*words, *pieces]))}"
    yield from _paragraphs(command.help or "")
    yield from _options(command)
    yield from _paragraphs(command.epilog or "") if command is not cli and command.epilog else ()


def _paragraphs(text: str) -> Iterator[str]:
    for paragraph in inspect.cleandoc(text).split("\n\n"):
        lines = paragraph.strip("\n").splitlines()
        yield ".PP"
        if lines and lines[0].strip() == _VERBATIM.strip("\n"):
            yield ".nf"
            yield from (_plain(line) for line in lines[1:])
            yield ".fi"
        else:
            yield _plain(" ".join(line.strip() for line in lines))


def _options(command: click.Command) -> Iterator[str]:
    shared = {name for one in cli.params for name in one.opts} if command is not cli else set()
    context = click.Context(command, **cli.context_settings)
    for one in command.get_params(context):
        record = one.get_help_record(context)
        if isinstance(one, click.Option) and record and not shared.intersection(one.opts) and "--help" not in one.opts:
            name, text = record
            yield from (".TP", f".B {_plain(name)}", _plain(" ".join(text.split())))


def _plain(text: str) -> str:
    """A text that roff shows letter by letter."""
    for sign, instead in (("\\", "\\e"), ("-", "\\-"), ("'", "\\(aq"), ("`", "\\(ga"), ("~", "\\(ti"), ("^", "\\(ha")):
        text = text.replace(sign, instead)
    return f"\\&{text}" if text.startswith(".") else text


if __name__ == "__main__":
    print(document(), end="")
