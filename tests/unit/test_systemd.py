"""The datagrams that systemd gets."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from watcher.daemon.systemd import Systemd

DEPLOY = Path(__file__).parents[2] / "deploy"


@pytest.fixture(params=["path", "abstract"])
def manager(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[str, socket.socket]]:
    """A bound socket as systemd has it, and the value of ``$NOTIFY_SOCKET``."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as bound:
        bound.settimeout(5)
        if request.param == "path":
            name = os.path.relpath(tmp_path / "notify")
            bound.bind(name)
        else:
            name = f"@watcher-test-{os.getpid()}"
            bound.bind("\0" + name[1:])
        yield name, bound


@pytest.mark.parametrize(
    ("tell", "datagram"),
    [
        (lambda systemd: systemd.ready("2 sources"), b"READY=1\nSTATUS=2 sources"),
        (lambda systemd: systemd.ready(), b"READY=1"),
        (lambda systemd: systemd.reloading(5_000_999), b"RELOADING=1\nMONOTONIC_USEC=5000"),
        (lambda systemd: systemd.stopping("ending"), b"STOPPING=1\nSTATUS=ending"),
        (lambda systemd: systemd.alive(), b"WATCHDOG=1"),
        (lambda systemd: systemd.status("a\nREADY=1"), b"STATUS=a READY=1"),
    ],
)
def test_sends_what_the_protocol_wants(
    manager: tuple[str, socket.socket], tell: Callable[[Systemd], bool], datagram: bytes
) -> None:
    name, bound = manager
    assert tell(Systemd.from_env({"NOTIFY_SOCKET": name}, pid=1))
    assert bound.recv(4096) == datagram


@pytest.mark.parametrize("env", [{}, {"NOTIFY_SOCKET": ""}, {"NOTIFY_SOCKET": "/nowhere/notify"}])
def test_does_without_a_manager(env: dict[str, str]) -> None:
    assert not Systemd.from_env(env, pid=1).ready()


@pytest.mark.parametrize(
    ("env", "allowed"),
    [
        ({}, None),
        ({"WATCHDOG_USEC": "60000000"}, timedelta(minutes=1)),
        ({"WATCHDOG_USEC": "60000000", "WATCHDOG_PID": "7"}, timedelta(minutes=1)),
        ({"WATCHDOG_USEC": "60000000", "WATCHDOG_PID": "8"}, None),
        ({"WATCHDOG_USEC": "0"}, None),
        ({"WATCHDOG_USEC": "soon"}, None),
    ],
)
def test_knows_what_the_watchdog_allows(env: dict[str, str], allowed: timedelta | None) -> None:
    systemd = Systemd.from_env(env, pid=7)
    assert systemd.watchdog == allowed
    assert systemd.alive_every == (allowed and allowed / 2)


def analyze(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run systemd-analyze, which needs no booted systemd for this."""
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd-analyze is not installed")
    command = ["systemd-analyze", *arguments, str(DEPLOY / "watcher.service")]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


def test_unit_is_verified_in_silence() -> None:
    verified = analyze("verify", "--man=no")
    assert (verified.returncode, verified.stdout, verified.stderr) == (0, "", "")


def test_unit_is_hardly_exposed() -> None:
    judged = analyze("security", "--offline=true", "--threshold=15")
    assert judged.returncode == 0, judged.stdout[-2000:]


def test_unit_gives_a_stop_more_time_than_the_program_takes() -> None:
    unit = (DEPLOY / "watcher.service").read_text()
    settings = dict(line.split("=", 1) for line in unit.splitlines() if "=" in line and not line.startswith("#"))
    assert settings["Type"] == "notify"
    assert int(settings["TimeoutStopSec"]) > 10
    assert settings["StateDirectoryMode"] == "0750"
    assert settings["UMask"] == "0027"
