"""Figures in the format of Prometheus, from what is stored."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from sqlalchemy import insert

from tests.integration.webs import GUARDED, NOW, TOKEN, Web, entry
from watcher.model import DeliveryKind, Endpoint, IncidentKind, Verdict
from watcher.policy.deliveries.retry import Health
from watcher.store.database import schema

DEPLOY = Path(__file__).parents[2] / "deploy"


def figures(web: Web) -> dict[tuple[str, ...], float]:
    """Each figure by its name and the values of its labels."""
    from prometheus_client.parser import text_string_to_metric_families

    text = web.client().get("/metrics").text
    return {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def test_what_is_stored_is_counted(web: Web) -> None:
    web.list_papers(entry(1, "A Lantern"), entry(2, "Gardens"))
    web.list_papers(entry(3, "Older"), at=NOW - timedelta(days=2))
    web.poll("daily", Verdict.BROKEN, "no papers")
    with web.store.transaction() as tx:
        tx.incidents.begin(IncidentKind.SOURCE_BROKEN, "daily", "no papers", NOW)
        tx.endpoints.lock(Endpoint("ana"))
        tx.endpoints.set_health(Endpoint("ana"), Health(NOW, 4, NOW, "refused"))
        tx.outbox.enqueue(Endpoint("ops"), DeliveryKind.TEST, NOW)
    found = figures(web)
    assert found["watcher_papers",] == 3 and found["watcher_papers_today",] == 2
    assert found["watcher_subscriptions",] == 2 and found["watcher_well",] == 1
    assert found["watcher_source_verdict", "daily", "broken"] == 1
    assert found["watcher_source_verdict", "daily", "new"] == 0
    assert found["watcher_source_polls_day", "daily", "new"] == 1
    assert found["watcher_source_polled_timestamp_seconds", "daily"] == NOW.timestamp()
    assert found["watcher_source_read_timestamp_seconds", "daily"] == (NOW - timedelta(minutes=5)).timestamp()
    assert found["watcher_incidents", "source broken"] == 1 and found["watcher_incidents", "endpoint gone"] == 0
    assert found["watcher_deliveries", "pending"] == 1 and found["watcher_endpoint_failures", "ana"] == 4


def test_the_process_is_measured_under_the_usual_names(web: Web) -> None:
    found = figures(web)
    assert found["process_resident_memory_bytes",] > 10_000_000 and found["process_cpu_seconds_total",] > 0
    assert found["process_open_fds",] > 3


def test_a_source_that_was_never_read_well_has_a_figure_for_the_alert(web: Web) -> None:
    with web.store.transaction() as tx:
        tx.connection.exec_driver_sql("DELETE FROM poll")  # as retention does, some day
    name = "watcher_source_read_timestamp_seconds"
    assert (figures(web)[name, "daily"], figures(web)[name, "lab-blog"]) == (0, 0)
    web.poll("daily", Verdict.BROKEN, "looks like a login page")
    web.poll("lab-blog", Verdict.QUIET)
    assert (figures(web)[name, "daily"], figures(web)[name, "lab-blog"]) == (0, NOW.timestamp())
    (expr,) = [one["expr"] for one in alerts() if one["alert"] == "WatcherSourceUnread"]
    assert expr.startswith(f"time() - {name} > 86400"), "which 0 is"


def test_what_waits_is_counted_with_its_age(web: Web) -> None:
    web.list_papers(entry(1, "A Lantern"), entry(2, "Another Lantern"))
    assert figures(web)["watcher_alerts_waiting",] == 0
    with web.store.transaction() as tx:
        (saved,) = [one for one in tx.subscriptions.active() if one.subscription.name == "lanterns"]
        tx.matches.owe(tx.matches.held(saved.id), [Endpoint("ana")], NOW - timedelta(minutes=30))
    found = figures(web)
    assert found["watcher_alerts_waiting",] == 2 and found["watcher_alerts_waiting_seconds",] == 1800
    assert found["watcher_late",] == 2 and found["watcher_late_seconds",] == 1800


def alerts() -> list[dict[str, Any]]:
    """The rules for what is worth an alert."""
    groups = yaml.safe_load((DEPLOY / "alerts.yml").read_text(encoding="utf-8"))["groups"]
    return [rule for group in groups for rule in group["rules"]]


@pytest.fixture
def names(web: Web) -> set[str]:
    """The names of all figures, where there is something of everything."""
    with web.store.transaction() as tx:
        tx.endpoints.lock(Endpoint("ana"))
        tx.endpoints.set_health(Endpoint("ana"), Health(NOW, 4, NOW, "refused"))
        tx.outbox.enqueue(Endpoint("ana"), DeliveryKind.TEST, NOW)
    assert "watcher_database_bytes" in {name for name, *_ in figures(web)}
    return {name for name, *_ in figures(web)}


def test_the_rules_for_alerts_ask_for_figures_that_there_are(names: set[str]) -> None:
    rules = alerts()
    asked = {name for rule in rules for name in re.findall(r"watcher_\w+", rule["expr"])}
    assert len(rules) == 6 and asked <= names, asked - names
    assert all(rule["alert"] and rule["annotations"]["summary"] for rule in rules)


def test_the_board_asks_for_figures_that_there_are(names: set[str]) -> None:
    panels = json.loads((DEPLOY / "grafana.json").read_text(encoding="utf-8"))["panels"]
    asked = {name for one in panels for name in re.findall(r"watcher_\w+", one["targets"][0]["expr"])}
    assert len(panels) == 12 and asked <= names, asked - names
    assert len({one["id"] for one in panels}) == len({one["title"] for one in panels}) == len(panels)


def test_they_ask_for_the_token_as_pages_do(make_web: Callable[..., Web]) -> None:
    web = make_web(**GUARDED)
    assert web.client().get("/metrics").status_code == 401
    assert web.client().get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"}).status_code == 200


def test_what_was_sent_is_counted_by_receiver_with_its_delay(web: Web) -> None:
    with web.store.transaction() as tx:
        for n, (to, outcome, late) in enumerate(
            [("ana", "sent", 3), ("ana", "sent", 400), ("ana", "failed", 0), ("mail:bo@lab.example", "sent", 2)]
        ):
            id = tx.outbox.enqueue(Endpoint(to), DeliveryKind.TEST, NOW - timedelta(hours=2))
            tx.connection.execute(
                insert(schema.attempt).values(
                    delivery_id=id, n=n, fence=1, at=NOW - timedelta(hours=2) + timedelta(seconds=late), outcome=outcome
                )
            )
    found = figures(web)
    assert found["watcher_attempts_day", "sent", "ana"] == 2 and found["watcher_attempts_day", "failed", "ana"] == 1
    assert found["watcher_attempts_day", "sent", "(others)"] == 1 and found["watcher_attempts_day", "sent", "ops"] == 0
    buckets = {key[1]: value for key, value in found.items() if key[0] == "watcher_delivery_delay_day_seconds_bucket"}
    assert (buckets["1.0"], buckets["5.0"], buckets["600.0"], buckets["+Inf"]) == (0, 2, 3, 3)
    assert found["watcher_config_applied_timestamp_seconds",] == 0 and found["watcher_papers_unfolded",] == 0
    assert found["watcher_matches_day",] == 0 and found["watcher_database_bytes",] > 100_000


PROMTOOL = shutil.which("promtool") or os.environ.get("PROMTOOL", "")


@pytest.mark.skipif(not PROMTOOL, reason="needs promtool (Debian's prometheus)")
def test_promtool_finds_nothing(web: Web, names: set[str]) -> None:
    text = web.client().get("/metrics").content
    checked = subprocess.run([PROMTOOL, "check", "metrics"], input=text, capture_output=True, check=False)
    assert (checked.returncode, checked.stdout, checked.stderr) == (0, b"", b"")
    for words in (["check", "rules", "alerts.yml"], ["test", "rules", "alerts_test.yml"]):
        ran = subprocess.run([PROMTOOL, *words], cwd=DEPLOY, capture_output=True, text=True, check=False)
        assert ran.returncode == 0, ran.stdout + ran.stderr
