"""The unit file: what a reload does, and where the socket of the web pages lies."""

from __future__ import annotations

from pathlib import Path

UNIT = Path(__file__).parents[2] / "deploy" / "watcher.service"


def test_a_reload_tells_the_daemon_first_and_then_fails_where_the_config_is_refused() -> None:
    """The other way round the operator would never hear of a config that is refused."""
    reloads = [line for line in UNIT.read_text().splitlines() if line.startswith("ExecReload=")]
    start = next(line for line in UNIT.read_text().splitlines() if line.startswith("ExecStart="))
    assert reloads == [
        "ExecReload=/bin/sh -c 'kill -HUP $MAINPID'",
        f"ExecReload={start.removeprefix('ExecStart=').removesuffix(' run')} check-config --as-run",
    ]


def test_the_socket_that_the_documentation_names_lies_in_a_folder_for_the_group() -> None:
    lines = UNIT.read_text().splitlines()
    assert "RuntimeDirectory=watcher" in lines and "RuntimeDirectoryMode=0750" in lines
    page = (UNIT.parents[1] / "docs" / "web.md").read_text(encoding="utf-8")
    assert "listen: unix:/run/watcher/web.sock" in page


def test_a_call_that_is_denied_fails_and_does_not_kill_the_daemon() -> None:
    """OpenBLAS calls mbind(2) when numpy is imported, and goes on without it."""
    lines = UNIT.read_text().splitlines()
    assert "SystemCallFilter=~@privileged @resources" in lines and "SystemCallErrorNumber=EPERM" in lines
