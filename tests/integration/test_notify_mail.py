"""E-mail through a real server."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from tests.integration.receivers import Mailbox, logged, mailbox
from tests.unit.messages import HOSTILE, digest, item, paper
from watcher.config.addresses import expand
from watcher.model import Message, Outcome, Result
from watcher.notify import Notifier
from watcher.render.message import render_message

PASSWORD = "p@ss/w#rd-1"
QUOTED = "p%40ss%2Fw%23rd-1"
NOW = datetime(2026, 3, 10, 8, 0, tzinfo=UTC)
MESSAGE = render_message(digest(item(paper(title="Über Bäume 🌳"))))


def send(box: Mailbox, options: str = "", user: str = "", message: Message = MESSAGE) -> Outcome:
    url = f"mailto://{user}127.0.0.1:{box.port}/?from=bot@lab.example&to=ana@lab.example{options}"
    with Notifier(clock=lambda: NOW) as notifier:
        return notifier.send(url, message, "key-1")


def test_a_mail_arrives_whole() -> None:
    with mailbox() as box:
        assert send(box) == Outcome(Result.SENT)
    mail = box.mail()
    assert box.received[0].rcpt_tos == ["ana@lab.example"]
    assert box.received[0].mail_from == "bot@lab.example"
    assert mail["Subject"] == MESSAGE.subject == "1 paper for trees: Über Bäume 🌳"
    assert mail["To"] == "ana@lab.example"
    assert mail["X-Watcher-Delivery"] == "key-1"
    assert mail["Message-ID"] == "<watcher.key-1@lab.example>"
    assert mail["Date"] == "Tue, 10 Mar 2026 08:00:00 +0000"
    assert mail["Auto-Submitted"] == "auto-generated"
    text, html = mail.iter_parts()
    assert (text.get_content_type(), html.get_content_type()) == ("text/plain", "text/html")
    assert text.get_content().replace("\r\n", "\n") == MESSAGE.text
    assert html.get_content().replace("\r\n", "\n").strip() == MESSAGE.html.strip()


def test_a_mail_is_seven_bits_in_lines_of_a_thousand() -> None:
    with mailbox() as box:
        send(box)
    content = box.received[0].content
    assert isinstance(content, bytes)
    assert content.isascii()
    assert max(map(len, content.splitlines())) < 998


def test_a_hostile_title_adds_no_header() -> None:
    with mailbox() as box:
        assert (
            send(box, message=render_message(digest(item(paper(title="x\r\nBcc: eve@x.example " + HOSTILE))))).result
            == "sent"
        )
    assert box.received[0].rcpt_tos == ["ana@lab.example"]
    assert box.mail()["Bcc"] is None


@pytest.mark.parametrize("address", ["mailto:bot@lab.example", "https://lab.example/" + "stop/" * 30])
def test_where_to_unsubscribe_stands_in_the_head_whole(address: str) -> None:
    content = digest(item(subscriptions=("ana/trees", "cœur & reins, a name that makes this address a long one")))
    with mailbox() as box:
        assert send(box, message=render_message(replace(content, unsubscribe=address))).result == "sent"
    raw = box.received[0].content
    assert isinstance(raw, bytes)
    (line,) = [line for line in raw.splitlines() if line.startswith(b"List-Unsubscribe:")]
    shown = line.decode().removeprefix("List-Unsubscribe: ")
    subject = "?subject=unsubscribe%20ana%2Ftrees%2C%20c%C5%93ur%20%26" if address.startswith("mailto") else ""
    assert shown.startswith(f"<{address}{subject}") and shown.endswith(">")


def test_a_repeat_carries_the_same_keys() -> None:
    with mailbox() as box:
        send(box)
        first = box.mail()["Message-ID"]
        send(box)
    assert box.mail()["Message-ID"] == first


def test_plain_text_where_the_address_asks_for_it() -> None:
    with mailbox() as box:
        send(box, "&format=text")
    assert box.mail().get_content_type() == "text/plain"


def test_names_copies_and_own_headers() -> None:
    with mailbox() as box:
        send(box, "&name=Päper%20Bot&cc=bo@lab.example&bcc=cy@lab.example&reply=di@lab.example&%2BX-Lab=7")
    assert box.mail()["From"] == "Päper Bot <bot@lab.example>"
    assert box.mail()["Cc"] == "bo@lab.example"
    assert box.mail()["Bcc"] is None
    assert box.mail()["Reply-To"] == "di@lab.example"
    assert box.mail()["X-Lab"] == "7"
    assert sorted(box.received[0].rcpt_tos) == ["ana@lab.example", "bo@lab.example", "cy@lab.example"]


@pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")
@pytest.mark.parametrize("password", ["p@ss/ä", "p%41%", "12;34", "пароль"])
def test_a_password_of_any_signs_signs_in(password: str) -> None:
    given = expand("&user=bot&pass=${PW}", {"PW": password})
    with mailbox(password=password) as box:
        assert send(box, given) == Outcome(Result.SENT)
        assert send(box, user=expand("bot:${PW}@", {"PW": password})) == Outcome(Result.SENT)


@pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")
def test_the_password_is_used_and_never_shown(capsys: pytest.CaptureFixture[str]) -> None:
    with logged() as log, mailbox(password=PASSWORD) as box:
        assert send(box, user=f"bot:{QUOTED}@").result is Result.SENT
        refused = send(box, user=f"bot:{QUOTED}x@")
    assert refused.result is Result.DOWN
    assert "refused the password: 535" in refused.reason
    for shown in (log.getvalue(), *capsys.readouterr(), refused.reason):
        assert PASSWORD not in shown
        assert QUOTED not in shown


@pytest.mark.parametrize(
    ("stage", "what", "answer", "result"),
    [
        ("rcpt", "recipient", "550 5.1.1 no such user", Result.DOWN),
        ("rcpt", "recipient", "451 4.7.1 greylisted", Result.FAILED),
        ("data", "message", "552 5.3.4 too big", Result.REFUSED),
        ("data", "message", "452 4.3.1 disk full", Result.FAILED),
    ],
)
def test_what_the_server_says_is_passed_on(stage: str, what: str, answer: str, result: Result) -> None:
    with mailbox(**{stage: answer}) as box:
        assert send(box) == Outcome(result, f"the mail server refused the {what}: {answer}")


def test_a_mail_that_some_took_was_sent() -> None:
    with mailbox(rcpt="550 no") as box:
        outcome = send(box, "&cc=fine@lab.example")
    assert outcome == Outcome(Result.SENT, "refused for ana@lab.example")


def test_nobody_at_home() -> None:
    with mailbox() as box:
        pass
    assert send(box) == Outcome(Result.FAILED, "mail server: connection refused")


def test_a_server_without_encryption_is_given_nothing() -> None:
    with mailbox() as box:
        outcome = send(box, "&mode=starttls")
    assert outcome.result is Result.FAILED
    assert "STARTTLS" in outcome.reason
    assert box.received == []
