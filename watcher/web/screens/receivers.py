"""The page of receivers: whether each works, its last messages, failures with their reasons."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from starlette.requests import Request
from starlette.responses import Response

from watcher.config import Config
from watcher.model import DeliveryState, Endpoint
from watcher.policy.deliveries.retry import Health
from watcher.store import Transaction
from watcher.store.deliveries.deliveries import Listed
from watcher.web.frame import address, shown, site_of

MOST = 200
SHOWN = 50
LATELY = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class ReceiverRow:
    """An endpoint in the list.

    ``sent``: when a message to it was last sent, None if none was.
    ``last``: its newest delivery, None without any.
    ``operator``: it is told of incidents.
    """

    endpoint: Endpoint
    health: Health
    sent: datetime | None
    last: Listed | None
    operator: bool


def receivers_screen(request: Request) -> Response:
    """Show the endpoints of the config and the newest deliveries; only those of ``receiver`` and ``state`` if given."""
    site = site_of(request)
    config = site.config()
    receiver = request.query_params.get("receiver", "")
    state = request.query_params.get("state", "")
    state = state if state in [*DeliveryState] else ""
    with site.store.reading() as tx:
        known = sorted(set(endpoints_of(tx, config)))
        return shown(
            request,
            tx,
            "receivers.html",
            rows=[_row(tx, one, config) for one in known[:MOST]],
            hidden=max(0, len(known) - MOST),
            deliveries=deliveries_asked(tx, DeliveryState(state) if state else None, receiver, site.clock()),
            dead=tx.deliveries.count(DeliveryState.DEAD),
            receiver=receiver,
            state=state,
            names=sorted({one.receiver for one in known} | ({receiver} - {""})),
            states=[*DeliveryState],
            has_endpoint=config.has_endpoint,
            to_dead=address("/receivers", state="dead"),
        )


def deliveries_asked(
    tx: Transaction, state: DeliveryState | None, receiver: str, now: datetime, limit: int = SHOWN
) -> list[Listed]:
    """Return the newest deliveries. Without ``state`` and ``receiver``, those tried lately and those that wait."""
    if receiver or state not in (None, DeliveryState.SENT):
        return tx.deliveries.listed(state, receiver or None, limit)
    return tx.deliveries.lately(state, now - LATELY, limit)


def endpoints_of(tx: Transaction, config: Config) -> Iterator[Endpoint]:
    """Yield the endpoints that the config uses: for receivers, subscriptions and the operator."""
    for name in config.receivers:
        yield from config.endpoints_of(name)
    yield from config.operator
    for saved in tx.subscriptions.of_files(active=True):
        yield from saved.subscription.endpoints


def _row(tx: Transaction, endpoint: Endpoint, config: Config) -> ReceiverRow:
    newest = tx.deliveries.listed(None, endpoint.receiver, 1)
    if newest and newest[0].endpoint != endpoint:  # of another label
        newest = tx.deliveries.listed(None, endpoint.receiver, MOST)
    return ReceiverRow(
        endpoint,
        tx.endpoints.health(endpoint),
        tx.browsing.last_sent(endpoint),
        next((one for one in newest if one.endpoint == endpoint), None),
        endpoint in config.operator,
    )
