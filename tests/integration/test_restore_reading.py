"""How `watcher restore` reads the sources: side by side, and what counts as known is said whatever happens."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest

from tests.patience import PATIENCE
from watcher.cli import main
from watcher.errors import StoreError
from watcher.model import Judged, Source, Verdict
from watcher.pipeline.context import Context
from watcher.pipeline.polling import together
from watcher.pipeline.polling.polled import Polled
from watcher.store import open_store
from watcher.store.database.file.backups import back_up

NAMES = ("kites", "mills", "boats")
READ = Callable[..., Polled]


@pytest.fixture
def env(tmp_path: Path) -> dict[str, str]:
    state = tmp_path / "state"
    state.mkdir()
    open_store(state / "watcher.db", mode="create").close()
    back_up(state / "watcher.db", None, tmp_path / "backup.db")
    sources = "".join(f"  {name}: {{kind: feed, url: 'https://{name}.example/feed.xml'}}\n" for name in NAMES)
    (tmp_path / "config.yaml").write_text(f"sources:\n{sources}")
    return {"STATE_DIRECTORY": str(state), "HOME": str(tmp_path)}


def restored(env: dict[str, str]) -> int:
    home = env["HOME"]
    return main(["-c", f"{home}/config.yaml", "restore", f"{home}/backup.db"], env)


def unreachable(source: Source) -> Polled:
    return Polled(source.name, Judged(Verdict.UNREACHABLE, f"{source.name} is away"), 0, 0)


def test_sources_are_read_side_by_side(
    env: dict[str, str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    all_of_them = Barrier(len(NAMES), timeout=PATIENCE)

    def read(source: Source, context: Context, **_: Any) -> Polled:
        all_of_them.wait()
        return unreachable(source)

    monkeypatch.setattr(together, "poll_source", read)
    assert restored(env) == 0
    said = capsys.readouterr().out
    assert [said.count(f"{name} is away") for name in NAMES] == [1, 1, 1]


@pytest.mark.parametrize("error", [KeyboardInterrupt(), StoreError("the database is away")])
def test_what_counts_as_known_is_said_though_reading_ends(
    env: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    error: BaseException,
) -> None:
    def read(source: Source, context: Context, **_: Any) -> Polled:
        if source.name == NAMES[1]:
            raise error
        return unreachable(source)

    monkeypatch.setattr(together, "poll_source", read)
    assert restored(env) == (130 if isinstance(error, KeyboardInterrupt) else 1)
    said = capsys.readouterr()
    assert "kites is away" in said.out and "nothing was due between" in said.out
    assert "what cannot be known any more" in said.out and "Traceback" not in said.err
