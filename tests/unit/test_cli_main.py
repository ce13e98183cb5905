"""What the command line does before and after a command: find it, and turn what it raises into lines."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
import pytest

from watcher import __version__
from watcher.cli import COMMANDS, SECTIONS, Lazy, cli, main
from watcher.cli.desk import CliContext
from watcher.errors import ConfigError, Problem, RuleError, StoreError, UsageError

Add = Callable[[Callable[..., Any]], None]
ROOT = Path(__file__).parents[2]
SHOW_ALL_HELP = """
import json, sys
before = set(sys.modules)
from tests.docs.commands import every_command, help_page
loaded = {}
for words in every_command():
    help_page(words)
    loaded[" ".join(words)] = sorted(set(sys.modules) - before)
    before.update(sys.modules)
print(json.dumps(loaded))
"""
"""Shows the help of every command in one process; prints, for each, the modules that nothing before had imported."""


@dataclass(frozen=True)
class Made(Lazy):
    """A command that needs no loading."""

    command: click.Command

    def load(self) -> click.Command:
        return self.command


@pytest.fixture
def command(monkeypatch: pytest.MonkeyPatch) -> Iterator[Add]:
    """Adds a command named ``try`` that does what it is given."""

    def add(body: Callable[..., Any]) -> None:
        monkeypatch.setitem(COMMANDS, "try", Made("", "Try.", click.command("try")(body)))

    yield add
    cli.commands.pop("try", None)


def raising(error: BaseException) -> Callable[[], None]:
    def body() -> None:
        raise error

    return body


@pytest.mark.parametrize(
    ("error", "status", "said"),
    [
        (StoreError("no database at /x: run `watcher once` first"), 1, "no database at /x: run `watcher once` first"),
        (UsageError("there is no config"), 2, "there is no config"),
        (PermissionError(13, "Permission denied", "/root/x"), 1, "/root/x: Permission denied"),
        (OSError(28, "No space left on device"), 1, "No space left on device"),
        (ZeroDivisionError("division by zero"), 1, "internal error: ZeroDivisionError: division by zero"),
    ],
)
def test_an_error_is_one_line(
    command: Add, capsys: pytest.CaptureFixture[str], error: Exception, status: int, said: str
) -> None:
    command(raising(error))
    assert main(["try"], {}) == status
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith(f"watcher: {said}")
    assert err.count("\n") == 1


def test_verbose_shows_the_traceback(command: Add, capsys: pytest.CaptureFixture[str]) -> None:
    command(raising(ZeroDivisionError("division by zero")))
    assert main(["try", "-v"], {}) == 1
    assert "Traceback" in capsys.readouterr().err


def test_all_problems_of_a_config_are_shown(command: Add, capsys: pytest.CaptureFixture[str]) -> None:
    first = Problem("c.yaml", 2, 3, "unknown key `rul`", "write `rule`", "  rul: x")
    command(raising(ConfigError([first, Problem("d.yaml", 0, 0, "is not there")])))
    assert main(["try"], {}) == 2
    assert capsys.readouterr().err == "\n".join(
        ["c.yaml:2:3: unknown key `rul`; write `rule`", "    rul: x", "    ^", "d.yaml: is not there", ""]
    )


def test_a_bad_rule_is_shown_with_the_place(command: Add, capsys: pytest.CaptureFixture[str]) -> None:
    command(raising(RuleError("expected a closing quote", start=5, end=9, hint='write "', text='cat "dog')))
    assert main(["try"], {}) == 2
    lines = capsys.readouterr().err.splitlines()
    assert lines == ['watcher: expected a closing quote; write "', '  cat "dog', "       ^^^"]


def test_interrupting_is_no_error(command: Add) -> None:
    command(raising(KeyboardInterrupt()))
    assert main(["try"], {}) == 130


@pytest.mark.parametrize(("returned", "status"), [(None, 0), (0, 0), (1, 1)])
def test_a_command_says_its_status(command: Add, returned: int | None, status: int) -> None:
    command(lambda: returned)
    assert main(["try"], {}) == status


@pytest.mark.parametrize(
    "arguments",
    [
        ["-c", "a.yaml", "--log-format", "json", "-v", "try"],
        ["try", "-c", "a.yaml", "--log-format", "json", "-v"],
        ["-c", "b.yaml", "-v", "try", "--config", "a.yaml", "--log-format", "json"],
    ],
)
def test_common_options_stand_before_and_after_the_command(command: Add, arguments: list[str]) -> None:
    seen: list[CliContext] = []
    command(click.pass_obj(seen.append))
    assert main(arguments, {"A": "b"}) == 0
    assert seen == [CliContext(env={"A": "b"}, config_path=Path("a.yaml"), verbose=True, log_format="json")]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["help", "statsu"], "watcher: there is no command `statsu`; did you mean `status`?"),
        (["statsu"], "watcher: there is no command `statsu`; did you mean `status`?"),
        (["frobnicate"], "watcher: there is no command `frobnicate`"),
        (["--confg", "x", "status"], "--confg"),
        (["--log-format", "xml", "status"], "'xml' is not one of 'plain', 'json'"),
    ],
)
def test_a_wrong_command_line_is_named(capsys: pytest.CaptureFixture[str], arguments: list[str], said: str) -> None:
    assert main(arguments, {}) == 2
    err = capsys.readouterr().err
    assert said in err
    assert err.endswith("see watcher --help\n")


def test_nothing_to_do_is_explained(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([], {}) == 2
    assert "Usage: watcher" in capsys.readouterr().err


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"], {}) == 0
    assert capsys.readouterr().out == f"watcher {__version__}\n"


def test_help_names_every_command_in_its_section(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--help"], {}) == 0
    out = capsys.readouterr().out
    for title, commands in SECTIONS.items():
        assert f"\n{title}:\n" in out
        for name, lazy in commands.items():
            assert f"  {name}" in out
            assert lazy.help in " ".join(out.split())


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_explains_itself(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([name, "--help"], {}) == 0
    out = capsys.readouterr().out
    assert f"Usage: watcher {name}" in out
    assert "--config" in out


def imported_by_help() -> dict[str, list[str]]:
    program = [sys.executable, "-c", SHOW_ALL_HELP]
    shown = subprocess.run(program, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    loaded: dict[str, list[str]] = json.loads(shown)
    return loaded


def test_the_help_of_a_command_imports_no_library_but_click() -> None:
    loaded = imported_by_help()
    assert set(COMMANDS) < set(loaded)
    expected = {"click", "tests", "watcher", *sys.stdlib_module_names}
    others = {words: {name.split(".")[0] for name in names} - expected for words, names in loaded.items()}
    # What sysconfig reads is of the standard library, too, and named after the machine.
    strange = {words: {name for name in names if "sysconfigdata" not in name} for words, names in others.items()}
    assert {words: names for words, names in strange.items() if names} == {}
    own = [name for name in loaded[""] if name.startswith("watcher.") and name != "watcher.errors"]
    assert [name for name in own if not name.startswith("watcher.cli")] == []


def test_a_reader_that_went_away_is_no_error() -> None:
    program = (
        "import click; from watcher.cli import cli, main\n"
        "cli.commands['try'] = click.command('try')(lambda: print('x' * 10_000_000))\n"
        "raise SystemExit(main(['try']))"
    )
    ran = subprocess.run(
        ["bash", "-c", f'set -o pipefail; {sys.executable} -c "$0" | head -c 10', program],
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.stderr == ""
    assert ran.stdout == "x" * 10
    assert ran.returncode == 141


def test_help_costs_little() -> None:
    """What it costs in CPU is measured by benchmarks/startup.py; that goes by how much is imported."""
    counts = {words: sum(name.startswith("watcher.") for name in names) for words, names in imported_by_help().items()}
    assert {words: count for words, count in counts.items() if count > 12} == {}


@pytest.mark.parametrize(("words", "shown"), [(("help", "run"), ("run",)), (("help",), ())])
def test_help_of_a_command_by_its_name(
    words: tuple[str, ...], shown: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(words, {}) == 0
    said = capsys.readouterr().out
    assert main([*shown, "--help"], {}) == 0
    assert said == capsys.readouterr().out and said.startswith("Usage: watcher")
