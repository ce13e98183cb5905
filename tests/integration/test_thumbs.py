"""Thumbs: given, taken back, shown, kept; and what they do to the scores of a subscription that learns."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest

from tests.integration.test_cli_deliveries import TITLES, Desk, desk
from tests.integration.test_pipeline import World, subscription
from watcher.model import Decision, Entry, Fate, Paper, Rhythm, StoredSubscription, When
from watcher.pipeline.record import record_matches
from watcher.pipeline.telling.preview import next_contents, preview_contents
from watcher.pipeline.thumbs import give_thumb, reset_thumbs
from watcher.store import Store, Transaction
from watcher.store.papers.merging import merge_papers

__all__ = ["desk"]

DIGEST = subscription(when=When(Rhythm.DAILY, time(18)), learns=True)


def test_thumbs_at_the_desk(desk: Desk) -> None:
    desk.tell()
    status, said = desk.run("thumbs", "parts", TITLES[0], "up")
    assert status == 0 and "useful to parts; 1 thumb in all" in said and "`learn: true`" in said
    assert "useful to parts, as before; 1 thumb" in desk.run("thumbs", "parts", TITLES[0], "up")[1]
    assert "not for parts; 1 thumb" in desk.run("thumbs", "parts", TITLES[0], "down")[1]
    assert "useful to parts; 2 thumbs" in desk.run("thumbs", "parts", TITLES[1], "up")[1]
    shown = desk.run("thumbs", "parts", "--show")[1]
    assert shown.startswith("parts: 1 up, 1 down; it does not learn") and TITLES[0][:40] in shown
    assert all(len(line) <= 80 for line in shown.splitlines())
    report = desk.json("thumbs", "parts")
    assert (report["up"], report["down"], report["learns"]) == (1, 1, False)
    assert [one["thumb"] for one in report["thumbs"]] == ["down", "up"]
    assert report["for"] and not {"part"} & {*report["for"], *report["against"]}
    assert "no thumb of parts; 1 thumb" in desk.run("thumbs", "parts", TITLES[1], "none")[1]
    # another name, the same rule and receiver
    desk.subscriptions = {"pieces": "title:part"}
    desk.configure()
    desk.run("once")
    assert desk.json("thumbs", "pieces")["down"] == 1
    assert desk.run("thumbs", "pieces", "--reset") == (0, "pieces: 1 thumb forgotten\n")
    assert desk.run("thumbs", "pieces", "--show")[1].startswith("pieces: no thumbs")


@pytest.mark.parametrize(
    ("args", "what"),
    [
        (("parts",), "say a paper"),
        (("parts", "x"), "up, down or none"),
        (("parts", "x", "up", "--reset"), "say a paper"),
        (("prats", "--show"), "no subscription 'prats'; did you mean parts?"),
        (("parts", "no such paper", "up"), "no stored paper"),
        (("parts", "x", "left"), "'left' is not one of"),
    ],
)
@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_what_is_not_understood_is_said(desk: Desk, args: tuple[str, ...], what: str) -> None:
    desk.tell()
    status, said = desk.run("thumbs", *args)
    assert status == 2 and what in said


@pytest.fixture
def world(store: Store) -> World:
    world = World(store)
    world.apply(DIGEST)
    world.look()
    return world


def held(tx: Transaction) -> tuple[StoredSubscription, dict[int, float], list[Paper]]:
    """The subscription, its held papers with their scores, and the papers."""
    (saved,) = tx.subscriptions.active()
    scores = {one.paper_id: one.score for one in tx.contents.waiting_of(saved.id)}
    return saved, scores, tx.papers.get(sorted(scores))


def test_thumbs_move_what_waits_and_what_comes(world: World) -> None:
    with world.context.store.transaction() as tx:
        saved, before, papers = held(tx)
        for n, paper in enumerate(papers[:6]):
            assert give_thumb(tx, saved, paper, n % 2 == 0, world.now + timedelta(seconds=n))
        assert not give_thumb(tx, saved, papers[0], True, world.now)
        _, after, _ = held(tx)
        assert after.keys() == before.keys() and len(after) == 12  # nothing is dropped
        ups = [after[one.id] - before[one.id] for one in papers[0:6:2]]
        downs = [after[one.id] - before[one.id] for one in papers[1:6:2]]
        assert min(ups) > max(downs)
    twin = Entry(
        title=f"{papers[0].title} again",
        abstract=papers[0].abstract,
        keys=("url:https://p.example/twin",),
        listed=datetime(2026, 3, 10, tzinfo=UTC).date(),
    )
    with world.context.store.transaction() as tx:
        tx.papers.record_entries([twin], "hf", world.now)
    with world.context.store.transaction() as tx:
        ids = tx.papers.listed_in("hf", [datetime(2026, 3, 10, tzinfo=UTC).date()])
        assert record_matches(tx, world.context.rules, ids, lambda *_: Decision(Fate.HELD), world.now) == 1
        _, scores, some = held(tx)
        (new,) = [one.id for one in some if one.title == twin.title]
        assert scores[new] > before[papers[0].id]
        saved, _, _ = held(tx)
        assert reset_thumbs(tx, saved) == 6
        _, scores, _ = held(tx)
        assert {id: scores[id] for id in before} == before
    world.now = world.now.replace(hour=18)
    assert world.tell() == 1 and world.receivers.sent[-1][1].subject.startswith("13 papers")


def test_learning_begins_and_ends_with_the_config(world: World) -> None:
    with world.context.store.transaction() as tx:
        saved, before, papers = held(tx)
        for n, paper in enumerate(papers[:4]):
            give_thumb(tx, saved, paper, n % 2 == 0, world.now)
        _, learned, _ = held(tx)
    assert learned != before
    world.apply(replace(DIGEST, learns=False))
    with world.context.store.reading() as tx:
        assert held(tx)[1] == before
    world.apply(DIGEST)
    with world.context.store.reading() as tx:
        assert held(tx)[1] == learned


@pytest.mark.parametrize("learns", [False, True])
def test_a_preview_learns_as_the_edited_config_says(world: World, learns: bool) -> None:
    with world.context.store.transaction() as tx:
        saved, _, papers = held(tx)
        for n, paper in enumerate(papers[:4]):
            give_thumb(tx, saved, paper, n % 2 == 0, world.now)
    if learns:
        world.apply(replace(DIGEST, learns=False))
    edited = replace(DIGEST, learns=learns)
    config = world.config(edited)
    with world.context.store.reading() as tx:
        asked = (tx, config, date(2026, 3, 1), world.now, lambda item: 1, 10**9)
        past = preview_contents([edited], *asked)
        coming = next_contents([edited], tx, config, world.now, lambda item: 1, 10**9)
    world.apply(edited)
    with world.context.store.reading() as tx:
        _, scores, _ = held(tx)
        assert {one.paper.id: one.score for content in coming for one in content.items} == scores
        assert {one.paper.id: one.score for content in past for one in content.items} == scores


def test_a_merge_keeps_the_newer_thumb(world: World) -> None:
    with world.context.store.transaction() as tx:
        saved, _, papers = held(tx)
        one, other, third, *_ = papers
        give_thumb(tx, saved, one, True, world.now)
        give_thumb(tx, saved, other, False, world.now + timedelta(seconds=1))
        give_thumb(tx, saved, third, True, world.now)
        merge_papers(tx.connection, one.id, other.id)
        found = {thumb.paper_id: thumb.up for thumb in tx.thumbs.of_subscription(saved.id)}
        assert found == {one.id: False, third.id: True}
