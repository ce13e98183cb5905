"""A claim that is kept while its message is being sent, however long that takes."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread

from watcher.alerts.retry import RENEW_EVERY
from watcher.errors import StoreError
from watcher.model import Delivery
from watcher.pipeline.parts import Parts

log = logging.getLogger(__name__)


@contextmanager
def renewed(delivery: Delivery, parts: Parts, every: float = RENEW_EVERY.total_seconds()) -> Iterator[None]:
    """Renew the lease of ``delivery`` every so many seconds until the block ends or the claim is lost."""
    ended = Event()
    thread = Thread(target=_renew, args=(delivery, parts, every, ended), name="lease", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        # Whoever marks the delivery next must not meet a renewal that is still under way.
        thread.join()


def _renew(delivery: Delivery, parts: Parts, every: float, ended: Event) -> None:
    while not ended.wait(every):
        try:
            with parts.store.transaction() as tx:
                if not tx.outbox.renew(delivery, parts.clock()):
                    return
        except StoreError as error:
            # The next renewal comes before the lease ends.
            log.warning("%s: the lease of %s could not be renewed: %s", delivery.endpoint, delivery.id, error)
