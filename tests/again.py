"""Run all tests several times, each time drawn and ordered anew, to find those that are red by chance.

Every second run has the captured pages, if there are any; PostgreSQL has to be there. A run and its order come back by
its seed: `--times 1 --seed SEED`, with `--pages` or `--no-pages`.
"""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

REPOSITORY = Path(__file__).resolve().parent.parent


@dataclass(frozen=True, slots=True)
class Ran:
    """How a run ended.

    ``red``: the names of tests that failed or could not be set up. ``broken``: why the run says nothing, "" if it does.
    ``took``: seconds.
    """

    passed: int = 0
    skipped: int = 0
    red: tuple[str, ...] = ()
    took: float = 0.0
    broken: str = ""

    def __str__(self) -> str:
        if self.broken:
            return f"{self.broken}, {self.took:.0f} s"
        return f"{self.passed} passed, {len(self.red)} failed, {self.skipped} skipped, {self.took:.0f} s"


def counted(report: str, took: float) -> Ran:
    """Return how a run ended, from what pytest wrote as JUnit XML."""
    passed, skipped, red = 0, 0, list[str]()
    for case in ElementTree.fromstring(report).iter("testcase"):
        outcomes = {one.tag for one in case}
        if outcomes & {"failure", "error"}:
            red.append(f"{case.get('classname', '').replace('.', '/')}.py::{case.get('name')}")
        elif "skipped" in outcomes:
            skipped += 1
        else:
            passed += 1
    return Ran(passed, skipped, tuple(dict.fromkeys(red)), took)


def command(seed: int, report: Path, paths: Sequence[str]) -> list[str]:
    """Return the command of one run."""
    options = ["-q", "-n", "auto", "--dist", "worksteal", "-o", "tmp_path_retention_policy=failed"]
    seeds = [f"--randomly-seed={seed}", f"--hypothesis-seed={seed}"]
    return [sys.executable, "-m", "pytest", *options, *seeds, f"--junitxml={report}", *paths]


def environment(env: Mapping[str, str], pages: Path) -> dict[str, str]:
    """Return what a run is given: examples drawn anew, a server that has to be there, pages in a folder or none."""
    return {**env, "WATCHER_EXAMPLES": "1", "WATCHER_REQUIRE_POSTGRES": "1", "WATCHER_SHARED": str(pages)}


def run(seed: int, pages: Path, paths: Sequence[str], folder: Path, most: float) -> Ran:
    """Run the tests once; what they say is in ``folder``. ``most``: seconds after which a run is ended."""
    report, began = folder / f"{seed}.xml", time.monotonic()
    with (folder / f"{seed}.log").open("wb") as log:
        process = subprocess.Popen(
            command(seed, report, paths),
            cwd=REPOSITORY,
            env=environment(os.environ, pages),
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            status = process.wait(most)
        except BaseException as error:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            if isinstance(error, subprocess.TimeoutExpired):
                return Ran(took=time.monotonic() - began, broken="did not end")
            raise
    took = time.monotonic() - began
    if status not in (0, 1) or not report.exists():
        return Ran(took=took, broken=f"pytest ended with status {status}")
    return counted(report.read_text(encoding="utf-8"), took)


def often(runs: Sequence[tuple[int, Ran]]) -> list[str]:
    """Return a line for each test that was ever red, with the seeds of those runs."""
    found: dict[str, list[int]] = {}
    for seed, one in runs:
        for name in one.red:
            found.setdefault(name, []).append(seed)
    return [
        f"{len(seeds)} of {len(runs)}  {name}  (seed {', '.join(map(str, seeds))})"
        for name, seeds in sorted(found.items(), key=lambda one: (-len(one[1]), one[0]))
    ]


def main(arguments: Sequence[str]) -> int:
    """Run as often as asked for; return 1 if anything was red."""
    parser = argparse.ArgumentParser(prog="python -m tests.again", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--times", type=int, default=20, help="how often (default 20)")
    parser.add_argument("--seed", type=int, default=1, help="the seed of the first run; each next one has the next")
    parser.add_argument("--pages", action=argparse.BooleanOptionalAction, help="always, or never, with captured pages")
    parser.add_argument("--most", type=float, default=7200.0, help="seconds after which a run is ended (default 7200)")
    parser.add_argument("paths", nargs="*", help="files or folders of tests; all if left out")
    asked = parser.parse_args(arguments)
    shared = Path(os.environ.get("WATCHER_SHARED") or REPOSITORY.parent / "shared").resolve()
    folder = Path(tempfile.mkdtemp(prefix="again-"))
    runs: list[tuple[int, Ran]] = []
    for n in range(asked.times):
        seed = asked.seed + n
        has_pages = (shared / "captures").is_dir() and (n % 2 == 0 if asked.pages is None else asked.pages)
        ended = run(seed, shared if has_pages else folder / "none", asked.paths, folder, asked.most)
        runs.append((seed, ended))
        kind = "with pages" if has_pages else "without pages"
        print(f"{n + 1} of {asked.times}  seed {seed}  {kind}  {ended}", flush=True)
        for name in ended.red:
            print(f"    {name}", flush=True)
    print(*often(runs) or ["nothing was red"] * (not any(one.broken for _, one in runs)), sep="\n")
    is_red = any(one.red or one.broken for _, one in runs)
    if is_red:
        print(f"what the runs said: {folder}")
    return int(is_red)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
