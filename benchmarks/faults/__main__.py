"""Print the tables of faults: of receivers, of places that keep papers, of APIs and of other lists."""

from __future__ import annotations

import argparse
import json
import logging
import os
import ssl
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.faults import lists, places, shown
from benchmarks.faults.faults import MAIL, WEB, Fault, play
from benchmarks.faults.shown import printed, row_of, shortened, states_in_words, tries_in_words, twice_in_words
from benchmarks.faults.sources import PLAYED, ApiEnding, ApiFault
from benchmarks.faults.sources import is_right as is_right_of_source
from benchmarks.faults.sources import play as play_source
from benchmarks.faults.world import MESSAGES, Ending
from tests.integration.mailserver import make_certificate

HEAD = "| receiver | fault | what happened | ends as | lost | twice | the other receiver | operator heard |"
SOURCE_HEAD = "| source | the site | a known list | the reason given | the operator hears | lost | twice |"


def main() -> int:
    """The command: exit status 1 where something was lost, came twice without need, or ended otherwise."""
    asked = argparse.ArgumentParser(prog="python -m benchmarks.faults", description=__doc__)
    asked.add_argument("--json", action="store_true", help="one JSON array instead of the table")
    asked.add_argument("--only", default="", help="faults with these words in their name")
    options = asked.parse_args()
    logging.getLogger("watcher").setLevel(logging.CRITICAL)
    begun, is_table = time.monotonic(), not options.json
    rows = printed(_of_receivers(options.only), HEAD, line, is_table=is_table)
    kept = printed(places.played(options.only), places.HEAD, places.line, is_table=is_table)
    sources = printed(_of_sources(options.only), SOURCE_HEAD, source_line, is_table=is_table)
    others = printed(lists.played(options.only), lists.HEAD, lists.line, is_table=is_table)
    bad = [fault.name for _, fault, ended in rows if not is_right(fault, ended)]
    bad += [f"{kind}: {fault.name}" for kind, fault, ended in kept if not places.is_right(fault, ended)]
    bad += [f"{kind}: {fault}" for kind, fault, ended in others if not lists.is_right(kind, fault, ended)]
    bad += [f"{kind}: {fault.says}" for kind, fault, ended in sources if not is_right_of_source(fault, kind, ended)]
    if options.json:
        of_sources = [*(source_as_json(*row) for row in sources), *(lists.as_json(*row) for row in others)]
        of_places = [places.as_json(*row) for row in kept]
        print(json.dumps([*(as_json(*row) for row in rows), *of_places, *of_sources], indent=1))
    else:
        took = time.monotonic() - begun
        wrong = f"{len(bad)} ended wrongly{': ' if bad else ''}{', '.join(bad)}"
        print(f"\n{len(rows) + len(kept) + len(sources) + len(others)} faults in {took:.0f} s, {wrong}")
    return 1 if bad else 0


def _of_receivers(only: str) -> Iterator[tuple[str, Fault, Ending]]:
    """Play the faults of receivers."""
    with trusted() as (authority, *certificates):
        os.environ["SSL_CERT_FILE"] = str(authority)
        for kind, fault in ((kind, one) for kind, some in (("mail", MAIL), ("http", WEB)) for one in some):
            if only in fault.name:
                with tempfile.TemporaryDirectory() as folder:
                    yield kind, fault, play(fault, kind, Path(folder), (certificates[0], certificates[1]))


def _of_sources(only: str) -> Iterator[tuple[str, ApiFault, ApiEnding]]:
    """Play the faults of APIs."""
    for kind, fault in ((kind, fault) for kind, fault in PLAYED if only in fault.says):
        with tempfile.TemporaryDirectory() as folder:
            yield kind, fault, play_source(fault, kind, Path(folder))


@contextmanager
def trusted() -> Iterator[tuple[Path, ssl.SSLContext, ssl.SSLContext]]:
    """An authority's file, a server's certificate of it, and one of another authority."""
    with tempfile.TemporaryDirectory() as folder:
        made = []
        for name in ("trusted", "unknown"):
            (Path(folder) / name).mkdir()
            made.append(make_certificate(Path(folder) / name))
        yield made[0][0], made[0][1], made[1][1]


def is_right(fault: Fault, ended: Ending) -> bool:
    """Nothing lost, nothing twice but what nobody can know, the other receiver served, the end as it should be."""
    right_end = not fault.ends or dict(fault.ends) == ended.states
    no_more = ended.twice <= fault.twice and not ended.unknown_twice
    return ended.lost == 0 and no_more and ended.others >= MESSAGES and right_end


def line(kind: str, fault: Fault, ended: Ending) -> str:
    """One row of the table."""
    happened, states, twice = tries_in_words(ended.reasons), states_in_words(ended.states), twice_in_words(ended.twice)
    others = f"{ended.others} in {ended.after:.1f} s" if ended.others == MESSAGES else f"{ended.others}"
    words = {"messages to wrong do not arrive": "down", "messages to wrong arrive again": "back"}
    told = ", ".join(words.get(one, one) for one in dict.fromkeys(ended.told)) or "nothing"
    return row_of(kind, fault.name, happened, states, str(ended.lost), twice, others, told)


def source_line(kind: str, fault: ApiFault, ended: ApiEnding) -> str:
    """One row of the table of sources."""
    reason, counts = shortened(ended.judged.reason) or "-", (ended.heard, ended.lost, ended.twice)
    return row_of(f"`{kind}`", fault.says, ended.judged.verdict, reason, *map(str, counts))


def source_as_json(kind: str, fault: ApiFault, ended: ApiEnding) -> dict[str, object]:
    """The same for programs."""
    return {
        "source": kind,
        "fault": fault.says,
        "verdict": ended.judged.verdict,
        "reason": ended.judged.reason,
        "operator": ended.heard,
        "lost": ended.lost,
        "twice": ended.twice,
        "right": is_right_of_source(fault, kind, ended),
    }


def as_json(kind: str, fault: Fault, ended: Ending) -> dict[str, object]:
    """The same for programs."""
    return {
        "receiver": kind,
        "fault": fault.name,
        **shown.as_json(ended.reasons, ended.states, lost=ended.lost, twice=ended.twice, unknown=ended.unknown_twice),
        "others": ended.others,
        "others_after_s": round(ended.after, 3),
        "operator": list(ended.told),
        "right": is_right(fault, ended),
    }


if __name__ == "__main__":
    sys.exit(main())
