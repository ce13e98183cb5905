"""What goes wrong at places where papers are kept, through the whole way: each paper is there, and there once."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from benchmarks.faults.place_faults import FAULTS, PlaceFault
from benchmarks.faults.places import is_right, play
from tests import examples

ALL = [(kind, one) for kind, faults in FAULTS.items() for one in faults]
SHORT = ("503", "412", "409", "taken", "SIGKILL", "meanwhile", "a pipe")
"""Words in the names of the faults that the short run plays; test_keeping.py has the others at the place alone."""

PLAYED = [(kind, one) for kind, one in ALL if not examples.is_short() or any(word in one.name for word in SHORT)]


@pytest.mark.parametrize(("kind", "fault"), PLAYED, ids=[f"{kind}: {fault.name}" for kind, fault in PLAYED])
def test_fault(kind: str, fault: PlaceFault, tmp_path: Path, sqlite_template: Path) -> None:
    shutil.copy(sqlite_template, tmp_path / "w.db")
    kept = play(kind, fault, tmp_path)
    assert is_right(fault, kept), kept
    assert kept.heard in (0, 2)


def test_the_page_shows_every_fault() -> None:
    page = (Path(__file__).parents[2] / "docs/delivery.md").read_text(encoding="utf-8")
    assert [fault.name for kind, fault in ALL if f"| {kind} | {fault.name} |" not in page] == []
