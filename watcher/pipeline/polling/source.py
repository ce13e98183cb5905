"""Poll a source of any kind."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from watcher.model import Source
from watcher.parsers import PARSERS
from watcher.pipeline.context import Context
from watcher.pipeline.inbox import poll_inbox
from watcher.pipeline.polling.poll import poll_pages
from watcher.pipeline.polling.polled import Polled
from watcher.store import Transaction


def poll_source(
    source: Source,
    context: Context,
    is_mine: Callable[[Transaction], bool] = lambda tx: True,
    since: date | None = None,
) -> Polled:
    """Poll ``source`` once: over the network, or from its folder if it is an inbox.

    ``is_mine``: asked in the storing transaction whether this process still has the source's turn.
    ``since``: also read what was listed from this day on, if the source can be asked for that.
    """
    if PARSERS[source.kind].folder(source) is not None:
        polled = poll_inbox(source, context, is_mine)
    else:
        polled = poll_pages(source, context, is_mine, since)
    context.tally.polls.add(source.name, polled.judged.verdict.value)
    context.tally.new_papers.add(source.name, by=polled.new)
    context.tally.matches.add(by=polled.matched)
    return polled
