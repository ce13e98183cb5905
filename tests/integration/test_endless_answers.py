"""Web services and mail servers whose answers do not end, come drop by drop, or are far too large: read in bounds."""

from __future__ import annotations

import gzip
import threading
import tracemalloc
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import pytest

from tests.integration.endless import ENOUGH, Endless, dripping, endless, forever
from tests.integration.mailserver import MailServer, mail_server, make_certificate
from tests.integration.test_notify_web import discord, mattermost, ntfy, teams, telegram
from tests.patience import PATIENCE
from tests.unit.messages import digest, item
from watcher.model import Outcome, Result
from watcher.model.network.way_out import WayOut
from watcher.notify import Notifier
from watcher.notify.services.table import apprise_module
from watcher.render.message import render_message

MESSAGE = render_message(digest(item()))
SENT = Outcome(Result.SENT)
OK = b"HTTP/1.1 200 OK\r\n"
CHUNKED = b"Transfer-Encoding: chunked\r\n\r\n"
CHUNK = b"4000\r\n" + b"x" * 0x4000 + b"\r\n"
BOMB = gzip.compress(bytes(50_000_000), 9)
MEGABYTES = 1024 * 1024


def send(service: Endless, url: str = "json://127.0.0.1:{}/", way: WayOut | None = None) -> Outcome:
    """Send one message, and see that the sender hung up, asked once, and left nobody waiting."""
    # Patience is short so that drops soon are too many; the whole message has far longer than the server goes on.
    notifier = Notifier(patience=1.0, timeout=60.0, way=lambda: way or WayOut())
    outcome = notifier.send(url.format(service.port), MESSAGE, "key-1")
    assert service.ended.wait(PATIENCE), "the sender never hung up"
    assert service.written < ENOUGH
    assert len(service.asked) == 1
    assert not [one for one in threading.enumerate() if one.name == "send"]
    return outcome


TAKEN: dict[str, Callable[[], Iterable[bytes]]] = {
    "chunks without end": forever(OK + CHUNKED, CHUNK),
    "empty lines between chunks": forever(OK + CHUNKED, b"\r\n"),
    "a chunk's size without end": forever(OK + CHUNKED, b"0" * 65536),
    "a chunk's extension without end": forever(OK + CHUNKED + b"1;", b"x" * 65536),
    "one chunk without end": forever(OK + CHUNKED + b"ffffffffffff\r\n", b"x" * 65536),
    "trailers without end": forever(OK + CHUNKED + b"0\r\n", b"X-Trailer: " + b"x" * 9000 + b"\r\n"),
    "a body without end or length": forever(OK + b"\r\n", b"x" * 65536),
    "a body of a terabyte": forever(OK + b"Content-Length: 1000000000000\r\n\r\n", b"x" * 65536),
    "headers without end": forever(OK, b"X-Header: " + b"x" * 9000 + b"\r\n"),
    "small headers without end": forever(OK, b"a: b\r\n"),
    "one header without end": forever(OK + b"X-Header: ", b"x" * 65536),
    "a folded header without end": forever(OK + b"X-Header: x\r\n", b" x\r\n"),
    "a dripping body": dripping(OK + b"\r\n", b"x"),
    "dripping chunks": dripping(OK + CHUNKED, b"1\r\nx\r\n"),
    "a dripping header": dripping(OK + b"X-Header: ", b"x"),
    "dripping headers": dripping(OK, b"a: b\r\n"),
    "202, dripping": dripping(b"HTTP/1.1 202 Accepted\r\n\r\n", b"x"),
    "no body where one is announced": lambda: [OK + b"Content-Length: 10\r\n\r\nx"],
    "a head that is cut": lambda: [OK + b"X-Head"],
    "compressed rubbish": lambda: [OK + b"Content-Encoding: gzip\r\nContent-Length: 4\r\n\r\nxxxx"],
    "compressed rubbish without end": forever(OK + b"Content-Encoding: gzip\r\n" + CHUNKED, CHUNK),
}


@pytest.mark.parametrize("answer", TAKEN.values(), ids=TAKEN)
def test_a_message_whose_status_says_so_is_sent_however_the_answer_goes_on(
    answer: Callable[[], Iterable[bytes]],
) -> None:
    with endless(answer) as service:
        assert send(service) == SENT


NOT_TAKEN: dict[str, tuple[Callable[[], Iterable[bytes]], Result, str]] = {
    "404 without end": (forever(b"HTTP/1.1 404 No\r\n" + CHUNKED, CHUNK), Result.DOWN, "answered 404"),
    "500, dripping": (dripping(b"HTTP/1.1 500 No\r\n\r\n", b"x"), Result.FAILED, "answered 500"),
    "503, headers without end": (forever(b"HTTP/1.1 503 No\r\n", b"a: b\r\n"), Result.FAILED, "answered 503"),
    "413, a header without end": (
        forever(b"HTTP/1.1 413 No\r\nX: ", b"x" * 65536),
        Result.REFUSED,
        "answered 413",
    ),
    "a status line without end": (forever(b"HTTP/1.1 200 ", b"x" * 65536), Result.FAILED, "does not end"),
    "no status, without end": (forever(b"", b"x" * 65536), Result.FAILED, "does not end"),
    "100 Continue without end": (forever(b"", b"HTTP/1.1 100 Continue\r\n\r\n"), Result.FAILED, "does not end"),
    "a dripping status": (dripping(b"HTTP/1.1 20", b" "), Result.FAILED, "no answer in time"),
    "100 Continue, dripping": (dripping(b"", b"HTTP/1.1 100 Continue\r\n\r\n"), Result.FAILED, "no answer in time"),
    "tags without end": (
        forever(b"HTTP/1.1 500 No\r\n" + CHUNKED, b"4000\r\n" + b"<a" * 0x2000 + b"\r\n"),
        Result.FAILED,
        "answered 500",
    ),
}


@pytest.mark.parametrize(("answer", "result", "words"), NOT_TAKEN.values(), ids=NOT_TAKEN)
def test_a_message_that_was_not_taken_fails_in_time(
    answer: Callable[[], Iterable[bytes]], result: Result, words: str
) -> None:
    with endless(answer) as service:
        outcome = send(service)
    assert outcome.result is result
    assert words in outcome.reason and len(outcome.reason) <= 300


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_nobody_is_led_in_circles(status: int) -> None:
    with endless(lambda: []) as service:
        where = f"http://127.0.0.1:{service.port}/again".encode()
        service.answer = lambda: [b"HTTP/1.1 %d On\r\nLocation: %s\r\nContent-Length: 0\r\n\r\n" % (status, where)]
        outcome = send(service)  # asserts that it was asked once
    assert outcome.result is Result.FAILED and f"answered {status}" in outcome.reason


@pytest.mark.parametrize("encoding", [b"gzip", b"GZIP", b"gzip, gzip", b"deflate", b"br"])
def test_what_is_small_only_when_compressed_stays_small(encoding: bytes) -> None:
    head = b"HTTP/1.1 404 No\r\nContent-Encoding: %s\r\nContent-Length: %d\r\n\r\n" % (encoding, len(BOMB))
    apprise_module()
    with endless(lambda: [head, BOMB]) as service:
        tracemalloc.start()
        try:
            outcome = send(service)
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
    assert outcome.result is Result.DOWN
    assert peak < 8 * MEGABYTES  # the body has 50


def test_a_compressed_answer_is_read() -> None:
    body = gzip.compress(b"<b>no such hook</b>")
    head = b"HTTP/1.1 404 No\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(body)
    with endless(lambda: [head, body]) as service:
        assert send(service) == Outcome(Result.DOWN, "the service answered 404 Not Found: no such hook")


CHATS = [discord, mattermost, ntfy, telegram, teams]
PLAIN = {
    "xml": "xml://127.0.0.1:{}/",
    "form": "form://127.0.0.1:{}/",
    "gotify": "gotify://127.0.0.1:{}/AbCdEfGhIjKlMnO",
    "rocket": "rocket://AbCdEfGh/IjKlMnOpQrStUvWx@127.0.0.1:{}/#trees",
    "kodi": "kodi://127.0.0.1:{}/",
    "hassio": "hassio://127.0.0.1:{}/AbCdEfGhIjKlMnOpQrStUvWx",
    "synology": "synology://127.0.0.1:{}/AbCdEfGhIjKlMnOpQrStUvWx",
    "matrix": "matrix://bot:token@127.0.0.1:{}?mode=matrix",
    "signal": "signal://127.0.0.1:{}/+15551234567/+15557654321",
}


@pytest.mark.parametrize("url", PLAIN.values(), ids=PLAIN)
def test_services_of_all_kinds_read_no_more(url: str) -> None:
    with endless(forever(OK + CHUNKED, CHUNK)) as service:
        assert send(service, url) == SENT


@pytest.mark.parametrize("chat", CHATS)
def test_chats_read_no_more(monkeypatch: pytest.MonkeyPatch, chat: Callable[[int, pytest.MonkeyPatch], str]) -> None:
    with endless(forever(OK + CHUNKED, CHUNK)) as service:
        assert send(service, chat(service.port, monkeypatch)) == SENT


@pytest.mark.filterwarnings("ignore:Unverified HTTPS request")
@pytest.mark.parametrize("name", ["chunks without end", "one header without end", "dripping chunks"])
def test_an_encrypted_answer_is_bounded_too(tmp_path: Path, name: str) -> None:
    _, context = make_certificate(tmp_path)
    with endless(TAKEN[name], tls=context) as service:
        assert send(service, "jsons://127.0.0.1:{}/?verify=no") == SENT


def test_a_proxys_answer_is_bounded_too() -> None:
    with endless(TAKEN["chunks without end"]) as service:
        way = WayOut(f"http://127.0.0.1:{service.port}")
        assert send(service, "json://papers.invalid/", way) == SENT
        assert service.asked[0].startswith(b"POST http://papers.invalid/")


@pytest.mark.parametrize("answer", [forever(OK, b"X-Lab: 7\r\n"), dripping(OK + b"X-Lab: ", b"x")])
def test_a_proxys_answer_to_a_tunnel_is_bounded_too(answer: Callable[[], Iterable[bytes]]) -> None:
    with endless(answer) as service:
        outcome = send(service, "jsons://papers.invalid/", WayOut(f"http://127.0.0.1:{service.port}"))
        assert outcome.result is Result.FAILED
        assert service.asked[0].startswith(b"CONNECT papers.invalid:443")


def test_a_whole_answer_is_given_to_its_service_whole() -> None:
    import requests

    body = b"x" * 200_000
    apprise_module()
    with endless(lambda: [OK + b"Content-Length: %d\r\nX-Lab: 7\r\n\r\n" % len(body), body]) as service:
        answer = requests.post(f"http://127.0.0.1:{service.port}/", data=b"", timeout=PATIENCE)
    assert (answer.status_code, answer.headers["X-Lab"], answer.content) == (200, "7", body)


# --- mail ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def post() -> Iterator[MailServer]:
    with mail_server() as box:
        yield box


def mail(box: MailServer) -> Outcome:
    url = f"mailto://127.0.0.1:{box.port}/?from=bot@lab.example&to=ana@lab.example"
    with Notifier(patience=PATIENCE, last_patience=PATIENCE, timeout=PATIENCE) as notifier:
        outcome = notifier.send(url, MESSAGE, "key-1")
    assert not [one for one in threading.enumerate() if one.name == "send"]
    return outcome


@pytest.mark.parametrize("stage", ["connect", "ehlo", "mail", "rcpt", "data"])
def test_a_mail_servers_answer_without_end_is_cut(post: MailServer, stage: str) -> None:
    post.fail(stage, "\r\n".join(["250-and so on"] * 20_000))
    assert mail(post) == Outcome(Result.FAILED, "the mail server gave an answer without end")
    assert post.taken == []


def test_an_answer_without_end_to_the_message_may_mean_anything(post: MailServer) -> None:
    post.fail("body", "+" + "\r\n".join(["250-and so on"] * 20_000))
    outcome = mail(post)
    assert outcome.result is Result.FAILED and "may have arrived" in outcome.reason
    assert len(post.taken) == 1


def test_a_long_answer_is_still_an_answer(post: MailServer) -> None:
    post.extensions = tuple(f"X-EXTENSION-{n}" for n in range(1000))
    assert mail(post) == SENT


def test_a_dripping_mail_server_is_given_up() -> None:
    with endless(dripping(b"220-", b"x")) as service:
        service.speaks_first = True
        url = f"mailto://127.0.0.1:{service.port}/?from=bot@lab.example&to=ana@lab.example"
        outcome = Notifier(patience=1.0, timeout=1.0).send(url, MESSAGE, "key-1")
        assert outcome == Outcome(Result.FAILED, "the mail server gave no answer in time")
        assert service.ended.wait(PATIENCE), "the sender never hung up"
    assert not [one for one in threading.enumerate() if one.name == "send"]
