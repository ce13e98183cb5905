"""Tell the operator that the database is gone, emptied or another one; and that it is there again.

The message cannot wait in the database, so that it is sent at once. Who took it is noted in the mark beside the
database: nobody hears of one loss twice, however often the program is started.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from threading import Lock

from watcher.config import Config
from watcher.errors import DatabaseDamaged, DatabaseLost
from watcher.model import Incident, IncidentKind
from watcher.notify import Notifier
from watcher.pipeline.context import Context
from watcher.sending.direct import send_directly
from watcher.store.database.file.marks import note_told, told_of_loss

log = logging.getLogger(__name__)


def loss_of(place: object, error: DatabaseLost, now: datetime) -> Incident:
    """Return the incident of a lost database."""
    return Incident(kind=IncidentKind.DATABASE_LOST, subject=str(place), reason=str(error), began=now)


def tell_operator(
    incident: Incident, at: Path, config: Config, env: Mapping[str, str], notifier: Notifier, now: datetime
) -> None:
    """Send a loss to the endpoints of the operator that did not hear of it; the mark beside ``at`` says which did."""
    told = told_of_loss(at)
    waiting = [one for one in config.operator if str(one) not in told]
    if taken := send_directly(incident, waiting, config, env, notifier, now):
        note_told(at, told | {str(one) for one in taken})


class LostDatabase:
    """What a daemon knows of the loss of its database."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._guard = Lock()
        self._incident: Incident | None = None
        self._lasts = False  # as long as the process: a damaged file can often be read in part

    @property
    def is_lost(self) -> bool:
        """Whether the database was lost and is not there again."""
        return self._incident is not None

    def notice(self, error: DatabaseLost) -> None:
        """Log a loss once, and tell the operator; what could not be sent is tried again at the next call."""
        context = self._context
        with self._guard:
            now = context.clock()
            if self._incident is None:
                log.error("%s", error)
                self._incident = loss_of(context.store.place, error, now)
                self._lasts = isinstance(error, DatabaseDamaged)
            if at := context.store.marked_at:
                tell_operator(self._incident, at, context.config, context.env, context.notifier, now)

    def end(self) -> None:
        """Note that the database can be used; tell the operator if it could not be before. Raises ``StoreError``."""
        with self._guard:
            if self._incident is None or self._lasts:
                return
            lost, now = self._incident, self._context.clock()
            with self._context.store.transaction() as tx:
                begun = tx.incidents.begin(lost.kind, lost.subject, lost.reason, lost.began)
                tx.incidents.tell(begun.id, (), lost.began)
                tx.incidents.end([lost.kind], lost.subject, self._context.config.operator, now)
            self._context.store.mark()
            self._incident = None
            log.warning("the database %s can be used again", lost.subject)
