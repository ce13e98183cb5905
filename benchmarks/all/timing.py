"""CPU of functions and of programs, measured in turn so that a busy machine is busy for all."""

from __future__ import annotations

import gc
import os
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass


def cpu_in_turn(rounds: int, *runs: Callable[[], object]) -> list[list[float]]:
    """Return the CPU of each function in seconds, user and system, a value for each round; the first is not counted."""
    took: list[list[float]] = [[] for _ in runs]
    for number in range(rounds + 1):
        for run, kept in zip(runs, took, strict=True):
            gc.collect()
            begun = time.process_time()
            run()
            if number:
                kept.append(time.process_time() - begun)
    return took


@dataclass(frozen=True, slots=True)
class Ran:
    """The cost of a program and its children: CPU (s), and the most memory of any of them (MiB)."""

    cpu: float
    rss: float


def ran(command: Sequence[str], env: Mapping[str, str] | None = None, *, status: Sequence[int] = (0,)) -> Ran:
    """Run a program to its end, its output unseen. Raises ``RuntimeError`` for another status than these."""
    with subprocess.Popen(command, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as process:
        assert process.stderr is not None
        said = process.stderr.read().decode()
        _, ended, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(ended)
    if process.returncode not in status:
        raise RuntimeError(f"{command} ended with {process.returncode}: {said}")
    return Ran(used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)
