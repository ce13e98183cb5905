"""Keep a paper at a place, and say how that ended."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping
from threading import Lock

from watcher.citations.reference import reference_of
from watcher.keeping.answers import wait_asked
from watcher.keeping.bib import keep_entry
from watcher.keeping.folder import keep_note
from watcher.keeping.webhook import keep_by_webhook
from watcher.keeping.zotero import keep_in_zotero
from watcher.model import Outcome, Paper, Result
from watcher.model.network.way_out import WayOut
from watcher.model.subscriptions import KeepKind, KeepTarget
from watcher.notify import scrub, secrets_of
from watcher.notify.asking import ServiceAnswer, ask_service
from watcher.notify.smtp import PATIENCE

log = logging.getLogger(__name__)


class PaperKeeper:
    """Keeps papers. Safe to use from several threads.

    A service that asked to be left alone is asked nothing until that time is over.

    ``way``: returns how requests leave this machine.
    ``patience``: seconds to wait for an answer.
    """

    def __init__(
        self,
        way: Callable[[], WayOut] = WayOut,
        *,
        patience: float = PATIENCE,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._way, self._patience, self._monotonic = way, patience, monotonic
        self._rests: dict[str, float] = {}
        self._lock = Lock()

    def keep(self, target: KeepTarget, paper: Paper, delivery_id: str) -> Outcome:
        """Keep a paper at a place; return the outcome, ``sent`` if the place has the paper already.

        Never raises. The reason shows no secret.

        ``delivery_id``: id of the delivery of kind ``keep``, the same at every attempt.
        """
        with self._lock:
            left = self._rests.get(target.name, 0.0) - self._monotonic()
        if left > 0:
            return Outcome(Result.FAILED, f"it asks to be left alone for {left:.0f} s more")

        try:
            outcome = self._kept(target, paper, delivery_id)
        except Exception as error:  # a paper that cannot be kept must not hold up all others
            log.error("%s cannot be kept in %s: %s", delivery_id, target.name, type(error).__name__)
            return Outcome(Result.FAILED, f"could not be kept: {type(error).__name__}")
        return Outcome(outcome.result, scrub(outcome.reason, target.secrets))

    def _kept(self, target: KeepTarget, paper: Paper, delivery_id: str) -> Outcome:
        reference = reference_of(paper)

        def ask(method: str, url: str, headers: Mapping[str, str], body: bytes) -> ServiceAnswer | Outcome:
            return self._asked(target, method, url, headers, body)

        match target.kind:
            case KeepKind.FOLDER:
                return keep_note(target, reference)
            case KeepKind.BIB:
                return keep_entry(target, reference)
            case KeepKind.ZOTERO:
                return keep_in_zotero(target, reference, delivery_id, ask)
            case KeepKind.WEBHOOK:
                return keep_by_webhook(target, reference, delivery_id, ask)

    def _asked(
        self, target: KeepTarget, method: str, url: str, headers: Mapping[str, str], body: bytes
    ) -> ServiceAnswer | Outcome:
        # A webhook's address is often all that its service asks for; libraries name it when they fail.
        secrets = {*target.secrets, *(secrets_of(url) if target.kind is KeepKind.WEBHOOK else ())}
        answer = ask_service(method, url, headers, body, self._way(), secrets, patience=self._patience)
        if isinstance(answer, ServiceAnswer) and (wait := wait_asked(answer)):
            with self._lock:
                self._rests[target.name] = self._monotonic() + wait
        return answer
