"""docs/commands.md says what every command says of itself."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests.docs.commands import COLUMNS, document, every_command, help_page
from watcher.cli import COMMANDS

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "commands.md"


def test_the_page_is_what_the_commands_say() -> None:
    assert PAGE.read_text(encoding="utf-8") == document(), "make docs writes it anew"


def test_every_command_and_every_sub_command_is_on_the_page() -> None:
    called = list(every_command())
    assert [words for words in called if len(words) < 2] == [(), *((name,) for name in COMMANDS)]
    assert ("subscriptions", "import") in called
    headings = [line for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith(("## w", "### w"))]
    assert [heading.lstrip("# ") for heading in headings] == [" ".join(["watcher", *words]) for words in called]


def test_a_page_of_help_is_what_a_terminal_shows() -> None:
    words = ("subscriptions", "import")
    shown = subprocess.run(
        [sys.executable, "-m", "watcher", *words, "--help"],
        env={**os.environ, "COLUMNS": str(COLUMNS)},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert shown.stdout == help_page(words)
    assert max(map(len, shown.stdout.splitlines())) <= COLUMNS
