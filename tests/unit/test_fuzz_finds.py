"""The fuzzers would see what they look for: an exception, a hang, memory, a slow input."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.conftest import REPOSITORY

PROGRAM = """
import sys
import time
from tests.fuzz import target, trial
def bad(body):
    {bad}
trial.target_called = lambda name: target.Target([], bad)
trial.changed = lambda seeds, chance: b"x"
trial.HANG = {hang}
trial.main("bad", 1, 0, 1, 60.0)
"""


@pytest.mark.parametrize(
    ("bad", "said"),
    [
        ("raise KeyError('lost')", "KeyError: 'lost'"),
        ("raise SystemExit", "SystemExit"),
        ("until = time.process_time() + 2\n    while time.process_time() < until: pass", "of CPU for"),
        ("bytearray(b'x') * (300 * 2**20)", "held "),
    ],
)
def test_a_fault_is_seen(bad: str, said: str) -> None:
    command = [sys.executable, "-c", PROGRAM.format(bad=bad, hang=30)]
    run = subprocess.run(command, check=False, cwd=REPOSITORY, capture_output=True, text=True)
    assert said in run.stdout, run.stdout + run.stderr
    assert run.returncode == 0


def test_a_hang_is_ended() -> None:
    program = PROGRAM.format(bad="import re; re.fullmatch('(a|a)*b', 'a' * 200)", hang=0.5)
    run = subprocess.run([sys.executable, "-c", program], check=False, cwd=REPOSITORY, capture_output=True)
    assert run.returncode < 0
    assert run.stdout == b"0\n"
