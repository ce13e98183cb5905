"""Hold a turn while a block runs; a thread renews its lease."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from threading import Event, Thread
from uuid import uuid4

from watcher.errors import StoreError
from watcher.pipeline.context import Context
from watcher.store import Transaction

log = logging.getLogger(__name__)


@contextmanager
def turn(name: str, context: Context, every: float | None = None) -> Iterator[str | None]:
    """Hold the turn ``name`` while the block runs; yield its holder's name, or None if another process has the turn.

    Transactions in the block must begin with ``tx.leases.hold(name, holder)``: a process that slept past the end of its
    lease has lost the turn.

    ``every``: seconds between renewals, None for ``Tuning.renew_every``.
    """
    holder = uuid4().hex
    lease = context.tuning.lease
    with context.store.transaction() as tx:
        is_mine = tx.leases.take(name, holder, context.clock(), lease)
    if not is_mine:
        yield None
        return
    try:
        renew = partial(_renew_turn, name, holder, context)
        with _kept(renew, f"the lease of {name}", context, every):
            yield holder
    finally:
        _give_back(name, holder, context)


def _renew_turn(name: str, holder: str, context: Context, tx: Transaction) -> bool:
    return tx.leases.renew(name, holder, context.clock() + context.tuning.lease)


def _give_back(name: str, holder: str, context: Context) -> None:
    try:
        with context.store.transaction() as tx:
            tx.leases.give_back(name, holder, context.clock())
    except StoreError as error:
        log.warning("the lease of %s could not be given back, and ends by itself: %s", name, error)


@contextmanager
def _kept(renew: Callable[[Transaction], bool], what: str, context: Context, every: float | None) -> Iterator[None]:
    ended, every = Event(), context.tuning.renew_every.total_seconds() if every is None else every
    thread = Thread(target=_renew, args=(renew, what, context, every, ended), name="lease", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        # Wait for a renewal that is still running: it must not follow giving the turn back.
        thread.join()


def _renew(renew: Callable[[Transaction], bool], what: str, context: Context, every: float, ended: Event) -> None:
    while not ended.wait(every):
        try:
            with context.store.transaction() as tx:
                if not renew(tx):
                    return
        except StoreError as error:
            # The next renewal comes before the lease ends.
            log.warning("%s could not be renewed: %s", what, error)
