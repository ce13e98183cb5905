"""A kind of source is one folder and one line in the table: all else of the program knows it by that."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import REPOSITORY
from tests.patience import PATIENCE

KIND = '''
"""Bulletins: a text with a word at its head and one paper a line."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from watcher.model import Entry, Reading, Source, Unreadable
from watcher.parsers.parser import Key, Mistake, Parser, SavedForm, key, own_keys

HEAD = b"BULLETIN of "


@dataclass(frozen=True, slots=True, kw_only=True)
class BulletinKeys:
    """Which section is read."""

    section: str | None = key("Which section of the bulletin.")


def parse(body: bytes, section: str | None) -> Reading | Unreadable:
    """Read the papers of a section, of all where none is named."""
    if not body.startswith(HEAD):
        return Unreadable("looked for a bulletin, found none")
    rows = [line.split("|") for line in body.decode("utf-8", "replace").splitlines()[1:] if line.count("|") == 2]
    return Reading(
        entries=tuple(
            Entry(title=title.strip(), url=url.strip(), keys=(f"url:{url.strip()}",))
            for where, title, url in rows
            if section in (None, where.strip())
        )
    )


def mistakes(source: Source) -> Iterator[Mistake]:
    """Say what is wrong with a source of this kind."""
    if own_keys(source, BulletinKeys).section == "":
        yield Mistake("section", "an empty section", "name one")


PARSER = Parser(
    kind="bulletin",
    version=1,
    own=BulletinKeys,
    check=mistakes,
    starts=lambda source, today: (source.url or "https://bulletin.example/",),
    parse=lambda body, url, source: parse(body, own_keys(source, BulletinKeys).section),
    saves="bulletins",
    saved=(SavedForm("bulletin", lambda body: body.data.startswith(HEAD), lambda body: parse(body.data, None)),),
)
'''
PAGE = b"BULLETIN of the lab\ntides | Kelp and tides | https://bulletin.example/1\nwind | Kites | https://bulletin.example/2\n"
CONFIG = """
timezone: UTC
database: {home}/watcher.db
sources:
  tides: {{kind: bulletin, section: tides}}
  drop: {{kind: inbox, folder: drop}}
  lab: {{kind: html, url: "https://lab.example/list", item: li, title: b}}
receivers:
  me: {{url: "json://127.0.0.1:9/"}}
subscriptions:
  - {{name: all, rule: 'title:kelp OR title:kites', to: me}}
"""


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the program with the kind: a folder more, and a line in the table."""
    folder = tmp_path_factory.mktemp("program")
    for name in ("watcher", "migrations"):
        shutil.copytree(REPOSITORY / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    kind = folder / "watcher" / "parsers" / "bulletin"
    kind.mkdir()
    (kind / "__init__.py").write_text('"""Bulletins."""\n')
    (kind / "kind.py").write_text(KIND)
    table = folder / "watcher" / "parsers" / "__init__.py"
    text = table.read_text()
    line = "    html.PARSER,\n"
    assert text.count(line) == 1
    text = text.replace(line, f"{line}    bulletin.PARSER,\n")
    table.write_text(
        text.replace(
            "import kind as html\n", "import kind as html\nfrom watcher.parsers.bulletin import kind as bulletin\n"
        )
    )
    return folder


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / "config.yaml").write_text(CONFIG.format(home=tmp_path))
    (tmp_path / "page").write_bytes(PAGE)
    return tmp_path


def run(program: Path, home: Path, *args: str) -> subprocess.CompletedProcess[str]:
    env = {**os.environ, "PYTHONPATH": str(program), "STATE_DIRECTORY": str(home / "state")}
    command = [sys.executable, "-m", "watcher", "-c", str(home / "config.yaml"), *args]
    return subprocess.run(command, cwd=home, env=env, capture_output=True, text=True, check=False, timeout=PATIENCE)


def test_the_config_and_its_schema_have_its_key(program: Path, home: Path) -> None:
    assert run(program, home, "check-config").returncode == 0
    keys = json.loads(run(program, home, "schema").stdout)["$defs"]["SourceKeys"]["properties"]
    assert keys["section"]["description"] == "Which section of the bulletin." and "bulletin" in keys["kind"]["enum"]
    config = home / "config.yaml"
    config.write_text(
        config.read_text().replace('url: "https://lab.example/list"', 'section: x, url: "https://lab.example/"')
    )
    said = run(program, home, "check-config")
    assert said.returncode == 2 and "a source of kind html has no `section`" in said.stdout + said.stderr
    assert "it belongs to sources of kind bulletin" in said.stdout + said.stderr


def test_a_saved_page_is_recognised_and_one_of_a_source_read_as_that_source_reads(program: Path, home: Path) -> None:
    assert "1 paper" in run(program, home, "try-source", "tides", "--file", "page").stderr
    assert run(program, home, "import", "--no-tell", "--source", "tides", "page").stdout.startswith("stored 1;")
    assert run(program, home, "import", "--no-tell", "page").stdout.startswith("stored 1;"), "the other section's"
    papers = json.loads(run(program, home, "papers", "--json").stdout)
    assert {paper["title"]: [one["source"] for one in paper["listings"]] for paper in papers}["Kites"] == ["tides"]


def test_an_inbox_reads_it(program: Path, home: Path) -> None:
    (home / "drop").mkdir()
    (home / "page").rename(home / "drop" / "page")
    os.utime(home / "drop" / "page", (1, 1))
    said = run(program, home, "once", "--source", "drop")
    assert "drop: new, 2 new papers" in said.stdout, said.stderr
