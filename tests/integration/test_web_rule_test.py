"""A test of a rule from its page: the message, its receiver, and nothing that counts as told."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import httpx
import pytest

from tests.integration.receivers import web as receiving
from tests.integration.webs import GUARDED, HOSTILE, TODAY, TOKEN, Web, entry, words
from watcher.daemon.opening import open_context
from watcher.model import DeliveryKind, Endpoint, Hit, Outcome, Paper, Result
from watcher.outbox.direct import send_rule_test
from watcher.pipeline.telling.preview import rule_test_content
from watcher.render.message import render_message
from watcher.rules import compile_rule, document_of, evaluate

HEAD = {"Authorization": f"Bearer {TOKEN}"}


@pytest.fixture
def web(make_web: Callable[..., Web]) -> Web:
    web = make_web(**GUARDED)
    web.list_papers(*(entry(n, f"Lantern {n}", TODAY - timedelta(days=n)) for n in range(1, 9)), entry(9, "Gardens"))
    return web


def form_of(page: str) -> dict[str, str]:
    """The hidden fields of the form that sends a test."""
    (form,) = [one for one in re.findall(r"<form[^>]*>.*?</form>", page, re.DOTALL) if 'value="test-rule"' in one]
    assert re.findall(r"<option>(.*?)</option>", form) == ["ana", "ops"]
    return {name: html.unescape(value) for name, value in re.findall(r'name="(\w+)" value="([^"]*)"', form)}


def press(client: httpx.Client, rule: str, receiver: str) -> httpx.Response:
    page = client.get("/search", params={"q": rule})
    return client.post("/act", data=form_of(page.text) | {"name": receiver})


@pytest.mark.parametrize("rule", ["lantern", 'title:"lantern" OR "a & b <i>"', "lantern\nOR kite"])
def test_the_newest_matches_go_to_the_receiver_that_was_chosen(web: Web, rule: str) -> None:
    client = web.signed_in()
    answer = press(client, rule, "ops")
    assert answer.status_code == 303 and answer.headers["location"].startswith("/search?q=")
    assert "The receiver took the test." in client.get(answer.headers["location"]).text
    assert web.tested == [(rule, [f"Lantern {n}" for n in range(1, 6)], "ops")]


def test_what_was_not_taken_is_said_with_the_reason(web: Web) -> None:
    web.outcome = Outcome(Result.REFUSED, f"550 no such mailbox {HOSTILE}")
    answer = press(web.signed_in(), "lantern", "ana")
    assert answer.status_code == 400 and "ana did not take the test: 550 no such mailbox" in words(answer.text)
    assert "<script>alert" not in answer.text and '<a href="/search?q=lantern">Back</a>' in answer.text


@pytest.mark.parametrize(
    ("rule", "receiver", "what"),
    [
        ("lantern", "nobody", "there is no receiver of this name"),
        ("lantern", "", "there is no receiver of this name"),
        ("lantern AND OR kite", "ana", "OR has nothing on its left"),
        ("", "ana", "empty"),
        ("zeppelin", "ana", "no stored paper matches this rule"),
        ("lantern " * 1000, "ana", "write 4,000 characters at most"),
    ],
)
def test_what_cannot_be_tested_is_refused_with_a_word(web: Web, rule: str, receiver: str, what: str) -> None:
    form = {"what": "test-rule", "rule": rule, "name": receiver}
    answer = web.client().post("/act", data=form, headers=HEAD)
    assert answer.status_code == 400 and what in answer.text and web.tested == []


def test_nobody_else_can_send_one(web: Web) -> None:
    client = web.signed_in()
    form = form_of(client.get("/search?q=lantern").text) | {"name": "ana"}
    assert web.client().post("/act", data=form).status_code == 401
    assert client.post("/act", data=form | {"key": "0" * 64}).status_code == 403
    assert client.post("/act", data=form, headers={"Origin": "https://evil.example"}).status_code == 403
    assert client.get("/act", params=form).status_code == 405 and web.tested == []


@pytest.mark.parametrize("settings", [{}, {**GUARDED, "acts": False}], ids=["no token", "no daemon"])
def test_pages_without_buttons_have_no_such_form(make_web: Callable[..., Web], settings: dict[str, Any]) -> None:
    web = make_web(**settings)
    web.list_papers(entry(1, "A Lantern"))
    page = web.client().get("/search?q=lantern", headers=HEAD if web.token else {}).text
    assert "A <mark>Lantern</mark>" in page and "test-rule" not in page


RECEIVER = """\
timezone: Europe/Paris
sources: {{daily: {{kind: huggingface}}}}
receivers: {{hook: {{url: "json://127.0.0.1:{}/hook"}}}}
subscriptions: [{{name: kites, rule: kite, to: [hook]}}]
unsubscribe: "mailto:leave@lab.example"
"""


def matches(web: Web, text: str) -> list[tuple[Paper, Hit]]:
    rule = compile_rule(text)
    with web.store.reading() as tx:
        return [(paper, hit) for paper in tx.papers.all() if (hit := evaluate(rule, document_of(paper)))]


def test_the_message_is_a_subscriptions_marked_as_a_test_and_nothing_is_stored(make_web: Callable[..., Web]) -> None:
    with receiving() as service:
        web = make_web(text=RECEIVER.format(service.port))
        web.list_papers(entry(1, "A Lantern for Kites", abstract="Lit."), entry(2, f"Lantern {HOSTILE}"))
        context = open_context(web.config, web.store, {})
        outcome = send_rule_test("lantern", matches(web, "lantern"), Endpoint("hook"), context)
        assert outcome.result is Result.SENT, outcome
        posted = json.loads(service.body)
    assert posted["title"].startswith("Test: 2 papers for lantern: ")
    said = " ".join(posted["message"].split())
    assert "This is a test of a rule that may become a subscription. Nothing of it counts as told." in said
    assert "A Lantern for Kites" in said and "somebody tried this rule on watcher's pages" in said
    assert "leave@lab.example" not in posted["message"]
    with web.store.reading() as tx:
        assert tx.deliveries.listed(None, None, 9) == [] and tx.deliveries.dead() == []


def test_a_receiver_that_is_away_gives_its_reason(make_web: Callable[..., Web]) -> None:
    with receiving() as service:
        port = service.port
    web = make_web(text=RECEIVER.format(port))
    web.list_papers(entry(1, "A Lantern"))
    context = open_context(web.config, web.store, {})
    found = matches(web, "lantern")
    outcome = send_rule_test("lantern", found, Endpoint("hook"), context)
    assert outcome.result is not Result.SENT and outcome.reason
    gone = send_rule_test("lantern", found, Endpoint("gone"), context)
    assert gone.result is not Result.SENT and "not in the config" in gone.reason


@pytest.mark.parametrize("kind", list(DeliveryKind))
def test_only_a_test_is_called_one(web: Web, kind: DeliveryKind) -> None:
    content = rule_test_content("lantern", matches(web, "lantern"), Endpoint("ana"), "UTC", web.now, lambda item: 1, 99)
    message = render_message(replace(content, delivery=replace(content.delivery, kind=kind)))
    is_test = kind is DeliveryKind.TEST
    assert message.subject.startswith("Test: ") is is_test
    for form in (message.text, message.html, message.markdown, message.mrkdwn, message.chat_html):
        assert ("This is a test of a rule" in form) is is_test and "Lantern 1" in form
    assert bool(message.subscriptions) is not is_test
