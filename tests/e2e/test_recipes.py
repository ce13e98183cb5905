"""The line for cron, as cron runs it: by /bin/sh, with a home and a short PATH and nothing else."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.e2e.conftest import config
from tests.e2e.world import Site, Webhook

pytestmark = pytest.mark.e2e
ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "recipes" / "cron.md").read_text(encoding="utf-8")
LINES = re.findall(r"^\*/\d+ \* \* \* \* (.+)$", PAGE, re.MULTILINE)


@pytest.fixture
def person(tmp_path: Path, site: Site, hook: Webhook) -> Path:
    """A home laid out as the page says: program, config, and the folder of a first run."""
    program = tmp_path / ".local" / "bin" / "watcher"
    program.parent.mkdir(parents=True)
    program.write_text(f'#!/bin/sh\nPYTHONPATH={ROOT} exec {sys.executable} -m watcher "$@"\n')
    program.chmod(0o755)
    settings = tmp_path / ".config" / "watcher" / "config.yaml"
    settings.parent.mkdir(parents=True)
    settings.write_text(config(site, hook))
    settings.chmod(0o600)
    (tmp_path / ".local" / "state" / "watcher").mkdir(parents=True)
    return tmp_path


def as_cron(home: Path) -> subprocess.CompletedProcess[str]:
    """Run the page's line; what it prints is what cron would mail."""
    (line,) = LINES
    env = {"HOME": str(home), "PATH": "/usr/bin:/bin", "SHELL": "/bin/sh", "LOGNAME": "ana"}
    return subprocess.run(
        ["/bin/sh", "-c", line], env=env, cwd=home, capture_output=True, text=True, timeout=60, check=False
    )


def test_a_good_run_prints_nothing_and_keeps_its_words(person: Path, hook: Webhook) -> None:
    ran = as_cron(person)
    assert (ran.stdout, ran.stderr) == ("", "")
    assert "new papers" in (person / ".local/state/watcher/once.log").read_text()
    assert hook.posts


def test_a_source_that_cannot_be_read_is_printed(person: Path, site: Site) -> None:
    site.fault = lambda body: (200, b"<html>sign in</html>")
    assert ": broken" in as_cron(person).stdout


def test_a_wrong_config_is_printed(person: Path, site: Site) -> None:
    path = person / ".config" / "watcher" / "config.yaml"
    path.write_text(path.read_text().replace("sources:", "sorces:"))
    printed = as_cron(person).stdout
    assert "sorces" in printed and "Traceback" not in printed
