"""Say what the answer of a service means for the paper that it was sent."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any

from watcher.model import Outcome, Result
from watcher.notify.asking import ServiceAnswer

AskService = Callable[[str, str, Mapping[str, str], bytes], ServiceAnswer | Outcome]
"""Asks a service: method, address, headers, body."""

SENT = Outcome(Result.SENT)
_DOWN = (301, 302, 303, 307, 308, 401, 403, 404, 405, 410)
_REFUSED = (400, 406, 409, 411, 413, 414, 415, 422)
LONGEST_WAIT = 86_400.0


def trouble_in(answer: ServiceAnswer | Outcome, *, is_question: bool = False) -> Outcome | None:
    """Return the outcome that an answer means if it reports an error, None if it reports success.

    ``is_question``: nothing was to be written, so that a conflict (409) is none of the paper's: it may pass.
    """
    if isinstance(answer, Outcome):
        return answer
    if 200 <= answer.status < 300:
        return None
    try:
        phrase = f" {HTTPStatus(answer.status).phrase}"
    except ValueError:
        phrase = ""
    result = Result.DOWN if answer.status in _DOWN else Result.FAILED
    if answer.status in _REFUSED and not (is_question and answer.status == HTTPStatus.CONFLICT):
        result = Result.REFUSED
    return Outcome(result, f"HTTP {answer.status}{phrase}")


def json_in(answer: ServiceAnswer) -> Any:
    """Return the JSON value of an answer, None if it is not JSON (a page to sign in, or an answer that was cut)."""
    try:
        return json.loads(answer.body)
    except (ValueError, RecursionError):
        return None


def wait_asked(answer: ServiceAnswer) -> float:
    """Return how many seconds a service asks to be left alone, 0 if it does not (``Backoff`` of Zotero,
    ``Retry-After``).
    """
    for name in ("backoff", "retry-after"):
        text = answer.headers.get(name, "").strip()
        if text.isascii() and text.isdigit() and len(text) < 10:
            return min(float(text), LONGEST_WAIT)
    return 0.0
