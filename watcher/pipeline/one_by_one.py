"""Do something for many subjects: a failure holds up no other subject, and is told the operator once."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping
from typing import TypeVar

from watcher.errors import WatcherError
from watcher.model import IncidentKind
from watcher.pipeline.context import Context
from watcher.sandbox.mishaps import reason_of
from watcher.store import Transaction

log = logging.getLogger(__name__)

_One = TypeVar("_One")


def failed_before(tx: Transaction) -> dict[str, str]:
    """Return name → reason of everything that failed when it was last done, whatever that was."""
    return {one.incident.subject: one.incident.reason for one in tx.incidents.all_open(IncidentKind.STEP_FAILED)}


def one_by_one(
    some: Iterable[_One],
    do: Callable[[_One], object],
    name: Callable[[_One], str],
    doing: str,
    context: Context,
    known: Mapping[str, str] | None = None,
) -> list[_One]:
    """Call ``do`` for each of ``some``; return those for which it failed in a way that nobody foresaw.

    An incident tells the operator of each of these; it ends when the call succeeds again. Foreseen errors, such as a
    database that is away, are raised since they concern all.

    ``name``: returns how the operator is told of one.
    ``doing``: what is done, as in "internal error while telling".
    ``known``: what :func:`failed_before` returned a moment ago, None to ask for it.
    """
    failed, reasons = list[_One](), dict[str, str]()
    for one in some:
        try:
            do(one)
        except WatcherError:
            raise
        except Exception as error:
            failed.append(one)
            reasons[name(one)] = reason_of(error, doing)
    _record(reasons, doing, context, known)
    return failed


def _record(reasons: dict[str, str], doing: str, context: Context, known: Mapping[str, str] | None) -> None:
    """Open an incident for each that failed now; end those that failed before while ``doing`` the same, and not now."""
    for subject, reason in reasons.items():
        log.error("%s: %s", subject, reason)
    now, mine = context.clock(), f"while {doing}"
    if known is None:
        with context.store.reading() as tx:
            known = failed_before(tx)
    over = [subject for subject, reason in known.items() if mine in reason and subject not in reasons]
    if not over and reasons.keys() <= known.keys():
        return
    with context.store.transaction() as tx:
        for subject in over:
            tx.incidents.end([IncidentKind.STEP_FAILED], subject, context.config.operator, now)
        for subject, reason in reasons.items():
            begun = tx.incidents.begin(IncidentKind.STEP_FAILED, subject, reason, now)
            if begun.told_at is None:
                tx.incidents.tell(begun.id, context.config.operator, now)
