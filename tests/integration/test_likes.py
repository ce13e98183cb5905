"""Subscriptions with ``like:`` on real databases, from what their files hold to what is told."""

from __future__ import annotations

import logging
from typing import Any

import pytest

from tests.integration.test_pipeline import World, subscription
from tests.likes import SUBJECTS, entries_of
from watcher.config.included.libraries import library_name
from watcher.model import Decision, Entry, Fate, LikedPaper, Subscription, stars_of
from watcher.parsers.references import read_ids
from watcher.pipeline.liking.beside_libraries import SubscriptionRules
from watcher.pipeline.marking import mark_paper
from watcher.pipeline.record import Intake
from watcher.rules import document_of
from watcher.rules.advice.advice import advise
from watcher.store import Store
from watcher.store.papers.marks import MarkKind

LIKED = tuple(
    LikedPaper(title=one.title, abstract=one.abstract, keys=one.keys) for one in entries_of("kiln", 5, first=500)
)


def liking(*papers: LikedPaper, rule: str = "", **more: Any) -> Subscription:
    """A subscription that likes these papers; by default with no rule."""
    return subscription(rule=rule, library=library_name(papers), liked=papers, **more)


@pytest.fixture
def world(store: Store) -> World:
    return World(store)


def bring(world: World, *some: list[Entry]) -> int:
    """Store papers as a poll does; return how many matched."""
    with world.context.store.transaction() as tx:
        intake = Intake(tx, world.context.rules, world.now)
        intake.add([one for entries in some for one in entries], "hf", whole=True)
        return intake.match(lambda *_: Decision(Fate.HELD))


def of_all(count: int, first: int = 1) -> list[list[Entry]]:
    return [entries_of(subject, count, first) for subject in SUBJECTS]


def test_what_is_like_the_library_is_told_with_the_reason_and_what_is_in_it_never(world: World) -> None:
    world.apply(liking(*LIKED))
    matched = bring(world, *of_all(15), entries_of("kiln", 5, first=500))
    assert world.tell() == 1
    message = world.receivers.sent[0][1]
    (data,) = (message.data["papers"],)
    assert isinstance(data, list)

    assert 5 <= matched == len(data)
    assert {one["key"] for one in data} <= {one.keys[0] for one in entries_of("kiln", 15)}
    scores = [one["score"] for one in data]
    assert scores == sorted(scores, reverse=True) and scores[-1] >= 0.5
    why = data[0]["subscriptions"][0]["because"]
    assert why["papers"][0]["title"] in {one.title for one in LIKED} and why["words"]
    assert "because of “" in message.text and "words: " in " ".join(message.text.split())
    assert bring(world, *of_all(15)) == 0 and world.tell() == 0


def test_beside_a_rule_the_library_says_how_much_and_takes_nothing_away_but_its_own(world: World) -> None:
    world.apply(liking(*LIKED, rule="kiln OR tidal"))
    bring(world, *of_all(15), entries_of("kiln", 5, first=500))
    told = {one.keys[0] for subject in ("kiln", "tide") for one in entries_of(subject, 15) if _has(one)}
    with world.context.store.reading() as tx:
        (saved,) = tx.subscriptions.active()
        found = tx.contents.waiting_of(saved.id)
        keys = {paper.id: paper.key for paper in tx.papers.get([one.paper_id for one in found])}

    assert set(keys.values()) == told
    close = [keys[one.paper_id] for one in found if one.score >= 0.5]
    assert len(close) >= 3 and set(close) <= {one.keys[0] for one in entries_of("kiln", 15)}
    assert any(one.score < 0.5 for one in found)
    assert all(one.because is not None for one in found)


def _has(one: Entry) -> bool:
    text = f"{one.title} {one.abstract}".lower()
    return "kiln" in text or "tidal" in text


def test_exclusions_and_a_lower_line_count_beside_a_library_alone(world: World) -> None:
    world.apply(
        liking(*LIKED),
        liking(*LIKED, rule='NOT "glaze"', name="without"),
        liking(*LIKED, name="wide", above=0.2),
    )
    bring(world, *of_all(15))
    with world.context.store.reading() as tx:
        found = {
            one.subscription.name: {
                paper.title: told.score
                for told in tx.contents.waiting_of(one.id)
                for paper in tx.papers.get([told.paper_id])
            }
            for one in tx.subscriptions.active()
        }

    plain, without, wide = found["parts"], found["without"], found["wide"]
    assert without and without.keys() < plain.keys()
    assert all("glaze" not in title.lower() for title in without)
    assert wide.keys() > plain.keys() and 0.2 <= min(wide.values()) < 0.5


def test_an_edited_library_says_what_it_did_and_one_that_nobody_likes_is_forgotten(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    tides = tuple(LikedPaper(title=one.title, abstract=one.abstract) for one in entries_of("tide", 5, first=500))
    world.apply(liking(*LIKED), liking(*LIKED, name="same"))
    bring(world, *of_all(15))
    world.tell()
    sent = len(world.receivers.sent)
    world.apply(liking(*tides), liking(*LIKED, name="same"))

    assert "parts: like edited; " in caplog.text and "count as known" in caplog.text
    assert world.tell() == 0 and len(world.receivers.sent) == sent
    with world.context.store.reading() as tx:
        assert tx.libraries.get(library_name(LIKED)) == LIKED
        assert tx.libraries.get(library_name(tides)) == tides
    world.apply(liking(*tides))
    assert bring(world, *of_all(5, first=300)) >= 2
    with world.context.store.reading() as tx:
        assert tx.libraries.get(library_name(LIKED)) == ()
    caplog.clear()
    world.apply(liking(*tides))
    assert "edited" not in caplog.text, "the same library again is no edit"


def test_papers_of_which_nothing_is_known_are_named(world: World) -> None:
    known = [one.keys[0].removeprefix("arxiv:") for one in entries_of("kiln", 2)]
    bring(world, *of_all(30))
    with world.context.store.reading() as tx:
        papers = tx.papers.get(tx.papers.newest(1_000))
        rule = SubscriptionRules(tx).of(liking(*read_ids([*known, "2603.77777", "10.1000/x"]).papers))
    (advice,) = (one for one in advise({"s": rule}, list(map(document_of, papers))) if one.kind == "unknown-papers")
    assert advice.what == "of the 4 papers that it likes, nothing is known of 2: 2603.77777, 10.1000/x"


def test_one_that_reads_the_database_alone_finds_the_same(world: World) -> None:
    world.apply(liking(*LIKED))
    bring(world, *of_all(15))
    other = World(world.context.store)
    with world.context.store.transaction() as tx:
        other.context.rules.bring_up_to_date(tx)
        (saved,) = tx.subscriptions.active()
        papers = tx.papers.get(tx.papers.newest(1_000))
        found = {one.paper.id for some in other.context.rules.match(papers) for one in some}
        assert found == {one.paper_id for one in tx.contents.waiting_of(saved.id)}


def star(world: World, key: str, *, person: str = "", off: bool = False) -> None:
    """Star a paper as the command does."""
    with world.context.store.transaction() as tx:
        paper = tx.papers.find(key)
        assert paper is not None
        mark_paper(tx, paper, MarkKind.STAR, world.now, world.context.config, person=person, off=off)


def test_a_library_of_stars_grows_with_each_star_and_is_never_told_what_is_starred(world: World) -> None:
    world.apply(liking(stars_of("")))
    assert bring(world, *of_all(6)) == 0, "nothing is starred: nothing is close to it"
    for key in ("arxiv:2603.00001", "arxiv:2603.00002"):
        star(world, key)
    star(world, "arxiv:2603.01001", person="bob")
    matched = bring(world, *of_all(8, first=100))
    assert world.tell() == 1
    message = world.receivers.sent[0][1]
    papers = message.data["papers"]
    assert isinstance(papers, list) and 1 <= len(papers) == matched
    assert {one["key"] for one in papers} <= {one.keys[0] for one in entries_of("kiln", 8, first=100)}
    named = {one["key"] for paper in papers for one in paper["subscriptions"][0]["because"]["papers"]}
    assert named and named <= {"arxiv:2603.00001", "arxiv:2603.00002"}
    assert "because of “" in message.text

    assert bring(world, *of_all(8, first=100)) == 0 and world.tell() == 0
    star(world, "arxiv:2603.00001", off=True)
    star(world, "arxiv:2603.00002", off=True)
    star(world, "arxiv:2603.01002")
    bring(world, *of_all(8, first=200))
    world.tell()
    later = world.receivers.sent[-1][1].data["papers"]
    assert isinstance(later, list)
    assert {one["key"] for one in later} <= {one.keys[0] for one in entries_of("tide", 8, first=200)} and later


def test_a_star_is_heard_of_by_another_daemon_at_its_next_look(world: World) -> None:
    world.apply(liking(stars_of("ana")))
    bring(world, *of_all(6))
    other = World(world.context.store)
    with world.context.store.transaction() as tx:
        other.context.rules.bring_up_to_date(tx)
    star(world, "arxiv:2603.00001", person="ana")
    assert bring(other, *of_all(8, first=100)) >= 1
    star(world, "arxiv:2603.00003")
    with world.context.store.reading() as tx:
        (saved,) = tx.subscriptions.active()
        rule = SubscriptionRules(tx).of(saved.subscription)
    assert rule.likes and [one.keys for one in rule.likes.profile.liked] == [("arxiv:2603.00001",)]
