"""The unit file: what a reload does."""

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
