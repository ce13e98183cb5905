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
    tx: Transaction,
    paper: Paper,
    kind: MarkKind,
    now: datetime,
    config: Config,
    *,
    person: str = EVERYBODY,
    off: bool = False,
) -> bool:
    """Mark a paper, or take the mark back if ``off``; return whether that changed anything.

    A paper that is starred goes to all places under ``keep`` that ask for stars.
    """
    if off:
        return tx.marks.remove(paper.id, kind, person)
    if kind is MarkKind.STAR:
        tx.kept.keep([paper.id], [name for name, one in config.keep.items() if one.stars], now)
    return tx.marks.add(paper.id, kind, person, now)


def kept_by_hand(tx: Transaction, key: str, place: str, now: datetime, config: Config) -> Paper:
    """Keep the paper of a key at a place, and return it. Raises ``UsageError`` where either is not known."""
    if place not in config.keep:
        raise UsageError(f"there is no such place under keep: {', '.join(config.keep) or 'none is configured'}")
    paper = tx.papers.find(key)
    if paper is None:
        raise UsageError("there is no paper of this key")
    tx.kept.keep([paper.id], [place], now)
    return paper


def require_person(tx: Transaction, name: str, config: Config) -> None:
    """Raise ``UsageError`` for a name that is nobody's: an owner, a receiver or a subscription."""
    known = {one.owner for one in config.subscriptions} | {one.full_name for one in config.subscriptions}
    if name in known or name in config.receivers or person_called(tx, name, config):
        return
    raise UsageError(
        f"there is no person {name!r}: write an owner (the name of an included file without its ending), a receiver as "
        "`to:` names it, or a subscription"
    )
