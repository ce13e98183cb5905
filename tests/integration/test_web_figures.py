"""Figures in the format of Prometheus, from what is stored."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.integration.webs import GUARDED, NOW, TOKEN, Web, entry
from watcher.alerts.retry import Health
from watcher.model import DeliveryKind, Endpoint, IncidentKind, Verdict

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
    return {name for name, *_ in figures(web)}


def test_the_rules_for_alerts_ask_for_figures_that_there_are(names: set[str]) -> None:
    rules = alerts()
    asked = {name for rule in rules for name in re.findall(r"watcher_\w+", rule["expr"])}
    assert len(rules) == 5 and asked <= names, asked - names
    assert all(rule["alert"] and rule["annotations"]["summary"] for rule in rules)


def test_the_board_asks_for_figures_that_there_are(names: set[str]) -> None:
    panels = json.loads((DEPLOY / "grafana.json").read_text(encoding="utf-8"))["panels"]
    asked = {name for one in panels for name in re.findall(r"watcher_\w+", one["targets"][0]["expr"])}
    assert len(panels) == 10 and asked <= names, asked - names
    assert len({one["id"] for one in panels}) == len({one["title"] for one in panels}) == len(panels)


def test_they_ask_for_the_token_as_pages_do(make_web: Callable[..., Web]) -> None:
    web = make_web(**GUARDED)
    assert web.client().get("/metrics").status_code == 401
    assert web.client().get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"}).status_code == 200
