"""Measure all that is asked of the program's speed and size; print it as JSON, or as a table beside the last release's.

    python -m benchmarks.all --table --shared ../shared

Each row runs in a process of its own. ``--keep`` writes the table to docs/figures.md, as a release does.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from statistics import median

from benchmarks.all.printed import KEPT, Line, kept_figures, table, with_table
from benchmarks.all.row import Asked, NotHere, Row, Samples
from benchmarks.all.rows import all_rows

ROOT = Path(__file__).resolve().parents[2]


def main() -> int:
    """The command."""
    rows = {row.name: row for row in all_rows()}
    asked = argparse.ArgumentParser(prog="python -m benchmarks.all", description="All figures, in one table.")
    asked.add_argument("--table", action="store_true", help="a table in Markdown instead of JSON")
    asked.add_argument("--keep", action="store_true", help="write the table to docs/figures.md")
    asked.add_argument("--only", choices=rows, nargs="*", help="these rows alone")
    asked.add_argument("--long", action="store_true", help="also rows that take more than a minute")
    asked.add_argument("--shared", type=Path, default=Path("../shared"), help="where captures/ lies")
    asked.add_argument("--rounds", type=int, default=11, help="how often each is measured")
    asked.add_argument("--here", action="store_true", help=argparse.SUPPRESS)
    options = asked.parse_args()
    how = Asked(options.shared.resolve(), options.rounds)
    if options.here:
        print(json.dumps(_measured(rows[options.only[0]], how)))
        return 0
    only = options.only or [row.name for row in rows.values() if options.long or not row.is_long]
    lines = [_line(rows[name], how) for name in only]
    _print(lines, as_table=options.table, keep=options.keep)
    return 0


def _measured(row: Row, how: Asked) -> dict[str, object]:
    try:
        found = row.measure(how)
    except NotHere as missing:
        return {"not here": str(missing)}
    return {"ours": list(found.ours), "peers": list(found.peers)}


def _line(row: Row, how: Asked) -> Line:
    """Measure a row in a process of its own."""
    print(f"\r{row.what:70.70}", end="", file=sys.stderr)
    command = [sys.executable, "-m", "benchmarks.all", "--here", "--only", row.name]
    command += ["--shared", str(how.shared), "--rounds", str(how.rounds)]
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    env.pop("PYTHONDONTWRITEBYTECODE", None)  # as users start programs: not compiled anew each time
    done = subprocess.run(command, env=env, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        return Line(row, None, f"ended with {done.returncode}")
    said = json.loads(done.stdout.splitlines()[-1])
    return Line(row, None, said["not here"]) if "not here" in said else Line(row, Samples(said["ours"], said["peers"]))


def _print(lines: Sequence[Line], *, as_table: bool, keep: bool) -> None:
    print("\r" + " " * 72, end="\r", file=sys.stderr)
    text = KEPT.read_text(encoding="utf-8")
    made = table(lines, kept_figures(text))
    if keep:
        KEPT.write_text(with_table(text, made), encoding="utf-8")
    print(made if as_table else json.dumps([_as_json(line) for line in lines], indent=1))


def _as_json(line: Line) -> dict[str, object]:
    row, found = line.row, line.found
    goals = {"name": row.name, "what": row.what, "unit": row.unit, "must": row.must, "reach": row.reach}
    if found is None:
        return {**goals, "not measured": line.why_not}
    figure = row.figure(found)
    peers = {"peer": row.peer, "peers": round(median(found.peers), 4)} if found.peers else {}
    ours = {"ours": round(median(found.ours), 4), "rounds": len(found.ours)}
    return {**goals, "figure": round(figure, 4), "grade": row.grade(figure), **ours, **peers}


if __name__ == "__main__":
    sys.exit(main())
