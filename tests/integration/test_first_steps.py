"""The first commands of a new user: the place of the config, mail that does not arrive, a test message."""

from __future__ import annotations

import json
import os
import re
import shlex
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from tests.integration.mailserver import MailServer, mail_server
from watcher.cli import main

TOKYO = "Asia/Tokyo"


@pytest.fixture
def env(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    monkeypatch.chdir(tmp_path)
    return {"HOME": str(tmp_path / "home"), "TZ": TOKYO}


@pytest.mark.parametrize(
    ("named", "shown", "option"),
    [
        ("", "config.yaml", ""),
        ("home/.config/watcher/config.yaml", "~/.config/watcher/config.yaml", ""),
        ("home/papers/config.yaml", "~/papers/config.yaml", " -c ~/papers/config.yaml"),
        ("my papers/config.yaml", "'my papers/config.yaml'", " -c 'my papers/config.yaml'"),
    ],
)
def test_init_names_the_config_only_where_it_would_not_be_found(
    named: str, shown: str, option: str, env: dict[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    given = [str(tmp_path / named) if named.startswith("home") else named] if named else []
    assert main(["init", *given], env) == 0
    said = capsys.readouterr().out.splitlines()
    assert said[0] == f"wrote {shown}:" and said[1].endswith(f"times in {TOKYO}")
    commands = [line for line in said if line.startswith("  watcher")]
    assert len(commands) == 3 and all(line.startswith(f"  watcher{option} ") for line in commands)
    words = shlex.split(commands[0].replace("~", env["HOME"]))[1:]
    assert main(words[: words.index("check-config") + 1], env) == 0


@pytest.fixture
def box(tmp_path: Path) -> Iterator[MailServer]:
    """A mail server, and a config whose digest is due at once and goes there."""
    with mail_server(password="right-one") as box:
        address = f"mailto://bot:${{MAIL_PASSWORD}}@127.0.0.1:{box.port}?from=bot@lab.example&to=ana@lab.example"
        (tmp_path / "config.yaml").write_text(
            f"timezone: {TOKYO}\noperator: [me]\nsources: {{}}\nreceivers: {{me: {{url: '{address}'}}}}\n"
            "subscriptions:\n  - {name: kilns, rule: kiln, to: me}\naccept: [no-sources]\n"
        )
        (tmp_path / "config.yaml").chmod(0o600)
        day = str(datetime.now(UTC).date())
        paper = {"first_listed": day, "arxiv_id": "2603.00001", "title": "Kilns", "abstract": "They glow."}
        (tmp_path / "papers.jsonl").write_text(json.dumps(paper) + "\n")
        yield box


def test_a_refused_password_is_said_once_and_what_waited_comes_with_the_test(
    env: dict[str, str], box: MailServer, capsys: pytest.CaptureFixture[str]
) -> None:
    refused = {**env, "MAIL_PASSWORD": "wrong-one"}
    assert main(["test-notify", "me"], refused) == 1
    out, err = capsys.readouterr()
    assert (out + err).count("refused the password") == 1
    main(["import", "papers.jsonl"], refused)
    capsys.readouterr()
    assert main(["once", "--flush"], refused) == 1
    out, err = capsys.readouterr()
    assert (out + err).count("refused the password") == 1 and not box.taken
    assert main(["test-notify", "me"], {**env, "MAIL_PASSWORD": "right-one"}) == 0
    assert capsys.readouterr().out == "me: sent\nme: 1 paper of kilns sent, which had waited\n"
    assert len(box.taken) == 2
    assert main(["test-notify", "me"], {**env, "MAIL_PASSWORD": "right-one"}) == 0
    assert capsys.readouterr().out == "me: sent\n"


def test_everybody_of_the_config_is_sent_a_test(
    env: dict[str, str], box: MailServer, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "config.yaml"
    many = path.read_text().replace("&to=ana@lab.example'}", "', address: to}, here: {url: 'console://'}")
    path.write_text(
        many.replace("operator: [me]", "operator: ['me:bo@lab.example', here]").replace(
            "to: me", "to: [here, 'me:ana@lab.example']"
        )
    )
    env = {**env, "MAIL_PASSWORD": "right-one"}
    assert main(["test-notify", "--all"], env) == 0
    said = capsys.readouterr().out
    assert said.endswith("me:bo@lab.example: sent\nme:ana@lab.example: sent\nhere: sent\n")
    assert [one.recipients for one in box.taken] == [("bo@lab.example",), ("ana@lab.example",)]
    for wrong in (["test-notify"], ["test-notify", "--all", "here"]):
        assert main(wrong, env) == 2
        assert "name a receiver, or say --all" in capsys.readouterr().err


def test_all_times_of_status_are_of_the_zone_that_it_names(
    env: dict[str, str], box: MailServer, capsys: pytest.CaptureFixture[str]
) -> None:
    refused = {**env, "MAIL_PASSWORD": "wrong-one"}
    main(["import", "papers.jsonl"], refused)
    capsys.readouterr()
    main(["status"], refused)
    said = capsys.readouterr().out
    assert said.startswith(f"no daemon runs; 1 paper stored; times are {TOKYO}\n") and "failing receivers" in said
    now = datetime.now(ZoneInfo(TOKYO)).replace(tzinfo=None)
    shown = [datetime.fromisoformat(found) for found in re.findall(r"\d{4}-\d\d-\d\d \d\d:\d\d", said)]
    assert len(shown) >= 3
    assert all(abs((one - now).total_seconds()) < 3 * 3600 for one in shown)


def test_once_says_why_nothing_is_told_though_papers_matched(
    env: dict[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "inbox").mkdir()
    (tmp_path / "config.yaml").write_text(
        "timezone: UTC\nsources: {saved: {kind: inbox, folder: inbox}}\nreceivers: {me: {url: 'console://'}}\n"
        "operator: [me]\nsubscriptions:\n  - {name: kilns, rule: kiln, to: me}\n"
    )
    assert main(["once"], env) == 0
    paper = {"first_listed": "2020-01-01", "arxiv_id": "2001.00001", "title": "Kilns", "abstract": "They glow."}
    saved = tmp_path / "inbox" / "saved.jsonl"
    saved.write_text(json.dumps(paper) + "\n")
    os.utime(saved, (0, 0))
    capsys.readouterr()
    assert main(["once"], env) == 0
    assert capsys.readouterr().out == (
        "saved: new, 1 new paper, 1 match\n"
        "nothing to tell: what matched is older than the look-back, muted or known; `watcher history NAME` says which\n"
    )
    assert main(["history", "kilns"], env) == 0
    assert "not told: older than the look-back" in capsys.readouterr().out
    assert main(["once"], env) == 0
    assert capsys.readouterr().out == "saved: quiet\nnothing to tell\n"


def test_once_that_could_read_nothing_says_so(
    env: dict[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "config.yaml").write_text(
        "timezone: UTC\nsources: {saved: {kind: inbox, folder: inbox}}\nreceivers: {me: {url: 'console://'}}\n"
        "operator: [me]\nsubscriptions:\n  - {name: kilns, rule: kiln, to: me}\n"
    )
    assert main(["once"], env) == 1
    *_, poll, last = capsys.readouterr().out.splitlines()
    assert poll.startswith("saved: unreachable: ")
    assert last == "nothing to tell: no source could be read, so that nobody knows what there is"


@pytest.mark.parametrize("given", ["-3", "1.5", "many", "", "9" * 40])
def test_a_limit_that_is_no_number_says_what_is(
    given: str, env: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["papers", "--limit", given], env) == 2
    assert f"invalid value for '--limit': {given!r} is no number from 0 on" in capsys.readouterr().err
    assert main(["deliveries", "--limit", "0"], env) == 2
    assert "invalid value for '--limit': '0' is no number from 1 on" in capsys.readouterr().err
