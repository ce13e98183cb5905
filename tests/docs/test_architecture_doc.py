"""The documents point at files, functions and classes that are there; the picture of the house shows all its rooms."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from tests.docs.names import PACKAGE, ROOT, names_in, rows

ARCHITECTURE = ROOT / "docs" / "architecture.md"
WAY = ROOT / "docs" / "a-papers-way.md"
DOCUMENTS = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
POINTED_AT = re.compile(r"`((?:watcher|tests|migrations|benchmarks|docs)/[\w./-]*)(?::([\w.]+))?`")
ROOMS = [path for path in sorted(PACKAGE.rglob("*")) if path.is_dir() and path.name != "__pycache__"]
MOST_FILES = 15


def pointers(document: Path) -> list[tuple[str, str]]:
    """Each path and name that a document gives: ("watcher/outbox/claim.py", "claim"); "" without a name."""
    return POINTED_AT.findall(document.read_text(encoding="utf-8"))


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_what_a_document_points_at_exists(document: Path) -> None:
    gone = [
        f"{path}:{name}"
        for path, name in pointers(document)
        if not (ROOT / path).exists() or (name and name not in names_in(ROOT / path))
    ]
    assert gone == []


def test_the_way_of_a_paper_names_a_function_in_every_step() -> None:
    steps = [cells for cells in rows(WAY, 3) if cells[0].isdigit()]
    assert [int(cells[0]) for cells in steps] == list(range(1, len(steps) + 1))
    assert [cells for cells in steps if not all(name for _, name in POINTED_AT.findall(cells[1]))] == []
    names = [name for cells in steps for _, name in POINTED_AT.findall(cells[1])]
    places = [names.index(name) for name in ("claim", "render", "send", "record")]
    assert places == sorted(places)


def test_the_table_of_rooms_shows_every_room_and_no_other() -> None:
    rooms = [cells[0].strip("`/") for cells in rows(ARCHITECTURE, 3)]
    assert sorted(rooms) == [str(path.relative_to(ROOT)) for path in ROOMS]


def test_the_picture_shows_the_floors() -> None:
    """The same floors as import-linter's layers, from the roof to the ground."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"][
        "contracts"
    ]
    (layers,) = [one["layers"] for one in contracts if one["id"] == "layers"]
    picture = ARCHITECTURE.read_text(encoding="utf-8").split("## Floors")[1].split("```")[1]
    floors = [re.split(r"\s{4,}", line)[0].split() for line in picture.strip().splitlines()]
    assert floors == [re.findall(r"\w+", layer) for layer in layers]


@pytest.mark.parametrize("room", [room for room in ROOMS if room.name != "cli"], ids=lambda path: path.name)
def test_a_room_has_few_files(room: Path) -> None:
    """What a newcomer reads before changing something; the commands of cli are read one at a time."""
    assert len([path for path in room.glob("*.py") if path.name != "__init__.py"]) <= MOST_FILES
