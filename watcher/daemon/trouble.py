"""Say of a database that cannot be used, and tell the operator when it is lost, and when it is back.

Trouble is logged once when it begins, hourly while it lasts, and once when it is over. The message of a loss cannot
wait in the database, so that it is sent at once. A file beside the database says who was told, so that nobody is told
twice of one loss, however often the program is started.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from threading import Lock, Thread

from watcher.config import Config
from watcher.errors import DatabaseDamaged, DatabaseLost, StoreError
from watcher.model import Incident, IncidentKind
from watcher.notify import Notifier
from watcher.outbox.direct import send_directly
from watcher.pipeline.context import Context
from watcher.store.database.file.marks import Loss, note_told, told_of_loss

log = logging.getLogger(__name__)

WHAT = "not all can be read or told now"

AGAIN_AFTER = 3600.0
"""Seconds after which trouble that lasts is logged again."""


@dataclass(frozen=True, slots=True)
class NoticedLoss:
    """A loss of the database.

    ``incident``: what the operator is told.
    ``kind``: whether the file is gone, or there but damaged.
    """

    incident: Incident
    kind: Loss


def loss_of(place: object, error: DatabaseLost, now: datetime) -> NoticedLoss:
    """Return the loss of the database ``place`` that an error means, with the incident that tells of it."""
    incident = Incident(kind=IncidentKind.DATABASE_LOST, subject=str(place), reason=str(error), began=now)
    return NoticedLoss(incident, "damaged" if isinstance(error, DatabaseDamaged) else "lost")


def tell_operator(
    loss: NoticedLoss, at: Path, config: Config, env: Mapping[str, str], notifier: Notifier, now: datetime
) -> None:
    """Send a loss to those endpoints of the operator that were not told of it yet, and note which took it.

    ``at``: what the note is written beside.
    """
    told = told_of_loss(at)
    waiting = [one for one in config.operator if str(one) not in told]
    if taken := send_directly(loss.incident, waiting, config, env, notifier, now):
        note_told(at, loss.kind, told | {str(one) for one in taken})


class LostDatabase:
    """What a daemon knows of the loss of its database."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._guard = Lock()
        self._telling: Thread | None = None
        self._tried = float("-inf")
        self._loss: NoticedLoss | None = None

    @property
    def is_lost(self) -> bool:
        """Whether the database was lost and is not back."""
        return self._loss is not None

    def notice(self, error: DatabaseLost) -> None:
        """Log a loss once. Tell the operator in a thread of its own, since a receiver may hang.

        What could not be sent is tried again at the next call; there is one for each job that fails.
        """
        with self._guard:
            if self._loss is None:
                log.error("%s", error)
                self._loss = loss_of(self._context.store.place, error, self._context.clock())
            waited = time.monotonic() - self._tried
            is_telling = self._telling is not None and self._telling.is_alive()
            at = self._context.store.marked_at
            if at is None or is_telling or waited < self._context.tuning.after_failure.total_seconds():
                return
            self._tried = time.monotonic()
            self._telling = Thread(target=self._tell, args=(self._loss, at), name="lost", daemon=True)
            self._telling.start()

    def _tell(self, loss: NoticedLoss, at: Path) -> None:
        context = self._context
        try:
            tell_operator(loss, at, context.config, context.env, context.notifier, context.clock())
        except Exception as error:  # the job boundary: it is tried again
            log.error("the operator could not be told: %s: %s", type(error).__name__, error)

    def stop(self, wait: float) -> None:
        """Wait up to ``wait`` seconds for a message that is being sent."""
        if self._telling is not None:
            self._telling.join(wait)

    def end(self) -> None:
        """Note that the database can be used; if it was lost, tell the operator that it is back. Raises ``StoreError``.

        A damaged database stays lost to this process, since it may be readable only in part.
        """
        with self._guard:
            if self._loss is None or self._loss.kind == "damaged":
                return
            lost, now = self._loss.incident, self._context.clock()
            with self._context.store.transaction() as tx:
                begun = tx.incidents.begin(lost.kind, lost.subject, lost.reason, lost.began)
                tx.incidents.tell(begun.id, (), lost.began)
                tx.incidents.end([lost.kind], lost.subject, self._context.config.operator, now)
            self._context.store.mark()
            self._loss, self._tried = None, float("-inf")


@dataclass(frozen=True, slots=True)
class _Met:
    """What a job has met.

    ``is_loss``: the database is lost.
    """

    reason: str
    is_loss: bool


class DatabaseTrouble:
    """What a daemon knows of the trouble with its database: which of its jobs cannot use it, and why.

    ``lost``: is told if the database is lost, and logs it.
    ``changed``: called whenever trouble begins, ends or has another reason.
    ``monotonic``: returns the time in seconds.
    """

    def __init__(
        self, lost: LostDatabase, changed: Callable[[], object], monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._lost, self._changed, self._monotonic = lost, changed, monotonic
        self._guard = Lock()
        self._jobs: dict[str, _Met] = {}
        self._said: dict[str, float] = {}
        self._began = 0.0

    @property
    def reason(self) -> str:
        """Why the database cannot be used, "" if it can."""
        with self._guard:
            return next((one.reason for one in self._jobs.values()), "")

    @property
    def in_front(self) -> str:
        """What is said of the trouble before anything else, "" if there is none."""
        return f"{WHAT}: {reason}; " if (reason := self.reason) else ""

    def watched(self, job: str, run: Callable[[], datetime], later: Callable[[], datetime]) -> Callable[[], datetime]:
        """Return a job that notes a ``StoreError`` instead of raising it, and runs again when ``later`` says."""

        def watched() -> datetime:
            try:
                following = run()
            except StoreError as error:
                self.note(job, error)
                return later()
            self.note(job, None)
            return following

        return watched

    def note(self, job: str, error: StoreError | None) -> None:
        """Note that a job could not use the database, or None if it could.

        What one job has said is not logged of others. The trouble is over when all of them could.
        """
        if error is None:
            self._end(job)
            return
        reason, is_loss = str(error), isinstance(error, DatabaseLost)
        if isinstance(error, DatabaseLost):
            self._lost.notice(error)
        with self._guard:
            now = self._monotonic()
            self._began = self._began if self._jobs else now
            self._jobs[job] = _Met(reason, is_loss)
            is_new = reason not in self._said or now - self._said[reason] >= AGAIN_AFTER
            if is_new:
                self._said[reason] = now
        if is_new and not is_loss:
            log.error("%s, and nothing is lost: %s", WHAT, reason)
        if is_new:
            self._changed()

    def _end(self, job: str) -> None:
        if not self._jobs or self._lost.is_lost:
            return
        with self._guard:
            # A file that is back is back for all jobs.
            left = {name: met for name, met in self._jobs.items() if name != job and not met.is_loss}
            is_over, self._jobs = bool(self._jobs) and not left, left
            lasted = self._monotonic() - self._began
            if is_over:
                self._said.clear()
        if is_over:
            log.warning("the database can be used again, after %s", _shown(lasted))
            self._changed()


def _shown(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 120 else f"{seconds / 60:.0f} minutes"
