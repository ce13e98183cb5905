"""Keep papers at any service that takes JSON."""

from __future__ import annotations

from typing import Any

from watcher.citations.kept.body import filled_address, filled_body, values_in
from watcher.citations.reference import Reference
from watcher.errors import WatcherError
from watcher.keeping.answers import SENT, AskService, json_in, trouble_in
from watcher.model import Outcome, Result
from watcher.model.subscriptions import KeepTarget
from watcher.notify.asking import ServiceAnswer

A_PAGE = Outcome(Result.FAILED, "a web page came back, and no data: one to sign in, perhaps")


def keep_by_webhook(target: KeepTarget, reference: Reference, delivery_id: str, ask: AskService) -> Outcome:
    """Send a paper to a service, unless the service says that it has the paper; return the outcome.

    ``delivery_id``: sent as ``Idempotency-Key``, the same at every attempt.
    """
    values = values_in(reference, target.tags)
    headers = {"Content-Type": "application/json", "Idempotency-Key": delivery_id} | dict(target.headers)
    try:
        if target.find:
            body = filled_body(target.find_body, values) if target.find_body else b""
            there = _is_there(ask("POST" if body else "GET", filled_address(target.find, values), headers, body))
            if isinstance(there, Outcome) or there:
                return there if isinstance(there, Outcome) else SENT
        answer = ask("POST", filled_address(target.place, values), headers, filled_body(target.body, values))
    except WatcherError as error:
        return Outcome(Result.DOWN, str(error))
    if trouble := trouble_in(answer):
        return trouble
    assert isinstance(answer, ServiceAnswer)
    return A_PAGE if answer.headers.get("content-type", "").lower().startswith("text/html") else SENT


def _is_there(answer: ServiceAnswer | Outcome) -> bool | Outcome:
    """Return whether a service has found a paper, or the outcome if its answer reports an error.

    It has if its answer, or a value in it, is a list that is not empty.
    """
    if trouble := trouble_in(answer, is_question=True):
        return trouble
    assert isinstance(answer, ServiceAnswer)
    found: Any = json_in(answer)
    if isinstance(found, dict):
        return any(isinstance(one, list) and one for one in found.values())
    return bool(found) if isinstance(found, list) else A_PAGE
