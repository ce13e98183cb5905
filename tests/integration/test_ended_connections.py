"""The server ends a sender's connection at any statement or commit: every message is sent once and recorded."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import psycopg
import pytest
from sqlalchemy import select

from tests.integration.queues import LEASE, Inline
from tests.integration.test_pipeline import World
from tests.integration.test_senders import ME, OPS, YOU, Gate, enqueue, gate, states, world
from watcher.errors import StoreError
from watcher.model import DeliveryState
from watcher.outbox.deliver import deliver_all
from watcher.policy.deliveries.retry import Health
from watcher.store import Store
from watcher.store.database import schema

__all__ = ["gate", "world"]

SOON = timedelta(minutes=1)


class Cutter:
    """Ends a connection of a store's, from the server's side, when ``left`` statements and commits have gone by.

    Each counts once, before it is done; a commit once more, when it is done and its answer is lost.
    """

    def __init__(self, dialect: Any, admin: psycopg.Connection[Any], patched: pytest.MonkeyPatch) -> None:
        self._admin = admin
        self.left = 0
        for name in ("do_execute", "do_executemany", "do_commit"):
            patched.setattr(dialect, name, self._around(getattr(dialect, name), is_commit=name == "do_commit"))

    def _around(self, do: Callable[..., Any], *, is_commit: bool) -> Callable[..., Any]:
        def done(of: Any, *args: Any, **named: Any) -> Any:
            self._count(of)
            found = do(of, *args, **named)
            if is_commit:
                self._count(of)
            return found

        return done

    def _count(self, of: Any) -> None:
        self.left -= 1
        if self.left == 0:
            raw = of.connection if isinstance(of, psycopg.Cursor) else of.dbapi_connection
            self._admin.execute("SELECT pg_terminate_backend(%s, 5000)", [raw.info.backend_pid])
            raw.execute("SELECT 1")


@pytest.fixture
def cutter(store: Store, monkeypatch: pytest.MonkeyPatch) -> Any:
    address = store.place.url.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(address, autocommit=True) as admin:
        yield Cutter(store._access._engine.dialect, admin, monkeypatch)  # type: ignore[attr-defined]


def round_of(world: World) -> list[str]:
    """Three messages: to a working endpoint, to a failing one, and to a new one."""
    with world.context.store.transaction() as tx:
        tx.endpoints.lock(YOU)
        tx.endpoints.set_health(YOU, Health(world.now, 1, world.now, "no answer"))
        tx.connection.execute(schema.endpoint.delete().where(schema.endpoint.c.receiver == OPS.receiver))
    return enqueue(world, ME, YOU, OPS)


@pytest.mark.parametrize("make_store", ["postgresql"], indirect=True)
def test_each_message_is_sent_once_wherever_a_connection_ends(world: World, gate: Gate, cutter: Cutter) -> None:
    sent, cut = [], 0
    while cutter.left <= 0:
        cut += 1
        sent += round_of(world)
        cutter.left = cut
        try:
            deliver_all(world.context, pool=Inline)
        except StoreError:
            # Nothing was under way that a command has to wait for.
            world.now += LEASE
        left, cutter.left = cutter.left, 0
        world.now += LEASE  # what was claimed though the answer to that was lost
        deliver_all(world.context, pool=Inline)
        assert sorted(gate.keys) == sorted(sent), f"ended at the {cut}th"
        assert states(world) == {DeliveryState.SENT: len(sent)}
        with world.context.store.reading() as tx:
            ends = tx.connection.scalars(select(schema.attempt.c.outcome)).all()
        assert ends.count("sent") == len(sent)
        cutter.left = left
    assert cut > 20
