"""A new kind of source is a folder and a line in the table; the rest of the program follows."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import REPOSITORY
from tests.examples import is_short
from tests.integration.toy_kind import PAGE, PARTS, PROGRAM, add_to, copy_to
from tests.patience import PATIENCE

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
    folder = copy_to(tmp_path_factory.mktemp("program"), "watcher", "migrations")
    add_to(folder, PROGRAM)
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


# --- what adding it takes ---

RED = {
    "the folder": "test_every_room_is_a_package",
    "its kind": "cannot import name 'kind' from 'watcher.parsers.bulletin'",
    "the line in the table": "test_every_kind_has_a_row_and_a_section",
    "its row in sources.md": "test_every_kind_has_a_row_and_a_section",
    "its section in sources.md": "test_every_kind_has_a_row_and_a_section",
    "what it leaves empty in sources.md": "test_the_documentation_says_where_a_field_stays_empty",
    "its key in configuration.md": "test_every_key_is_documented",
    "its room in architecture.md": "test_the_table_of_rooms_shows_every_room_and_no_other",
    "the schema": "test_the_schema_beside_the_example_is_todays",
    "the hostile pages": "test_every_kind_is_tried",
    "a page that tells all": "test_every_kind_is_tried_but_the_one_that_takes_all_pages",
    "its version": "test_what_a_version_reads_stays_as_it_is[bulletin]",
    "the line in the changelog": "test_what_people_can_write_is_in_the_changelog",
}
"""Part of the addition → what says that it is missing."""

ASKED = [
    "tests/docs/test_sources_doc.py",
    "tests/test_house.py::test_every_room_is_a_package",
    "tests/docs/test_architecture_doc.py::test_the_table_of_rooms_shows_every_room_and_no_other",
    "tests/docs/test_configuration_doc.py::test_every_key_is_documented",
    "tests/docs/test_configuration_doc.py::test_the_schema_beside_the_example_is_todays",
    "tests/docs/test_readme.py::test_what_people_can_write_is_in_the_changelog",
    "tests/integration/test_hostile_pages.py::test_every_kind_is_tried",
    "tests/parsers/test_told.py",
    "tests/parsers/test_versions.py",
    "tests/parsers/test_saved.py::test_a_saved_page_of_each_kind_is_recognised",
]


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the repository."""
    files = [path.name for path in REPOSITORY.iterdir() if path.is_file() and path.name != ".git"]
    return copy_to(tmp_path_factory.mktemp("repository"), "watcher", "migrations", "docs", "tests", "deploy", *files)


def said_by_tests(repository: Path) -> str:
    """What the tests say that ask for the parts; "" if they pass."""
    command = [sys.executable, "-m", "pytest", "-q", "-n", "0", "-p", "no:randomly", "-p", "no:cacheprovider", *ASKED]
    env = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    ran = subprocess.run(command, cwd=repository, env=env, capture_output=True, text=True, check=False, timeout=100)
    return "" if ran.returncode == 0 else ran.stdout + ran.stderr


def test_what_is_added_whole_passes_the_tests(repository: Path) -> None:
    add_to(repository, PARTS)
    assert said_by_tests(repository) == ""


@pytest.mark.skipif(is_short(), reason="half a minute: left to runs with all examples")
@pytest.mark.parametrize("part", PARTS)
def test_a_part_that_is_left_out_is_missed(repository: Path, part: str) -> None:
    add_to(repository, PARTS, without=part)
    assert re.search(rf"^(?:FAILED|E  ).*{re.escape(RED[part])}", said_by_tests(repository), re.M)
