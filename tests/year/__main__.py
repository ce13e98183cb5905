"""Play drawn years, on an SQLite file or a private PostgreSQL server: ``python -m tests.year --seeds 1-20``.

Each line says what a year came to. Exit status 1 if a paper was lost or told twice.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.postgres import Server, serving_postgres
from tests.year.plan import TOWNS, Year, drawn_year
from tests.year.play import Told, YearPlay
from watcher.store import Store, open_store


def main() -> int:
    """Play the years that are asked for; return the exit status."""
    options = _options()
    first, _, last = options.seeds.partition("-")
    is_well = True
    with _server(options.database) as server:
        for seed in range(int(first), int(last or first) + 1):
            for town in options.town or TOWNS:
                year = drawn_year(seed, town)
                with _store(server, seed, town) as store:
                    told = YearPlay(store, year).run()
                print(f"{seed} {town}: {told}", flush=True)
                is_well &= _is_well(year, told, is_detailed=options.details)
    return 0 if is_well else 1


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.year", description=__doc__)
    parser.add_argument("--seeds", default="1-10", help="a seed, or the first and the last  [1-10]")
    parser.add_argument("--town", action="append", choices=TOWNS, help="which sites  [all, one after the other]")
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--details", action="store_true", help="show troubles and acts also where all is well")
    return parser.parse_args()


def _is_well(year: Year, told: Told, *, is_detailed: bool) -> bool:
    faults = [(name, what, sorted(some)) for what in ("lost", "twice") for name, some in getattr(told, what).items()]
    faults = [fault for fault in faults if fault[2]]
    if faults or is_detailed:
        for name, site in year.sites.items():
            print(f"  {name}: {'; '.join(map(str, site.troubles))}")
        print("  off: " + "; ".join(f"{begin:%m-%d}..{end:%m-%d}" for begin, end in year.off))
        for act in told.acts:
            print(f"  {act}")
    for name, what, some in faults:
        print(f"  {what} for {name}: {some}")
    return not faults


@contextmanager
def _server(database: str) -> Iterator[Server | None]:
    if database == "sqlite":
        yield None
        return
    with serving_postgres() as server:
        yield server


@contextmanager
def _store(server: Server | None, seed: int, town: str) -> Iterator[Store]:
    with tempfile.TemporaryDirectory() as folder:
        name = f"{town}{seed}"
        if server:
            server.execute(f"CREATE DATABASE {name}")
        store = open_store(server.url(name) if server else Path(folder) / "watcher.db", mode="create")
        try:
            yield store
        finally:
            store.close()


if __name__ == "__main__":
    sys.exit(main())
