"""A bounded part of the fuzzing: the same inputs each time. What a longer run finds becomes a test of its own."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.conftest import REPOSITORY
from tests.examples import patience, times
from tests.fuzz.setting import keys_without_a_seed
from tests.fuzz.targets import all_targets
from watcher.citations.formats import FORMATS
from watcher.links.addresses import THUMB, UNSUBSCRIBE
from watcher.model.subscriptions import KeepKind
from watcher.parsers import PARSERS

INPUTS = times(20)
TARGETS = all_targets()


@pytest.mark.timeout(patience(300))
@pytest.mark.parametrize("target", TARGETS)
def test_no_input_raises_hangs_or_takes_much_memory(target: str) -> None:
    command = [sys.executable, "-m", "tests.fuzz", "--seed", "1", "--inputs", str(INPUTS), "--seconds", "100000"]
    run = subprocess.run([*command, "--target", target], check=False, cwd=REPOSITORY, capture_output=True, text=True)
    assert run.stdout == f"{target}: {INPUTS:,} inputs, 0 faults\n", run.stdout + run.stderr


def test_every_reader_of_the_tables_has_a_target() -> None:
    """Kinds of sources, formats, places where papers are kept, purposes of links, keys of the config."""
    tried = {one for target in TARGETS.values() for one in target.of}
    assert {*PARSERS, *FORMATS, *KeepKind, THUMB, UNSUBSCRIBE} <= tried
    assert not keys_without_a_seed()
