"""Run ``watcher test-notify``: send a test message and say whether it was taken."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from watcher.cli.completion import RECEIVER
from watcher.cli.desk import CliContext
from watcher.cli.working import Session, session
from watcher.errors import UsageError
from watcher.model import DeliveryKind, DeliveryState, Endpoint

if TYPE_CHECKING:
    from watcher.config import Config
    from watcher.outbox.deliver import Delivered

PATIENCE = 90.0
"""Seconds to wait for a running daemon to send the message."""


@click.command("test-notify")
@click.argument("receiver", type=RECEIVER, required=False)
@click.option("--all", "everybody", is_flag=True, help="Send one to each receiver of the config.")
@click.pass_obj
def test_notify(desk: CliContext, receiver: str | None, everybody: bool) -> int:
    """Send a test message to RECEIVER, as `to:` names it (also mail:ana@lab.org), and say whether it was taken.

    --all sends one to each receiver; where a receiver takes addresses, to each address that the config tells.
    """
    from watcher.cli.outcome import delivered_line

    if (receiver is None) != everybody:
        raise UsageError("name a receiver, or say --all; not both")
    waited: list[Delivered] = []
    with session(desk) as work:
        config = work.context.config
        endpoints = config.endpoints_of(receiver) if receiver else tuple(_endpoints(config))
        if not endpoints:
            known = ", ".join(config.receivers) or "none"
            what = f"there is no receiver {receiver!r} in the config" if receiver else "the config tells nobody"
            raise UsageError(f"{what}; it has: {known}")
        ended = [_test(endpoint, work, waited) for endpoint in endpoints]
    for endpoint, (state, reason) in zip(endpoints, ended, strict=True):
        click.echo(f"{endpoint}: {'sent' if state is DeliveryState.SENT else f'not sent: {reason}'}")
    for one in waited:
        click.echo(f"{delivered_line(one)}, which had waited")
    return 0 if all(state is DeliveryState.SENT for state, _ in ended) else 1


def _endpoints(config: Config) -> Iterator[Endpoint]:
    """Yield the endpoints of all receivers in the config's order; of receivers that take addresses, those in use."""
    told = [*config.operator, *(endpoint for one in config.subscriptions for endpoint in one.endpoints)]
    for name, receiver in config.receivers.items():
        named = config.endpoints_of(name)
        theirs = [one for one in told if one.receiver.partition(":")[0] == name] if receiver.address else named
        yield from dict.fromkeys(theirs)


def _test(endpoint: Endpoint, work: Session, waited: list[Delivered]) -> tuple[DeliveryState, str]:
    """Send a test; return the state of its delivery and the reason.

    ``waited``: filled with deliveries that had waited for the endpoint and were sent now, too.
    """
    from watcher.outbox.deliver import deliver_all

    with work.context.store.transaction() as tx:
        id = tx.outbox.enqueue(endpoint, DeliveryKind.TEST, work.context.clock())
        tx.endpoints.lock(endpoint)
        tx.endpoints.try_now(endpoint)
    if work.may_send:
        done = deliver_all(work.context, only=[endpoint], in_quiet_hours=True)
        waited += [one for one in done if one.delivery.id != id and one.state is DeliveryState.SENT]
    return _wait_for(id, work)


def _wait_for(id: str, work: Session) -> tuple[DeliveryState, str]:
    until = time.monotonic() + (0 if work.may_send else PATIENCE)
    while True:
        with work.context.store.reading() as tx:
            state, reason = tx.outbox.state_of(id) or (DeliveryState.DEAD, "vanished")
        if state not in (DeliveryState.PENDING, DeliveryState.SENDING) or time.monotonic() >= until:
            break
        time.sleep(0.5)
    if state is DeliveryState.PENDING:
        # A test is for now: it must not arrive next week, when the receiver is mended.
        with work.context.store.transaction() as tx:
            tx.outbox.cancel(id, reason or "not sent in time", work.context.clock())
    return state, reason or "the daemon did not send it in time"
