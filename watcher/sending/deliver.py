"""Send all that can be sent, and end: what commands do. The daemon keeps a :class:`Sender` running."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from concurrent.futures import Executor, ThreadPoolExecutor

from watcher.model import DeliveryState, Endpoint
from watcher.pipeline.context import Context
from watcher.sending.claim import Scope
from watcher.sending.results import Delivered
from watcher.sending.sender import Sender

__all__ = ["Delivered", "deliver_all", "failed"]


def deliver_all(
    parts: Context,
    *,
    only: Collection[Endpoint] | None = None,
    in_quiet_hours: bool = False,
    pool: Callable[[int, str], Executor] = ThreadPoolExecutor,
) -> list[Delivered]:
    """Send everything that can be sent now, to all endpoints or ``only`` to some; each attempt, by endpoint."""
    done: list[Delivered] = []
    scope = Scope(None if only is None else frozenset(only), in_quiet_hours)
    Sender(parts, scope, recorded=done.extend, pool=pool).run_until_empty()
    return sorted(done, key=lambda one: one.delivery.endpoint)


def failed(done: Iterable[Delivered]) -> list[Delivered]:
    """Those that did not arrive."""
    return [one for one in done if one.state is not DeliveryState.SENT]
