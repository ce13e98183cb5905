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
    """Star a paper or mark it as read, or take that back if ``off``; return whether this changed anything.

    A starred paper is kept at all places under ``keep`` that ask for starred ones. Libraries of stars have it from now
    on, for the papers that come.

    ``person``: whose mark it is, ``EVERYBODY`` for one of all who use this installation.
    """
    if kind is MarkKind.STAR:
        tx.subscriptions.renew_growing()
    if off:
        return tx.marks.remove(paper.id, kind, person)
    if kind is MarkKind.STAR:
        tx.kept.keep([paper.id], [name for name, one in config.keep.items() if one.stars], now)
    return tx.marks.add(paper.id, kind, person, now)


def kept_by_hand(tx: Transaction, key: str, place: str, now: datetime, config: Config) -> Paper:
    """Make a delivery that keeps the paper with ``key`` at a place; return the paper.

    Raises ``UsageError`` if the key or the place is unknown.
    """
    if place not in config.keep:
        raise UsageError(f"there is no such place under keep: {', '.join(config.keep) or 'none is configured'}")
    paper = tx.papers.find(key)
    if paper is None:
        raise UsageError("there is no paper of this key")
    tx.kept.keep([paper.id], [place], now)
    return paper


def require_person(tx: Transaction, name: str, config: Config) -> None:
    """Raise ``UsageError`` unless a name is that of an owner, a receiver or a subscription."""
    known = {one.owner for one in config.subscriptions} | {one.full_name for one in config.subscriptions}
    if name in known or name in config.receivers or person_called(tx, name, config):
        return
    raise UsageError(
        f"there is no person {name!r}: write an owner (the name of an included file without its ending), a receiver as "
        "`to:` names it, or a subscription"
    )
