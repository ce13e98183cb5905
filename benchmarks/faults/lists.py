"""Play faults of sites that list papers by searches and tokens: verdicts, requests, lost and repeated papers.

Each site is known for half a day; then it has the fault for three days, with a look on each, and is mended.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from benchmarks.faults.shown import row_of, shortened
from tests.integration.list_sites import BEGIN, FAULTS, KINDS, numbers_in
from tests.integration.outages import Play
from watcher.model import Verdict
from watcher.store import open_store

HOUR = timedelta(hours=1)
HEAD = "| source | fault | verdict | the reason given | the operator hears | requests meanwhile | lost | twice |"


@dataclass(frozen=True)
class Ended:
    """The end of a fault. ``lost``, ``twice``: numbers of papers told never, and more than once."""

    verdicts: frozenset[Verdict]
    reason: str
    heard: int
    requests: int
    lost: int
    twice: int


def play(kind: str, fault: str, folder: Path) -> Ended:
    """Let a site have a fault, and be mended."""
    source, site_of = KINDS[kind]
    with open_store(folder / "watcher.db", mode="create") as store:
        world = Play(store, source, BEGIN.date())
        site = site_of(lambda: world.now)
        world.context.fetcher = site  # type: ignore[assignment]
        world.look()
        world.look(12 * HOUR)
        before, site.fault = len(site.asked), fault
        judged = [world.look(24 * HOUR) for _ in range(3)]
        requests, site.fault = len(site.asked) - before, ""
        world.look(HOUR)
        told = numbers_in(world.texts("me"))
        counts = [told.count(n) for n in range(min(told), site.count + 1)]
        verdicts = frozenset(one.verdict for one in judged)
        return Ended(
            verdicts, judged[0].reason, len(world.texts("ops")), requests, counts.count(0), sum(n > 1 for n in counts)
        )


def is_right(kind: str, fault: str, ended: Ended) -> bool:
    """Return whether each look had the verdict that it should have, and nothing was lost or told twice."""
    return not (ended.lost or ended.twice) and ended.verdicts == {FAULTS[kind][fault][0]}


def line(kind: str, fault: str, ended: Ended) -> str:
    """Return one row of the table."""
    reason = shortened(ended.reason).replace("|", "\\|")
    heard = {0: "nothing", 2: "once, and of its end"}.get(ended.heard, f"{ended.heard} times")
    verdicts = ", ".join(sorted(ended.verdicts))
    return row_of(kind, fault, verdicts, reason, heard, *map(str, (ended.requests, ended.lost, ended.twice)))


def played(only: str) -> Iterator[tuple[str, str, Ended]]:
    """Play the faults with these words in their names, each on a database of its own."""
    for kind, faults in FAULTS.items():
        for fault in faults:
            if only in f"{kind}: {fault}":
                with tempfile.TemporaryDirectory() as folder:
                    yield kind, fault, play(kind, fault, Path(folder))


def as_json(kind: str, fault: str, ended: Ended) -> dict[str, object]:
    """Return the same for programs."""
    return {
        "source": kind,
        "fault": fault,
        "verdicts": sorted(ended.verdicts),
        "reason": ended.reason,
        "operator": ended.heard,
        "requests": ended.requests,
        "lost": ended.lost,
        "twice": ended.twice,
        "right": is_right(kind, fault, ended),
    }
