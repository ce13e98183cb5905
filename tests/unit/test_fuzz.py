"""A bounded part of the fuzzing: the same inputs each time. What a longer run finds becomes a test of its own."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.conftest import REPOSITORY
from tests.examples import patience, times
from tests.fuzz.targets import TARGETS

INPUTS = times(30)


@pytest.mark.timeout(patience(300))
@pytest.mark.parametrize("target", TARGETS)
def test_no_input_raises_hangs_or_takes_much_memory(target: str) -> None:
    command = [sys.executable, "-m", "tests.fuzz", "--seed", "1", "--inputs", str(INPUTS), "--seconds", "100000"]
    run = subprocess.run([*command, "--target", target], check=False, cwd=REPOSITORY, capture_output=True, text=True)
    assert run.stdout == f"{target}: {INPUTS:,} inputs, 0 faults\n", run.stdout + run.stderr
