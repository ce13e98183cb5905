"""The daemon serves the web pages, and goes on without them; `watcher web` and `watcher demo --web` as processes."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

import tests.needs_web  # noqa: F401  (first: skips without the extra)
from tests.e2e.conftest import config
from tests.e2e.test_reload import reload, until
from tests.e2e.world import Home, Site, Webhook
from tests.patience import PATIENCE

pytestmark = pytest.mark.e2e

TOKEN = "an invented token of the tests"


def pages(home: Home) -> str:
    """What makes the daemon serve its pages on a Unix socket, open to whoever may open that."""
    return f"web: {{listen: 'unix:{home.config.parent}/web.sock', token_file: token}}\n"


def asking(home: Home) -> httpx.Client:
    path = str(home.config.parent / "web.sock")
    return httpx.Client(transport=httpx.HTTPTransport(uds=path), base_url="http://localhost", timeout=PATIENCE)


def test_the_daemon_serves_its_pages_until_a_reload_takes_them_away(home: Home, site: Site, hook: Webhook) -> None:
    (home.config.parent / "token").write_text(TOKEN)
    home.write(config(site, hook, more=pages(home)))
    with home.daemon() as process, asking(home) as client:
        hook.wait_for(lambda hook: bool(hook.posts))
        page = client.get("/").text
        assert "All is well." in page and "Zeppelin" in page
        assert client.get("/-/ready").text == "ready\n"
        home.write(config(site, hook).replace("rule:", "rul:"))
        reload(process, home, "the config is broken")
        home.write(config(site, hook, more=pages(home)) + "# edited\n")
        reload(process, home, "the config was read again")
        until(lambda: 'watcher_config_reloads_total{outcome="applied"} 1' in client.get("/metrics").text, "it counts")
        for counted in (
            'watcher_config_reloads_total{outcome="refused"} 1.0',
            'watcher_polls_total{source="hf",verdict="new"} 1.0',
            'watcher_attempts_total{outcome="sent",receiver="me"} 1.0',
            'watcher_workers_ended_total{why="died"} 0.0',
        ):
            assert counted in client.get("/metrics").text
        home.write(config(site, hook))
        reload(process, home, "the config was read again")
        assert not (home.config.parent / "web.sock").exists()
        assert process.poll() is None


def test_the_daemon_outlives_pages_that_cannot_be_served(home: Home, site: Site, hook: Webhook) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        home.write(config(site, hook, more=f"web: {{listen: '127.0.0.1:{port}', open: true}}\n"))
        with home.daemon() as process:
            hook.wait_for(lambda hook: bool(hook.posts))
            until(lambda: "no web pages: web: cannot listen at" in home.log, "the log says why")
            assert process.poll() is None
        assert "Traceback" not in home.log


@contextmanager
def saying(
    *words: str, folder: Path, ended_by: signal.Signals = signal.SIGINT
) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A command that serves pages, and their address as it says it; ended as Ctrl-C or systemd does."""
    process = subprocess.Popen(
        [sys.executable, "-m", "watcher", *words],
        cwd=folder,
        env={
            **os.environ,
            **{"HOME": str(folder), "STATE_DIRECTORY": str(folder / "state")},
            **{"PYTHONUNBUFFERED": "1", "PYTHONPATH": str(Path(__file__).parents[2])},
        },
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    try:
        line = next(line for line in process.stdout if "Ctrl-C" in line)
        yield process, next(word for word in line.split() if word.startswith(("http", "unix:")))
    finally:
        process.send_signal(ended_by)
        process.communicate(timeout=PATIENCE)


def test_the_demo_ends_on_a_page(tmp_path: Path) -> None:
    with saying("demo", "--web", folder=tmp_path) as (process, url):
        page = httpx.get(url, timeout=PATIENCE).text
        assert "All is well." in page and "Agents</mark> That Keep Receipts" in page
    assert process.returncode == 0


def test_pages_without_a_daemon_say_so(home: Home, site: Site, hook: Webhook) -> None:
    with socket.create_server(("127.0.0.1", 0)) as found:
        port = found.getsockname()[1]
    home.write(config(site, hook, more=f"web: {{listen: '127.0.0.1:{port}', open: true}}\n"))
    assert home.run("once").returncode == 0
    with saying("web", "-c", str(home.config), folder=home.config.parent) as (process, url):
        page = httpx.get(url, timeout=PATIENCE).text
        assert "Zeppelin" in page and "Sign in" not in page
    assert process.returncode == 0


@pytest.mark.parametrize("ended_by", [signal.SIGINT, signal.SIGTERM])
def test_pages_that_are_ended_leave_no_socket(home: Home, site: Site, hook: Webhook, ended_by: signal.Signals) -> None:
    (home.config.parent / "token").write_text(TOKEN)
    home.write(config(site, hook, more=pages(home)))
    assert home.run("once").returncode == 0
    folder = home.config.parent
    with (
        saying("web", "-c", str(home.config), folder=folder, ended_by=ended_by) as (process, url),
        asking(home) as client,
    ):
        assert url == f"unix:{folder}/web.sock" and client.get("/-/ready").text == "ready\n"
    assert process.returncode == 0 and not (folder / "web.sock").exists()
