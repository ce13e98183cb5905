"""``watcher export`` and ``watcher forget``: all of a person, nothing of anybody else, and nothing left afterwards."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Text, cast, func, select

from tests.integration.conftest import Database
from tests.integration.receivers import Web, web
from tests.terminals import Terminal
from watcher.cli import main
from watcher.files.kept_rules import KEPT_RULES
from watcher.model import DeliveryKind, Endpoint, Entry, IncidentKind
from watcher.store import Store, open_store
from watcher.store.database import schema
from watcher.store.database.locks import DaemonLock
from watcher.store.people.persons import NOBODYS, TABLES

ANA = "hook:ana-needle@lab.example"
BO = "hook:bo@lab.example"
NEEDLES = ("ana-needle", "anaowner", "secretword", "Ana's own")
"""Texts that are Ana's alone."""

MAIN = """\
timezone: UTC
operator: [ops]
sources:
  hf: {{kind: feed, url: "http://127.0.0.1:9/feed.xml"}}
receivers:
  hook: {{url: "json://127.0.0.1:{port}/hook", address: to}}
  team: {{url: "json://127.0.0.1:{port}/team"}}
  ops: {{url: "json://127.0.0.1:{port}/ops"}}
include: people/*.yaml
subscriptions:
  - {{name: lanterns, rule: lantern, to: team}}
{line}"""
ANAS = f"""\
never: [Ana's own dread]
subscriptions:
  - {{name: lamps, shown_as: Ana's own lamps, rule: lamp OR secretword OR lantern, to: ['{ANA}', team]}}
  - {{name: kites, rule: kite AND NOT secretword, to: '{ANA}', when: daily at 08:00, when_empty: send,
     like: [2603.00099]}}
"""
BOS = f"subscriptions:\n  - {{name: lamps, rule: lamp OR lantern, to: '{BO}'}}\n"


@dataclass
class Lab:
    """A config with three people, its database, and a service that takes their messages."""

    folder: Path
    address: str
    hook: Web
    env: dict[str, str]
    capsys: pytest.CaptureFixture[str]

    def run(self, *args: str) -> tuple[int, str, str]:
        self.capsys.readouterr()
        status = main(list(args), self.env)
        shown = self.capsys.readouterr()
        return status, shown.out, shown.err

    def store(self) -> Store:
        return open_store(self.address)

    def without_ana(self) -> None:
        (self.folder / "people" / "anaowner.yaml").unlink()

    def raw(self) -> dict[str, str]:
        """Every table as text."""
        with self.store() as store, store.reading() as tx:
            return {
                table.name: " ".join(
                    str(row) for row in tx.connection.execute(select(*(cast(one, Text) for one in table.columns)))
                )
                for table in schema.metadata.sorted_tables
            }


@pytest.fixture
def hook() -> Iterator[Web]:
    with web() as one:
        yield one


@pytest.fixture
def lab(
    tmp_path: Path,
    database: Database,
    hook: Web,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Lab:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "people").mkdir()
    (tmp_path / "config.yaml").write_text(MAIN.format(port=hook.port, line=database.line))
    (tmp_path / "people" / "anaowner.yaml").write_text(ANAS)
    (tmp_path / "people" / "bo.yaml").write_text(BOS)
    env = {"STATE_DIRECTORY": str(tmp_path / "state"), "HOME": str(tmp_path)}
    entries = [
        Entry(title=title, keys=(f"url:https://p.example/{n}",), abstract=title, listed=datetime.now(UTC).date())
        for n, title in enumerate(("A Lamp", "A Lantern", "A Kite"))
    ]
    with open_store(database.address, mode="create") as store, store.transaction() as tx:
        tx.papers.record_entries(entries, "hf", datetime.now(UTC))
    made = Lab(tmp_path, database.address, hook, env, capsys)
    made.run("once", "--flush")
    with made.store() as store, store.transaction() as tx:
        begun = tx.incidents.begin(IncidentKind.ENDPOINT_FAILING, ANA, "refused", store.clock())
        tx.incidents.tell(begun.id, [Endpoint("ops")], store.clock())
        (lamps,) = tx.subscriptions.of_full_name("anaowner/lamps")
        tx.blanks.owe(lamps.id, DeliveryKind.EMPTY, {Endpoint(ANA): store.clock()}, store.clock(), 3)
        kept = tx.papers.find("url:https://p.example/0")
        assert kept is not None and tx.kept.keep([kept.id], [ANA], store.clock()) == 1
        (keeping,) = (one for one in tx.deliveries.listed(None, ANA, 9) if one.kind is DeliveryKind.KEEP)
        tx.outbox.cancel(keeping.id, "the test needs no more of it", store.clock())
        (kites,) = tx.subscriptions.of_full_name("anaowner/kites")
        tx.unsubscribed.leave(kites.id, Endpoint("gone-receiver"), store.clock())
        other = tx.incidents.begin(IncidentKind.ENDPOINT_FAILING, BO, "refused", store.clock())
        tx.incidents.tell(other.id, [Endpoint("ops")], store.clock())
    made.run("mute", "anaowner/kites", "--for", "2d")
    made.run("thumbs", "anaowner/lamps", "A Lantern", "up")
    made.run("star", "A Lamp", "--by", "anaowner")
    made.run("once", "--flush")
    return made


# --- totality ---


def test_of_every_table_it_is_said_whether_it_holds_something_of_people() -> None:
    tables = {table.name for table in schema.metadata.sorted_tables}
    assert {one.name for one in TABLES.values()} | set(NOBODYS) == tables
    assert not {one.name for one in TABLES.values()} & set(NOBODYS)


def test_no_other_table_points_at_a_persons_rows() -> None:
    theirs = {one.name for one in TABLES.values()}
    for table in schema.metadata.sorted_tables:
        if table.name not in theirs:
            assert not {key.column.table.name for key in table.foreign_keys} & theirs, table.name


def test_an_export_has_every_column_of_every_row(lab: Lab) -> None:
    status, out, _ = lab.run("export", "anaowner")
    document = json.loads(out)
    assert status == 0
    assert document.keys() == {"version", "person", "made", *TABLES}
    assert [name for name in TABLES if not document[name]] == []
    for name, table in TABLES.items():
        assert {column.name for column in table.columns} <= document[name][0].keys()
    assert [one["name"] for one in document["subscriptions"]] == ["lamps", "kites"]
    assert {one["title"] for one in document["matches"]} == {"A Lamp", "A Lantern", "A Kite"}
    assert {one["receiver"] for one in document["receivers"]} == {ANA}
    assert [one["subject"] for one in document["incidents"]] == [ANA]


def test_an_export_has_nothing_of_anybody_else(lab: Lab) -> None:
    _, out, _ = lab.run("export", "anaowner")
    assert "bo@lab.example" not in out
    assert not re.search(r'"owner": "bo"', out)
    receivers = {one["receiver"] for one in json.loads(out)["deliveries"]}
    assert receivers == {ANA, "team", "ops"}  # messages that told of her, too


@pytest.mark.parametrize("name", ["anaowner", ANA, "anaowner/kites"])
def test_a_person_has_three_names(lab: Lab, name: str) -> None:
    document = json.loads(lab.run("export", name)[1])
    names = {one["name"] for one in document["subscriptions"]}
    assert names == {"anaowner": {"lamps", "kites"}, ANA: {"kites"}, "anaowner/kites": {"kites"}}[name]


def test_of_nobody_nothing_is_exported(lab: Lab) -> None:
    for command in ("export", "forget"):
        status, out, err = lab.run(command, "nobody")
        assert (status, out) == (2, "")
        assert "nothing is stored of 'nobody'" in err


# --- what stands in the way ---


def test_who_is_still_in_the_config_is_not_forgotten(lab: Lab) -> None:
    before = lab.raw()
    status, out, err = lab.run("forget", "anaowner", "--yes")
    assert (status, out) == (2, "")
    assert "anaowner/lamps is still in anaowner's included file: take it out there" in err
    assert lab.raw() == before


def test_who_asks_without_a_terminal_says_yes(lab: Lab) -> None:
    lab.without_ana()
    status, _, err = lab.run("forget", "anaowner")
    assert status == 2
    assert "say --yes" in err
    assert "2 subscriptions" in err
    assert "anaowner" in lab.raw()["subscription"]


@pytest.mark.parametrize(("answer", "status"), [("n", 130), ("", 130), ("y", 0)])
@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_terminal_is_asked(lab: Lab, monkeypatch: pytest.MonkeyPatch, answer: str, status: int) -> None:
    lab.without_ana()
    monkeypatch.setattr("sys.stdin", Terminal(f"{answer}\n"))
    found, _, err = lab.run("forget", "anaowner")
    assert found == status
    assert "This deletes 2 subscriptions," in err
    assert "Forget anaowner? [y/N]" in err
    assert ("anaowner" in lab.raw()["subscription"]) is (status != 0)


def test_a_dry_run_deletes_nothing(lab: Lab) -> None:
    lab.without_ana()
    before = lab.raw()
    status, out, _ = lab.run("forget", "anaowner", "--dry-run")
    assert status == 0
    wanted = "would go: 2 subscriptions, 1 item of `never`, 1 library, 1 mute, 1 left subscription, 1 thumb, 1 mark,"
    assert out.startswith(wanted)
    assert lab.raw() == before


def test_a_file_that_cannot_be_read_keeps_its_owner(lab: Lab) -> None:
    (lab.folder / "people" / "anaowner.yaml").write_text("subscriptions: [")
    status, _, err = lab.run("forget", "anaowner", "--yes")
    assert status == 2
    assert "which cannot be read: mend it, or take it away" in err


def test_a_receiver_that_others_tell_is_not_forgotten(lab: Lab) -> None:
    lab.without_ana()
    status, _, err = lab.run("forget", "team", "--yes")
    assert status == 2
    assert "lanterns is still in" in err
    status, _, err = lab.run("forget", "ops", "--yes")
    assert status == 2
    assert "ops still stands in `operator:`" in err


def test_while_a_message_is_being_sent_nothing_is_deleted(lab: Lab) -> None:
    lab.without_ana()
    lab.run("once")
    with lab.store() as store, store.transaction() as tx:
        id = tx.outbox.enqueue(Endpoint(ANA), DeliveryKind.TEST, store.clock())
        tx.connection.execute(
            schema.delivery.update()
            .where(schema.delivery.c.id == id)
            .values(state="sending", lease=store.clock() + timedelta(minutes=5))
        )
    status, _, err = lab.run("forget", "anaowner", "--yes")
    assert status == 1
    assert "just being sent" in err
    assert "anaowner" in lab.raw()["subscription"]


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_running_daemon_has_to_know_first(lab: Lab) -> None:
    lab.without_ana()
    lock = DaemonLock(lab.folder / "state" / "watcher.db")
    lock.acquire()
    try:
        status, _, err = lab.run("forget", "anaowner", "--yes")
    finally:
        lock.release()
    assert status == 1
    assert "the running daemon still has anaowner/lamps, anaowner/kites: let it read its config again" in err
    assert lab.run("forget", "anaowner", "--yes")[0] == 0


# --- and afterwards ---


def test_nothing_is_left_of_a_person(lab: Lab) -> None:
    assert all(any(needle in text for text in lab.raw().values()) for needle in NEEDLES)
    (lab.folder / "state" / KEPT_RULES).write_text(NEEDLES[0])  # as of a daemon with thousands of rules
    lab.without_ana()
    status, out, err = lab.run("forget", "anaowner", "--yes")
    assert status == 0, err
    assert out.startswith("deleted: 2 subscriptions, 1 mute, 1 left subscription, 1 thumb, 1 mark, 3 matches, ")
    assert "1 message that told of others, too, stays" in out
    for table, text in lab.raw().items():
        assert not [needle for needle in NEEDLES if needle in text], table
    for path in (lab.folder / "state").rglob("*"):
        if path.is_file():
            data = path.read_bytes()
            assert not [needle for needle in NEEDLES if needle.encode() in data], path


def test_papers_and_others_stay_as_they_were(lab: Lab) -> None:
    def others() -> Any:
        with lab.store() as store, store.reading() as tx:
            match, subscription = schema.match, schema.subscription
            query = select(func.count()).select_from(match.join(subscription)).where(subscription.c.owner != "anaowner")
            return tx.papers.count(), tx.connection.scalar(query), [one["state"] for one in history("lanterns")]

    def history(name: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = json.loads(lab.run("history", name, "--json")[1])
        return found

    before = others()
    lab.without_ana()
    lab.run("forget", "anaowner", "--yes")
    assert others() == before
    count = len(lab.hook.requests)
    assert lab.run("once", "--flush")[0] == 1  # the source is not there
    assert [path for path, _, _ in lab.hook.requests[count:]] == []  # nobody is told anything again
    assert lab.run("status")[0] == 0
    assert lab.run("forget", "anaowner", "--yes")[0] == 2  # there is nothing any more


def test_who_subscribes_again_begins_anew(lab: Lab) -> None:
    lab.without_ana()
    lab.run("forget", "anaowner", "--yes")
    (lab.folder / "people" / "anaowner.yaml").write_text(ANAS)
    count = len(lab.hook.requests)
    lab.run("once", "--flush")
    told = [json.loads(body) for path, _, body in lab.hook.requests[count:] if path == "/hook"]
    assert len(told) == 1
    assert told[0]["to"] == "ana-needle@lab.example"


def test_a_receiver_of_one_subscription_goes_with_it(lab: Lab) -> None:
    path = lab.folder / "people" / "bo.yaml"
    path.write_text("subscriptions:\n  - {name: other, rule: moon, to: team}\n")
    status, out, err = lab.run("forget", BO, "--yes")
    assert status == 0, err
    assert "1 receiver" in out
    assert not [name for name, text in lab.raw().items() if "bo@lab" in text]


def test_one_of_the_database_is_removed_first(lab: Lab) -> None:
    (lab.folder / "subs.jsonl").write_text('{"owner":"cy","name":"cups","rule":"cup","to":"hook:cy@lab.example"}\n')
    assert lab.run("subscriptions", "import", "subs.jsonl")[0] == 0
    status, _, err = lab.run("forget", "cy", "--yes")
    assert status == 2
    assert "watcher subscriptions remove cy/cups" in err
    lab.run("subscriptions", "remove", "cy/cups")
    assert lab.run("forget", "cy", "--yes")[0] == 0
    assert not [name for name, text in lab.raw().items() if "cy@lab" in text or "cups" in text]
