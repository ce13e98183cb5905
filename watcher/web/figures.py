"""Collect figures for Prometheus, whenever they are asked for: from the database, and what the process has done."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import timedelta

from prometheus_client import CollectorRegistry, ProcessCollector, generate_latest
from prometheus_client.core import GaugeMetricFamily, InfoMetricFamily, Metric
from prometheus_client.registry import Collector
from starlette.requests import Request
from starlette.responses import Response

from watcher import __version__
from watcher.model import IncidentKind, Verdict
from watcher.model.clocks import utc_midnight
from watcher.store import Transaction
from watcher.store.history.checks import find_lost
from watcher.web.counters import counters
from watcher.web.frame import site_of
from watcher.web.overall import overall_of
from watcher.web.site import WebSite

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


class Figures(Collector):
    """The figures at one instant."""

    def __init__(self, site: WebSite, tx: Transaction) -> None:
        self._site, self._tx, self._now = site, tx, site.clock()

    def collect(self) -> Iterable[Metric]:
        yield InfoMetricFamily("watcher", "The running version.", {"version": __version__})
        yield from self._overall()
        yield from self._sources()
        yield from self._papers()
        yield from self._deliveries()
        yield from self._trouble()
        if self._site.tally is not None:
            yield from counters(self._site.tally, self._site.config())

    def _overall(self) -> Iterator[Metric]:
        overall = overall_of(self._site.store, self._tx, self._site.config(), self._now)
        yield _one("watcher_well", "1 if nothing is wrong.", overall.is_well)
        yield _one("watcher_wrongs", "Things that the first line of the pages says are wrong.", len(overall.wrongs))
        config = self._site.config()
        yield _one("watcher_config_warnings", "Warnings of the config.", len(config.problems))
        applied = self._tx.measures.config_applied()
        when = applied.timestamp() if applied else 0.0
        yield _one("watcher_config_applied_timestamp_seconds", "When the config in force was taken up; 0: never.", when)
        yield _one("watcher_subscriptions", "Subscriptions in force.", self._tx.subscriptions.count())

    def _sources(self) -> Iterator[Metric]:
        """Yield when each source was polled, and with which verdict."""
        polled = _labelled("watcher_source_polled_timestamp_seconds", "When a source was last polled.", "source")
        read = _labelled(
            "watcher_source_read_timestamp_seconds", "When a source was last polled well; 0 for never.", "source"
        )
        verdict = _labelled("watcher_source_verdict", "1 for the last poll's verdict.", "source", "verdict")
        new = _labelled("watcher_source_new_papers", "Papers that the last poll saw first.", "source")
        for name in self._site.config().sources:
            at = self._tx.browsing.last_read(name)
            read.add_metric([name], at.timestamp() if at else 0)
            last = self._tx.pages.last_poll(name)
            if last is None:
                continue
            polled.add_metric([name], last.at.timestamp())
            new.add_metric([name], last.new)
            for one in Verdict:
                verdict.add_metric([name, one.value], float(one is last.judged.verdict))
        yield from (polled, read, verdict, new)

    def _papers(self) -> Iterator[Metric]:
        yield _one("watcher_papers", "Papers stored.", self._tx.papers.count())
        words = "Papers whose words are still to be stored: searches read these themselves."
        yield _one("watcher_papers_unfolded", words, self._tx.measures.unfolded())
        today = self._tx.papers.count(utc_midnight(self._now))
        yield _one("watcher_papers_today", "Papers first seen since midnight UTC.", today)

    def _deliveries(self) -> Iterator[Metric]:
        states = _labelled("watcher_deliveries", "Deliveries by state.", "state")
        for state, count in self._tx.outbox.states().items():
            states.add_metric([state.value], count)
        yield states
        says = "Messages that could be sent now: those that wait, at endpoints that do not back off."
        yield _one("watcher_queue_length", says, self._tx.measures.queue(self._now))
        failing = _labelled("watcher_endpoint_failures", "Failures in a row of an endpoint.", "receiver")
        for endpoint, health in self._tx.endpoints.failing():
            failing.add_metric([str(endpoint)], health.failures)
        yield failing
        waiting, oldest_due = self._tx.browsing.waiting()
        yield _one("watcher_alerts_waiting", "Alerts in no message yet.", waiting)
        age = (self._now - oldest_due).total_seconds() if oldest_due else 0.0
        yield _one("watcher_alerts_waiting_seconds", "Since when the first of them is due.", max(age, 0.0))
        late = find_lost(self._tx.connection, self._now)
        oldest = max((self._now - one.since for one in late), default=timedelta())
        yield _one("watcher_late", "Alerts and deliveries that should be told by now.", sum(one.count for one in late))
        yield _one("watcher_late_seconds", "How late the oldest of them is.", oldest.total_seconds())

    def _trouble(self) -> Iterator[Metric]:
        kinds = Counter(one.incident.kind for one in self._tx.incidents.all_open())
        found = _labelled("watcher_incidents", "Open incidents by kind.", "kind")
        for kind in IncidentKind:
            found.add_metric([kind.value], kinds[kind])
        yield found
        yield _one("watcher_database_bytes", "What the database takes.", self._tx.measures.bytes())


def figures_screen(request: Request) -> Response:
    """Answer with all figures, in the text format of Prometheus."""
    site = site_of(request)
    registry = CollectorRegistry()
    with site.store.reading() as tx:
        registry.register(Figures(site, tx))
        ProcessCollector(registry=registry)
        return Response(generate_latest(registry), headers={"Content-Type": CONTENT_TYPE})


def _one(name: str, says: str, value: float) -> Metric:
    return GaugeMetricFamily(name, says, value=float(value))


def _labelled(name: str, says: str, *labels: str) -> GaugeMetricFamily:
    return GaugeMetricFamily(name, says, labels=labels)
