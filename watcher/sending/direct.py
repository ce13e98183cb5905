"""Send an incident to the operator without the database, which is what the incident is about."""

from __future__ import annotations

import logging
from collections.abc import Collection, Mapping
from datetime import datetime
from uuid import uuid4

from watcher.alerts.schedule import quiet_until
from watcher.config import Config
from watcher.errors import WatcherError
from watcher.model import Content, Delivery, DeliveryKind, Endpoint, Incident, Outcome, Result
from watcher.notify import Notifier, forms_of
from watcher.render import render_message

log = logging.getLogger(__name__)


def send_directly(
    incident: Incident,
    endpoints: Collection[Endpoint],
    config: Config,
    env: Mapping[str, str],
    notifier: Notifier,
    now: datetime,
) -> list[Endpoint]:
    """Send an incident to these endpoints; return those that took it. Endpoints that keep quiet now are left out."""
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
