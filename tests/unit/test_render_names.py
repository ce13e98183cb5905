"""Display names in messages: shown in place of names, and the name once, where a reader needs it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.unit.messages import NOW, digest, item, notice, paper
from watcher.model import DeliveryKind, DisplayNames, Incident, IncidentKind, Nothing, Unread, with_name
from watcher.render.message import FORMS, render_message
from watcher.render.sizes import estimated_size

NAMES = DisplayNames({"hf-daily": "Hugging Face"}, {"ana/trees": "Bonsai & co", "moons": "All moons"})
CONTENT = replace(
    digest(item(), item(paper(2), subscriptions=("kites",))),
    nothing=(Nothing(subscription="moons", read=4, since=NOW - timedelta(days=1)),),
    unread=(Unread(source="hf-daily", since=NOW - timedelta(days=1)),),
    names=NAMES,
)


def test_the_text_shows_them() -> None:
    message = render_message(CONTENT)
    assert message.subject.startswith("2 papers for Bonsai & co and 1 other: ")
    words = " ".join(message.text.split())
    assert words.startswith("Bonsai & co and 2 other subscriptions")
    assert "Bonsai & co: 1 paper =" in words
    assert "Hugging Face, 9 Mar 2026" in words
    assert "Hugging Face could not be read since" in words
    assert "All moons: 4 papers read since" in words
    assert "hf-daily" not in words


def test_the_foot_has_the_names_too() -> None:
    words = " ".join(render_message(CONTENT).text.split())
    assert "subscriptions Bonsai & co (ana/trees), kites and All moons (moons)." in words
    assert render_message(CONTENT).subscriptions == ("ana/trees", "kites", "moons")


def test_whoever_is_asked_to_end_a_subscription_reads_its_name() -> None:
    leave = render_message(replace(CONTENT, unsubscribe="mailto:w@lab.example")).unsubscribe
    assert leave == "mailto:w@lab.example?subject=unsubscribe%20ana%2Ftrees%2C%20kites%2C%20moons"


@pytest.mark.parametrize("form", sorted(FORMS - {"data"}))
def test_every_form_shows_them(form: str) -> None:
    words = getattr(render_message(CONTENT, forms={form}), form).replace("\\", "")
    assert "Hugging Face" in words
    assert "Bonsai & co" in words.replace("&amp;", "&")


def test_a_source_in_trouble_has_both() -> None:
    incident = Incident(kind=IncidentKind.SOURCE_BROKEN, subject="hf-daily", reason="a login page", began=NOW)
    message = render_message(notice(DeliveryKind.INCIDENT, incident, names=NAMES))
    assert message.subject == "watcher: Hugging Face (hf-daily) cannot be read"


def test_of_other_trouble_no_name_is_taken_for_a_sources() -> None:
    names = DisplayNames({"me": "A source"})
    incident = Incident(kind=IncidentKind.ENDPOINT_FAILING, subject="me", reason="refused", began=NOW)
    message = render_message(notice(DeliveryKind.INCIDENT, incident, names=names))
    assert message.subject == "watcher: messages to me do not arrive"


def test_they_are_counted_in_the_size_of_a_paper() -> None:
    long = DisplayNames({"hf-daily": "H" * 60})
    for form in ("text", "chat", "html", "data"):
        measured = render_message(replace(digest(item(subscriptions=("x",))), names=long))
        assert estimated_size(item(), form=form, shown=long) >= estimated_size(item(), form=form) + 50
        assert measured.text.count("H" * 60) == 1


def test_with_name() -> None:
    assert (with_name("Kites", "k"), with_name("", "k"), with_name("k", "k")) == ("Kites (k)", "k", "k")
