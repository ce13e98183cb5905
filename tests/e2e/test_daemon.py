"""The daemon as a process: told whatever kills it, stopped and reloaded by signals, alone on its database."""

from __future__ import annotations

import ctypes
import signal
import socket
import threading
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from tests.e2e.conftest import DAYS, TODAY, config, titles
from tests.e2e.forked import Forked
from tests.e2e.test_once import LOOK_BACK, told
from tests.e2e.world import Home, Site, Webhook
from tests.integration.sites import say, serving
from tests.patience import PATIENCE
from watcher.model import Tuning

pytestmark = pytest.mark.e2e


def until(condition: Callable[[], bool], what: str) -> None:
    """Look again and again, for half a minute at most, until something outside this process has happened."""
    end = time.monotonic() + PATIENCE
    pause = threading.Event()
    while not condition():
        assert time.monotonic() < end, f"never happened: {what}"
        pause.wait(0.05)


def stop(process: Forked) -> int:
    process.send_signal(signal.SIGTERM)
    return process.wait(PATIENCE)


def test_tells_what_matches_and_ends_on_sigterm(home: Home, site: Site, hook: Webhook) -> None:
    with home.daemon() as process:
        hook.wait_for(lambda hook: bool(hook.posts))
        assert stop(process) == 0
    assert told(hook, titles(site, *DAYS)) == titles(site, *LOOK_BACK)
    assert "Traceback" not in home.log


def test_its_heartbeat_is_asked_for(home: Home, site: Site, hook: Webhook) -> None:
    with serving() as pings:
        pings.answers["/ping"] = say("204 No Content")
        home.write(config(site, hook, more=f'heartbeat: "{pings.url}/ping"'))
        with home.daemon() as process:
            until(lambda: bool(pings.asked), "the heartbeat's address was asked")
            assert stop(process) == 0
    assert pings.asked[0].startswith("GET /ping ")
    assert "heartbeat" not in home.log


def test_signals_in_quick_succession_hang_nothing(home: Home, hook: Webhook) -> None:
    with home.daemon() as process:
        hook.wait_for(lambda hook: bool(hook.posts))
        for _ in range(50):
            process.send_signal(signal.SIGHUP)
        assert stop(process) == 0


def test_a_signal_that_another_thread_gets_is_heard(home: Home, hook: Webhook) -> None:
    """The system may give a signal to any thread, while only the main thread runs its handler."""
    with home.daemon() as process:
        hook.wait_for(lambda hook: bool(hook.posts))
        others = [
            int(path.name) for path in Path(f"/proc/{process.pid}/task").iterdir() if int(path.name) != process.pid
        ]
        assert ctypes.CDLL(None).tgkill(process.pid, others[0], signal.SIGTERM) == 0
        assert process.wait(PATIENCE) == 0


def test_killed_between_storing_and_sending_every_match_is_told(home: Home, site: Site, hook: Webhook) -> None:
    hook.gate = threading.Event()
    with home.daemon() as process:
        hook.wait_for(lambda hook: hook.tries == 1)  # the message has left, its answer has not come
        process.kill()
        process.wait()
    hook.gate.set()
    hook.gate = None
    with home.daemon() as process:
        hook.wait_for(lambda hook: bool(hook.posts))
        assert stop(process) == 0
    assert told(hook, titles(site, *DAYS)) == titles(site, *LOOK_BACK)
    assert "sent again" in home.log


def test_killed_again_and_again_nothing_is_lost(home: Home, site: Site, hook: Webhook) -> None:
    """Killed a little later each time, from before the first page to after the last message."""
    for n in range(12):
        with home.daemon() as process:
            threading.Event().wait(0.05 + n * 0.1)
            process.kill()
            process.wait()
            with (home.folder / "daemon.log").open("a") as log:
                log.write("killed\n")
    with home.daemon() as process:
        until(lambda: "watching" in home.log.rsplit("killed", 1)[-1], "the last daemon is up")
        until(lambda: titles(site, *LOOK_BACK) <= _seen(hook, site), "every match told")
        assert stop(process) == 0
    assert _seen(hook, site) == titles(site, *LOOK_BACK)


def _seen(hook: Webhook, site: Site) -> set[str]:
    text = " ".join(hook.text().split())
    return {title for title in titles(site, *DAYS) if " ".join(title.split()) in text}


def test_a_second_daemon_is_refused(home: Home, hook: Webhook) -> None:
    with home.daemon() as process:
        hook.wait_for(lambda hook: bool(hook.posts))
        second = home.run("run")
        assert second.returncode == 1
        assert f"process {process.pid}" in second.stderr and "Traceback" not in second.stderr
        assert process.poll() is None


def test_commands_work_beside_a_daemon_and_leave_the_sending_to_it(home: Home, site: Site, hook: Webhook) -> None:
    with home.daemon() as process:
        hook.wait_for(lambda hook: bool(hook.posts))
        site.today = TODAY + timedelta(days=1)
        beside = home.run("once")
        assert beside.returncode == 0 and "a daemon runs on this database" in beside.stdout
        assert "ops: sent" in home.run("test-notify", "ops").stdout
        assert stop(process) == 0


def test_what_is_replayed_and_unpaused_beside_a_daemon_it_sends(home: Home, site: Site, hook: Webhook) -> None:
    hook.status = 413
    with home.daemon() as process:
        until(lambda: "papers refused" in home.log, "the message is given up")
        hook.status = 200
        replayed = home.run("replay", "--all-dead")
        assert replayed.returncode == 0 and "a daemon runs on this database: it sends them" in replayed.stdout
        process.send_signal(signal.SIGHUP)  # not to wait for its next tick
        hook.wait_for(lambda hook: bool(hook.posts))
        assert home.run("pause", "airships").returncode == 0
        site.today = TODAY + timedelta(days=1)
        home.run("once")
        assert "held" in home.run("history", "airships").stdout
        assert "held paper" in home.run("unpause", "airships").stdout
        process.send_signal(signal.SIGHUP)
        hook.wait_for(lambda hook: len(hook.posts) == 2)
        assert stop(process) == 0
    assert told(hook, titles(site, *DAYS)) == titles(site, *LOOK_BACK, site.today)


def test_sighup_takes_a_good_config_and_keeps_the_old_one_from_a_bad_one(home: Home, site: Site, hook: Webhook) -> None:
    good = home.config.read_text()
    with home.daemon() as process:
        hook.wait_for(lambda hook: bool(hook.posts))
        home.write(good.replace("rule: zeppelin", 'rule: "zeppelin OR"'))
        process.send_signal(signal.SIGHUP)
        hook.wait_for(lambda hook: any("config" in post["title"] for post in hook.posts))
        assert "OR has nothing on its right" in home.log
        home.write(good + "  - {name: all-parts, rule: 'title:part', to: [me]}\n")
        process.send_signal(signal.SIGHUP)
        hook.wait_for(lambda hook: any("all-parts" in post["title"] for post in hook.posts))
        hook.wait_for(lambda hook: any("read again" in post["title"] for post in hook.posts))
        assert stop(process) == 0


def test_a_broken_include_keeps_its_last_good_version(home: Home, site: Site, hook: Webhook) -> None:
    folder = home.folder / "subscriptions.d"
    folder.mkdir()
    theirs = folder / "ana.yaml"
    theirs.write_text("subscriptions:\n  - {name: parts, rule: 'title:part', to: [me]}\n")
    home.write(config(site, hook) + "include: subscriptions.d/*.yaml\n")
    first = home.once()
    assert "ana/parts" in {name for one in first["deliveries"] for name in one["subscriptions"]}
    theirs.write_text("subscriptions:\n  - {name: parts, rule: 'title:(', to: [me]}\n")
    site.today = TODAY + timedelta(days=1)
    broken = home.once()
    assert "ana/parts" in {name for one in broken["deliveries"] for name in one["subscriptions"]}
    assert "incident" in {one["kind"] for one in broken["deliveries"]}
    assert "ana.yaml" in home.run("status").stdout
    assert home.run("check-config").returncode == 2
    theirs.write_text("subscriptions:\n  - {name: parts, rule: 'title:part', to: [me]}\n")
    assert "recovery" in {one["kind"] for one in home.once()["deliveries"]}


def test_systemd_hears_of_start_reload_and_stop(home: Home, hook: Webhook, tmp_path: Path) -> None:
    path = tmp_path / "notify"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(str(path))
        manager.settimeout(PATIENCE)
        with home.daemon(NOTIFY_SOCKET=str(path), WATCHDOG_USEC="400000") as process:
            heard = [manager.recv(4096).decode()]
            assert heard[0].startswith("READY=1")
            assert manager.recv(4096).decode() == "WATCHDOG=1"
            process.send_signal(signal.SIGHUP)
            while "RELOADING=1" not in heard[-1]:
                heard.append(manager.recv(4096).decode())
            while "READY=1" not in heard[-1]:
                heard.append(manager.recv(4096).decode())
            process.send_signal(signal.SIGTERM)
            while "STOPPING=1" not in heard[-1]:
                heard.append(manager.recv(4096).decode())
            assert process.wait(PATIENCE) == 0


def test_sigterm_does_not_wait_for_ever_for_a_receiver_that_hangs(home: Home, hook: Webhook) -> None:
    hook.gate = threading.Event()
    with home.daemon() as process:
        hook.wait_for(lambda hook: hook.tries == 1)
        assert stop(process) == 0
        hook.gate.set()


def test_logs_are_json_lines_where_asked(home: Home, hook: Webhook) -> None:
    import json

    done = home.run("once", "--log-format", "json", "-v")
    lines = [json.loads(line) for line in done.stderr.splitlines()]
    assert lines and all({"ts", "level", "logger", "message"} <= line.keys() for line in lines)


def test_knows_within_seconds_of_what_is_added_to_the_database(home: Home, site: Site, hook: Webhook) -> None:
    home.write(config(site, hook).replace("rule: zeppelin", "rule: balloonist"))
    add = ("subscriptions", "add", "airships", "zeppelin", "--to", "me", "--owner", "ana")
    with home.daemon():
        until(lambda: "hf: new" in home.log, "the source is read")
        added = home.run(*add)
        said = "ana/airships: added; 12 listed papers match and are to be told\n"
        assert (added.returncode, added.stdout) == (0, said), added.stderr
        begun = time.monotonic()
        hook.wait_for(lambda hook: "Zeppelin" in hook.text())
        # Sooner than the tick would bring it.
        assert time.monotonic() - begun < Tuning().tick.total_seconds() / 2
