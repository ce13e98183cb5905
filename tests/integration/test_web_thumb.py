"""Thumbs by the links of a mail: one button, counted once, and nothing by whoever only looks."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from tests.integration.test_pipeline import World, subscription
from tests.integration.webs import GUARDED, NOW, Web, entry
from watcher.config import Address, Receiver, WebSettings
from watcher.links.addresses import LinkMaker
from watcher.model import Message
from watcher.notify import limit_of
from watcher.outbox.deliver import deliver_all
from watcher.pipeline.subscriptions.apply import apply_config
from watcher.pipeline.telling.tell import tell_due
from watcher.store import Store

KEY = b"k" * 32
BASE = "http://localhost:8380"
MAKER = LinkMaker(BASE, KEY)


@pytest.fixture
def web(make_web: Callable[..., Web]) -> Web:
    web = make_web(**GUARDED)
    web.links = lambda: MAKER
    web.list_papers(entry(1, "Garden Kites"))
    return web


def told(web: Web) -> tuple[str, str, str]:
    """A subscription that the paper matched, its first endpoint, and the paper's key."""
    with web.store.reading() as tx:
        (paper,) = tx.papers.all()
        name = tx.browsing.matches_of([paper.id])[0].subscription
        saved = next(one for one in tx.subscriptions.active() if one.subscription.full_name == name)
        return name, str(saved.subscription.endpoints[0]), paper.key


def thumbs(web: Web) -> list[bool]:
    with web.store.reading() as tx:
        return [one.up for saved in tx.subscriptions.active() for one in tx.thumbs.of_subscription(saved.id)]


@pytest.mark.parametrize("up", [True, False])
def test_looking_says_nothing_and_pressing_counts_once(web: Web, up: bool) -> None:
    name, person, key = told(web)
    client, url = web.client(), MAKER.thumb_address(person, key, up, (name,), NOW).removeprefix(BASE)
    for ask in (client.get, client.head, client.get):
        assert ask(url).status_code == 200 and thumbs(web) == []
    for form in ({}, {"do": ""}, {"do": "other"}, {"List-Unsubscribe": "One-Click"}):  # a scanner that posts, too
        assert client.post(url, data=form).status_code == 200 and thumbs(web) == []
    page = client.get(url).text
    assert page.count("<form") == 1 and "Garden Kites" in page
    assert 'href="/keys"' not in page and "times are" not in page  # pages that this reader cannot open
    for _ in range(3):
        answer = client.post(url, data={"do": "give"}, headers={"Origin": "https://mail.example"})
        assert answer.status_code == 200 and "Noted" in answer.text and thumbs(web) == [up]
    assert "Taken back" in client.post(url, data={"do": "return"}).text and thumbs(web) == []


def test_what_was_not_signed_here_says_nothing(web: Web) -> None:
    name, person, key = told(web)
    good = MAKER.thumb_address(person, key, True, (name,), NOW).removeprefix(BASE)
    bad = {
        good[:-2] + ("AA" if good[-2:] != "AA" else "BB"): 403,
        "/thumb": 403,
        "/thumb?link=x.y": 403,
        LinkMaker(BASE, b"o" * 32).thumb_address(person, key, True, (name,), NOW).removeprefix(BASE): 403,
        MAKER.leave_address(person, (name,), NOW).removeprefix(BASE).replace("/unsubscribe", "/thumb"): 403,
        MAKER.thumb_address(person, key, True, (name,), NOW - timedelta(days=181)).removeprefix(BASE): 410,
        MAKER.thumb_address("mail:eve@x.example", key, True, (name,), NOW).removeprefix(BASE): 404,
        MAKER.thumb_address(person, "arxiv:0000.00000", True, (name,), NOW).removeprefix(BASE): 404,
        MAKER.thumb_address(person, key, True, ("nobody",), NOW).removeprefix(BASE): 404,
    }
    client = web.client()
    for url, status in bad.items():
        for answer in (client.get(url), client.post(url, data={"do": "give"})):
            assert (answer.status_code, "Nothing was done" in answer.text) == (status, True), url
    assert thumbs(web) == []
    web.links = lambda: None
    assert client.post(good, data={"do": "give"}).status_code == 409 and thumbs(web) == []


def sent(store: Store, address: str, form: str) -> list[Message]:
    """The messages of a day to one receiver, where the pages are public."""
    world = World(store)
    me = Receiver(name="me", urls={"": Address(text=address)})
    config = world.config(subscription("mine", to="me"), subscription("hook", to="you"))
    world.context.config = replace(
        config, receivers={**config.receivers, "me": me}, web=WebSettings(public_url="https://papers.lab.example")
    )
    world.context.forms_of = lambda url: (form,) if url == address else ("text",)
    world.context.links = lambda: LinkMaker("https://papers.lab.example", KEY)
    apply_config(world.context)
    world.look()
    tell_due(world.context)
    deliver_all(world.context)
    others = [message for url, message in world.receivers.sent if url != address]
    assert len(others) == 1 and "/thumb" not in f"{others[0].text}{others[0].html}"
    return [message for url, message in world.receivers.sent if url == address]


MAIL = "mailtos://b:c@smtp.lab.example?from=b@lab.example&to=a@lab.example"
LINK = r"https://papers\.lab\.example/thumb\?link=[\w.-]+"


@pytest.mark.parametrize(
    ("address", "form", "around", "papers"),
    [
        (MAIL, "html", 'href="({})"', 12),
        (MAIL, "text", "(?:Useful|Not for me): ({})", 12),
        ("slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ/", "mrkdwn", r"<({})\|(?:Useful|Not for me)>", 12),
        ("mmosts://chat.lab.example/abcdefghijkl", "markdown", r"\[(?:Useful|Not for me)\]\(({})\)", 2),
        ("matrixs://me:secret@chat.lab.example/#papers", "chat_html", '<a href="({})">(?:Useful|Not for me)</a>', 12),
    ],
)
@pytest.mark.parametrize("make_store", ["sqlite"], indirect=True)
def test_both_links_stand_under_each_paper_in_mails_and_under_as_many_as_fit_in_chats(
    store: Store, address: str, form: str, around: str, papers: int
) -> None:
    bodies = [str(getattr(message, form)) for message in sent(store, address, form)]
    links = re.findall(around.format(LINK), "".join(bodies))
    assert len(links) == len(set(links)) == 2 * papers


@pytest.mark.parametrize("make_store", ["sqlite"], indirect=True)
def test_where_a_chat_has_no_room_the_first_papers_have_links_and_nothing_is_cut(store: Store) -> None:
    address = "discord://4174216298/JHMHI8qBe7bk2ZwO5U711o3dV_js"
    bodies = [message.markdown for message in sent(store, address, "markdown")]
    links = [re.findall(LINK, body) for body in bodies]
    assert 0 < sum(map(len, links)) < 24 and all(len(some) % 2 == 0 for some in links)
    assert max(map(len, bodies)) <= limit_of(address)
