"""History that is older than the config keeps it, deleted in small batches, so that nobody waits for it."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from watcher.pipeline.context import Context
from watcher.store.history.retention import ForgettableTable

log = logging.getLogger(__name__)

PAGES = "pages"
"""What broken pages said, kept as files."""

BATCH = 500
"""Rows of one transaction."""


@dataclass(frozen=True, slots=True)
class Swept:
    """What went, or with a dry run would go: ``count`` older than ``before``, None where that is never."""

    what: str
    count: int
    before: datetime | None


def sweep(parts: Context, *, dry_run: bool = False) -> list[Swept]:
    """Delete what is older than ``retain:`` says; begun again after a crash or a stop, it goes on with what is left."""
    now, retain = parts.clock(), parts.config.retain
    kept = {
        ForgettableTable.ATTEMPTS: retain.attempts,
        ForgettableTable.POLLS: retain.polls,
        ForgettableTable.METRICS: retain.metrics,
    }
    swept = []
    for what, duration in kept.items():
        before = None if duration is None else now - duration
        count = 0 if before is None else (_count if dry_run else _delete)(what, before, parts)
        swept.append(Swept(what.value, count, before))
    before = None if retain.pages is None else now - retain.pages
    old = parts.kept.older(before) if parts.kept and before else []
    if not dry_run:
        old = [path for path in old if _unlink(path)]
    swept.append(Swept(PAGES, len(old), before))
    if not dry_run:
        _log(swept)
    return swept


def _count(what: ForgettableTable, before: datetime, parts: Context) -> int:
    with parts.store.reading() as tx:
        return tx.retention.count(what, before)


def _delete(what: ForgettableTable, before: datetime, parts: Context) -> int:
    deleted, after = 0, None
    while not parts.stopping.is_set():
        with parts.store.transaction() as tx:
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
        log.info("deleted what was kept long enough: %s", ", ".join(gone))
