"""Send for a command everything that can be sent, then return. The daemon keeps a :class:`Sender` running instead."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from concurrent.futures import Executor, ThreadPoolExecutor

from watcher.model import DeliveryState, Endpoint
from watcher.outbox.claim import Scope
from watcher.outbox.results import Delivered
from watcher.outbox.sender import Sender
from watcher.pipeline.context import Context

__all__ = ["Delivered", "deliver_all", "failed"]


def deliver_all(
    context: Context,
    *,
    only: Collection[Endpoint] | None = None,
    in_quiet_hours: bool = False,
    pool: Callable[[int, str], Executor] = ThreadPoolExecutor,
) -> list[Delivered]:
    """Send everything that can be sent now; return the attempts, ordered by endpoint.

    ``only``: send to these endpoints only, None for all.
    ``in_quiet_hours``: send even during quiet hours.
    ``pool``: makes the threads of a lane, given their number and name.
    """
    done: list[Delivered] = []
    scope = Scope(None if only is None else frozenset(only), in_quiet_hours)
    Sender(context, scope, recorded=done.extend, pool=pool).run_until_empty()
    return sorted(done, key=lambda one: one.delivery.endpoint)


def failed(done: Iterable[Delivered]) -> list[Delivered]:
    """Return the attempts whose delivery was not sent."""
    return [one for one in done if one.state is not DeliveryState.SENT]
