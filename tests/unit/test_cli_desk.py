"""Where the state folder is."""

from __future__ import annotations

from pathlib import Path

import pytest

from watcher.cli.desk import state_dir

SYSTEM = Path("/etc/watcher/config.yaml")
OWN = Path("/home/ana/config.yaml")


@pytest.mark.parametrize(
    ("config", "env", "folder"),
    [
        (OWN, {"HOME": "/home/ana"}, "/home/ana/.local/state/watcher"),
        (None, {"HOME": "/home/ana"}, "/home/ana/.local/state/watcher"),
        (OWN, {"HOME": "/home/ana", "XDG_STATE_HOME": "/home/ana/state"}, "/home/ana/state/watcher"),
        (OWN, {"HOME": "/home/ana", "XDG_STATE_HOME": "relative"}, "/home/ana/.local/state/watcher"),
        (SYSTEM, {"HOME": "/home/ana"}, "/var/lib/watcher"),
        (SYSTEM, {"HOME": "/", "STATE_DIRECTORY": "/srv/w"}, "/srv/w"),
        (OWN, {"HOME": "/", "STATE_DIRECTORY": "/srv/w:/srv/x"}, "/srv/w"),
        (OWN, {"HOME": "/home/ana", "STATE_DIRECTORY": ""}, "/home/ana/.local/state/watcher"),
    ],
)
def test_the_state_folder(config: Path | None, env: dict[str, str], folder: str) -> None:
    assert state_dir(config, env) == Path(folder)
