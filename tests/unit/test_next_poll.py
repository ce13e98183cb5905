"""When a source is looked at again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tests.sources import make_source
from watcher.model import Judged, Verdict
from watcher.pipeline.polling.polled import SOON, Polled, next_poll
from watcher.policy.polls.rhythm import Wait

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
SOURCE = make_source(name="hf", url="http://site.example", every=HOUR)


def polled(verdict: Verdict, retry_after: timedelta | None = None, wait: Wait | None = None) -> Polled:
    return Polled("hf", Judged(verdict), 0, 0, retry_after=retry_after, wait=wait)


@pytest.mark.parametrize("verdict", Verdict)
@pytest.mark.parametrize(("asked", "moves"), [(None, False), (MINUTE, False), (2 * HOUR, True), (30 * HOUR, True)])
def test_never_before_the_server_allows(verdict: Verdict, asked: timedelta | None, moves: bool) -> None:
    bad = verdict in (Verdict.PARTIAL, Verdict.BROKEN, Verdict.UNREACHABLE)
    usual = SOON if bad else HOUR
    assert next_poll(SOURCE, polled(verdict, asked), NOW, 0.0) == NOW + (asked if moves and asked else usual)


def test_a_wait_that_the_server_asks_for_counts_beside_the_sources_own_rhythm() -> None:
    own = Wait(6 * HOUR, "it rests")
    assert next_poll(SOURCE, polled(Verdict.QUIET, wait=own), NOW, 0.0) == NOW + 6 * HOUR
    assert next_poll(SOURCE, polled(Verdict.QUIET, 7 * HOUR, own), NOW, 0.0) == NOW + 7 * HOUR
    assert next_poll(SOURCE, polled(Verdict.QUIET, 5 * HOUR, own), NOW, 0.0) == NOW + 6 * HOUR


def test_a_tenth_of_its_interval_is_added_by_chance_at_most() -> None:
    assert next_poll(SOURCE, polled(Verdict.NEW), NOW, 1.0) == NOW + HOUR * 1.1
    assert next_poll(SOURCE, polled(Verdict.UNREACHABLE, 2 * HOUR), NOW, 1.0) == NOW + 2.1 * HOUR
