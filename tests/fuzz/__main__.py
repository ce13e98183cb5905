"""Fuzz every target, time and memory watched for each input: ``python -m tests.fuzz --seconds 3600 --seed 7``.

Each target runs in processes of its own, which the system ends where an input hangs. Every input is drawn by target,
seed and number: ``--target NAME --seed SEED --input NUMBER`` writes it to stdout.
"""

from __future__ import annotations

import argparse
import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator

from tests.conftest import REPOSITORY
from tests.fuzz.inputs import changed
from tests.fuzz.targets import all_targets, target_called
from tests.fuzz.watch import the_chance

MANY = 10**9


def main() -> int:
    """Return 1 if there was a fault."""
    options = _options()
    if options.input is not None:
        chance = the_chance(options.target, options.seed, options.input)
        sys.stdout.buffer.write(changed(target_called(options.target).seeds, chance))
        return 0
    names = [options.target] if options.target else list(all_targets())
    is_faulty = False
    for name in names:
        tried, faults = 0, 0
        for line in _faults(name, options.seed, options.inputs, options.seconds / len(names)):
            if isinstance(line, int):
                tried = line
            else:
                faults += 1
                print(f"{name}, input {line['input']}: {line['fault']}", flush=True)
        print(f"{name}: {tried:,} inputs, {faults} faults", flush=True)
        is_faulty |= bool(faults)
    return 1 if is_faulty else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--seconds", type=float, default=60.0, help="for all targets together")
    parser.add_argument("--inputs", type=int, default=MANY, help="for each target, at most")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--target", help="this one alone; a name of one that a run of all prints")
    parser.add_argument("--input", type=int, help="write this input of the target to stdout")
    return parser.parse_args()


def _faults(name: str, seed: int, inputs: int, seconds: float) -> Iterator[dict[str, object] | int]:
    """Yield the faults of a target, at the end how many inputs were tried; go on behind one that ends it."""
    first, until = 0, time.monotonic() + seconds
    while first < inputs and time.monotonic() < until:
        before = first
        command = [sys.executable, "-m", "tests.fuzz.trial", name, str(seed), str(first), str(inputs - first)]
        with subprocess.Popen(
            [*command, str(until - time.monotonic())], stdout=subprocess.PIPE, cwd=REPOSITORY
        ) as trial:
            assert trial.stdout
            for line in trial.stdout:
                if line.startswith(b"{"):
                    yield json.loads(line)
                else:
                    first = int(line) + 1
        if trial.returncode == 0:
            break
        ended = signal.Signals(-trial.returncode).name if trial.returncode < 0 else f"status {trial.returncode}"
        yield {"input": first - 1, "fault": f"the process ended: {ended}"}
        if first == before:
            break  # it does not even begin
    yield first


if __name__ == "__main__":
    sys.exit(main())
