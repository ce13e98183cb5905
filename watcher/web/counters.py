"""Show what this process has done since it began, as counters and histograms of Prometheus."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from prometheus_client.core import CounterMetricFamily, HistogramMetricFamily, Metric

from watcher.config import Config
from watcher.model import Result, Verdict
from watcher.sandbox.apart import WhyEnded

if TYPE_CHECKING:
    from watcher.pipeline.context import LabelledCount, Spread, Tally

MOST_RECEIVERS = 200
"""Most receivers that have a counter before anything was sent to them."""

RELOADS = ("applied", "refused", "no database")
"""What may become of a reload of the config."""


def counters(tally: Tally, config: Config) -> Iterator[Metric]:
    """Yield all counters and histograms. What may happen has a counter of 0, so that its first rise is seen."""
    polls = [(name, verdict.value) for name in config.sources for verdict in Verdict]
    yield _counter("watcher_polls", "Polls.", tally.polls, polls, "source", "verdict")
    says = "Papers that polls saw first."
    yield _counter("watcher_new_papers", says, tally.new_papers, [(name,) for name in config.sources], "source")
    yield _counter("watcher_matches", "New matches.", tally.matches, [()])
    says = "What 128 papers or fewer took to be matched with all rules."
    yield _histogram("watcher_match_seconds", says, tally.match_seconds)
    receivers = [*config.receivers, *config.keep][:MOST_RECEIVERS]
    sent = [(name, result.value) for name in receivers for result in Result]
    yield _counter("watcher_attempts", "Messages that were tried.", tally.attempts, sent, "receiver", "outcome")
    yield _histogram("watcher_delivery_delay_seconds", "From a message being made to being sent.", tally.delays)
    reloads = [(one,) for one in RELOADS]
    yield _counter("watcher_config_reloads", "Reloads of the config.", tally.reloads, reloads, "outcome")
    says = "Processes for reading pages that have ended; the next page starts another."
    whys = [(one.value,) for one in WhyEnded]
    yield _counter("watcher_workers_ended", says, tally.workers_ended, whys, "why")


def _counter(name: str, says: str, count: LabelledCount, may_be: Iterable[tuple[str, ...]], *labels: str) -> Metric:
    """Return a counter.

    ``may_be``: values of the labels that it has from the beginning.
    """
    found = CounterMetricFamily(name, says, labels=labels)
    for values, number in (dict.fromkeys(may_be, 0) | count.read()).items():
        found.add_metric(values, number)
    return found


def _histogram(name: str, says: str, spread: Spread) -> Metric:
    buckets, total = spread.read()
    found = HistogramMetricFamily(name, says, labels=())
    found.add_metric((), [("+Inf" if bound == float("inf") else str(bound), n) for bound, n in buckets], total)
    return found
