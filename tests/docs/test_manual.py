"""deploy/man/watcher.1 says what every command says of itself, and man(1) shows it without a complaint."""

from __future__ import annotations

import os
import shutil
import subprocess
import tomllib

import pytest

from tests.docs.commands import every_command, help_page
from tests.docs.manual import document
from tests.docs.names import ROOT

PAGE = ROOT / "deploy" / "man" / "watcher.1"


def test_the_page_is_what_the_commands_say() -> None:
    assert PAGE.read_text(encoding="utf-8") == document(), "make docs writes it anew"


def test_it_is_installed_where_man_looks() -> None:
    wheel = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["hatch"]["build"]["targets"]
    assert wheel["wheel"]["shared-data"] == {"deploy/man/watcher.1": "share/man/man1/watcher.1"}


@pytest.fixture(scope="module")
def shown() -> str:
    """The page as it looks on a wide terminal, without bold; one blank for several."""
    if shutil.which("groff") is None:
        pytest.skip("groff is not installed")
    command = ["groff", "-man", "-Tutf8", "-Kutf8", "-ww", "-P-c", "-P-b", "-P-u", "-rLL=2000n", str(PAGE)]
    done = subprocess.run(command, env={**os.environ, "LC_ALL": "C.UTF-8"}, capture_output=True, check=True)
    assert done.stderr.decode() == ""
    return " ".join(done.stdout.decode().split())


@pytest.mark.parametrize("words", [words for words in every_command() if words], ids=" ".join)
def test_every_sentence_of_help_is_shown(words: tuple[str, ...], shown: str) -> None:
    help_text = help_page(words).split("\n\nCommands:")[0].split("  -c, --config FILE")[0]
    usage, *rest = help_text.removeprefix("Usage: ").split("\n\n")
    for paragraph in [usage, *(part for part in rest if not part.startswith("Options:"))]:
        assert " ".join(paragraph.split()) in shown
