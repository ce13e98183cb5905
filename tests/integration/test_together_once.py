"""``once`` polls side by side: what the others have is told while a site that says nothing is waited for."""

from __future__ import annotations

from threading import Event, Thread

import pytest

from tests.integration.test_pipeline import World, world
from watcher.errors import StoreError
from watcher.model import Judged, Source, Verdict
from watcher.pipeline.context import Context
from watcher.pipeline.polling import together
from watcher.pipeline.polling.polled import Polled

__all__ = ["world"]

LONG = 20.0


class Sites:
    """Polls that end when they are let."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, names: str) -> None:
        self.sources = [Source(name=name, kind="feed", url=f"https://{name}.example/") for name in names]
        self.over = {name: Event() for name in names}
        self.fails: dict[str, Exception] = {}
        monkeypatch.setattr(together, "poll_source", self._poll)

    def _poll(self, source: Source, context: Context, since: object = None) -> Polled:
        while not self.over[source.name].wait(0.01):
            if context.stopping.is_set():
                break
        if source.name in self.fails:
            raise self.fails[source.name]
        return Polled(source.name, Judged(Verdict.QUIET), 0, 0)


def test_each_is_known_in_its_order_and_told_while_another_is_waited_for(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    sites, told, found = Sites(monkeypatch, "abc"), Event(), list[str]()

    def run() -> None:
        for polled in together.poll_together(sites.sources, world.context, meanwhile=told.set, patience=0.05):
            found.append(polled.source)

    thread = Thread(target=run)
    thread.start()
    sites.over["b"].set()
    assert told.wait(LONG)
    assert found == []
    for name in "ca":
        sites.over[name].set()
    thread.join(LONG)
    assert found == ["a", "b", "c"]


def test_nothing_is_told_meanwhile_where_all_are_quick(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    sites, told = Sites(monkeypatch, "ab"), Event()
    for one in sites.over.values():
        one.set()
    polls = together.poll_together(sites.sources, world.context, meanwhile=told.set, patience=LONG)
    assert [one.source for one in polls] == ["a", "b"] and not told.is_set()


def test_what_fails_for_all_waits_for_nobody(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    sites = Sites(monkeypatch, "ab")
    sites.fails["a"] = StoreError("the database is away")
    sites.over["a"].set()
    with pytest.raises(StoreError):
        list(together.poll_together(sites.sources, world.context))
    assert world.context.stopping.is_set()


def test_no_source_is_nothing_to_poll(world: World) -> None:
    assert list(together.poll_together([], world.context)) == []
