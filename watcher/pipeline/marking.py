"""Star papers and mark them as read."""

from __future__ import annotations

from datetime import datetime

from watcher.config import Config
from watcher.errors import UsageError
from watcher.model import Paper
from watcher.pipeline.people import person_called
from watcher.store import Transaction
from watcher.store.papers.marks import EVERYBODY, MarkKind


def mark_paper(
    tx: Transaction, paper: Paper, kind: MarkKind, now: datetime, *, person: str = EVERYBODY, off: bool = False
) -> bool:
    """Mark a paper, or take the mark back if ``off``; return whether that changed anything."""
    if off:
        return tx.marks.remove(paper.id, kind, person)
    return tx.marks.add(paper.id, kind, person, now)


def require_person(tx: Transaction, name: str, config: Config) -> None:
    """Raise ``UsageError`` for a name that is nobody's: an owner, a receiver or a subscription."""
    known = {one.owner for one in config.subscriptions} | {one.full_name for one in config.subscriptions}
    if name in known or name in config.receivers or person_called(tx, name, config):
        return
    raise UsageError(
        f"there is no person {name!r}: write an owner (the name of an included file without its ending), a receiver as "
        "`to:` names it, or a subscription"
    )
