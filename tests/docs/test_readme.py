"""What the documents say can be done: their links lead somewhere, their commands exist, their config loads."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import click
import pytest

from watcher import __version__
from watcher.cli import COMMANDS, cli
from watcher.config.schedules import EXAMPLES
from watcher.model.fields import BY_RULE
from watcher.parsers import PARSERS

ROOT = Path(__file__).parents[2]
DOCUMENTS = [
    ROOT / "README.md",
    ROOT / "CONTRIBUTING.md",
    ROOT / "CHANGELOG.md",
    *sorted((ROOT / "docs").rglob("*.md")),
    *sorted((ROOT / "benchmarks").rglob("*.md")),
]
README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCK = re.compile(r"^```(\w*)[^\n]*\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\(([^)#\s]+)[^)]*\)")


def ids(path: Path) -> str:
    return str(path.relative_to(ROOT))


def shell_lines(text: str) -> Iterator[str]:
    """The commands in a document's shell blocks, continued lines joined and comments gone."""
    for language, body in BLOCK.findall(text):
        if language == "sh":
            for line in body.replace("\\\n", " ").splitlines():
                yield line.split("  #")[0].strip()


def watcher_calls(text: str) -> Iterator[list[str]]:
    """The arguments of every call of watcher in shell blocks and in inline code."""
    inline = re.findall(r"`(watcher [^`\n]+)`", BLOCK.sub("", text))
    for line in [*shell_lines(text), *inline]:
        for part in line.split(" && "):
            words = shlex.split(part)
            ends = [n + 1 for n, word in enumerate(words) if word.endswith("/bin/watcher")] or [1]
            if (words[0] == "watcher" or ends != [1]) and words[ends[0] :]:
                yield words[ends[0] :]


CALLS = [
    pytest.param(call, id=f"{ids(path)}: {' '.join(call)}")
    for path in DOCUMENTS
    for call in watcher_calls(path.read_text(encoding="utf-8"))
]


@pytest.mark.parametrize("path", DOCUMENTS, ids=ids)
def test_links_lead_somewhere(path: Path) -> None:
    links = [link for link in LINK.findall(path.read_text(encoding="utf-8")) if not re.match(r"https?:|mailto:", link)]
    assert [link for link in links if not (path.parent / link).exists()] == []


@pytest.mark.parametrize("call", CALLS)
def test_every_command_and_option_exists(call: list[str]) -> None:
    while call[0] in ("-c", "--config", "--log-format"):
        call = call[2:]
    if call[0] in ("--help", "--version"):
        return
    assert call[0] in COMMANDS
    command = cli.get_command(click.Context(cli), call[0])
    assert command is not None
    if isinstance(command, click.Group) and call[1:]:
        call = call[1:]
        command = command.commands[call[0]]
    known = {name for parameter in command.params for name in [*parameter.opts, *parameter.secondary_opts]}
    used = {word.split("=")[0] for word in call[1:] if re.fullmatch(r"-[a-zA-Z]|--[a-z][a-z-]*(=.*)?", word)}
    assert used <= known | {"--help"}
    if call[1:] and "--help" not in call and not isinstance(command, click.Group):
        command.make_parser(click.Context(command, **cli.context_settings)).parse_args(
            call[1:]
        )  # options that want a value have one


@pytest.mark.parametrize("ending", [".venv/bin/watcher demo", ".venv/bin/pytest"])
def test_one_line_does_all_the_setting_up(ending: str) -> None:
    lines = [line for line in shell_lines(README) if line.endswith(ending)]
    assert len(lines) == 1
    assert lines[0].startswith("python3 -m venv .venv && .venv/bin/pip install ")


def test_examples_fit_a_terminal() -> None:
    assert [line for _, body in BLOCK.findall(README) for line in body.splitlines() if len(line) > 80] == []


def test_decisions_are_numbered_without_gaps() -> None:
    numbers = [int(path.name[:4]) for path in sorted((ROOT / "docs" / "decisions").glob("[0-9]*.md"))]
    assert numbers == list(range(1, len(numbers) + 1))


HEADING = re.compile(r"^## (?:\[Unreleased\]|\[(?P<version>\d+\.\d+\.\d+)\] - (?P<day>\d{4}-\d\d-\d\d))$")


def test_the_changelogs_newest_release_is_this_version() -> None:
    lines = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8").splitlines()
    headings = [HEADING.match(line) for line in lines if line.startswith("## ")]
    assert all(headings), "a heading is [Unreleased], or [1.2.3] - 2026-03-09"
    versions = [found["version"] for found in headings if found]
    assert versions[:2] == [None, __version__] and None not in versions[1:]
    days = [date.fromisoformat(found["day"]) for found in headings if found and found["day"]]
    assert days == sorted(days, reverse=True)


def test_the_changelog_sorts_changes_as_it_says() -> None:
    changes = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    usual = ["Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"]
    for release in re.split(r"^## ", changes, flags=re.MULTILINE)[1:]:
        kinds = re.findall(r"^### (.*)$", release, re.MULTILINE)
        assert kinds == [kind for kind in usual if kind in kinds], release.splitlines()[0]


def test_what_people_can_write_is_in_the_changelog() -> None:
    """Kinds of sources, fields of rules, schedules and commands: each came with a release."""
    code = "\n".join(re.findall(r"`([^`]+)`", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")))
    schedules = [re.split(r' (?:at|on) | "', example)[0] for example in EXAMPLES]
    written = [*PARSERS, *BY_RULE, *schedules, *COMMANDS]
    assert [name for name in written if not re.search(rf"\b{re.escape(name)}\b", code)] == []


def test_the_readmes_config_loads(tmp_path: Path) -> None:
    from watcher.config import load
    from watcher.notify import problem_of
    from watcher.rules import compile_rule

    (example,) = [body for language, body in BLOCK.findall(README) if language == "yaml"]
    path = tmp_path / "config.yaml"
    path.write_text(example, encoding="utf-8")
    config = load(path, env={"GMAIL_APP_PASSWORD": "abcdefghijklmnop"}, check_url=problem_of, check_rule=compile_rule)
    assert [subscription.name for subscription in config.subscriptions] == ["continual-learning", "hot-agents"]
    assert list(config.problems) == []
