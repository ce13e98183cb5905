"""Send messages that are no deliveries of the database: incidents of that database, and tests of rules."""

from __future__ import annotations

import logging
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from uuid import uuid4

from watcher.config import Config
from watcher.errors import WatcherError
from watcher.model import Content, Delivery, DeliveryKind, Endpoint, Hit, Incident, Outcome, Paper, Result
from watcher.notify import Notifier, forms_of, limit_of, size_in
from watcher.outbox.send import Attempt, render, send
from watcher.pipeline.context import Context
from watcher.pipeline.telling.preview import rule_test_content
from watcher.policy.schedules.schedule import quiet_until
from watcher.render.message import render_message

log = logging.getLogger(__name__)


def send_directly(
    incident: Incident,
    endpoints: Collection[Endpoint],
    config: Config,
    env: Mapping[str, str],
    notifier: Notifier,
    now: datetime,
) -> list[Endpoint]:
    """Send an incident to endpoints; return those that took it.

    Endpoints in quiet hours are left out.
    """
    taken = []
    for endpoint in endpoints:
        if quiet_until(config.quiet_hours_of(endpoint), config.timezone, now) is not None:
            continue
        outcome = _send(incident, endpoint, config, env, notifier, now)
        if outcome.result is Result.SENT:
            taken.append(endpoint)
        else:
            log.warning("%s: %s %s: %s", endpoint, incident.kind.value, outcome.result.value, outcome.reason)
    return taken


def send_rule_test(rule: str, matches: Sequence[tuple[Paper, Hit]], endpoint: Endpoint, context: Context) -> Outcome:
    """Send an endpoint the message that a subscription with this rule would have sent, marked as a test.

    It is tried once, so that whoever asked for it sees the outcome at once.
    """
    config = context.config
    url = config.address_or_empty(endpoint, context.env)
    content = rule_test_content(rule, matches, endpoint, config.timezone, context.clock(), size_in(url), limit_of(url))
    return send(render(Attempt(content), context), context).outcome or Outcome(Result.REFUSED, "it was not sent")


def _send(
    incident: Incident,
    endpoint: Endpoint,
    config: Config,
    env: Mapping[str, str],
    notifier: Notifier,
    now: datetime,
) -> Outcome:
    delivery = Delivery(id=uuid4().hex, kind=DeliveryKind.INCIDENT, endpoint=endpoint, fence=0, created_at=now)
    content = Content(delivery=delivery, incident=incident, timezone=config.timezone, names=config.display_names)
    try:
        url = config.address(endpoint, env)
    except WatcherError as error:
        return Outcome(Result.DOWN, str(error))
    return notifier.send(url, render_message(content, config.templates, forms_of(url)), delivery.id)
