"""Subscriptions of the database: beside the config's files, known to every daemon, told like the others."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from threading import Event, Thread
from typing import Any

import pytest
from sqlalchemy import event

from tests.integration.test_pipeline import World, subscription
from tests.patience import PATIENCE
from watcher.cli import main
from watcher.files.kept_rules import KEPT_RULES, KeptRulesFile
from watcher.model import Endpoint, Origin, Rhythm, When
from watcher.pipeline.rulebook import RuleBook
from watcher.pipeline.subscriptions.subscribe import Subscribed, subscribe, unsubscribe
from watcher.rules import compile_rule
from watcher.store import Store, open_store

ADDED, CHANGED, UNCHANGED = Subscribed(added=1), Subscribed(changed=1), Subscribed(unchanged=1)


@pytest.fixture
def world(store: Store) -> World:
    world = World(store)
    world.apply(subscription("of-a-file", rule="title:nothing"))
    world.look()
    world.tell()
    return world


def ask(world: World, name: str = "hers", owner: str = "ana", **more: Any) -> Subscribed:
    one = subscription(name, owner=owner, to="you", **more)
    return subscribe([(one, compile_rule(one.rule, one.sources))], world.context)


def stored(world: World) -> dict[str, Origin]:
    with world.context.store.reading() as tx:
        return {one.subscription.full_name: one.origin for one in tx.subscriptions.active()}


def test_a_new_one_is_told_the_look_back_once(world: World) -> None:
    assert ask(world) == ADDED
    assert world.tell() == 1 and world.told() == 12
    assert ask(world) == UNCHANGED
    world.look()
    assert world.tell() == 0


def test_files_and_the_database_do_not_touch_each_other(world: World) -> None:
    ask(world)
    both = {"of-a-file": Origin.FILE, "ana/hers": Origin.DATABASE}
    assert stored(world) == both
    world.apply(subscription("of-a-file", rule="title:nothing"))
    assert stored(world) == both
    world.apply(subscription("another", rule="title:nothing"))
    assert stored(world) == {"another": Origin.FILE, "ana/hers": Origin.DATABASE}
    assert unsubscribe([("", "another")], world.context) == []
    # One name in both places is two subscriptions.
    assert ask(world, "another", owner="") == ADDED
    world.apply()
    assert stored(world) == {"another": Origin.DATABASE, "ana/hers": Origin.DATABASE}


def test_an_edited_rule_is_applied_silently_and_news_are_told(world: World) -> None:
    ask(world, rule="title:nothing")
    assert ask(world, rule="title:part") == CHANGED
    assert world.tell() == 0
    day = max(world.papers)
    world.papers[day].append(dict(world.papers[day][0]) | {"id": "2603.09999", "title": "A kite, part 1"})
    world.publish()
    world.look()
    assert world.tell() == 1 and "A kite, part 1" in world.receivers.text()


def test_one_that_is_taken_away_is_told_nothing_and_twice_nothing_when_it_is_back(world: World) -> None:
    ask(world, when=When(Rhythm.DAILY, world.now.time()))
    assert unsubscribe([("ana", "hers"), ("ana", "nobody")], world.context) == [("ana", "hers")]
    world.now += timedelta(days=1)
    assert world.tell() == 0
    assert ask(world) == ADDED
    assert world.tell() == 1 and world.told() == 12
    unsubscribe([("ana", "hers")], world.context)
    assert ask(world) == ADDED
    assert world.tell() == 0


def test_another_schedule_or_receiver_takes_effect(world: World) -> None:
    ask(world, when=When(Rhythm.DAILY, world.now.time()))
    assert world.tell() == 0
    assert ask(world) == CHANGED
    assert world.tell() == 1


def test_of_two_alike_in_one_batch_the_last_counts(world: World) -> None:
    two = [subscription("x", owner="ana", rule=rule) for rule in ("title:one", "title:two")]
    assert subscribe([(one, compile_rule(one.rule)) for one in two], world.context) == ADDED
    with world.context.store.reading() as tx:
        assert [one.subscription.rule for one in tx.subscriptions.of_database()] == ["title:two"]


def test_nothing_is_lost_when_a_batch_fails(world: World) -> None:
    broken = replace(subscription("x"), endpoints=(Endpoint("me"),), timezone="No/Where")
    daily = replace(broken, when=When(Rhythm.DAILY, world.now.time()))
    with pytest.raises(Exception, match="No/Where"):
        subscribe([(one, compile_rule(one.rule)) for one in (subscription("y"), daily)], world.context)
    assert stored(world) == {"of-a-file": Origin.FILE}
    assert ask(world) == ADDED
    assert world.tell() == 1


# --- daemons learn of it ---


def test_every_daemon_learns_of_a_change_and_reads_only_that(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    some = [subscription(f"s{n}", owner="ana", rule=f"title:word{n}") for n in range(50)]
    subscribe([(one, compile_rule(one.rule)) for one in some], world.context)
    books = [RuleBook(), RuleBook()]
    compiled: list[str] = []

    def learn() -> list[str]:
        compiled.clear()
        for book in books:
            with world.context.store.reading() as tx:
                book.bring_up_to_date(tx, hold=False)
        return sorted(compiled)

    def ask_for_numbers() -> bool:
        return books[0].uses_numbers

    def compiling(rule: str, sources: Any = ()) -> Any:
        compiled.append(rule)
        return compile_rule(rule, sources)

    monkeypatch.setattr("watcher.pipeline.rulebook.compile_rule", compiling)
    assert len(learn()) == 2 * 51 and learn() == []
    ask(world, rule="title:part")
    assert learn() == ["title:part"] * 2
    ask(world, rule="title:parts")
    assert learn() == ["title:parts"] * 2
    unsubscribe([("ana", "s7")], world.context)
    assert learn() == [] and [len(book) for book in books] == [51, 51]
    assert not ask_for_numbers()
    ask(world, rule="upvotes > 3")
    learn()
    assert ask_for_numbers()
    unsubscribe([("ana", "hers")], world.context)
    learn()
    assert not ask_for_numbers()


def test_a_next_process_reads_only_the_rules_that_changed(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    some = [subscription(f"s{n}", owner="ana", rule=f"title:word{n}") for n in range(50)]
    some.append(subscription("best", owner="ana", rule="upvotes > 5"))
    subscribe([(one, compile_rule(one.rule)) for one in some], world.context)
    compiled: list[str] = []

    def compiling(rule: str, sources: Any = ()) -> Any:
        compiled.append(rule)
        return compile_rule(rule, sources)

    def started() -> tuple[RuleBook, list[str]]:
        compiled.clear()
        book = RuleBook(KeptRulesFile(tmp_path))
        with world.context.store.reading() as tx:
            book.bring_up_to_date(tx, hold=False)
        return book, sorted(compiled)

    monkeypatch.setattr("watcher.pipeline.rulebook.compile_rule", compiling)
    assert len(started()[1]) == 52 and len(started()[1]) == 52  # so few are not worth a file
    monkeypatch.setattr("watcher.pipeline.subscriptions.restored_rules.LEAST", 3)
    assert len(started()[1]) == 52
    book, read = started()
    assert read == [] and len(book) == 52 and book.uses_numbers
    ask(world, rule="title:part")
    unsubscribe([("ana", "s7"), ("ana", "best")], world.context)
    for _ in range(2):  # the second time all are kept again
        book, read = started()
        assert len(book) == 51 and not book.uses_numbers
        monkeypatch.setattr("watcher.pipeline.subscriptions.restored_rules.LEAST", 4)
    assert read == []
    (tmp_path / KEPT_RULES).write_bytes(b"damaged")
    assert len(started()[1]) == 51
    assert started()[1] == []


def test_daemons_over_one_server_are_woken(world: World) -> None:
    store, stopping, listening, woken = world.context.store, Event(), Event(), Event()

    def heard(_: str) -> None:
        (woken if listening.is_set() else listening).set()

    thread = Thread(target=store.listen, args=(stopping, heard))
    thread.start()
    try:
        # On SQLite there is nobody to wake, and listening ends at once.
        assert not store.is_shared or listening.wait(PATIENCE)
        ask(world)
        assert not store.is_shared or woken.wait(PATIENCE)
    finally:
        stopping.set()
        thread.join()


def test_a_poll_matches_what_was_subscribed_while_it_fetched(world: World) -> None:
    day = max(world.papers)
    world.papers[day].append(dict(world.papers[day][0]) | {"id": "2603.09998", "title": "A kite, part 2"})
    world.publish()
    fetch = world.network.get

    def meanwhile(url: str, validators: Callable[[str], Any]) -> Any:
        patched.undo()
        ask(world)
        return fetch(url, validators)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(world.network, "get", meanwhile)
        world.look()
    world.tell()
    assert "A kite, part 2" in world.receivers.text() and world.told() == 13


def test_a_daemon_that_lost_its_place_begins_again(world: World) -> None:
    book = RuleBook()
    with world.context.store.reading() as tx:

        def fail(*_: Any) -> None:
            raise ConnectionError

        event.listen(tx.connection, "before_cursor_execute", fail)
        with pytest.raises(ConnectionError):
            book.bring_up_to_date(tx, hold=False)
        event.remove(tx.connection, "before_cursor_execute", fail)
    with world.context.store.reading() as tx:
        book.bring_up_to_date(tx, hold=False)
    assert len(book) == 1


# --- at a shell ---

CONFIG = """\
timezone: UTC
sources: {hf: {}}
receivers:
  me: {url: "json://me.example/"}
  mail: {url: "json://mail.example/", address: to}
subscriptions:
  - {name: mine, rule: kite, to: [me]}
"""
LINES = [
    {"owner": "ana", "name": "kites", "rule": "kite", "to": "mail:ana@lab.example"},
    {"name": "lanterns", "any": ["lantern", "lamp"], "to": ["me"], "when": "daily at 08:00"},
]


@pytest.fixture
def env(tmp_path: Path, empty_database: str, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "config.yaml").write_text(f"database: '{empty_database}'\n{CONFIG}")
    (tmp_path / "subs.jsonl").write_text("\n".join(json.dumps(line) for line in LINES))
    return {"HOME": str(tmp_path), "STATE_DIRECTORY": str(tmp_path / "state")}


Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(env: dict[str, str], capsys: pytest.CaptureFixture[str]) -> Run:
    def run(*args: str) -> tuple[int, str, str]:
        status = main(["subscriptions", *args], env)
        shown = capsys.readouterr()
        return status, shown.out.rstrip(), shown.err.rstrip()

    return run


def test_imported_listed_exported_removed(run: Run, tmp_path: Path) -> None:
    assert run("import", "subs.jsonl", "--check") == (0, "", "")
    said = "the database has no subscription; `watcher status` has those of the config's files"
    assert run("list") == (0, "", said)
    assert run("import", "subs.jsonl") == (0, "added 2, changed 0, unchanged 0, wrong 0", "")
    assert run("import", "subs.jsonl") == (0, "added 0, changed 0, unchanged 2, wrong 0", "")
    _, listed, _ = run("list")
    assert listed.splitlines() == [
        "subscription\trule\tto\twhen",
        "ana/kites\tkite\tmail:ana@lab.example\timmediately",
        'lanterns\t("lantern" OR "lamp")\tme\tdaily at 08:00',
    ]
    assert [one["name"] for one in json.loads(run("list", "--json", "--owner", "ana")[1])] == ["kites"]
    _, exported, _ = run("export")
    (tmp_path / "again.jsonl").write_text(exported)
    assert run("import", "again.jsonl") == (0, "added 0, changed 0, unchanged 2, wrong 0", "")
    assert run("remove", "ana/kites", "mine") == (
        1,
        "removed 1",
        "mine: there is no such subscription in the database",
    )
    assert run("list", "--limit", "5")[1].count("\n") == 1


def test_what_is_liked_is_kept_in_the_database_too(run: Run, tmp_path: Path, empty_database: str) -> None:
    (tmp_path / "refs.bib").write_text("@misc{a, title={Quiet kites}, abstract={Kites that make no sound.}}")
    lines = [
        {"owner": "ana", "name": "mine", "like": ["refs.bib", "2601.00001"], "to": "me"},
        {"owner": "bo", "name": "starred", "like": "starred", "none": ["survey"], "to": "me"},
        {"owner": "bo", "name": "beside", "like": "2601.00002", "rule": "kite", "to": "me", "when": "hourly"},
    ]
    (tmp_path / "likes.jsonl").write_text("".join(json.dumps(one) + "\n" for one in lines))
    assert run("import", "likes.jsonl") == (0, "added 3, changed 0, unchanged 0, wrong 0", "")
    assert run("import", "likes.jsonl") == (0, "added 0, changed 0, unchanged 3, wrong 0", "")
    assert run("list")[1].splitlines()[1:] == [
        "ana/mine\tlike 2 papers\tme\timmediately",
        'bo/starred\tNOT "survey", like what is starred\tme\timmediately',
        "bo/beside\tkite, like 1 paper\tme\thourly",
    ]
    with open_store(empty_database) as store, store.transaction() as tx:
        tx.libraries.forget_unused()
        (first, *_) = [one.subscription for one in tx.subscriptions.of_database("ana")]
        assert [one.title for one in tx.libraries.get(first.library)] == ["Quiet kites", ""]
    (tmp_path / "again.jsonl").write_text(run("export")[1])
    assert run("import", "again.jsonl") == (0, "added 0, changed 0, unchanged 3, wrong 0", "")
    (tmp_path / "wrong.jsonl").write_text('{"owner": "ana", "name": "x", "like": ["ref.bib"], "to": "me"}')
    assert "`ref.bib` is no arXiv id, no DOI and no file; did you mean `refs.bib`?" in run("import", "wrong.jsonl")[2]


def test_wrong_lines_are_named_and_the_others_taken(run: Run, tmp_path: Path) -> None:
    with (tmp_path / "subs.jsonl").open("a") as file:
        file.write('\n{"name": "mine", "rule": "kite", "to": "me"}\n{"name": "x", "rule": "kite", "to": ["mee"]}\n')
    status, said, problems = run("import", "subs.jsonl")
    assert (status, said) == (1, "added 2, changed 0, unchanged 0, wrong 2")
    assert [line for line in problems.splitlines() if line.startswith("subs.jsonl")] == [
        "subs.jsonl:3:10: a subscription `mine` stands in the config's files; write another name, or an owner",
        "subs.jsonl:4:38: there is no receiver `mee`; did you mean `me`?",
    ]


def test_one_is_added_by_hand(run: Run) -> None:
    add = ("add", "kites", '"box kite" -survey', "--to", "mail:bob@lab.example", "--owner", "bob")
    assert run(*add) == (0, "bob/kites: added", "")
    assert run(*add) == (0, "bob/kites: there already", "")
    assert run(*add, "--when", "hourly") == (0, "bob/kites: changed", "")
    status, _, problem = run("add", "kites", "kite AND (", "--to", "me")
    assert status == 2 and "expected a closing parenthesis" in problem


def test_a_file_that_is_not_there(run: Run) -> None:
    status, _, problem = run("import", "nowhere.jsonl")
    assert status == 2 and "nowhere.jsonl" in problem


def test_other_commands_know_it(run: Run, env: dict[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    run("import", "subs.jsonl")
    assert main(["pause", "ana/kites"], env) == 0
    assert main(["pause", "nobody/kites"], env) == 2
    assert capsys.readouterr().out == "ana/kites is paused: what it matches is held\n"
    assert main(["status"], env) == 0
    assert "2 in the database: `watcher subscriptions list`" in capsys.readouterr().out


def test_the_config_is_left_alone(run: Run, env: dict[str, str], empty_database: str) -> None:
    run("import", "subs.jsonl")
    with open_store(empty_database) as store, store.reading() as tx:
        found = {one.subscription.full_name: one.origin for one in tx.subscriptions.active()}
    assert found == {"ana/kites": Origin.DATABASE, "lanterns": Origin.DATABASE}
