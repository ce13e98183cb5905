"""Read each kind's live site once, as politely as the daemon does, and name what drifted: ``python -m tests.live``.

Exit status 1 if a site drifted or does not answer. ``--keep`` writes the pages, so that a parser can be mended.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from tests.live.drift import ALL, LiveSource, drifted
from watcher.fetch import Fetcher
from watcher.model import Page, Reading, Unreachable
from watcher.parsers import PARSERS
from watcher.sandbox.here import ParseHere, parse_page


def main(arguments: Sequence[str] | None = None, known: Sequence[LiveSource] = ALL) -> int:
    """Look at the sources that are asked for; return the exit status."""
    options = _options(arguments, known)
    fetcher = Fetcher(user_agent=f"watcher-drift (contact: {options.contact})" if options.contact else None)
    is_well = True
    for live in known:
        if options.only and live.name not in options.only:
            continue
        found = look_at(live, fetcher, datetime.now(UTC), options.keep)
        is_well &= not found
        print(f"{live.name}: {'; '.join(found) if found else 'as expected'}", flush=True)
    return 0 if is_well else 1


def look_at(live: LiveSource, fetcher: Fetcher, now: datetime, keep: Path | None = None) -> list[str]:
    """Fetch the first page of a source, of a search the first page of what it finds; return what drifted."""
    parser = PARSERS[live.source.kind]
    return _look(live, parser.first_address(live.source, now.date()), fetcher, now, keep)


def _look(live: LiveSource, url: str, fetcher: Fetcher, now: datetime, keep: Path | None) -> list[str]:
    parser = PARSERS[live.source.kind]
    page = fetcher.get(url, lambda address: None, robots=parser.obeys_robots(live.source))
    if not isinstance(page, Page):
        reason = page.reason if isinstance(page, Unreachable) else "it says that nothing changed"
        return drifted(live, Unreachable(url=url, reason=reason, fetched_at=now), None, now)
    if keep:
        keep.mkdir(parents=True, exist_ok=True)
        (keep / f"{live.name}.page").write_bytes(page.body)
    parsed = parse_page(page, live.source, ParseHere())
    if isinstance(parsed, Reading) and parsed.parts:
        return _look(live, parsed.parts[0], fetcher, now, keep)
    return drifted(live, page, parsed, now)


def _options(arguments: Sequence[str] | None, known: Sequence[LiveSource]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.live", description=__doc__)
    parser.add_argument("--only", action="append", choices=[live.name for live in known], help="look at this one")
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="write the pages there")
    parser.add_argument("--contact", help="who asks: an address for the site's people")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
