"""What messages say of papers beside their matches."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from watcher.model import DigestOrder, DueAlert, Listing, Paper
from watcher.pipeline.telling.beside import rises_of
from watcher.policy.alerts.rising import VotesThen

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
VOTES = {1: {"daily": [VotesThen(NOW, 40)], "weekly": [VotesThen(NOW, 7)]}}
LISTED = tuple(Listing(source=source, day=date(2026, 3, 10), read_at=NOW) for source in ("daily", "weekly"))
PAPERS = {1: Paper(id=1, key="k", title="Lanterns", first_seen=NOW - timedelta(days=1), listings=LISTED)}
TX: Any = SimpleNamespace(browsing=SimpleNamespace(votes_until=lambda ids, until: VOTES))


def told(*sources: str, order: DigestOrder = DigestOrder.RISING) -> DueAlert:
    return DueAlert(
        match_id=1,
        paper_id=1,
        subscription="lanterns",
        timezone="UTC",
        score=0.5,
        places=(),
        order=order,
        sources=sources,
    )


@pytest.mark.parametrize(
    ("some", "rise"),
    [
        ([told("daily"), told("weekly")], 40),
        ([told("weekly"), told("daily")], 40),
        ([told(), told("weekly")], 40),
        ([told("weekly"), told("daily", order=DigestOrder.SCORE)], 7),
    ],
)
def test_the_sources_of_all_that_tell_a_paper_count(some: list[DueAlert], rise: float) -> None:
    assert rises_of(TX, some, PAPERS, NOW) == {1: rise}
