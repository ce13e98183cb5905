"""What the package is called, and what people are told to install."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
WRITTEN = sorted(
    path
    for pattern in ("watcher/**/*.py", "docs/**/*.md", "deploy/**/*", "benchmarks/**/*.*", "*.md", "*.yaml")
    for path in ROOT.glob(pattern)
    if path.is_file() and path.suffix not in {".png", ".pyc"}
)
INSTALLED = re.compile(r"(?:pip|pipx|uv tool|uv pip) install((?: +(?:'[^'\n]*'|\"[^\"\n]*\"|[^\s`)\"'|&]+))+)")


def names_in(text: str) -> list[str]:
    """The distributions that the commands in ``text`` would take from the package index."""
    words = [word.strip("'\"") for found in INSTALLED.findall(text) for word in found.split()]
    return [re.split(r"[\[<>=!~;]", word)[0] for word in words if not word.startswith(("-", ".", "/"))]


def test_the_reader_of_commands_finds_a_strangers_package() -> None:
    assert names_in("needs a driver: pip install 'watcher[postgres]'") == ["watcher"]
    assert names_in("pip install -U '.[postgres]' && x") == []


def test_the_distribution_is_ours_and_the_command_is_watcher() -> None:
    """On the package index ``watcher`` is another project's: an upgrade by that name would replace this program."""
    assert PROJECT["name"] != "watcher"
    assert PROJECT["scripts"] == {"watcher": "watcher.cli:main"}


@pytest.mark.parametrize("path", WRITTEN, ids=lambda path: str(path.relative_to(ROOT)))
def test_nobody_is_told_to_install_a_strangers_package(path: Path) -> None:
    assert "watcher" not in names_in(path.read_text(encoding="utf-8"))
