"""The daemon's log as the journal has it, and what `systemctl status` shows."""

from __future__ import annotations

import re
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.e2e.conftest import config
from tests.e2e.test_daemon import stop, until
from tests.e2e.world import Home, Site, Webhook
from tests.parsers.pages import login_page
from tests.patience import PATIENCE

pytestmark = pytest.mark.e2e

JOURNAL = {"JOURNAL_STREAM": "8:1"}
WARNING = 4


def at_most(home: Home, priority: int) -> list[str]:
    """The lines of the log that ``journalctl -p`` shows for this priority."""
    lines = [re.fullmatch(r"<(\d)>(.*)", line) for line in home.log.splitlines()]
    assert all(lines), home.log
    return [found[2] for found in lines if found and int(found[1]) <= priority]


@pytest.fixture
def people(home: Home, site: Site, hook: Webhook) -> Path:
    """A folder of included files: a good file, and a file that never was good."""
    folder = home.folder / "people"
    folder.mkdir()
    (folder / "ana.yaml").write_text("subscriptions:\n  - {name: parts, rule: part, to: [me]}\n")
    (folder / "bob.yaml").write_text("subscriptions:\n  - {name: parts, rule: '(part', to: [me]}\n")
    home.write(config(site, hook) + "include: people/*.yaml\n")
    return folder


def test_trouble_is_a_warning_and_an_ordinary_day_is_none(home: Home, site: Site, hook: Webhook, people: Path) -> None:
    site.fault = lambda body: (200, login_page())
    with home.daemon(**JOURNAL) as process:
        until(lambda: "hf: broken" in home.log, "the source was read")
        (people / "ana.yaml").write_text("subscriptions:\n  - {name: parts, rul: part, to: [me]}\n")
        process.send_signal(signal.SIGHUP)
        until(lambda: "read again" in home.log, "the config was read again")
        assert stop(process) == 0
    warned = at_most(home, WARNING)
    assert [line for line in warned if line.startswith("hf: broken, 0 new, 0 matched (looks like a login page")]
    (bob,) = {line for line in warned if "people/bob.yaml:2:26: " in line}
    assert bob.startswith("included file broken: ") and warned.count(bob) == 2
    assert [line for line in warned if "people/ana.yaml:2:19: unknown key `rul`" in line]


def test_what_is_well_warns_of_nothing(home: Home, hook: Webhook) -> None:
    with home.daemon(**JOURNAL) as process:
        hook.wait_for(lambda hook: bool(hook.posts))
        process.send_signal(signal.SIGHUP)
        until(lambda: "read again" in home.log, "the config was read again")
        assert stop(process) == 0
    assert at_most(home, WARNING) == []
    assert "watching: 1 source, 1 subscription\n" in home.log


def test_a_start_warns_of_trouble_that_lasts(home: Home, site: Site) -> None:
    site.fault = lambda body: (500, b"")
    home.once()
    with home.daemon(**JOURNAL) as process:
        until(lambda: "watching" in home.log, "it is up")
        assert stop(process) == 0
    assert [line for line in at_most(home, WARNING) if line.startswith("hf: source unreachable since ")]


@pytest.fixture
def asked(site: Site) -> Iterator[threading.Event]:
    """The site takes a request and does not answer it; set when it was asked."""
    asked, answer = threading.Event(), threading.Event()

    def hang(body: bytes) -> tuple[int, bytes]:
        asked.set()
        answer.wait(PATIENCE)
        return 200, body

    site.fault = hang
    yield asked
    answer.set()


def test_an_ordinary_stop_while_a_page_is_fetched_is_no_error(home: Home, asked: threading.Event) -> None:
    with home.daemon(**JOURNAL) as process:
        assert asked.wait(PATIENCE)
        assert stop(process) == 0
    assert at_most(home, WARNING) == []
    assert "<6>hf: stopped while being read" in home.log


@pytest.fixture
def status(tmp_path: Path) -> Iterator[tuple[str, Callable[[], str]]]:
    """The address that systemd listens at, and a function that waits for a datagram and gives its STATUS."""
    path = tmp_path / "notify"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(str(path))
        manager.settimeout(PATIENCE)

        def wait() -> str:
            while True:
                heard = manager.recv(65_536).decode()
                if "READY=1" in heard:
                    return heard.partition("STATUS=")[2]

        yield str(path), wait


def test_systemctl_status_says_that_a_config_was_refused_until_it_is_mended(
    home: Home, hook: Webhook, people: Path, status: tuple[str, Callable[[], str]]
) -> None:
    address, wait = status
    good = home.config.read_text()
    watched = "1 source, 2 subscriptions"
    with home.daemon(NOTIFY_SOCKET=address, **JOURNAL) as process:
        assert wait() == f"{watched}; broken: bob.yaml"
        home.write(good.replace("rule: zeppelin", "rule: zeppelin OR"))
        process.send_signal(signal.SIGHUP)
        refused = wait()
        assert refused.startswith("the edited config is refused (") and "config.yaml:12:20: " in refused
        assert "OR has nothing on its right" in refused and refused.endswith(
            f", the old one stays: {watched}; broken: bob.yaml"
        )
        (people / "bob.yaml").unlink()
        home.write(good)
        process.send_signal(signal.SIGHUP)
        assert wait() == watched
        assert stop(process) == 0
