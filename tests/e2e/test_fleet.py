"""Four daemons over one PostgreSQL, with faults: nothing is lost, and twice comes at most what was in flight."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.e2e.fleet import FAULTS, try_fault
from tests.postgres import Server, serving_postgres

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(900)]

SCALE = float(os.environ.get("WATCHER_FAULTS_SCALE", "0.5"))
"""How long each fault lasts; 5 is a kill every second for a minute."""


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with serving_postgres() as server:
        yield server


@pytest.mark.parametrize("fault", FAULTS)
def test_under_faults(
    fault: str, server: Server, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    found = try_fault(fault, tmp_path, server, SCALE)
    record_property(fault, f"{found.alerts} alerts, {found.lost} lost, {found.twice} twice of {found.allowed}")
    logs = "\n".join(path.read_text()[-2000:] for path in tmp_path.glob("daemon*/daemon.log"))
    assert "Traceback" not in logs, logs
    assert found.alerts >= 96
    assert found.lost == 0, logs
    assert found.twice <= found.allowed
