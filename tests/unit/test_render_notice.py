"""What the operator reads."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from tests.unit.messages import HOSTILE, NOW, notice
from watcher.model import DeliveryKind, Incident, IncidentKind
from watcher.render.message import render_message


def incident(kind: IncidentKind, **changes: object) -> Incident:
    fields = {"subject": "hf-daily", "reason": "no card was found", "began": NOW, "ended": NOW + timedelta(hours=5)}
    return Incident(kind=kind, **(fields | changes))  # type: ignore[arg-type]


@pytest.mark.parametrize("kind", list(IncidentKind))
def test_every_incident_says_what_since_when_and_what_now(kind: IncidentKind) -> None:
    message = render_message(notice(DeliveryKind.INCIDENT, incident(kind), timezone="Europe/Paris"))
    assert "hf-daily" in message.subject
    assert message.subject.startswith("watcher: ")
    for words in (message.text, message.html, message.markdown):
        assert "no card was found" in words
        assert "Tue 10 Mar 2026, 09:00 (Europe/Paris)" in words
    assert "names you as its operator" in " ".join(message.text.split())


@pytest.mark.parametrize("kind", list(IncidentKind))
def test_every_recovery_says_until_when(kind: IncidentKind) -> None:
    began = render_message(notice(DeliveryKind.INCIDENT, incident(kind)))
    over = render_message(notice(DeliveryKind.RECOVERY, incident(kind)))
    assert over.subject != began.subject
    assert "Until: Tue 10 Mar 2026, 13:00 (UTC)" in over.text
    assert "nothing to do" in " ".join(over.text.split())


def test_the_page_is_linked_where_it_is_known() -> None:
    urls = {"hf-daily": "https://papers.example/daily"}
    message = render_message(notice(DeliveryKind.INCIDENT, incident(IncidentKind.SOURCE_BROKEN), source_urls=urls))
    assert "Page: https://papers.example/daily" in message.text
    assert '<a class="link" href="https://papers.example/daily"' in message.html


def test_a_reason_of_strangers_does_nothing() -> None:
    message = render_message(notice(DeliveryKind.INCIDENT, incident(IncidentKind.SOURCE_BROKEN, reason=HOSTILE)))
    assert "<script" not in message.html
    assert "\x1b" not in message.text
    assert "@everyone" not in message.markdown


def test_a_test_message_says_that_it_is_one() -> None:
    message = render_message(notice(DeliveryKind.TEST))
    assert message.subject == "watcher: test message"
    assert "This receiver works" in message.text


SOURCES = [IncidentKind.SOURCE_BROKEN, IncidentKind.SOURCE_UNREACHABLE, IncidentKind.SOURCE_PARTIAL]


@pytest.mark.parametrize("kind", SOURCES)
def test_an_end_that_leaves_something_says_what_and_never_that_there_is_nothing_to_do(kind: IncidentKind) -> None:
    left = ("Not all of hf-daily could be read: one day; `watcher once` reads it.", "2026-03-05 has no page: so be it.")
    message = render_message(notice(DeliveryKind.RECOVERY, incident(kind), left=left))
    for words in (message.text, message.markdown):
        flat = " ".join(words.replace("\\", "").split())
        assert "one day" in flat and "so be it" in flat and "nothing to do" not in flat


@pytest.mark.parametrize("ended", [None, NOW])
def test_a_summary_says_what_is_left(ended: datetime | None) -> None:
    one = incident(IncidentKind.SOURCE_BROKEN, ended=ended)
    message = render_message(notice(DeliveryKind.SUMMARY, one, incidents=(one,), left=("One day is left.",)))
    flat = " ".join(message.text.split())
    assert "One day is left." in flat and "nothing to do" not in flat
    calm = render_message(notice(DeliveryKind.SUMMARY, one, incidents=(one,)))
    assert ("nothing to do" in " ".join(calm.text.split())) is (ended is not None)


def test_what_is_left_by_strangers_does_nothing() -> None:
    message = render_message(notice(DeliveryKind.RECOVERY, incident(IncidentKind.SOURCE_BROKEN), left=(HOSTILE,)))
    assert "<script" not in message.html and "\x1b" not in message.text and "@everyone" not in message.markdown
