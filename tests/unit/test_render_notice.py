"""What the operator reads."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.unit.messages import HOSTILE, NOW, notice
from watcher.model import DeliveryKind, Incident, IncidentKind
from watcher.render import render


def incident(kind: IncidentKind, **changes: object) -> Incident:
    fields = {"subject": "hf-daily", "reason": "no card was found", "began": NOW, "ended": NOW + timedelta(hours=5)}
    return Incident(kind=kind, **(fields | changes))  # type: ignore[arg-type]


@pytest.mark.parametrize("kind", list(IncidentKind))
def test_every_incident_says_what_since_when_and_what_now(kind: IncidentKind) -> None:
    message = render(notice(DeliveryKind.INCIDENT, incident(kind), timezone="Europe/Paris"))
    assert "hf-daily" in message.subject
    assert message.subject.startswith("watcher: ")
    for words in (message.text, message.html, message.markdown):
        assert "no card was found" in words
        assert "Tue 10 Mar 2026, 09:00 (Europe/Paris)" in words
    assert "names you as its operator" in " ".join(message.text.split())


@pytest.mark.parametrize("kind", list(IncidentKind))
def test_every_recovery_says_until_when(kind: IncidentKind) -> None:
    began = render(notice(DeliveryKind.INCIDENT, incident(kind)))
    over = render(notice(DeliveryKind.RECOVERY, incident(kind)))
    assert over.subject != began.subject
    assert "Until: Tue 10 Mar 2026, 13:00 (UTC)" in over.text
    assert "nothing to do" in " ".join(over.text.split())


def test_the_page_is_linked_where_it_is_known() -> None:
    urls = {"hf-daily": "https://papers.example/daily"}
    message = render(notice(DeliveryKind.INCIDENT, incident(IncidentKind.SOURCE_BROKEN), source_urls=urls))
    assert "Page: https://papers.example/daily" in message.text
    assert '<a class="link" href="https://papers.example/daily"' in message.html


def test_a_reason_of_strangers_does_nothing() -> None:
    message = render(notice(DeliveryKind.INCIDENT, incident(IncidentKind.SOURCE_BROKEN, reason=HOSTILE)))
    assert "<script" not in message.html
    assert "\x1b" not in message.text
    assert "@everyone" not in message.markdown


def test_a_test_message_says_that_it_is_one() -> None:
    message = render(notice(DeliveryKind.TEST))
    assert message.subject == "watcher: test message"
    assert "This receiver works" in message.text
