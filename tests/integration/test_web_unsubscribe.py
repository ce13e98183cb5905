"""A mail's link: its reader leaves a subscription by it and comes back; nobody else can make such a link."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.integration.receivers import Mailbox, mailbox
from tests.integration.webs import GUARDED, NOW, Web, entry, web_over, words
from watcher.config import WebSettings
from watcher.daemon.opening import open_context
from watcher.links.addresses import LASTS, UNSUBSCRIBE, LinkMaker
from watcher.links.signed import SignedLink, sign_link
from watcher.model import Endpoint
from watcher.outbox.deliver import deliver_all
from watcher.pipeline.context import Context
from watcher.pipeline.report import report_of
from watcher.pipeline.telling.tell import tell_due
from watcher.store import Store

CONFIG = """\
timezone: Europe/Paris
sources:
  daily: {kind: huggingface, listing: daily}
receivers:
  ana: {url: "mailto://127.0.0.1:PORT/?from=w@lab.example&to=ana@lab.example"}
  bo: {url: "mailto://127.0.0.1:PORT/?from=w@lab.example&to=bo@lab.example"}
subscriptions:
  - {name: "lanterns + more", shown_as: "Lanterns, lit", rule: lantern, to: [ana, bo], when: daily at 08:00}
  - {name: kites, rule: kite, to: [ana], when: daily at 08:00}
"""
PUBLIC = "https://papers.lab.example"
ANA = Endpoint("ana")


class Lab:
    """Pages behind a public address, mails that lead to them, and a reader without a token."""

    def __init__(self, web: Web, box: Mailbox, folder: Path) -> None:
        self.web, self.box = web, box
        config = replace(web.config, web=web.settings)
        self.context: Context = open_context(config, web.store, {}, clock=lambda: web.now, state_dir=folder)
        web.links = self.context.links
        self.reader = web.client("papers.lab.example")

    def told(self, *titles: str) -> list[EmailMessage]:
        """A day with these papers goes by; the mails that it brings."""
        before = len(self.box.received)
        first = 100 + before * 50
        self.web.list_papers(*(entry(first + n, title, self.web.now.date()) for n, title in enumerate(titles)))
        self.web.now += timedelta(days=1)
        tell_due(self.context)
        deliver_all(self.context)
        return sorted(self.mails()[before:], key=lambda mail: str(mail["To"]))

    def mails(self) -> list[EmailMessage]:
        """What the mail server took."""
        return [
            message_from_bytes(one.content, policy=default)
            for one in self.box.received
            if isinstance(one.content, bytes)
        ]

    def ask(self, address: str, **form: str) -> httpx.Response:
        """Ask for a link of a mail, or send it a form."""
        path = address.removeprefix(PUBLIC)
        return self.reader.post(path, data=form) if form else self.reader.get(path)

    def operator(self) -> httpx.Client:
        """Someone with the token."""
        client = self.web.client()
        client.headers["Authorization"] = f"Bearer {self.web.token}"
        return client

    def to(self, mails: list[EmailMessage]) -> list[str]:
        return [str(mail["To"]).partition("@")[0] for mail in mails]


@pytest.fixture
def lab(store: Store, tmp_path: Path) -> Iterator[Lab]:
    with mailbox() as box:
        settings = WebSettings(GUARDED["settings"].listen, "token", public_url=PUBLIC)
        web = web_over(store, tmp_path, CONFIG.replace("PORT", str(box.port)), **(GUARDED | {"settings": settings}))
        lab = Lab(web, box, tmp_path / "state")
        yield lab
        web.close()
        for part in (lab.context.notifier, lab.context.fetcher, lab.context.parsing):
            part.close()


def leave_of(mail: EmailMessage) -> str:
    return str(mail["List-Unsubscribe"]).strip("<>")


def test_a_reader_leaves_and_comes_back(lab: Lab) -> None:
    ana, bo = lab.told("A lantern", "A kite")
    assert ana["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    link = leave_of(ana)
    assert link.startswith(f"{PUBLIC}/unsubscribe?link=") and link != leave_of(bo)
    page = lab.ask(link)
    assert page.status_code == 200 and "ana is told of Lanterns, lit and kites . Stop that?" in words(page.text), words(
        page.text
    )
    assert "Sources" not in page.text and page.text.count("<button") == 1, "and nothing else of the pages"
    lab.reader.head(link.removeprefix(PUBLIC))
    assert lab.to(lab.told("More lanterns")) == ["ana", "bo"], "looking at the page changes nothing"

    lab.web.list_papers(entry(90, "A lantern that waits", lab.web.now.date()))
    for _ in range(2):  # as a mail program does it, and once more
        done = lab.ask(link, **{"List-Unsubscribe": "One-Click"})
        assert done.status_code == 200 and "ana is told nothing more of Lanterns, lit and kites" in words(done.text)
    assert lab.to(lab.told("Lanterns again", "A kite")) == ["bo"]
    with lab.web.store.reading() as tx:
        assert [(one.subscription, str(one.endpoint)) for one in tx.unsubscribed.all()] == [
            ("kites", "ana"),
            ("lanterns + more", "ana"),
        ]
    report = report_of(lab.web.store, lab.web.config, lab.web.now)
    assert [one["receiver"] for one in report["unsubscribed"]] == ["ana", "ana"]
    assert "unsubscribed" in lab.operator().get("/subscription?name=kites").text

    back = lab.ask(link, do="return")
    assert "ana is told of Lanterns, lit and kites again." in words(back.text)
    assert lab.to(lab.told("A new lantern")) == ["ana", "bo"]
    said = "".join(str(mail.get_body(("plain",))) for mail in lab.mails()[-2:])
    assert "A new lantern" in said and "Lanterns again" not in said, "what was left out stays so"


def test_the_operator_tells_again_who_left(lab: Lab) -> None:
    (ana, _) = lab.told("A lantern", "A kite")
    lab.ask(leave_of(ana), do="leave")
    client = lab.operator()
    page = html.unescape(client.get("/subscription?name=kites").text)
    form = dict(re.findall(r'name="(\w+)" value="([^"]*)"', page[page.index('value="resubscribe"') - 40 :]))
    assert client.post("/act", data=form).text == "resubscribe\n"
    with lab.web.store.reading() as tx:
        assert [one.subscription for one in tx.unsubscribed.all()] == ["lanterns + more"]


def test_what_was_not_signed_here_does_nothing(lab: Lab) -> None:
    (ana, bo) = lab.told("A lantern")
    maker = lab.context.links()
    assert maker is not None
    signed = leave_of(ana).partition("link=")[2]
    other = LinkMaker(PUBLIC, b"x" * 32).leave_address("ana", ("kites",), lab.web.now)
    for address, status in (
        ("/unsubscribe", 403),
        ("/unsubscribe?link=", 403),
        (f"/unsubscribe?link={signed[:-2]}", 403),
        (f"/unsubscribe?link={signed.swapcase()}", 403),
        (other, 403),
        (f"/unsubscribe?link={sign_link(SignedLink('useful', 'ana', ('kites',), NOW + LASTS), maker.key)}", 403),
        (f"/unsubscribe?link={sign_link(SignedLink(UNSUBSCRIBE, 'ana', ('kites',), NOW), maker.key)}", 410),
        (f"/unsubscribe?link={sign_link(SignedLink(UNSUBSCRIBE, 'cy', ('kites',), NOW + LASTS), maker.key)}", 200),
    ):
        for form in ({}, {"do": "leave"}):
            answer = lab.ask(address, **form)
            assert answer.status_code == status, (address, form)
            assert "Nothing" in words(answer.text) and "Traceback" not in answer.text
    with lab.web.store.reading() as tx:
        assert tx.unsubscribed.all() == []
    lab.ask(leave_of(bo), do="leave")
    with lab.web.store.reading() as tx:
        assert [str(one.endpoint) for one in tx.unsubscribed.all()] == ["bo"], "of bo's own subscription alone"


def test_the_pages_behind_a_proxy_stay_closed_otherwise(lab: Lab) -> None:
    (ana, _) = lab.told("A lantern")
    lab.ask(leave_of(ana))
    for path in ("/", "/unsubscribe/", "/subscriptions", "//unsubscribe", "/unsubscribe/../sources"):
        answer = lab.reader.get(path, follow_redirects=False)
        assert answer.status_code in (303, 401, 404, 307), path
        assert "lantern" not in answer.text
    cross = lab.reader.post(
        leave_of(ana).removeprefix(PUBLIC), data={"do": "leave"}, headers={"Origin": "https://mail.example"}
    )
    assert cross.status_code == 200, "the page of a mail program may do it"
    wrong_host = lab.web.client("evil.example").get(leave_of(ana).removeprefix(PUBLIC))
    assert wrong_host.status_code == 421


def test_without_public_pages_mails_have_no_link(lab: Lab) -> None:
    lab.context.config = replace(lab.context.config, web=replace(lab.web.settings, public_url=""))
    for mail in lab.told("A lantern"):
        assert mail["List-Unsubscribe"] is None and mail["List-Unsubscribe-Post"] is None


def test_a_key_that_cannot_be_read_keeps_no_mail_back(lab: Lab, tmp_path: Path, caplog: Any) -> None:
    (tmp_path / "state").mkdir()
    (tmp_path / "state" / "link_key").write_text("no key")
    assert lab.to(lab.told("A lantern")) == ["ana", "bo"]
    assert lab.mails()[0]["List-Unsubscribe"] is None
    assert len([one for one in caplog.messages if "messages have no links" in one]) == 1
    assert lab.ask("/unsubscribe?link=x").status_code == 409
