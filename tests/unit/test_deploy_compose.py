"""The compose file: three daemons, one database, no secret in it."""

from __future__ import annotations

from pathlib import Path

import yaml

DEPLOY = Path(__file__).resolve().parents[2] / "deploy"


def test_three_daemons_and_a_server_that_keeps_its_data() -> None:
    services = yaml.safe_load((DEPLOY / "compose.yaml").read_text())["services"]
    daemon, server = services["watcher"], services["postgres"]
    assert daemon["deploy"]["replicas"] == 3 and daemon["restart"] == server["restart"] == "unless-stopped"
    assert daemon["depends_on"]["postgres"]["condition"] == "service_healthy" and server["healthcheck"]["test"]
    assert any(volume.endswith("/var/lib/postgresql/data") for volume in server["volumes"])
    assert not [name for name in server["environment"] if name.endswith("PASSWORD")]
    assert (DEPLOY.parent / daemon["build"]["dockerfile"]).is_file()


def test_the_image_runs_the_daemon_as_a_user_of_its_own() -> None:
    lines = (DEPLOY / "Dockerfile").read_text().splitlines()
    assert "USER watcher" in lines and 'CMD ["run"]' in lines
