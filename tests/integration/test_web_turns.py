"""Rules that are tried, however many at once, take neither the daemon's connections nor the threads of other pages."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from threading import Event

import httpx
import pytest
from starlette.exceptions import HTTPException

from tests.integration.webs import TODAY, Web, entry
from tests.patience import PATIENCE
from watcher.pipeline.searching import PaperPlace, Search
from watcher.rules import Document
from watcher.web.overall import overall_of
from watcher.web.turns import MOST_WAITING, TrialTurns

TRIED = ["/search?q=lantern", "/feed.atom?q=lantern", "/feed.json?q=lantern", "/api/v1/trial?q=lantern"]
TRIED += ["/api/v1/papers?q=lantern"]
CONNECTIONS = 8
"""That the daemon may have at once beside the pages."""


@dataclass
class Slow:
    """Trials that read their first paper only when they are let, or when nobody waits for them.

    ``ended_by``: for each, whether it ended since nobody waited.
    """

    begun: Event = field(default_factory=Event)
    let: Event = field(default_factory=Event)
    ended_by: list[bool] = field(default_factory=list)


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> Iterator[Slow]:
    made, read = Slow(), Search.__iter__

    def slowly(search: Search) -> Iterator[tuple[PaperPlace, Document]]:
        if search._rule is None:
            yield from read(search)
            return
        made.begun.set()
        ends = time.monotonic() + 2 * PATIENCE
        while not (made.let.wait(0.02) or search._stop(0) or time.monotonic() > ends):
            pass
        made.ended_by.append(search._stop(0))
        yield from read(search)

    monkeypatch.setattr(Search, "__iter__", slowly)
    yield made
    made.let.set()


def abandon(web: Web, paths: list[str]) -> None:
    """Ask for pages, and wait for none of them."""

    def ask(path: str) -> None:
        with httpx.Client(base_url=web.server().url) as client, suppress(httpx.TimeoutException):
            client.get(path, timeout=0.5)

    with ThreadPoolExecutor(len(paths)) as pool:
        list(pool.map(ask, paths))


def daemon_reads(web: Web) -> None:
    """Read as a daemon does, over all connections that are its own."""
    with ExitStack() as stack:
        for _ in range(CONNECTIONS):
            stack.enter_context(web.store.reading()).subscriptions.generation()


def waited(ready: Callable[[], bool]) -> bool:
    """Whether something came true."""
    ends = time.monotonic() + PATIENCE
    while not ready() and time.monotonic() < ends:
        Event().wait(0.01)
    return ready()


@pytest.mark.parametrize("path", TRIED)
def test_a_trial_ends_when_nobody_waits_for_it(web: Web, slow: Slow, path: str) -> None:
    web.list_papers(entry(1, "A Lantern"))
    abandon(web, [path])
    assert waited(lambda: slow.ended_by == [True])


def test_abandoned_trials_are_in_nobodys_way(web: Web, slow: Slow) -> None:
    web.list_papers(entry(1, "A Lantern"))
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(web.client().get, "/search?q=lantern", timeout=PATIENCE)
        assert slow.begun.wait(PATIENCE)
        abandon(web, TRIED * 9)
        began = time.monotonic()
        assert web.client().get("/-/healthy", timeout=PATIENCE).status_code == 200
        assert web.client().get("/api/v1/papers", timeout=PATIENCE).status_code == 200, (
            "what tries no rule waits for none"
        )
        daemon_reads(web)
        assert time.monotonic() - began < PATIENCE
        slow.let.set()
        assert "A <mark>Lantern</mark>" in first.result().text
    assert web.client().get("/feed.atom?q=lantern", timeout=PATIENCE).status_code == 200
    assert slow.ended_by == [False, False], "no trial was begun for those who had left"


def test_who_would_wait_too_long_is_told_when_to_ask_again(web: Web, slow: Slow) -> None:
    web.list_papers(entry(1, "A Lantern"))
    with ThreadPoolExecutor(MOST_WAITING + 1) as pool:
        some = [pool.submit(web.client().get, "/search?q=lantern", timeout=PATIENCE) for _ in range(MOST_WAITING + 1)]
        turns: TrialTurns = web.server()._server.config.app._app.state.turns  # type: ignore[union-attr]
        assert waited(lambda: turns._waiting == MOST_WAITING)
        page = web.client().get("/search?q=lantern", timeout=PATIENCE)
        assert (page.status_code, page.headers["retry-after"]) == (503, "5")
        assert "ask again in some seconds" in page.text
        problem = web.client().get("/api/v1/trial?q=lantern", timeout=PATIENCE)
        assert (problem.status_code, problem.headers["retry-after"]) == (503, "5")
        assert (problem.json()["title"], problem.json()["status"]) == ("busy", 503)
        slow.let.set()
        assert [one.result().status_code for one in some] == [200] * len(some)


def test_a_turn_is_waited_for_no_longer_than_patience_lasts() -> None:
    async def asked() -> bool:
        turns, staying = TrialTurns(patience=0.05), asyncio.create_task(asyncio.Event().wait())
        async with turns.turn(staying):  # type: ignore[arg-type]
            with pytest.raises(HTTPException) as refused:
                async with turns.turn(staying):  # type: ignore[arg-type]
                    raise AssertionError("two had the turn")
            assert refused.value.status_code == 503
        async with turns.turn(staying):  # type: ignore[arg-type]
            staying.cancel()
            return True

    assert asyncio.run(asked())


def test_pages_that_are_slow_leave_the_daemon_its_connections(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    begun, let, found = Event(), Event(), overall_of

    def slowly(*args: object) -> object:
        begun.set()
        let.wait(2 * PATIENCE)
        return found(*args)  # type: ignore[arg-type]

    monkeypatch.setattr("watcher.web.frame.overall_of", slowly)
    with ThreadPoolExecutor(30) as pool:
        some = [pool.submit(web.client().get, f"/?day={TODAY}", timeout=PATIENCE) for _ in range(30)]
        try:
            assert begun.wait(PATIENCE)
            began = time.monotonic()
            for _ in range(20):
                assert web.client().get("/-/healthy", timeout=PATIENCE).status_code == 200
            daemon_reads(web)
            assert time.monotonic() - began < PATIENCE
        finally:
            let.set()
        assert {one.result().status_code for one in some} == {200}
