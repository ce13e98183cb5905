"""``watcher init`` on a terminal: its questions, bad answers, and the config it writes."""

from __future__ import annotations

import stat
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml

from tests.terminals import COLUMNS, on_terminal
from watcher.cli import main

ROOT = Path(__file__).parents[2]
PLACE, TOPICS = "[this terminal]: ", "[three examples]: "
HIDDEN = "password, not shown [later]: "
SERVER, USER = "such as smtp.uni.example: ", "[ana@uni.example]: "
SLACK = "https://hooks.slack.com/services/T00000000/B00000000/AAAAAAAAAAAAAAAAAAAAAAAA"

Answers = Sequence[tuple[str, str]]
Init = Callable[..., tuple[str, int]]


@pytest.fixture
def env(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    monkeypatch.chdir(tmp_path)
    return {
        "HOME": str(tmp_path),
        "TZ": "Europe/Paris",
        "PATH": "/usr/bin:/bin",
        "PYTHONPATH": str(ROOT),
        "TERM": "xterm",
    }


@pytest.fixture
def init(env: dict[str, str], tmp_path: Path) -> Init:
    def run(answers: Answers, *options: str) -> tuple[str, int]:
        return on_terminal([sys.executable, "-m", "watcher", "init", *options], env, tmp_path, answers)

    return run


@dataclass(frozen=True)
class Said:
    """The result of some answers: the address's file, its content, and words on the terminal."""

    answers: Answers
    receiver: dict[str, str]
    address: str
    words: Sequence[str]
    hours: str = "daily at 08:00"


WALKS = {
    "Enter alone": Said([(PLACE, "\n")], {"url": "console://"}, "", ["told on this terminal"], "immediately"),
    "Gmail, after what is none": Said(
        [
            (PLACE, "slack\n"),
            (PLACE, "ana@outlook.com\n"),
            (PLACE, "ana@lab..example\n"),
            (PLACE, "ana@gmail.com\n"),
            (HIDDEN, "swordfish\n"),
            (HIDDEN, "abcd efgh ijkl mnop\n"),
        ],
        {"url_file": "mail_url"},
        "mailtos://ana:abcdefghijklmnop@gmail.com",
        [
            "this is no address yet; write one, as in https://hooks.slack.com/services/…",
            "Microsoft takes no password from programs for this account",
            "this is no e-mail address; write it as ana@gmail.com",
            "it has sixteen letters",
            "by mail to ana@gmail.com",
            "wrote mail_url",
            "watcher test-notify me",
        ],
    ),
    "a university's server": Said(
        [
            (PLACE, "ana@uni.example\n"),
            (SERVER, "the usual one\n"),
            (SERVER, "smtp.uni.example:465\n"),
            (USER, "ana01\n"),
            (HIDDEN, "p@ss/w:rd\n"),
        ],
        {"url_file": "mail_url"},
        "mailtos://ana01:p%40ss%2Fw%3Ard@smtp.uni.example:465?from=ana@uni.example&to=ana@uni.example&mode=ssl",
        ["this is no mail server's name; write it as smtp.uni.example"],
    ),
    "a relay without a password": Said(
        [(PLACE, "ana@uni.example\n"), (SERVER, "relay.uni.example:25\n"), (USER, "-\n")],
        {"url_file": "mail_url"},
        "mailto://relay.uni.example:25?from=ana@uni.example&to=ana@uni.example",
        ["by mail to ana@uni.example"],
    ),
    "a password for later": Said(
        [(PLACE, "ana@gmail.com\n"), (HIDDEN, "\n")],
        {"url": "mailtos://ana:${MAIL_PASSWORD}@gmail.com"},
        "",
        ["export MAIL_PASSWORD=…"],
    ),
    "Slack": Said(
        [(PLACE, "https://hooks.slack.com/services/T00000000\n"), (PLACE, f"{SLACK}\n")],
        {"url_file": "chat_url"},
        SLACK,
        ["it is written slack://TOKEN_A/TOKEN_B/TOKEN_C", "wrote chat_url"],
    ),
}


@pytest.mark.parametrize("said", WALKS.values(), ids=WALKS)
def test_answers_become_a_config_that_works(
    said: Said, init: Init, env: dict[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    topics = [(TOPICS, "tool use OR agent*\n"), (TOPICS, 'continual learning, "tool use" OR agent*; RLHF\n')]
    seen, status = init([*said.answers, *topics])
    assert status == 0, seen
    whole = " ".join(seen.split())
    for words in (*said.words, "words in a row beside an OR can be read in two ways"):
        assert words in whole
    assert max(map(len, seen.split("\n"))) <= COLUMNS + len(SLACK)
    config = yaml.safe_load((tmp_path / "config.yaml").read_text())
    assert config["receivers"] == {"me": said.receiver} and config["timezone"] == "Europe/Paris"
    assert [(one["rule"], one["to"], one["when"]) for one in config["subscriptions"]] == [
        (rule, "me", said.hours) for rule in ('"continual learning"', '"tool use" OR agent*', "RLHF")
    ]
    assert "swordfish" not in seen and "abcd" not in seen and "p@ss" not in seen
    for secret in filter(None, [said.receiver.get("url_file")]):
        assert (tmp_path / secret).read_text() == f"{said.address}\n"
        assert stat.S_IMODE((tmp_path / secret).stat().st_mode) == 0o600
    later = {"MAIL_PASSWORD": "abcdefghijklmnop"} if "MAIL_PASSWORD" in str(said.receiver) else {}
    assert main(["check-config", "--strict"], env | later) == 0
    assert capsys.readouterr().out.endswith("config.yaml: OK: 1 source, 1 receiver, 3 subscriptions\n")


def test_nothing_is_asked_with_defaults_and_nothing_written_after_the_end(
    init: Init, env: dict[str, str], tmp_path: Path
) -> None:
    seen, status = init([(PLACE, "ana@gmail.com\n"), (HIDDEN, "\x04")])
    assert status == 130 and "nothing was written" in seen and not list(tmp_path.glob("*.y*ml"))
    seen, status = init([], "--defaults")
    assert status == 0 and "Where do you" not in seen and "three examples" not in seen
    before = (tmp_path / "config.yaml").read_text()
    assert main(["init", "--force"], env) == 0  # no terminal
    assert (tmp_path / "config.yaml").read_text() == before


def test_the_secret_of_another_config_stays(init: Init, tmp_path: Path) -> None:
    (tmp_path / "chat_url").write_text("another\n")
    init([(PLACE, f"{SLACK}\n"), (TOPICS, "\n")])
    assert (tmp_path / "chat_url").read_text() == "another\n"
    config = yaml.safe_load((tmp_path / "config.yaml").read_text())
    assert config["receivers"]["me"] == {"url_file": "chat_url_2"} and len(config["subscriptions"]) == 3
