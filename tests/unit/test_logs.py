"""The log: what it looks like, and what never stands in it."""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Callable, Iterator

import pytest

from watcher.daemon import logs
from watcher.notify import Scrubber

SECRET = "hunter2-and-more"


Read = Callable[[], str]


@pytest.fixture
def stderr(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Read]:
    """Gives what was logged so far."""
    monkeypatch.delenv("JOURNAL_STREAM", raising=False)
    monkeypatch.setattr(logs, "_scrub", Scrubber())
    yield lambda: capsys.readouterr().err


def test_plain_lines(stderr: Read) -> None:
    logs.set_up("plain", verbose=False, secrets=())
    logging.getLogger("watcher.x").warning("mind the %s", "gap")
    logging.getLogger("watcher.x").debug("not shown")
    assert stderr() == "WARNING mind the gap\n"


def test_a_terminal_is_shown_the_time() -> None:
    line = logs.PlainFormat(timed=True).format(
        logging.makeLogRecord({"msg": "hello", "levelname": "INFO", "created": 0.0})
    )
    assert line.endswith(" INFO hello")
    assert line.count(":") == 2


def test_the_journal_is_given_priorities(stderr: Read, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JOURNAL_STREAM", "8:1")
    logs.set_up("plain", verbose=True, secrets=())
    log = logging.getLogger("watcher.x")
    log.error("two\nlines")
    log.info("one")
    log.debug("less")
    assert stderr() == "<3>two\n<3>  lines\n<6>one\n<7>less\n"


def test_json_lines(stderr: Read) -> None:
    logs.set_up("json", verbose=False, secrets=[SECRET])
    logging.getLogger("watcher.x").warning("mind the %s", "gap\n", extra={"source": "hf", "url": SECRET})
    line = json.loads(stderr())
    assert line.pop("ts").endswith("+00:00")
    assert line == {
        "level": "warning",
        "logger": "watcher.x",
        "message": "mind the gap\n",
        "fields": {"source": "hf", "url": "***"},
    }


@pytest.mark.parametrize("form", ["plain", "json"])
def test_secrets_stand_nowhere(stderr: Read, form: str) -> None:
    logs.set_up(form, verbose=True, secrets=())
    logs.add_secrets([SECRET, "ab"])
    log = logging.getLogger("some.library")
    log.warning("in the message %s", SECRET)
    log.warning(f"in the format {SECRET}")
    try:
        raise ValueError(f"in the exception {SECRET}")
    except ValueError:
        log.exception("failed")
    written = stderr()
    assert SECRET not in written
    assert written.count("***") == 3
    assert "ValueError" in written


@pytest.mark.parametrize("name", ["httpx", "apscheduler.scheduler", "sqlalchemy.engine"])
def test_libraries_are_heard_only_when_they_warn(stderr: Read, name: str) -> None:
    logs.set_up("plain", verbose=True, secrets=())
    logging.getLogger(name).info("GET https://papers.example/")
    logging.getLogger(name).warning("careful")
    assert stderr() == "WARNING careful\n"


def test_setting_up_again_replaces(stderr: Read) -> None:
    logs.set_up("plain", verbose=False, secrets=())
    logs.set_up("json", verbose=False, secrets=())
    logging.getLogger("watcher").warning("once")
    assert len(stderr().splitlines()) == 1


def test_what_a_command_hides_a_later_one_shows(stderr: Read) -> None:
    """How much is shown belongs to one setting up, and never outlives it."""
    logs.set_up("plain", verbose=False, secrets=(), own=logging.WARNING)
    logging.getLogger("watcher.x").info("hidden")
    logging.getLogger("some.library").info("shown")
    logs.set_up("plain", verbose=False, secrets=())
    logging.getLogger("watcher.x").info("shown as well")
    assert stderr() == "INFO shown\nINFO shown as well\n"


STEERING = {
    "an escape": ("a\x1b[31mred", "a\\x1b[31mred"),
    "the second half of the first 256": ("a\x9b31mred", "a\\x9b31mred"),
    "a line that looks like another entry": ("a\nERROR the disk is full", "a\n  ERROR the disk is full"),
    "a return": ("a\rERROR", "a\\rERROR"),
    "a turn of the direction": ("a\u202etxt.exe", "a\\u202etxt.exe"),
    "a separator of lines": ("a\u2028ERROR", "a\\u2028ERROR"),
    "half a character": ("a\ud800b", "a\\ud800b"),
    "other letters": ("Größe 大きさ", "Größe 大きさ"),
    "very much": ("a" * 50_000, "a" * 19_987 + " … (50,013 characters)"),
}


@pytest.mark.parametrize("case", STEERING)
def test_a_strangers_text_cannot_steer_a_terminal_or_forge_a_line(stderr: Read, case: str) -> None:
    text, shown = STEERING[case]
    logs.set_up("plain", verbose=False, secrets=())
    logging.getLogger("watcher.x").warning("%s", "lab: " + text)
    assert stderr() == f"WARNING lab: {shown}\n"


def test_nor_in_json(stderr: Read) -> None:
    logs.set_up("json", verbose=False, secrets=())
    logging.getLogger("watcher.x").warning("%s", "a\x9bb\u202ec", extra={"title": "d\x9be"})
    line = stderr()
    assert line.isprintable() or line[:-1].isprintable()
    assert json.loads(line)["message"] == "a\\x9bb\\u202ec"


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def flooding(clock: Clock) -> logging.Logger:
    handler = logs.LogStream(sys.stderr, clock)
    handler.setFormatter(logs.PlainFormat())
    log = logging.getLogger("flood")
    log.handlers[:], log.propagate = [handler], False
    log.setLevel(logging.DEBUG)
    return log


def test_a_fault_that_repeats_is_logged_a_few_times_and_counted(stderr: Read) -> None:
    clock = Clock()
    log = flooding(clock)
    for n in range(1_000):
        log.warning("%s: the database is away (%d)", "lab", n)
        log.debug("asked for")
    log.warning("%s: the database is away (%d)", "other", 0)
    written = stderr().splitlines()
    assert len([line for line in written if "lab" in line]) == 30
    assert "WARNING other: the database is away (0)" in written
    assert written.count("DEBUG asked for") == 1_000
    clock.now = 61.0
    log.warning("%s: the database is away (%d)", "lab", 1)
    assert stderr().splitlines() == [
        "WARNING 970 more lines like this about lab were left out: %s: the database is away (%d)",
        "WARNING lab: the database is away (1)",
    ]


def test_one_fault_of_many_is_logged_often_and_counted(stderr: Read) -> None:
    clock = Clock()
    log = flooding(clock)
    for n in range(5_000):
        log.warning("%s: refused", f"ana{n}@lab.example")
    assert len(stderr().splitlines()) == 3_000
    clock.now = 61.0
    log.info("next")
    assert stderr().splitlines() == ["WARNING 2000 more lines like this were left out: %s: refused", "INFO next"]


def test_what_is_forgotten_for_want_of_room_is_said(stderr: Read) -> None:
    log = flooding(Clock())
    for _ in range(100):
        log.warning("%s: broken", "noisy")
    for n in range(2_500):
        log.warning("%s: slow (%d)", f"site {n}", n)
    assert "WARNING 70 more lines like this about noisy were left out: %s: broken" in stderr().splitlines()
