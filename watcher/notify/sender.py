"""Send a message to an address: within a time limit, and to each address one message at a time."""

from __future__ import annotations

import logging
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import format_datetime
from functools import partial
from threading import Lock
from typing import Any, TextIO

from watcher.model import Message, Outcome, Result
from watcher.model.network.way_out import WayOut
from watcher.notify.addresses.addresses import load_plugin, problem_of, schema_of
from watcher.notify.addresses.forms import Body, put
from watcher.notify.addresses.limits import limit_of
from watcher.notify.reasons import of_exception, of_log
from watcher.notify.secrets import secrets_of
from watcher.notify.services.kit import Kit
from watcher.notify.services.table import apprise_module
from watcher.notify.smtp import LAST_PATIENCE, PATIENCE, Connections
from watcher.notify.threads import Call, CallThreads
from watcher.notify.ways import WAY

TIMEOUT = 60.0
"""Seconds that sending a message may take; much less than the lease of a delivery."""

LONGEST_PAUSE = 1.2
"""Longest time between two messages to an address whose service asks for a pause (seconds)."""

UNPAUSED = frozenset({"mailto", "mailtos", "console", "json", "jsons", "xml", "xmls", "form", "forms"})
ENOUGH_ADDRESSES = 1000


class Notifier:
    """Sends messages. Safe to use from several threads.

    Connections to mail servers are kept for later messages until :meth:`close_idle` or :meth:`close`.

    ``console``: where ``console://`` prints.
    ``timeout``: seconds for a whole message; a mail must begin within them.
    ``patience``: seconds to wait for an answer.
    ``last_patience``: seconds to wait for a mail server's answer to a whole message.
    ``way``: returns how requests leave this machine.
    """

    def __init__(
        self,
        console: TextIO | None = None,
        *,
        timeout: float = TIMEOUT,
        patience: float = PATIENCE,
        last_patience: float = LAST_PATIENCE,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        monotonic: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
        way: Callable[[], WayOut] = WayOut,
    ) -> None:
        self._console = console or sys.stdout
        self._printing = Lock()
        self._timeout, self._patience = timeout, patience
        self._clock = clock
        self._monotonic = monotonic
        self._sleep = sleep
        self._way = way
        self._threads = CallThreads()
        self._hanging: dict[str, Call[Outcome]] = {}
        self._sent_at: dict[str, float] = {}
        self._apprises: list[Any] = []
        # What may take longest: the last answer before the message, the message, and the answer to it.
        self._mail_timeout = timeout + patience + 2 * last_patience
        self._mail = Connections(patience, last_patience, timeout, monotonic)

    def send(self, url: str, message: Message, delivery_id: str) -> Outcome:
        """Send a message to an apprise URL; return the outcome. Never raises; the reason contains no secret.

        The outcome is also ``FAILED`` if the answer was lost, though the message may have arrived.
        """
        if problem := problem_of(url):
            return Outcome(Result.DOWN, problem)
        if (last := self._hanging.get(url)) and not last.is_over:
            return Outcome(Result.FAILED, "the last try still hangs")
        try:
            # In another thread, so that a service that hangs for ever holds up nobody else.
            call = self._threads.begin(partial(self._deliver, url, message, delivery_id))
        except RuntimeError as error:
            return of_exception(error, ())
        timeout = self._mail_timeout if schema_of(url) in ("mailto", "mailtos") else self._timeout
        outcome = call.result_within(timeout)
        if outcome is None:
            self._hanging[url] = call
            return Outcome(Result.FAILED, f"no answer within {timeout:g} s: it may have arrived all the same")
        self._hanging.pop(url, None)
        return outcome

    def close_idle(self) -> None:
        """Close connections that have been idle for too long, and end threads that have nothing to do."""
        self._mail.close_idle()
        if answers := sys.modules.get("watcher.notify.answers"):  # it is imported where a web service is told
            answers.close_idle()
        self._threads.end_idle()

    def close(self) -> None:
        """Close all kept connections. Later messages use new ones."""
        self._mail.close()
        self._threads.end_idle()

    def __enter__(self) -> Notifier:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def _deliver(self, url: str, message: Message, delivery_id: str) -> Outcome:
        try:
            service = load_plugin(url, self._patience)
            if service is None:
                return Outcome(Result.DOWN, "apprise does not take the address")
            self._wait_for_turn(url, service)
            way = self._way()
            WAY.set(way)  # of this thread, which sends nothing else meanwhile
            return self._call(service, url, message, delivery_id, way)
        except Exception as error:  # a plugin's own failure must not end the daemon
            return of_exception(error, secrets_of(url))

    def _call(self, service: Any, url: str, message: Message, delivery_id: str, way: WayOut) -> Outcome:
        body = put(message, service, url, limit_of(url))
        self._equip(service, message, body, delivery_id, way)
        if deliver := getattr(service, "deliver", None):
            outcome: Outcome = deliver(body, url)
            return outcome
        result = self._by_apprise(service, body)
        if result.status == apprise_module().AppriseResultStatus.SUCCESS:
            return Outcome(Result.SENT)
        return of_log([entry.message for entry in result.logs()], secrets_of(url))

    def _by_apprise(self, service: Any, body: Body) -> Any:
        """Send a message by an apprise object that is kept: a new one looks for its translations on the disk."""
        try:
            one = self._apprises.pop()
        except IndexError:
            one = apprise_module().Apprise(asset=service.asset)
        one.clear()
        one.add(service)
        result = one.notify(title=body.title, body=body.text, body_format=body.format, log_level=logging.DEBUG)
        self._apprises.append(one)
        return result

    def _equip(self, service: Any, message: Message, body: Body, delivery_id: str, way: WayOut) -> None:
        """Give the plugin the delivery's id, and whatever its service can carry in addition to title and body."""
        if equip := getattr(service, "equip", None):
            date = format_datetime(self._clock())
            equip(Kit(message, body, delivery_id, date, self._console, self._printing, self._mail, way.authorities))
        elif isinstance(headers := getattr(service, "headers", None), dict):
            headers.setdefault("X-Watcher-Delivery", delivery_id)
        if isinstance(extras := getattr(service, "payload_extras", None), dict):
            extras.setdefault("delivery", delivery_id)

    def _wait_for_turn(self, url: str, service: Any) -> None:
        if schema_of(url) in UNPAUSED:
            return
        pause = min(float(service.request_rate_per_sec), LONGEST_PAUSE)
        left = self._sent_at.get(url, float("-inf")) + pause - self._monotonic()
        if left > 0:
            self._sleep(left)
        if len(self._sent_at) >= ENOUGH_ADDRESSES:
            self._sent_at.clear()
        self._sent_at[url] = self._monotonic()
