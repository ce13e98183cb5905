"""Claims that are kept while something goes on, however long that takes: of a message being sent, of a turn."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event, Thread
from uuid import uuid4

from watcher.alerts.retry import RENEW_EVERY
from watcher.errors import StoreError
from watcher.model import Delivery
from watcher.pipeline.parts import Parts
from watcher.store import Transaction

log = logging.getLogger(__name__)


@contextmanager
def renewed(delivery: Delivery, parts: Parts, every: float | None = None) -> Iterator[None]:
    """Renew the lease of ``delivery`` every so many seconds until the block ends or the claim is lost."""
    what = f"{delivery.endpoint}: the lease of {delivery.id}"
    with _kept(lambda tx: tx.outbox.renew(delivery, parts.clock()), what, parts, every):
        yield


@contextmanager
def turn(name: str, parts: Parts, every: float | None = None) -> Iterator[str | None]:
    """Have the turn ``name``, over all daemons, for as long as the block lasts; None where another one has it.

    What the block stores it stores in a transaction that asks ``tx.leases.hold(name, holder)`` first: a process that
    slept past its lease finds its turn taken.
    """
    holder = uuid4().hex
    with parts.store.transaction() as tx:
        is_mine = tx.leases.take(name, holder, parts.clock())
    if not is_mine:
        yield None
        return
    try:
        with _kept(lambda tx: tx.leases.renew(name, holder, parts.clock()), f"the lease of {name}", parts, every):
            yield holder
    finally:
        _give_back(name, holder, parts)


def _give_back(name: str, holder: str, parts: Parts) -> None:
    try:
        with parts.store.transaction() as tx:
            tx.leases.give_back(name, holder, parts.clock())
    except StoreError as error:
        log.warning("the lease of %s could not be given back, and ends by itself: %s", name, error)


@contextmanager
def _kept(renew: Callable[[Transaction], bool], what: str, parts: Parts, every: float | None) -> Iterator[None]:
    ended, every = Event(), RENEW_EVERY.total_seconds() if every is None else every
    thread = Thread(target=_renew, args=(renew, what, parts, every, ended), name="lease", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        # Whoever marks what was claimed next must not meet a renewal that is still under way.
        thread.join()


def _renew(renew: Callable[[Transaction], bool], what: str, parts: Parts, every: float, ended: Event) -> None:
    while not ended.wait(every):
        try:
            with parts.store.transaction() as tx:
                if not renew(tx):
                    return
        except StoreError as error:
            # The next renewal comes before the lease ends.
            log.warning("%s could not be renewed: %s", what, error)
