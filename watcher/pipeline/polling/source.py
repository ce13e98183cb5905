"""One look at a source, wherever it is."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from watcher.model import Source
from watcher.parsers import PARSERS
from watcher.pipeline.context import Context
from watcher.pipeline.inbox import poll_inbox
from watcher.pipeline.polling.poll import Polled, poll_pages
from watcher.store import Transaction


def poll_source(
    source: Source,
    parts: Context,
    is_mine: Callable[[Transaction], bool] = lambda tx: True,
    since: date | None = None,
) -> Polled:
    """Read ``source`` once, over the network or from its folder, and store and match what it lists; ``since`` a day,
    where it can be asked for that."""
    if PARSERS[source.kind].folder(source) is not None:
        return poll_inbox(source, parts, is_mine)
    return poll_pages(source, parts, is_mine, since)
