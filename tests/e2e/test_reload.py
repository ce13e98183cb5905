"""A config that lost what it held, read again by a daemon: nothing is called off, the operator hears of it."""

from __future__ import annotations

import os
import select
import signal
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.e2e.conftest import config
from tests.e2e.forked import Forked
from tests.e2e.world import Home, Site, Webhook
from tests.patience import PATIENCE

pytestmark = pytest.mark.e2e


def until(condition: Callable[[], bool], what: str) -> None:
    end, pause = time.monotonic() + PATIENCE, threading.Event()
    while not condition():
        assert time.monotonic() < end, f"never happened: {what}"
        pause.wait(0.05)


def reload(process: Forked, home: Home, said: str) -> None:
    """Let the daemon read its config again; wait until the log says ``said`` once more."""
    before = home.log.count(said)
    process.send_signal(signal.SIGHUP)
    until(lambda: home.log.count(said) > before, said)


LOST = {
    "empty": ("", "the config is empty"),
    "comments only": ("# timezone: UTC\n", "the config is empty"),
    "cut off": ("timezone: UTC\noperator: [ops]\n", "there is no such receiver"),
    "cut off after a list": ("timezone: UTC\nunreachable_after: 0s\n", "the file has lost `sources:` with hf"),
    "not there": (None, "No such file or directory"),
    "a folder": (os.mkdir, "a folder, not a file"),
}


@pytest.mark.parametrize("name", LOST)
def test_a_config_that_lost_what_it_held_changes_nothing(name: str, home: Home, site: Site, hook: Webhook) -> None:
    text, reason = LOST[name]
    with home.daemon() as process:
        hook.wait_for(lambda hook: bool(hook.posts))
        home.config.unlink()
        if callable(text):
            text(home.config)
        elif text is not None:
            home.config.write_text(text)
        reload(process, home, "the config is broken, the old one stays")
        hook.wait_for(lambda hook: "the config that was read before stays" in hook.text().lower().replace("\n", " "))
        assert reason in home.log and reason.split("`")[0] in hook.text().replace("\n", " ")
        assert process.poll() is None
        if home.config.is_dir():
            home.config.rmdir()
        home.write(config(site, hook))
        reload(process, home, "the config was read again: 1 source, 1 subscription")
    assert "gone" not in home.log and "Traceback" not in home.log


def test_at_a_start_an_empty_config_is_an_error(home: Home) -> None:
    home.write("")
    for command in ("run", "once", "check-config", "status"):
        done = home.run(command)
        assert done.returncode == 2 and "the config is empty" in done.stdout + done.stderr


def test_the_command_says_whether_the_config_counts(home: Home, site: Site, hook: Webhook) -> None:
    with home.daemon():
        hook.wait_for(lambda hook: bool(hook.posts))
        home.write(config(site, hook) + "# edited\n")
        done = home.fresh("reload")
        assert (done.returncode, done.stdout) == (0, "the config counts: 1 source, 1 subscription\n"), done.stderr
        assert home.log.count("the config was read again") == 1
        (home.config.parent / "people").mkdir()
        (home.config.parent / "people" / "ana.yaml").write_text("subscriptions: [{name: a, rule: (a, to: me}]\n")
        home.write(config(site, hook, more="include: people/*.yaml\n"))
        done = home.fresh("reload")
        assert (done.returncode, done.stdout) == (0, "the config counts: 1 source, 1 subscription\n"), done.stderr
        assert "included file broken: people/ana.yaml:1:" in done.stderr and "has never been read" in done.stderr
        home.write(config(site, hook).replace("rule:", "rul:"))
        done = home.fresh("reload")
        assert done.returncode == 2
        assert "rul" in done.stderr
        assert home.log.count("the config was read again") == 2  # it was not even asked
        home.write("timezone: UTC\nunreachable_after: 0s\n")
        done = home.fresh("reload")
        assert done.returncode == 1
        assert "the daemon refuses the config, the old one stays: " in done.stderr
        assert "has lost `sources:` with hf" in done.stderr
    home.write(config(site, hook))
    done = home.fresh("reload")
    assert done.returncode == 1
    assert "no daemon runs on this machine" in done.stderr


def test_a_terminal_is_told_what_an_edit_would_do(home: Home, site: Site, hook: Webhook) -> None:
    ours, theirs = os.openpty()
    terminal, seen = Path(os.ttyname(theirs)), bytearray()

    def shown(words: str) -> None:
        while words not in " ".join(seen.decode(errors="replace").split()):
            assert select.select([ours], [], [], PATIENCE)[0], seen.decode()
            seen.extend(os.read(ours, 65536))

    process = Forked(["-c", str(home.config), "run"], home.env, home.folder, home.folder / "out", terminal)
    try:
        hook.wait_for(lambda hook: bool(hook.posts))
        home.write(config(site, hook).replace("rule:", "rule: gemstone OR"))
        shown("the config was edited: 1 rule edited: `watcher reload` takes it up")
        home.write(config(site, hook).replace("rule:", "rul:"))
        shown("the edited config is broken, the old one stays:")
        assert process.poll() is None
    finally:
        process.kill()
        process.wait()
        os.close(ours)
        os.close(theirs)
