"""``pause``, ``unpause``, ``mute`` and ``unmute`` at the desk."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tests.integration.test_cli_deliveries import PAPERS, TITLES, Desk, desk, titles_in
from watcher.store.database.locks import DaemonLock

__all__ = ["desk"]


def test_what_is_paused_holds_and_then_tells_in_one_message(desk: Desk) -> None:
    desk.run("once")
    assert desk.run("pause", "parts") == (0, "parts is paused: what it matches is held\n")
    assert desk.run("pause", "parts") == (0, "parts was paused before\n")
    desk.tell()
    assert not desk.me.requests
    assert desk.run("once") == (0, "parts: 3 papers held: it is paused (`watcher unpause parts`)\n")
    assert desk.json("status")["subscriptions"][0]["paused"] is True
    assert "immediately (paused)" in desk.run("status")[1]
    assert {one["reason"] for one in desk.json("history", "parts")} == {"its subscription is paused"}
    assert "parts (paused)" in desk.run("history", "parts")[1]
    said = "parts goes on: 3 held papers will be told by the daemon now, else by the next `watcher once`\n"
    assert desk.run("unpause", "parts") == (0, said)
    assert desk.run("once") == (0, "me: 3 papers of parts sent\n")
    assert len(desk.me.requests) == 1 and titles_in(desk.me) == [1, 1, 1]
    assert desk.run("unpause", "parts") == (0, "parts is not paused\n")


def test_what_is_dropped_is_never_told(desk: Desk) -> None:
    desk.run("once")
    desk.run("pause", "parts")
    desk.tell()
    assert desk.run("unpause", "parts", "--drop") == (0, "parts goes on: 3 held papers will not be told\n")
    desk.tell()
    assert desk.run("once") == (0, "nothing to tell\n") and not desk.me.requests


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_pause_works_beside_a_daemon(desk: Desk) -> None:
    desk.run("once")
    lock = DaemonLock(desk.folder / "state" / "watcher.db")
    lock.acquire()
    try:
        assert desk.run("pause", "parts")[0] == 0
        assert desk.run("unpause", "parts") == (0, "parts goes on: nothing was held\n")
    finally:
        lock.release()


def test_a_daily_digest_says_when_it_is_told(desk: Desk) -> None:
    later = (datetime.now(UTC).hour + 2) % 24
    text = (desk.folder / "config.yaml").read_text()
    (desk.folder / "config.yaml").write_text(text.replace("to: [me]", f"to: [me], when: daily at {later:02}:00"))
    desk.run("once")
    desk.run("pause", "parts")
    desk.tell()
    said = desk.run("unpause", "parts")[1]
    assert f"3 held papers will be told daily at {later:02}:00, next on 2" in said


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    "command",
    [
        *("pause NAME", "unpause NAME", "mute NAME --for 1d", "unmute NAME", "history NAME", "replay --known NAME"),
        *("thumbs NAME --show", "thumbs NAME --reset", "thumbs NAME 2601.00001 up"),
    ],
)
def test_a_subscription_that_no_start_has_read_in_yet_is_not_denied(desk: Desk, command: str) -> None:
    desk.run("migrate")
    lock = DaemonLock(desk.folder / "state" / "watcher.db")
    lock.acquire()  # else replay would read it in
    try:
        status, said = desk.run(*(word.replace("NAME", "parts") for word in command.split()))
    finally:
        lock.release()
    assert (status, said.split(":")[0]) == (2, "watcher")
    assert "subscription 'parts' is in the config, but was not read in yet: `watcher run`" in said


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_before_the_first_look_status_has_the_configs_subscriptions(desk: Desk) -> None:
    desk.run("migrate")
    (one,) = desk.json("status")["subscriptions"]
    assert (one["subscription"], one["waits_for"], one["held"]) == ("parts", "start", 0)
    assert "immediately (not read in yet: `watcher run`, `once` or `reload`)" in desk.run("status")[1]
    desk.run("once")
    assert [(one["subscription"], one["waits_for"]) for one in desk.json("status")["subscriptions"]] == [
        ("parts", None)
    ]


@pytest.mark.parametrize("command", ["pause", "unpause"])
def test_only_what_is_known_can_be_paused(desk: Desk, command: str) -> None:
    desk.run("once")
    assert desk.run(command, "part") == (2, "watcher: there is no subscription 'part'; did you mean parts?\n")
    assert "`watcher status` lists those that the database knows" in desk.run(command, "owls")[1]
    desk.subscriptions = {"owls": "owl"}
    desk.configure()
    desk.run("once")
    assert desk.run(command, "parts") == (2, "watcher: subscription 'parts' is gone from the config\n")


# --- mute ---


def test_what_is_muted_is_listed_and_told_again_afterwards(desk: Desk) -> None:
    desk.run("once")
    assert desk.run("mute") == (0, "nothing is muted\n") and desk.json("mute") == []
    status, said = desk.run("mute", "parts", "--for", "14d")
    assert status == 0 and said.startswith("parts is muted until 2")
    desk.tell()
    assert not desk.me.requests
    assert {one["state"] for one in desk.json("history", "parts")} == {"not told"}
    (found,) = desk.json("mute")
    assert (found["subject"], found["kind"]) == ("parts", "subscription")
    assert datetime.fromisoformat(found["until"]) - datetime.fromisoformat(found["since"]) == timedelta(days=14)
    assert "parts\t" in desk.run("mute")[1]
    assert desk.json("status")["subscriptions"][0]["muted_until"] == found["until"]
    assert "immediately (muted until 2" in desk.run("status")[1]
    assert desk.run("unmute", "parts") == (0, "parts is no longer muted\n")
    assert desk.run("unmute", "parts") == (0, "parts is not muted\n")
    desk.tell()
    assert not desk.me.requests  # what was kept back stays so


def test_a_paper_is_muted_by_its_id_or_title(desk: Desk) -> None:
    desk.run("import", "page.html", "--no-tell")
    key = f"arxiv:{PAPERS[1]['id']}"
    status, said = desk.run("mute", TITLES[1], "--for", "12h")
    assert status == 0 and said.startswith(f"{key} (")
    (found,) = desk.json("status")["muted"]
    assert (found["subject"], found["kind"], found["title"]) == (key, "paper", TITLES[1])
    assert f"muted papers\npaper\tuntil\ttitle\n{key}\t" in desk.run("status")[1]
    desk.tell()
    assert titles_in(desk.me) == [1, 0, 1]
    assert desk.run("unmute", key)[0] == 0


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["parts"], "say for how long, for instance --for 14d"),
        (["--for", "14d"], "say what to mute"),
        (["parts", "--for", "14"], "'14' is no time; write 12h, 14d or 3w"),
        (["parts", "--for", "0d"], "is no time"),
        (["part", "--for", "1d"], "did you mean parts?"),
        (["owl", "--for", "1d"], "no stored paper is called 'owl'"),
    ],
)
def test_what_cannot_be_muted(desk: Desk, args: list[str], said: str) -> None:
    desk.run("once")
    status, answer = desk.run("mute", *args)
    assert status == 2 and said in answer
