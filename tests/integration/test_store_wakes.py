"""Words between daemons over one PostgreSQL."""

from __future__ import annotations

from queue import SimpleQueue
from threading import Event, Thread

import pytest
from sqlalchemy import text

from watcher.store import Store, open_store, wakes

LONG = 20.0


def test_a_word_is_heard_by_the_others_and_after_a_lost_connection(
    postgres_database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wakes, "AGAIN", 0.05)
    said: SimpleQueue[str] = SimpleQueue()
    stopping = Event()
    with open_store(postgres_database, mode="create") as store, open_store(postgres_database) as other:
        thread = Thread(target=store.listen, args=(stopping, said.put))
        thread.start()
        try:
            assert said.get(timeout=LONG) == ""
            other.wake_others("ana")
            assert said.get(timeout=LONG) == "ana"
            with other.transaction() as tx:
                end = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LISTEN%'"
                tx.connection.execute(text(end))
            assert said.get(timeout=LONG) == ""
            other.wake_others("bob")
            assert said.get(timeout=LONG) == "bob"
        finally:
            stopping.set()
            thread.join(LONG)
    assert not thread.is_alive()


def test_alone_there_is_nobody_to_hear(store: Store) -> None:
    if not store.is_shared:
        store.listen(Event(), pytest.fail)
    store.wake_others("ana")
