"""Buttons: what they do, and that nobody else can press them."""

from __future__ import annotations

import re
from collections.abc import Callable

import httpx
import pytest

from tests.integration.webs import GUARDED, NOW, TOKEN, Web, entry
from watcher.model import DeliveryKind, DeliveryState, Endpoint
from watcher.web.acts import ACTS

ANA = Endpoint("ana")


@pytest.fixture
def web(make_web: Callable[..., Web]) -> Web:
    return make_web(**GUARDED)


def press(client: httpx.Client, page: str, what: str, name: str) -> httpx.Response:
    """Press the button of a page that does ``what`` to ``name``."""
    form = next(one for one in forms(client.get(page).text) if (one.get("what"), one.get("name")) == (what, name))
    return client.post("/act", data=form)


def forms(page: str) -> list[dict[str, str]]:
    """The hidden fields of each form of a page."""
    found = re.findall(r"<form method=\"post\" action=\"/act\"[^>]*>(.*?)</form>", page, re.DOTALL)
    return [dict(re.findall(r'name="(\w+)" value="([^"]*)"', one)) for one in found]


def test_polling_now(web: Web) -> None:
    client = web.signed_in()
    answer = press(client, "/sources", "poll", "daily")
    assert (answer.status_code, answer.headers["location"]) == (303, "/sources?said=poll")
    assert web.polled == ["daily"]
    assert "It is polled now" in client.get(answer.headers["location"]).text


def test_a_test_message_takes_the_place_of_one_that_waits(web: Web) -> None:
    client = web.signed_in()
    for _ in range(3):
        assert press(client, "/receivers", "test", "ana").status_code == 303
    with web.store.reading() as tx:
        states = [one.state for one in tx.deliveries.listed(None, "ana", 9)]
    assert sorted(states) == [DeliveryState.CANCELLED, DeliveryState.CANCELLED, DeliveryState.PENDING]
    assert len(web.woken) == 3


def thumbs(web: Web) -> dict[str, bool]:
    """Subscription → whether its thumb is up."""
    with web.store.reading() as tx:
        names = {one.id: one.subscription.full_name for one in tx.subscriptions.active()}
        return {names[id]: thumb.up for id in names for thumb in tx.thumbs.of_subscription(id)}


def test_a_paper_is_useful_or_not_and_that_is_taken_back(web: Web) -> None:
    web.list_papers(entry(1, "Garden Kites"))
    client = web.signed_in()
    page = "/?day=2026-03-10"
    given = [one for one in forms(client.get(page).text) if one["what"].startswith("thumb")]
    assert [one["what"] for one in given] == ["thumb-up", "thumb-down"] and not thumbs(web)
    answer = client.post("/act", data=given[0])
    assert answer.headers["location"].endswith("said=thumb") and set(thumbs(web).values()) == {True}
    assert client.post("/act", data=given[0]).status_code == 303 and set(thumbs(web).values()) == {True}
    shown = client.get(page).text
    assert shown.count('aria-pressed="true"') == 1
    again = [one for one in forms(shown) if one["what"].startswith("thumb")]
    assert [one["what"] for one in again] == ["thumb-none", "thumb-down"]
    assert client.post("/act", data=again[0]).status_code == 303 and not thumbs(web)
    # on its own page, of one subscription
    paper = f"/paper?key={given[0]['name']}"
    own = [one for one in forms(client.get(paper).text) if one["what"] == "thumb-down"]
    assert client.post("/act", data=own[0] | {"name": own[0]["name"].replace("\n", "\r\n")}).status_code == 303
    assert thumbs(web) == {own[0]["name"].partition("\n")[2]: False}
    for name in ("", "arxiv:0000.00000", f"{given[0]['name']}\nnobody"):
        assert client.post("/act", data=given[0] | {"name": name}).status_code == 400
    assert client.post("/act", data=given[0] | {"key": "forged"}).status_code == 403
    assert web.client().post("/act", data=given[0]).status_code == 401


def test_all_receivers_are_tested_at_once(web: Web) -> None:
    press(web.signed_in(), "/receivers", "test-all", "*")
    with web.store.reading() as tx:
        tests = tx.deliveries.listed(DeliveryState.PENDING, None, 9)
    assert sorted(str(one.endpoint) for one in tests) == ["ana", "ops"]


def test_where_not_all_receivers_are_tested_the_page_says_so(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("watcher.web.acts.MOST_TESTS", 1)
    client = web.signed_in()
    answer = press(client, "/receivers", "test-all", "*")
    assert "to the first 50 receivers" in client.get(answer.headers["location"]).text
    with web.store.reading() as tx:
        assert [str(one.endpoint) for one in tx.deliveries.listed(DeliveryState.PENDING, None, 9)] == ["ana"]
    press(client, "/receivers", "test", "ops")
    with web.store.reading() as tx:
        assert len(tx.deliveries.listed(DeliveryState.PENDING, None, 9)) == 2


def test_a_dead_message_is_sent_again(web: Web) -> None:
    web.list_papers(entry(1, "A Lantern"))
    with web.store.transaction() as tx:
        (saved,) = [one for one in tx.subscriptions.active() if one.subscription.name == "lanterns"]
        tx.matches.owe(tx.matches.held(saved.id), [ANA], NOW)
        tx.outbox.give_up(ANA, "the mailbox was full", NOW)
        (dead,) = tx.deliveries.dead()
    client = web.signed_in()
    assert (
        press(client, "/receivers?state=dead", "replay", dead.id).headers["location"].endswith("state=dead&said=replay")
    )
    with web.store.reading() as tx:
        (again,) = tx.deliveries.listed(DeliveryState.PENDING, "ana", 9)
    assert again.replay_of == dead.id and again.papers == 1


def test_pausing_and_muting_until_it_goes_on(web: Web) -> None:
    client, page = web.signed_in(), "/subscription?name=lanterns"
    for what, mark in (("pause", "paused"), ("unpause", ""), ("mute", "muted until"), ("unmute", "")):
        answer = press(client, page, what, "lanterns")
        assert answer.headers["location"] == f"{page}&said={what}"
        shown = client.get(page).text.split("<h1>")[1].split("</h1>")[0]
        assert mark in shown and (mark or "badge" not in shown)


def test_muting_a_paper(web: Web) -> None:
    web.list_papers(entry(1, "A Lantern"))
    client, page = web.signed_in(), "/paper?key=arxiv%3A2603.00001"
    assert press(client, page, "mute-paper", "arxiv:2603.00001").headers["location"] == f"{page}&said=mute"
    assert "muted until Tue 24 Mar 10:30" in client.get(page).text
    press(client, page, "unmute-paper", "arxiv:2603.00001")
    assert "muted until" not in client.get(page).text


FORGED = [
    ({}, {}),
    ({"key": "0" * 64}, {}),
    (None, {"Origin": "https://evil.example"}),
    (None, {"Sec-Fetch-Site": "same-site"}),
    (None, {"Origin": "http://localhost:1"}),
]


@pytest.mark.parametrize(("fields", "headers"), FORGED)
def test_no_other_page_can_press_a_button(web: Web, fields: dict[str, str] | None, headers: dict[str, str]) -> None:
    client = web.signed_in()
    form = next(one for one in forms(client.get("/sources").text) if one["name"] == "daily")
    sent = form if fields is None else {name: form[name] for name in ("what", "name", "back")} | fields
    assert client.post("/act", data=sent, headers=headers).status_code == 403
    assert web.polled == []


def test_without_the_token_there_are_no_buttons(make_web: Callable[..., Web]) -> None:
    client = make_web().client()
    for page in ("/sources", "/receivers", "/subscription?name=lanterns"):
        assert forms(client.get(page).text) == []
    assert client.post("/act", data={"what": "poll", "name": "daily"}).status_code == 403
    assert client.get("/act").status_code == 405


def test_a_script_with_the_token_needs_no_form(web: Web) -> None:
    client = web.client()
    head = {"Authorization": f"Bearer {TOKEN}"}
    answer = client.post("/act", data={"what": "poll", "name": "daily"}, headers=head)
    assert (answer.status_code, answer.text) == (200, "poll\n") and web.polled == ["daily"]


@pytest.mark.parametrize("what", [*ACTS, "nonsense", ""])
@pytest.mark.parametrize("name", ["nobody", "", "%", "x" * 5000])
def test_what_there_is_not_is_refused_with_a_word(web: Web, what: str, name: str) -> None:
    if what == "test-all":
        return
    head = {"Authorization": f"Bearer {TOKEN}"}
    answer = web.client().post("/act", data={"what": what, "name": name}, headers=head)
    assert answer.status_code == 400 and answer.text.startswith(("there is no", "only a dead message"))
    assert web.polled == [] and web.woken == []


@pytest.mark.parametrize(
    ("form", "what", "status"),
    [
        ({"what": "poll", "name": "gone"}, "there is no source of this name in the config", 400),
        ({"what": "nonsense"}, "there is no such act", 400),
        ({"what": "poll", "name": "daily", "key": "old"}, "load the page again", 403),
    ],
)
def test_a_press_that_is_refused_leads_back(web: Web, form: dict[str, str], what: str, status: int) -> None:
    client = web.signed_in()
    key = forms(client.get("/sources").text)[0]["key"]
    answer = client.post("/act", data={"key": key, "back": "/sources?x=1&y", **form})
    assert answer.status_code == status and what in answer.text and "<h1>Nothing was done</h1>" in answer.text
    assert '<a href="/sources?x=1&amp;y">Back</a>' in answer.text and web.polled == []
    elsewhere = client.post("/act", data={"key": key, "back": "//evil.example", **form})
    assert "evil.example" not in elsewhere.text and elsewhere.status_code == status


def test_pages_of_their_own_only_show(make_web: Callable[..., Web]) -> None:
    web = make_web(**GUARDED, acts=False)
    client = web.signed_in()
    assert forms(client.get("/sources").text) == []
    head = {"Authorization": f"Bearer {TOKEN}"}
    answer = web.client().post("/act", data={"what": "poll", "name": "daily"}, headers=head)
    assert answer.status_code == 409 and "watcher run" in answer.text


def test_a_test_is_no_dead_message(web: Web) -> None:
    with web.store.transaction() as tx:
        id = tx.outbox.enqueue(ANA, DeliveryKind.TEST, NOW)
        tx.outbox.give_up(ANA, "gone", NOW)
    head = {"Authorization": f"Bearer {TOKEN}"}
    assert web.client().post("/act", data={"what": "replay", "name": id}, headers=head).status_code == 400
