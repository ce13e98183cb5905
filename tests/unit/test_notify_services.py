"""Whatever strangers and sites write, no service is given anything that calls, hides, breaks or leads astray."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.unit.messages import HOSTILE, NOW, digest, item, notice, paper, places
from watcher.cli.preview import SHOWN_AS
from watcher.model import DeliveryKind, Incident, IncidentKind
from watcher.notify import limit_of
from watcher.notify.addresses.limits import measure_of
from watcher.notify.addresses.samples import SERVICES, seen_by
from watcher.render.message import render_message

PIECES = [
    *("@everyone", "@here", "@channel", "@room", "@all", "<!channel>", "<!here|x>", "<@U123>", "<#C1>", "<at>x</at>"),
    *("\x00", "\x07", "\x1b[31m", "\u202e", "\u2028", "\r\n", "\n\n# ", "\ud800", "\U000e0041", "</b>", "<b", "&lt;"),
    *("[x](javascript:alert(1))", "![x](http://evil.example)", "<a href='x'>", "```", "||", "~~", "{{7*7}}", "{%", "a"),
]
TITLES = st.lists(st.sampled_from(PIECES) | st.text(max_size=6), max_size=12).map("".join)
CONTROLS = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\u2028\u2029\ud800-\udfff\U000e0000-\U000e007f]"
)
PINGS = re.compile(r"(?<![\w@])@(everyone|here|channel|all|room)\b", re.IGNORECASE)


def check_words(service: str, words: str) -> None:
    assert not CONTROLS.search(words)
    if service not in ("email", "json"):
        assert not PINGS.search(words)


def check_markup(service: str, words: str) -> None:
    if service in ("telegram", "matrix", "email"):
        assert "<at>" not in words and "<!channel" not in words
        assert all(re.match(r"https?://[\w.]+/", link) for link in re.findall(r'href="([^"]*)"', words))
    if service == "slack":
        assert all(re.match(r"https://[\w.]+/", inner) for inner in re.findall(r"<([^>]*)>", words))


def test_every_service_that_is_tried_can_be_previewed() -> None:
    assert set(SHOWN_AS) == {"text", *SERVICES}


@pytest.mark.parametrize("service", SERVICES)
@given(title=TITLES)
@example(title=HOSTILE)
def test_papers(service: str, title: str) -> None:
    bad = paper(
        title=title, abstract=f"{title} pruning {title}", authors=(title, title), organization=title, venue=title
    )
    bad = replace(bad, url=f"javascript:{title}", code_url=f"https://code.example/{title}")
    found = item(bad, subscriptions=(title, "trees"), places=places(bad.abstract, "pruning"))
    for changes in ({}, {"score": 0.2}, {"occasions": ("v2",)}):
        body = seen_by(service, render_message(digest(replace(found, **changes))))
        check_markup(service, body.text)
        check_words(service, body.text + body.title)
        assert "\n" not in body.title
        assert measure_of(SERVICES[service])(body.text) <= limit_of(SERVICES[service])


@pytest.mark.parametrize("service", SERVICES)
@given(reason=TITLES, subject=TITLES)
@example(reason=HOSTILE, subject=HOSTILE)
@example(reason="http", subject="")  # only the page is a link, not what a stranger says
def test_incidents(service: str, reason: str, subject: str) -> None:
    incident = Incident(kind=IncidentKind.SOURCE_BROKEN, subject=subject, reason=reason, began=NOW)
    content = notice(DeliveryKind.INCIDENT, incident, source_urls={subject: "https://papers.example/<b>"})
    body = seen_by(service, render_message(content))
    check_markup(service, body.text)
    check_words(service, body.text + body.title)
