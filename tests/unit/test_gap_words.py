"""Readers and the operator hear what is missing; a younger subscription is told what is read late."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from tests.unit.messages import NOW, delivery, item, paper
from watcher.model import Content, DeliveryKind, Fate, Incident, IncidentKind, Listing, Subscription, Unread
from watcher.policy.alerts import fate
from watcher.policy.alerts.incidents import left_by, unread_of
from watcher.render.message import render_message

MISSING = "the digest days 2026-01-05 to 2026-01-09 were not read whole"
GAP = Incident(
    kind=IncidentKind.SOURCE_GAP,
    subject="hf",
    reason=f"{MISSING}; `watcher once --source hf --since 2026-01-05` reads what the site still has",
    began=NOW,
)


def test_readers_of_the_source_hear_what_is_missing_and_no_command() -> None:
    (unread,) = unread_of([GAP], [("hf",)])
    assert unread == Unread(source="hf", since=NOW, missing=MISSING)
    assert unread_of([GAP], [("other",)]) == ()
    message = render_message(Content(delivery=delivery(DeliveryKind.DIGEST), items=(item(),), unread=(unread,)))
    for words in (message.text, message.html):
        flat = " ".join(words.split())
        assert f"hf: {MISSING}" in flat and "--since" not in flat and "papers may follow" not in flat


@pytest.mark.parametrize(
    ("kind", "is_inbox", "gap", "accepted", "expected"),
    [
        (IncidentKind.SOURCE_BROKEN, False, "", [], []),
        (IncidentKind.SOURCE_BROKEN, False, "one day", [], ["Not all of hf could be read: one day."]),
        (IncidentKind.SOURCE_PARTIAL, False, "", ["2026-03-05 has no page"], [
            "2026-03-05 has no page: that has stood for a day, and is taken as true."]),
        (IncidentKind.SOURCE_BROKEN, True, "", [], [
            "What could not be read lies in failed/ of its folder, the reason beside it: drop it in again."]),
        (IncidentKind.SOURCE_PARTIAL, True, "", [], [
            "A file that was not whole lies in done/ of its folder: drop in a whole one to have the rest."]),
        (IncidentKind.SOURCE_UNREACHABLE, True, "", [], []),
        (IncidentKind.ENDPOINT_FAILING, False, "one day", ["x"], []),
    ],
)  # fmt: skip
def test_what_an_end_leaves(
    kind: IncidentKind, is_inbox: bool, gap: str, accepted: list[str], expected: list[str]
) -> None:
    ended = Incident(kind=kind, subject="hf", reason="x", began=NOW, ended=NOW)
    assert left_by(ended, gap, accepted, is_inbox=is_inbox) == expected
    assert left_by(replace(ended, ended=None), gap, accepted, is_inbox=is_inbox) == []


BEGAN = datetime(2026, 3, 5, tzinfo=UTC)
LATE = fate.Late(BEGAN - timedelta(days=9), fate.LookBack(frozenset({date(2026, 3, 9), date(2026, 3, 10)})))


@pytest.mark.parametrize(
    ("day", "first_seen", "began", "backfill", "expected"),
    [
        (date(2026, 3, 9), NOW, BEGAN, None, Fate.HELD),
        (date(2026, 3, 2), NOW, BEGAN, None, Fate.BASELINE),
        (date(2026, 3, 2), NOW, BEGAN, 30, Fate.HELD),
        (None, NOW, BEGAN, None, Fate.HELD),
        # It was there before the trouble; or the paper was, and only now becomes true.
        (date(2026, 3, 2), NOW, BEGAN - timedelta(days=30), None, Fate.HELD),
        (date(2026, 3, 2), BEGAN - timedelta(days=1), BEGAN, None, Fate.HELD),
    ],
)
def test_what_is_read_late_is_the_past_of_who_subscribed_meanwhile(
    day: date | None, first_seen: datetime, began: datetime, backfill: int | None, expected: Fate
) -> None:
    found = paper(first_seen=first_seen, listings=(Listing(source="hf", day=day, read_at=NOW),))
    subscription = Subscription(name="a", rule="b", to=(), endpoints=(), backfill=backfill)
    decision = fate.of_polled(subscription, found, first_poll=False, now=NOW, began=began, late=LATE)
    assert decision.fate is expected
