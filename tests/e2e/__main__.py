"""Print what becomes of a fleet of daemons under each fault."""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from tests.e2e.fleet import FAULTS, try_fault
from tests.postgres import serving_postgres


def main() -> int:
    """Print the table of faults."""
    asked = argparse.ArgumentParser(prog="python -m tests.e2e", description=__doc__)
    asked.add_argument("--scale", type=float, default=1.0, help="1: as in the tests; 5: a kill a second for a minute")
    asked.add_argument("faults", nargs="*", metavar="FAULT", help=f"some of: {', '.join(FAULTS)}  [all]")
    options = asked.parse_args()
    row = "{:24} {:>7} {:>6} {:>7} {:>9} {:>6}  {}".format
    print(row("fault, to four daemons", "alerts", "lost", "twice", "at most", "s", ""))
    is_well = True
    with serving_postgres() as server:
        for name in options.faults or FAULTS:
            with tempfile.TemporaryDirectory() as folder:
                found = try_fault(name, Path(folder), server, options.scale)
            print(row(name, found.alerts, found.lost, found.twice, found.allowed, round(found.seconds), found.note))
            is_well = is_well and not found.lost and found.twice <= found.allowed
    return 0 if is_well else 1


if __name__ == "__main__":
    sys.exit(main())
