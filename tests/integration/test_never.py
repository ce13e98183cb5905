"""``never:``: what nobody wants to hear of, said once for all subscriptions or for those of a file."""

from __future__ import annotations

from dataclasses import replace
from datetime import time

import pytest

from tests.integration.test_cli_deliveries import TITLES, Desk, desk, titles_in
from tests.integration.test_pipeline import World, subscription
from watcher.model import Endpoint, Fate, NeverItem, Rhythm, Subscription, When
from watcher.pipeline.subscriptions.apply import apply_config
from watcher.pipeline.subscriptions.subscribe import subscribe
from watcher.policy.subscriptions.effects import said
from watcher.rules import compile_rule
from watcher.store import Store

__all__ = ["desk"]

DAILY = When(Rhythm.DAILY, time(18))


@pytest.fixture
def world(store: Store) -> World:
    return World(store)


def apply(world: World, never: tuple[NeverItem, ...], *subscriptions: Subscription) -> list[str]:
    world.context.config = replace(world.config(*subscriptions), never=never)
    return [said(one) for one in apply_config(world.context)]


def every(rule: str, owner: str = "") -> NeverItem:
    return NeverItem(owner, rule, rule)


def kept_back(world: World) -> dict[str, dict[str, int]]:
    """Subscription → item → how many papers."""
    with world.context.store.reading() as tx:
        names = {one.id: one.subscription.full_name for one in tx.subscriptions.active()}
        return {names[id]: counts for id, counts in tx.never.counts(names).items()}


def titles(world: World, day: int = -1) -> list[str]:
    return [paper["title"] for paper in [*world.papers.values()][day]]


def test_a_list_keeps_back_from_those_whom_it_holds_for(world: World) -> None:
    first, second = titles(world)[:2]
    mine = subscription("mine", to="me", owner="ana")
    apply(world, (every(f'"{first}"'), every(f'"{second}"', "ana")), mine, subscription("yours", to="you"))
    other = Subscription(name="stored", rule="title:part", to=("ops",), endpoints=(Endpoint("ops"),))
    subscribe([(other, compile_rule("title:part"))], world.context)
    world.look()
    world.tell()
    told = {url: " ".join(message.text.split()) for url, message in world.receivers.sent}
    assert [one in told["json://you.example/"] for one in (first, second)] == [False, True]
    assert [one in told["json://me.example/"] for one in (first, second)] == [False, False]
    assert [one in told["json://ops.example/"] for one in (first, second)] == [False, True]
    assert kept_back(world) == {
        "ana/mine": {f'"{first}"': 1, f'"{second}"': 1},
        "yours": {f'"{first}"': 1},
        "stored": {f'"{first}"': 1},
    }


def test_an_edited_list_drops_what_waits_and_says_so(world: World) -> None:
    first, second = titles(world)[:2]
    digest = subscription(when=DAILY)
    apply(world, (), digest)
    world.look()
    said_of_it = apply(world, (every(f'"{first}"'), every(f'"{second}"')), digest)
    assert said_of_it == ["parts: `never` edited; 2 papers that waited are kept back and not told"]
    assert apply(world, (every(f'"{first}"'), every(f'"{second}"')), digest) == []
    (line,) = apply(world, (every(f'"{second}"'),), digest)
    assert line.startswith(
        "parts: `never` edited; 1 paper that it kept back counts as known; see them: `watcher history"
    )
    assert "`watcher replay --known parts`" in line
    assert kept_back(world) == {"parts": {f'"{second}"': 1}}
    with world.context.store.reading() as tx:
        (parts,) = tx.subscriptions.active()
        assert len(tx.matches.baseline(parts.id)) == 1
    world.now = world.now.replace(hour=23)
    world.look()  # what counts as known stays so
    world.tell()
    assert not [one for one in (first, second) if one in world.receivers.text()]
    assert world.told() == 10


def test_a_new_subscription_is_told_nothing_of_it(world: World) -> None:
    apply(world, (every("title:part"),), subscription(rule="title:nothing"))
    world.look()
    said_of_it = apply(world, (every("title:part"),), subscription(rule="title:nothing"), subscription("new"))
    assert said_of_it == ["new: new; 12 listed papers match and are kept back by `never`"]
    assert world.tell() == 0 and sum(kept_back(world)["new"].values()) == 12


def test_a_paper_that_no_longer_fits_is_told(world: World) -> None:
    paper = [*world.papers.values()][-1][0]
    paper["upvotes"] = 1
    world.publish()
    apply(world, (every("upvotes<3"),), subscription())
    world.look()
    world.tell()
    assert world.told() == 11 and paper["title"] not in world.receivers.text()
    paper["upvotes"] = 7
    world.publish()
    world.look()
    world.tell()
    assert world.told() == 12 and kept_back(world) == {}
    with world.context.store.reading() as tx:
        fates = {one.fate for one in tx.history.stages(tx.papers.listed_in("hf", list(world.papers)))}
    assert fates == {Fate.OWED}


def test_it_is_seen_wherever_one_looks(desk: Desk) -> None:
    path = desk.folder / "config.yaml"
    path.write_text(f"never: ['\"{TITLES[0]}\"', upvotes<0]\n" + path.read_text())
    assert desk.tell() == 0 and titles_in(desk.me) == [0, 1, 1]
    why = f'never: "{TITLES[0]}"'
    assert f"not told: {why}" in desk.run("explain", "parts", TITLES[0])[1]
    assert desk.json("explain", "parts", TITLES[0])["never"] == f'"{TITLES[0]}"'
    assert desk.json("explain", "parts", TITLES[1])["never"] is None
    assert why in " ".join(desk.run("show", TITLES[0])[1].split())
    assert [one["reason"] for one in desk.json("show", TITLES[0])["told"]] == [why]
    report = desk.json("status")
    assert [(one["item"], one["kept_back"]) for one in report["never"]] == [(f'"{TITLES[0]}"', 1), ("upvotes<0", 0)]
    assert report["subscriptions"][0]["kept_back"] == 1
    assert "never told" in desk.run("status")[1]
    assert TITLES[0] not in " ".join(desk.run("preview", "parts", "--since", "2025-03-01")[1].split())
    assert "[matches-nothing]" in desk.run("check-config")[1]
    desk.run("subscriptions", "add", "theirs", "part", "--to", "me", "--owner", "ana")
    assert desk.json("explain", "ana/theirs", TITLES[0])["never"] == f'"{TITLES[0]}"'
    assert "subscription: ana/theirs\n" in desk.run("explain", "theirs", TITLES[1])[1]
