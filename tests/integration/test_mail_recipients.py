"""Whom a mail server is told to hand a mail to: those that are written, and nobody else."""

from __future__ import annotations

from urllib.parse import quote

import pytest

from tests.integration.receivers import mailbox
from tests.unit.messages import digest, item
from watcher.model import Result
from watcher.notify import Notifier, problem_of
from watcher.render.message import render_message

MESSAGE = render_message(digest(item()))


def told(rest: str, base: str = "", sender: str = "bot@lab.example") -> tuple[list[str], str, dict[str, str]]:
    """Recipients, sender and headers of one mail, as the server was given them; none of all where it is refused."""
    with mailbox() as box:
        url = f"mailto://127.0.0.1:{box.port}{base}?from={sender}{rest}"
        if problem_of(url):
            return [], "", {}
        with Notifier() as notifier:
            assert notifier.send(url, MESSAGE, "key-1").result is Result.SENT
    (one,) = box.received
    mail = box.mail()
    return one.rcpt_tos, str(one.mail_from), {name: str(mail[name]) for name in ("From", "To", "Cc", "Reply-To")}


@pytest.mark.parametrize(
    "address",
    [
        *("ana@lab.example", "Ana.Lee@Lab.Example", "ana+papers@lab.example", "a+b+c@lab.example", "root@localhost"),
        *("o'neil@lab.example", "'ana'@lab.example", "a/b@lab.example", "a=b@lab.example", "ana@xn--bcher-kva.example"),
        *("!#$%&*@lab.example", "ana%41@lab.example", "^_`{|}~-?@lab.example"),
    ],
)
@pytest.mark.parametrize("place", ["to", "cc", "bcc", "path"])
def test_an_address_of_odd_signs_gets_its_mail(address: str, place: str) -> None:
    if place == "path":
        got, _, headers = told("", f"/{quote(address, safe='')}")
    else:
        got, _, headers = told(
            f"&to=bo@lab.example&{place}={quote(address)}" if place != "to" else f"&to={quote(address)}"
        )
    assert got == [address] if place in ("to", "path") else set(got) == {"bo@lab.example", address}
    shown = {"to": "To", "path": "To", "cc": "Cc"}.get(place)
    assert shown is None or headers[shown] == address


def test_a_sender_with_a_percent_sign_is_the_one_that_is_written() -> None:
    got, sender, headers = told("&to=ana@lab.example", sender="a%2541@lab.example")
    assert got == ["ana@lab.example"]
    assert (sender, headers["From"]) == ("a%41@lab.example", "a%41@lab.example")


@pytest.mark.parametrize("written", ["o'neil@lab.example", "o%27neil@lab.example", "O'Neil <o'neil@lab.example>"])
def test_an_apostrophe_is_written_as_it_likes(written: str) -> None:
    assert told(f"&to={written}")[0] == ["o'neil@lab.example"]


@pytest.mark.parametrize(
    "rest",
    [
        "&to=%22ana%20lee%22@lab.example",
        "&to=an%C3%A4@lab.example",
        "&to=ana@b%C3%BCcher.example",
        "&to=ana@labor1.ex%C3%A4mple",
        "&to=ana@lab.example;bo@lab.example",
        "&to=ana@lab.example%0D%0ABcc:eve@lab.example",
        "&to=ana@lab.example%00,bo@lab.example",
        "&to=Ana:ana@lab.example",
        "&to=ana(eve@evil.example)@lab.example",
        "&to=<ana@lab.example",
        "&to=ana@lab.example&too=bo@lab.example",
    ],
)
def test_what_cannot_be_told_exactly_is_refused(rest: str) -> None:
    assert told(rest) == ([], "", {})


def test_several_in_all_places() -> None:
    to = "Ana <ana@lab.example>, o'neil@lab.example%3Bcy@lab.example di@lab.example"
    rest = f"&to={to}&cc=ed@lab.example&bcc=fi@lab.example"
    got, sender, headers = told(f"{rest}&reply=o'hara@lab.example", "/gi@lab.example", sender="o'bot@lab.example")
    assert sorted(got) == sorted(f"{one}@lab.example" for one in ("ana", "o'neil", "cy", "di", "ed", "fi", "gi"))
    assert sender == "o'bot@lab.example"
    assert headers["From"] == "o'bot@lab.example"
    assert headers["To"] == "gi@lab.example, Ana <ana@lab.example>, o'neil@lab.example, cy@lab.example, di@lab.example"
    assert headers["Reply-To"] == "o'hara@lab.example"


def test_a_senders_name_stays_beside_an_odd_address() -> None:
    _, sender, headers = told("&to=ana@lab.example&name=Papers, daily", sender="o'bot@lab.example")
    assert (sender, headers["From"]) == ("o'bot@lab.example", '"Papers, daily" <o\'bot@lab.example>')
