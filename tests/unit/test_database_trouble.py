"""Trouble with the database is said once, however many jobs meet it, and once more when it is over."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import cast

import pytest

from watcher.daemon.trouble import AGAIN_AFTER, DatabaseTrouble, LostDatabase
from watcher.errors import DatabaseLost, StoreError

FULL, AWAY = StoreError("the disk is full"), StoreError("the server is away")
NOW = datetime(2026, 3, 9, tzinfo=UTC)


@dataclass
class Lost:
    """Stands in for the part of a daemon that tells the operator of a loss."""

    is_lost: bool = False
    noticed: list[str] = field(default_factory=list)

    def notice(self, error: DatabaseLost) -> None:
        self.is_lost = True
        self.noticed.append(str(error))


@dataclass
class Played:
    """The trouble of a daemon, with what systemd was shown of it."""

    lost: Lost = field(default_factory=Lost)
    shown: list[str] = field(default_factory=list)
    now: float = 0.0

    def __post_init__(self) -> None:
        self.trouble = DatabaseTrouble(cast(LostDatabase, self.lost), self._show, monotonic=lambda: self.now)

    def _show(self) -> None:
        self.shown.append(self.trouble.in_front)


@pytest.fixture
def played() -> Played:
    return Played()


def test_what_many_jobs_meet_is_said_once_and_once_when_it_is_over(
    played: Played, caplog: pytest.LogCaptureFixture
) -> None:
    for _ in range(20):
        for job in ("tick", "poll hf", "poll lab", "sending"):
            played.trouble.note(job, FULL)
        played.now += 30
    assert [record.getMessage() for record in caplog.records] == [
        "not all can be read or told now, and nothing is lost: the disk is full"
    ]
    assert played.trouble.reason == "the disk is full"
    for job in ("tick", "sending", "poll hf", "gc"):
        played.trouble.note(job, None)
    assert len(caplog.records) == 1 and played.trouble.reason, "one source still cannot be stored"
    played.trouble.note("poll lab", None)
    assert caplog.records[-1].getMessage() == "the database can be used again, after 10 minutes"
    assert played.shown == ["not all can be read or told now: the disk is full; ", ""]


def test_trouble_of_a_second_is_over_in_seconds(played: Played, caplog: pytest.LogCaptureFixture) -> None:
    played.trouble.note("tick", AWAY)
    played.now += 3
    played.trouble.note("tick", None)
    played.trouble.note("tick", None)
    assert [record.getMessage().rpartition(", ")[2] for record in caplog.records][-1] == "after 3 s"
    assert len(caplog.records) == 2


def test_another_reason_is_said_and_the_same_again_after_an_hour(
    played: Played, caplog: pytest.LogCaptureFixture
) -> None:
    for error in (FULL, AWAY, FULL, AWAY):
        played.trouble.note("tick", error)
    assert len(caplog.records) == 2
    played.now += AGAIN_AFTER
    played.trouble.note("tick", AWAY)
    assert len(caplog.records) == 3


def test_a_loss_is_told_by_whoever_tells_it_and_over_for_all_jobs_at_once(
    played: Played, caplog: pytest.LogCaptureFixture
) -> None:
    gone = DatabaseLost("the database is gone")
    played.trouble.note("poll hf", gone)
    played.trouble.note("tick", gone)
    assert played.lost.noticed == ["the database is gone"] * 2 and not caplog.records
    played.trouble.note("tick", None)
    assert played.trouble.reason, "a job that meets nothing damaged does not end a loss"
    played.lost.is_lost = False
    played.trouble.note("tick", None)
    assert played.trouble.reason == "" and "can be used again" in caplog.records[-1].getMessage()


def test_a_job_is_tried_again_later(played: Played) -> None:
    def fails() -> datetime:
        raise FULL

    assert played.trouble.watched("gc", fails, lambda: NOW)() == NOW
    assert played.trouble.reason
    assert played.trouble.watched("gc", lambda: NOW.replace(hour=3), lambda: NOW)() == NOW.replace(hour=3)
    assert not played.trouble.reason
