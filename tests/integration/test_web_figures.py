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

from tests.integration.webs import GUARDED, NOW, TOKEN, Web, entry
from watcher.model import DeliveryKind, Endpoint, IncidentKind, Verdict
from watcher.pipeline.context import Tally
from watcher.policy.deliveries.retry import Health

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
    assert found["watcher_source_polled_timestamp_seconds", "daily"] == NOW.timestamp()
    assert found["watcher_source_read_timestamp_seconds", "daily"] == (NOW - timedelta(minutes=5)).timestamp()
    assert found["watcher_incidents", "source broken"] == 1 and found["watcher_incidents", "endpoint gone"] == 0
    assert found["watcher_deliveries", "pending"] == 1 and found["watcher_endpoint_failures", "ana"] == 4
    assert found["watcher_queue_length",] == 1


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
    web.tally = Tally()
    with web.store.transaction() as tx:
        tx.endpoints.lock(Endpoint("ana"))
        tx.endpoints.set_health(Endpoint("ana"), Health(NOW, 4, NOW, "refused"))
        tx.outbox.enqueue(Endpoint("ana"), DeliveryKind.TEST, NOW)
    assert "watcher_database_bytes" in {name for name, *_ in figures(web)}
    return {name for name, *_ in figures(web)}


def test_the_rules_for_alerts_ask_for_figures_that_there_are(names: set[str]) -> None:
    rules = alerts()
    asked = {name for rule in rules for name in re.findall(r"watcher_\w+", rule["expr"])}
    assert len(rules) == 7 and asked <= names, asked - names
    assert all(rule["alert"] and rule["annotations"]["summary"] for rule in rules)


def test_the_board_asks_for_figures_that_there_are(names: set[str]) -> None:
    panels = json.loads((DEPLOY / "grafana.json").read_text(encoding="utf-8"))["panels"]
    asked = {name for one in panels for name in re.findall(r"watcher_\w+", one["targets"][0]["expr"])}
    assert len(panels) == 19 and asked <= names, asked - names
    assert len({one["id"] for one in panels}) == len({one["title"] for one in panels}) == len(panels)


def test_they_ask_for_the_token_as_pages_do(make_web: Callable[..., Web]) -> None:
    web = make_web(**GUARDED)
    assert web.client().get("/metrics").status_code == 401
    assert web.client().get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"}).status_code == 200


def test_what_the_process_has_done_is_counted(web: Web) -> None:
    web.tally = tally = Tally()
    found = figures(web)
    assert found["watcher_polls_total", "daily", "broken"] == found["watcher_attempts_total", "sent", "ops"] == 0
    assert found["watcher_workers_ended_total", "over limits"] == found["watcher_config_reloads_total", "refused"] == 0
    tally.polls.add("daily", "broken")
    tally.new_papers.add("daily", by=7)
    tally.matches.add(by=3)
    for name, seconds in (("ana", 1), ("ana", 400), ("long gone", 100_000)):
        tally.attempts.add(name, "sent")
        tally.delays.note(seconds)
    tally.match_seconds.note(0.25)
    found = figures(web)
    assert found["watcher_polls_total", "daily", "broken"] == 1 and found["watcher_polls_total", "daily", "new"] == 0
    assert found["watcher_new_papers_total", "daily"] == 7 and found["watcher_matches_total",] == 3
    assert found["watcher_attempts_total", "sent", "ana"] == 2
    assert found["watcher_attempts_total", "sent", "long gone"] == 1, "a counter never vanishes while the process lives"
    buckets = {key[1]: value for key, value in found.items() if key[0] == "watcher_delivery_delay_seconds_bucket"}
    assert (buckets["1"], buckets["600"], buckets["86400"], buckets["+Inf"]) == (1, 2, 2, 3)
    assert found["watcher_delivery_delay_seconds_sum",] == 100_401
    assert found["watcher_match_seconds_count",] == 1


def test_pages_of_their_own_have_no_counters(web: Web) -> None:
    assert not [name for name, *_ in figures(web) if name.startswith("watcher_") and name.endswith("_total")]


def test_what_is_in_the_queue_could_be_sent_now(web: Web) -> None:
    with web.store.transaction() as tx:
        for name, next_try in (("ana", NOW + timedelta(hours=1)), ("ops", NOW - timedelta(hours=1))):
            tx.endpoints.lock(Endpoint(name))
            tx.endpoints.set_health(Endpoint(name), Health(NOW, 4, next_try, "refused"))
            tx.outbox.enqueue(Endpoint(name), DeliveryKind.TEST, NOW)
            tx.outbox.enqueue(Endpoint(name), DeliveryKind.TEST, NOW)
    found = figures(web)
    assert found["watcher_deliveries", "pending"] == 4 and found["watcher_queue_length",] == 2


PROMTOOL = shutil.which("promtool") or os.environ.get("PROMTOOL", "")


@pytest.mark.skipif(not PROMTOOL, reason="needs promtool (Debian's prometheus)")
def test_promtool_finds_nothing(web: Web, names: set[str]) -> None:
    text = web.client().get("/metrics").content
    checked = subprocess.run([PROMTOOL, "check", "metrics"], input=text, capture_output=True, check=False)
    assert (checked.returncode, checked.stdout, checked.stderr) == (0, b"", b"")
    for words in (["check", "rules", "alerts.yml"], ["test", "rules", "alerts_test.yml"]):
        ran = subprocess.run([PROMTOOL, *words], cwd=DEPLOY, capture_output=True, text=True, check=False)
        assert ran.returncode == 0, ran.stdout + ran.stderr
