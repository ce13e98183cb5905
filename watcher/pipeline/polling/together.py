"""Poll many sources side by side, for a command: a site that does not answer holds up no other poll and no alert."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from datetime import date

from watcher.model import Source
from watcher.pipeline.context import Context
from watcher.pipeline.polling.polled import Polled
from watcher.pipeline.polling.source import poll_source

AT_ONCE = 16
"""Most polls at a time."""

PATIENCE = 2.0
"""Seconds to wait for the next poll to end before what the others found is told."""


def poll_together(
    sources: Sequence[Source],
    context: Context,
    *,
    since: date | None = None,
    meanwhile: Callable[[], object] = lambda: None,
    patience: float = PATIENCE,
) -> Iterator[Polled]:
    """Poll sources side by side; yield the result of each, in their order, as soon as it is known.

    ``since``: also read what was listed from this day on, None to read as usual.
    ``meanwhile``: called when at least one poll has ended since its last call and no other ends within ``patience``.
    ``patience``: seconds.
    """
    pool = ThreadPoolExecutor(min(AT_ONCE, len(sources)) or 1, thread_name_prefix="poll")
    waiting = [pool.submit(poll_source, source, context, since=since) for source in sources]
    try:
        while waiting:
            _wait_for(waiting, patience, meanwhile)
            while waiting and waiting[0].done():
                yield waiting.pop(0).result()
    except BaseException:
        context.stopping.set()  # who interrupts, or has no database any more, waits for no site
        context.fetcher.close()
        raise
    finally:
        pool.shutdown(cancel_futures=True)


def _wait_for(polls: Sequence[Future[Polled]], patience: float, meanwhile: Callable[[], object]) -> None:
    """Wait until the first of the polls has ended; call ``meanwhile`` as :func:`poll_together` says."""
    has_news = any(one.done() for one in polls)
    while not polls[0].done():
        pending = [one for one in polls if not one.done()]
        ended, _ = wait(pending, timeout=patience if has_news else None, return_when=FIRST_COMPLETED)
        if ended:
            has_news = True
        else:
            meanwhile()
            has_news = False
