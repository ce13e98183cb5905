"""Delete history that is older than the config's ``retain`` says, in small batches."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from watcher.pipeline.context import Context
from watcher.pipeline.one_by_one import one_by_one
from watcher.pipeline.telling.set_back import bring_forward
from watcher.store.history.retention import ForgettableTable

log = logging.getLogger(__name__)

PAGES = "pages"
"""Name of the kept bodies of broken pages in the result."""

BATCH = 500
"""Most rows that are looked at in one transaction."""


@dataclass(frozen=True, slots=True)
class Swept:
    """What was deleted of one table or kind of file, or would be deleted.

    ``what``: the table or kind of file.
    ``count``: number of its rows or files older than ``before``.
    ``before``: None if nothing of it is ever deleted.
    """

    what: str
    count: int
    before: datetime | None


def sweep(context: Context, *, dry_run: bool = False) -> list[Swept]:
    """Delete history older than the config's ``retain``; return a value for each table.

    A call after a crash or stop goes on where the last one ended.

    ``dry_run``: count, and delete nothing.
    """
    if not dry_run:
        bring_forward(context)  # as often as this, since a clock is rarely set
    now, retain = context.clock(), context.config.retain
    kept = {
        ForgettableTable.ATTEMPTS: retain.attempts,
        ForgettableTable.POLLS: retain.polls,
        ForgettableTable.METRICS: retain.metrics,
    }
    swept = []

    def table(what: ForgettableTable) -> None:
        before = None if (duration := kept[what]) is None else now - duration
        count = 0 if before is None else (_count if dry_run else _delete)(what, before, context)
        swept.append(Swept(what.value, count, before))

    one_by_one(kept, table, lambda what: f"deleting old {what.value}", "deleting", context)
    before = None if retain.pages is None else now - retain.pages
    old = context.kept.older(before) if context.kept and before else []
    if not dry_run:
        old = [path for path in old if _unlink(path)]
    swept.append(Swept(PAGES, len(old), before))
    if not dry_run:
        _log(swept)
    return swept


def _count(what: ForgettableTable, before: datetime, context: Context) -> int:
    with context.store.reading() as tx:
        return tx.retention.count(what, before)


def _delete(what: ForgettableTable, before: datetime, context: Context) -> int:
    deleted, after = 0, None
    while not context.stopping.is_set():
        with context.store.transaction() as tx:
            batch = tx.retention.delete(what, before, after, BATCH)
        deleted += batch.deleted
        if (after := batch.after) is None:
            break
    return deleted


def _unlink(path: Path) -> bool:
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        log.warning("%s cannot be deleted: %s", path, error.strerror)
        return False
    return True


def _log(swept: list[Swept]) -> None:
    gone = [f"{one.count} {one.what}" for one in swept if one.count]
    if gone:
        log.info("deleted old history: %s", ", ".join(gone))
