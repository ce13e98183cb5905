"""``deliveries`` and ``history`` at the desk, over a service that takes messages or refuses them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.integration.conftest import Database
from tests.integration.receivers import Web, web
from tests.parsers.pages import make_page, sample_papers
from watcher.cli import main
from watcher.store.database.locks import DaemonLock

PAPERS = sample_papers(3, seed=7)
TITLES = [paper["title"] for paper in PAPERS]
REFUSING = 413


@dataclass
class Desk:
    """A folder with a config, a saved page of three papers, and two services: ``me`` and ``you``."""

    folder: Path
    me: Web
    you: Web
    capsys: pytest.CaptureFixture[str]
    database: Database
    receivers: tuple[str, ...] = ("me", "you")
    subscriptions: dict[str, str] = field(default_factory=lambda: {"parts": "title:part"})

    def __post_init__(self) -> None:
        (self.folder / "page.html").write_bytes(make_page("2025-03-04", PAPERS))
        self.configure()

    def configure(self) -> None:
        ports = {"me": self.me.port, "you": self.you.port}
        lines = ["accept: [no-operator, no-sources, unused-receiver, accepted-in-vain]", "receivers:"]
        lines += [*(f'  {name}: {{url: "json://127.0.0.1:{ports[name]}/"}}' for name in self.receivers)]
        lines += ["subscriptions:"]
        lines += [
            f"  - {{name: {name}, rule: '{rule}', to: [{self.receivers[0]}]}}"
            for name, rule in self.subscriptions.items()
        ]
        (self.folder / "config.yaml").write_text("\n".join([*lines, self.database.line]))

    def run(self, *args: str) -> tuple[int, str]:
        """One command: its exit status and all that it says."""
        status = main(args, {"STATE_DIRECTORY": str(self.folder / "state"), "HOME": str(self.folder)})
        said = self.capsys.readouterr()
        return status, said.out + said.err

    def json(self, *args: str) -> Any:
        status, said = self.run(*args, "--json")
        assert status == 0
        return json.loads(said)

    def tell(self) -> int:
        """Import the page and tell of all that matches."""
        return self.run("import", "page.html", "--tell")[0]


def titles_in(service: Web) -> list[int]:
    """How often each title has arrived."""
    return [sum(title in body.decode() for _, _, body in service.requests) for title in TITLES]


@pytest.fixture
def desk(
    tmp_path: Path, database: Database, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Desk]:
    monkeypatch.chdir(tmp_path)
    with web() as me, web() as you:
        yield Desk(tmp_path, me, you, capsys, database)


# --- deliveries ---


def test_messages_are_listed_with_how_they_ended(desk: Desk) -> None:
    desk.me.status = REFUSING
    assert desk.tell() == 1
    status, said = desk.run("deliveries")
    (found,) = desk.json("deliveries", "--state", "dead", "--receiver", "me")
    assert status == 0 and found["id"][:8] in said and "the service answered 413" in said
    assert (found["state"], found["receiver"], found["papers"], found["tries"]) == ("dead", "me", 3, 1)
    assert "3 papers" in found["subject"] and found["finished"] >= found["made"]


def test_a_list_without_messages_says_so(desk: Desk) -> None:
    desk.tell()
    assert desk.run("deliveries", "--state", "dead") == (0, "no dead message\n")
    assert desk.run("deliveries", "--receiver", "you") == (0, "no message to you\n")
    assert desk.json("deliveries", "--state", "dead") == []
    assert desk.run("deliveries", "--state", "lost")[0] == 2


# --- history ---


def test_a_paper_says_who_was_told_of_it_when_and_where(desk: Desk) -> None:
    desk.tell()
    status, said = desk.run("history", PAPERS[0]["id"])
    assert status == 0 and TITLES[0] in said and "\tme\tparts\t" in said
    (found,) = desk.json("history", TITLES[0])
    (message,) = desk.json("deliveries")
    assert (found["state"], found["receiver"], found["delivery"]) == ("told", "me", message["id"])
    assert found["at"] == message["finished"]


def test_a_subscription_says_what_it_told_and_what_not(desk: Desk) -> None:
    desk.run("import", "page.html")  # far older than the look-back: nothing is told
    assert [(one["state"], one["receiver"]) for one in desk.json("history", "parts")] == [("not told", None)] * 3
    assert {one["reason"] for one in desk.json("history", "parts")} == {"older than the look-back"}
    desk.tell()
    assert sorted(one["title"] for one in desk.json("history", "parts")) == sorted(TITLES)
    assert {one["state"] for one in desk.json("history", "parts")} == {"told"}
    assert len(desk.json("history", "parts", "--limit", "2")) == 2


def test_what_was_refused_is_not_told_and_says_why(desk: Desk) -> None:
    desk.me.status = REFUSING
    desk.tell()
    found = desk.json("history", "parts")
    assert {one["state"] for one in found} == {"dead"} and "413" in found[0]["reason"]


def test_what_is_tried_again_says_why(desk: Desk) -> None:
    desk.me.status = 503
    desk.tell()
    found = desk.json("history", "parts")
    assert {one["state"] for one in found} == {"pending"} and "503" in found[0]["reason"]


def test_a_paper_that_nothing_matched_points_to_explain(desk: Desk) -> None:
    desk.subscriptions = {"owls": "owl"}
    desk.configure()
    desk.tell()
    key = f"arxiv:{PAPERS[0]['id']}"
    status, said = desk.run("history", key)
    assert status == 0 and f"no subscription matched it; `watcher explain NAME {key}` says why" in said
    assert "it matched nothing so far" in desk.run("history", "owls")[1]


def test_a_subscription_that_is_gone_still_has_its_history(desk: Desk) -> None:
    desk.tell()
    desk.subscriptions = {"owls": "owl"}
    desk.configure()
    desk.tell()
    status, said = desk.run("history", "parts")
    assert status == 0 and "parts (gone from the config)" in said and said.count("told") == 3


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("part", "did you mean parts?"),
        ("Part 70", "3 papers have 'Part 70' in their titles"),
        ("x y", "no stored paper"),
    ],
)
def test_what_is_not_known_is_said(desk: Desk, name: str, said: str) -> None:
    desk.tell()
    status, answer = desk.run("history", name)
    assert status == 2 and said in answer


# --- replay ---


def test_a_dead_message_is_replayed_and_sent_once(desk: Desk) -> None:
    desk.me.status = REFUSING
    desk.tell()
    (dead,) = desk.json("deliveries")
    desk.me.status = 200
    desk.me.requests.clear()
    status, said = desk.run("replay", dead["id"][:10])
    assert status == 0 and "3 papers to me: sent" in said and titles_in(desk.me) == [1, 1, 1]
    newer, older = desk.json("deliveries")
    assert (newer["state"], newer["replay_of"], older["state"]) == ("sent", dead["id"], "dead")
    assert (newer["papers"], {one["state"] for one in desk.json("history", "parts")}) == (3, {"told"})
    assert desk.run("replay", "--all-dead") == (0, "nothing to replay\n")
    desk.tell()
    assert titles_in(desk.me) == [1, 1, 1]


def test_a_sent_message_that_was_lost_is_sent_again_whole(desk: Desk) -> None:
    desk.tell()
    (sent,) = desk.json("deliveries")
    first = desk.me.body
    assert desk.run("replay", sent["id"])[0] == 0
    assert titles_in(desk.me) == [2, 2, 2]
    assert json.loads(desk.me.body)["message"] == json.loads(first)["message"]
    again = desk.json("deliveries")[0]
    assert again["papers"] == 3 and again["id"] != sent["id"]


def test_what_waits_for_a_receiver_that_is_gone_is_told_to_another(desk: Desk) -> None:
    desk.me.status = 503
    desk.tell()
    desk.receivers = ("you",)
    desk.configure()
    status, said = desk.run("replay", "--all-dead")
    assert status == 1 and "1 message to me not sent: it is gone from the config; name another with --to" in said
    assert desk.run("replay", "--all-dead", "--to", "nobody")[0] == 2
    status, said = desk.run("replay", "--receiver", "me", "--to", "you")
    assert status == 0 and "3 papers to you: sent" in said and titles_in(desk.you) == [1, 1, 1]
    states = {(one["receiver"], one["state"], one["reason"]) for one in desk.json("history", "parts")}
    assert states == {("me", "not told", "replayed to you"), ("you", "told", "")}
    assert desk.run("replay", "--all-dead", "--to", "you")[1] == "nothing to replay\n"


def test_what_the_other_receiver_was_told_already_is_not_repeated(desk: Desk) -> None:
    desk.me.status = REFUSING
    desk.tell()
    (dead,) = desk.json("deliveries")
    assert desk.run("replay", dead["id"], "--to", "you")[0] == 0
    assert desk.run("replay", dead["id"], "--to", "you") == (0, "nothing to replay: it was told already\n")
    desk.me.status = 200
    desk.me.requests.clear()
    assert desk.run("replay", dead["id"])[0] == 0  # asked for by name: now also where it was refused
    assert titles_in(desk.me) == titles_in(desk.you) == [1, 1, 1]


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_beside_a_daemon_the_daemon_sends(desk: Desk) -> None:
    desk.me.status = REFUSING
    desk.tell()
    desk.me.requests.clear()
    lock = DaemonLock(desk.folder / "state" / "watcher.db")
    lock.acquire()
    try:
        status, said = desk.run("replay", "--all-dead")
    finally:
        lock.release()
    assert status == 0 and "pending\na daemon runs on this database: it sends them" in said
    assert not desk.me.requests and desk.json("deliveries")[0]["state"] == "pending"


def test_a_replay_that_fails_says_so(desk: Desk) -> None:
    desk.me.status = REFUSING
    desk.tell()
    status, said = desk.run("replay", "--all-dead")
    assert status == 1 and "dead: the service answered 413" in said
    assert len(desk.json("deliveries", "--state", "dead")) == 2
    desk.me.status = 200
    assert desk.run("replay", "--all-dead")[0] == 0  # only the newer one: it has taken the papers over
    assert len(desk.json("deliveries", "--state", "sent")) == 1


def test_into_quiet_hours_nothing_is_sent(desk: Desk) -> None:
    desk.me.status = REFUSING
    desk.tell()
    text = (desk.folder / "config.yaml").read_text()
    hour = timedelta(hours=1)
    begin, end = datetime.now(UTC) - hour, datetime.now(UTC) + hour
    quiet = f'quiet_hours: {{from: "{begin:%H:%M}", to: "{end:%H:%M}"}}}}'
    (desk.folder / "config.yaml").write_text(text.replace('/"}', f'/", {quiet}', 1))
    desk.me.requests.clear()
    status, said = desk.run("replay", "--all-dead")
    assert status == 0 and "pending: its receiver keeps quiet now" in said and not desk.me.requests


@pytest.mark.parametrize(
    ("args", "said"),
    [
        ([], "say what to replay"),
        (["--all-dead", "--receiver", "me"], "say what to replay"),
        (["abcdef"], "no delivery begins with 'abcdef'; `watcher deliveries` lists them"),
        ([""], "several deliveries begin"),
    ],
)
def test_what_cannot_be_replayed(desk: Desk, args: list[str], said: str) -> None:
    desk.tell()
    desk.run("replay", desk.json("deliveries")[0]["id"])
    status, answer = desk.run("replay", *args)
    assert status == 2 and said in answer


def test_what_waits_anyway_and_tests_are_not_replayed(desk: Desk) -> None:
    desk.me.status = 503
    desk.tell()
    desk.run("test-notify", "you")
    for one in desk.json("deliveries"):
        status, said = desk.run("replay", one["id"])
        assert status == 2 and ("it is sent without being asked for" in said or "`watcher test-notify you`" in said)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_no_database_is_made_for_a_replay(desk: Desk) -> None:
    status, said = desk.run("replay", "--all-dead")
    assert status == 1 and "no database at" in said and not (desk.folder / "state" / "watcher.db").exists()
