"""Run the inputs of one target one after the other: ``python -m tests.fuzz.trial TARGET SEED FIRST INPUTS SECONDS``.

Prints the number of each input before it is tried, and each fault as a line of JSON behind it: what ended the process
belongs to the last number.
"""

from __future__ import annotations

import json
import os
import resource
import signal
import sys
import time
import traceback
from pathlib import Path

from tests.fuzz.inputs import changed
from tests.fuzz.targets import target_called
from tests.fuzz.watch import HANG, MEMORY, slow_after, the_chance

_STATUS = Path("/proc/self/status")
_CLEAR = Path("/proc/self/clear_refs")


def peak() -> int:
    """Return the most memory that this process held since it was last asked (MB)."""
    line = next(line for line in _STATUS.read_text().splitlines() if line.startswith("VmHWM"))
    _CLEAR.write_text("5")  # begin anew (man proc_pid_clear_refs)
    return int(line.split()[1]) // 1024


def main(name: str, seed: int, first: int, inputs: int, seconds: float) -> None:
    """Try inputs from the ``first`` on until there were enough of them, or the time is over."""
    target, until = target_called(name), time.monotonic() + seconds
    resource.setrlimit(resource.RLIMIT_DATA, (2**30, 2**30))
    for seed_body in target.seeds:  # a good input is taken as it is; it also loads what is loaded once
        target.run(seed_body)
    own = peak()
    for number in range(first, first + inputs):
        if time.monotonic() > until:
            break
        body = changed(target.seeds, the_chance(name, seed, number))
        os.write(1, b"%d\n" % number)
        signal.setitimer(signal.ITIMER_PROF, HANG)
        began = time.process_time()
        fault = ""
        try:
            target.run(body)
        except BaseException:
            fault = traceback.format_exc(limit=-6)
        took = time.process_time() - began
        signal.setitimer(signal.ITIMER_PROF, 0)
        held = peak() - own
        if took > slow_after(len(body)):
            fault += f"took {took:.2f} s of CPU for {len(body):,} bytes"
        if held > MEMORY:
            fault += f"held {held} MB for {len(body):,} bytes"
        if fault:
            print(json.dumps({"input": number, "fault": fault}), flush=True)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]), float(sys.argv[5]))
