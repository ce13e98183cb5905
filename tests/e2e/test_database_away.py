"""A database that is away when the daemon starts."""

from __future__ import annotations

import signal
import socket
from pathlib import Path

import pytest

from tests.e2e.conftest import config
from tests.e2e.world import Home, Site, Webhook
from tests.patience import PATIENCE

pytestmark = pytest.mark.e2e


@pytest.fixture
def home(home: Home, site: Site, hook: Webhook) -> Home:
    home.write('database: "postgresql+psycopg://ana:hush-hush@127.0.0.1:1/papers"' + config(site, hook))
    return home


def test_without_a_service_manager_it_is_an_error(home: Home) -> None:
    done = home.run("run")
    assert done.returncode == 1
    assert "cannot be reached: see that the server runs" in done.stderr and "hush-hush" not in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_under_a_service_manager_it_is_waited_for(home: Home, tmp_path: Path) -> None:
    path = tmp_path / "notify"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(str(path))
        manager.settimeout(PATIENCE)
        with home.daemon(NOTIFY_SOCKET=str(path)) as process:
            heard = [manager.recv(4096).decode() for _ in range(2)]
            assert all("EXTEND_TIMEOUT_USEC=" in one and "STATUS=waiting for the database" in one for one in heard)
            process.send_signal(signal.SIGTERM)
            assert process.wait(PATIENCE) == 0
    assert home.log.count("trying again in") >= 2
