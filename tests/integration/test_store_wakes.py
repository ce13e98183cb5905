"""Words between daemons over one PostgreSQL."""

from __future__ import annotations

from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Event, Thread

import pytest
from sqlalchemy import text

from watcher.store import open_store
from watcher.store.database import access, wakes

LONG = 20.0


def test_a_word_is_heard_by_the_others_and_after_a_lost_connection(
    lent_database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wakes, "AGAIN", 0.05)
    said: SimpleQueue[str] = SimpleQueue()
    stopping = Event()
    with open_store(lent_database, mode="create") as store, open_store(lent_database) as other:
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


def test_what_others_write_to_a_file_is_heard_and_what_the_sender_writes_is_not(
    tmp_path: Path,
) -> None:
    heard: SimpleQueue[str] = SimpleQueue()
    stopping = Event()
    with open_store(tmp_path / "watcher.db", mode="create") as store, open_store(tmp_path / "watcher.db") as other:
        assert store.daemon_lock
        store.daemon_lock.acquire()
        thread = Thread(target=store.listen, args=(stopping, heard.put))
        thread.start()
        try:
            with store.transaction():
                pass
            with pytest.raises(Empty):
                heard.get(timeout=3 * access.LOOK_UP)
            for _ in range(2):
                with other.transaction():
                    pass
                assert heard.get(timeout=LONG) == ""
        finally:
            stopping.set()
            thread.join(LONG)
    assert not thread.is_alive()


def test_what_was_written_before_anybody_listened_is_heard(tmp_path: Path) -> None:
    heard: SimpleQueue[str] = SimpleQueue()
    stopping = Event()

    def hear(sender: str) -> None:
        heard.put(sender)
        stopping.set()

    with open_store(tmp_path / "watcher.db", mode="create") as store, open_store(tmp_path / "watcher.db") as other:
        with other.transaction():
            pass
        store.listen(stopping, hear)
    assert heard.get_nowait() == ""
