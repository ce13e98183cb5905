"""Connections to a mail server that are kept, go stale, are refused and are ended; messages that may have arrived."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.integration.mailserver import CUT, HANG, RESET, MailServer, mail_server, make_certificate
from tests.unit.messages import digest, item
from watcher.model import Outcome, Result
from watcher.notify import Notifier, smtp, ways
from watcher.render.message import render_message

MESSAGE = render_message(digest(item()))
SENT = Outcome(Result.SENT)
DOUBTFUL = "the mail server did not confirm the message: it may have arrived all the same"


@dataclass
class Post:
    """A notifier whose clock stands still, and one mail server; ``send`` gives each message a key of its own."""

    notifier: Notifier
    box: MailServer
    now: float = 100.0
    sent: int = 0

    def send(self, options: str = "", schema: str = "mailto", user: str = "") -> Outcome:
        self.sent += 1
        url = f"{schema}://{user}127.0.0.1:{self.box.port}/?from=bot@lab.example&to=ana@lab.example{options}"
        return self.notifier.send(url, MESSAGE, f"key-{self.sent}")

    def keys(self) -> list[str]:
        return [one.key for one in self.box.taken]


@pytest.fixture
def box() -> Iterator[MailServer]:
    with mail_server() as one:
        yield one


@pytest.fixture
def post(box: MailServer) -> Iterator[Post]:
    yield from opened(box)


def opened(box: MailServer, patience: float = 5.0, last_patience: float = 5.0) -> Iterator[Post]:
    one: Post = Post(Notifier(patience=patience, last_patience=last_patience, monotonic=lambda: one.now), box)
    with one.notifier:
        yield one


def test_messages_to_one_server_share_a_connection(post: Post) -> None:
    assert [post.send(f"&cc=c{n}@lab.example") for n in range(5)] == [SENT] * 5
    assert post.box.greeted == 1
    assert post.keys() == ["key-1", "key-2", "key-3", "key-4", "key-5"]
    assert post.box.taken[4].recipients == ("ana@lab.example", "c4@lab.example")


def test_lines_that_begin_with_a_dot_arrive(post: Post) -> None:
    server = smtp.MailServer("127.0.0.1", post.box.port, "insecure")
    connections = smtp.Connections()
    connections.send(server, "a@lab.example", ["b@lab.example"], b"X-Watcher-Delivery: k\r\n\r\n.\r\n..two\r\nend")
    connections.close()
    assert post.box.taken[0].content == b"X-Watcher-Delivery: k\r\n\r\n.\r\n..two\r\nend\r\n"


def test_other_passwords_have_other_connections() -> None:
    with mail_server(password="secret-1") as box:
        for post in opened(box):
            assert post.send(user="bot:secret-1@") == SENT
            assert "535 5.7.8 wrong password" in post.send(user="bot:secret-2@").reason
            assert post.send(user="bot:secret-1@") == SENT
    assert box.greeted == 2


def test_connections_are_closed_when_idle_or_old_or_used_enough(post: Post) -> None:
    post.send()
    post.now += smtp.LONGEST_IDLE - 1
    post.notifier.close_idle()
    post.send()
    assert post.box.greeted == 1
    post.now += smtp.LONGEST_IDLE
    post.notifier.close_idle()
    post.box.wait_for(lambda box: not box.open_now)
    assert post.box.commands[-1] == "quit"
    for _ in range(int(smtp.LONGEST_LIFE // 10) + 1):
        post.send()
        post.now += 10
    assert post.box.greeted == 3
    for _ in range(smtp.MOST_MESSAGES):
        post.send()
    assert post.box.greeted == 4
    assert len(post.box.taken) == post.sent


def test_all_are_closed_at_the_end_and_a_late_message_keeps_none(post: Post) -> None:
    post.send()
    post.notifier.close()
    post.box.wait_for(lambda box: not box.open_now)
    assert post.send() == SENT
    post.box.wait_for(lambda box: not box.open_now)


@pytest.mark.parametrize("word", [b"", b"421 4.4.2 too long idle\r\n"])
def test_a_connection_that_the_server_ended_is_opened_anew(post: Post, word: bytes) -> None:
    post.send()
    post.box.hang_up(word)
    post.box.wait_for(lambda box: not box.open_now)
    assert post.send() == SENT
    assert (post.keys(), post.box.greeted) == (["key-1", "key-2"], 2)


@pytest.mark.parametrize("stage", ["mail", "rcpt", "data"])
@pytest.mark.parametrize("answer", ["421 4.3.2 restarting", CUT, RESET])
def test_one_that_ends_before_the_message_is_opened_anew_once(post: Post, stage: str, answer: str) -> None:
    post.send()
    post.box.fail(stage, answer, times=1)
    assert post.send() == SENT
    assert (post.keys(), post.box.greeted) == (["key-1", "key-2"], 2)
    post.box.fail(stage, answer)
    assert post.send().result is Result.FAILED
    assert post.box.greeted == 3
    post.box.heal()
    assert post.send() == SENT
    assert post.keys() == ["key-1", "key-2", "key-4"]


def test_a_server_that_has_heard_enough_is_called_again(post: Post) -> None:
    post.send()
    post.box.fail("mail", "452 4.5.3 too many messages in this session", times=1)
    assert post.send() == SENT
    assert post.box.greeted == 2


@pytest.mark.parametrize("first", [True, False])
@pytest.mark.parametrize("answer", ["+cut", "+reset", CUT])
def test_nothing_is_repeated_after_the_message_was_sent(post: Post, answer: str, first: bool) -> None:
    if not first:
        post.send()
    post.box.fail("body", answer)
    assert post.send() == Outcome(Result.FAILED, DOUBTFUL)
    assert post.box.commands.count("body") == post.sent
    post.box.heal()
    assert post.send() == SENT


def test_a_server_that_is_silent_after_the_message(box: MailServer) -> None:
    for post in opened(box, last_patience=0.2):
        box.fail("body", "+hang")
        assert post.send() == Outcome(Result.FAILED, DOUBTFUL)
        box.heal()
        assert post.send() == SENT
    assert post.keys() == ["key-1", "key-2"]


def test_a_server_that_thinks_for_long_about_a_message_is_not_hung_up_on(box: MailServer) -> None:
    def think(stage: str, n: int) -> None:
        if (stage, n) == ("body", 1):
            box.gate.wait(1.5)

    box.fault = think
    for post in opened(box, patience=1.0, last_patience=20.0):
        assert [post.send(), post.send()] == [SENT, SENT]
    assert (post.keys(), box.greeted) == (["key-1", "key-2"], 1)


def test_a_message_does_not_begin_after_its_sender_was_given_up(post: Post) -> None:
    def slow(stage: str, n: int) -> None:
        post.now += 31.0 if stage in ("mail", "rcpt") else 0.0

    post.box.fault = slow
    assert post.send() == Outcome(Result.FAILED, "mail server: no answer in time")
    assert post.box.taken == [] and "body" not in post.box.commands
    post.box.heal()
    assert post.send() == SENT


@pytest.mark.parametrize("stage", ["connect", "ehlo", "mail", "rcpt", "data"])
def test_a_silent_server_is_given_up(box: MailServer, stage: str) -> None:
    for post in opened(box, patience=0.2, last_patience=0.2):
        box.fail(stage, HANG)
        assert post.send() == Outcome(Result.FAILED, "the mail server gave no answer in time")
    assert box.taken == []


@pytest.mark.parametrize(
    ("stage", "answer", "result", "what"),
    [
        ("connect", "421 4.3.2 too busy", Result.FAILED, "refused"),
        ("connect", "554 5.7.1 not from there", Result.DOWN, "refused"),
        ("mail", "451 4.3.0 later", Result.FAILED, "refused the sender"),
        ("mail", "530 5.7.0 sign in first", Result.DOWN, "refused the sender"),
        ("mail", "552 5.3.4 larger than 1000 bytes", Result.REFUSED, "refused the message"),
        ("rcpt", "451 4.7.1 greylisted", Result.FAILED, "refused the recipient"),
        ("rcpt", "550 5.1.1 no such user", Result.DOWN, "refused the recipient"),
        ("data", "451 4.3.0 later", Result.FAILED, "refused the message"),
        ("body", "421 4.3.2 restarting", Result.FAILED, "refused the message"),
        ("body", "451 4.3.0 later", Result.FAILED, "refused the message"),
        ("body", "550 5.7.1 looks like spam", Result.REFUSED, "refused the message"),
    ],
)
def test_what_each_answer_means(post: Post, stage: str, answer: str, result: Result, what: str) -> None:
    post.box.fail(stage, answer)
    assert post.send() == Outcome(result, f"the mail server {what}: {answer}")
    post.box.heal()
    assert post.send() == SENT
    assert post.keys() == ["key-2"]


def test_a_refusal_keeps_the_connection(post: Post) -> None:
    for stage in ("mail", "rcpt", "body"):
        post.box.fail(stage, "550 5.7.1 not this one", times=1)
        post.send()
    assert post.send() == SENT
    assert post.box.greeted == 1


def test_an_answer_that_nobody_understands_ends_the_connection(post: Post) -> None:
    post.box.fail("rcpt", "what?", times=1)
    assert post.send().result is Result.FAILED
    assert post.send() == SENT
    assert post.box.greeted == 2


def test_threads_share_no_connection(post: Post) -> None:
    """Sixteen threads of ten messages: each arrives once, over no more connections than a server is asked for."""
    outcomes: list[Outcome] = []

    def send(of: int) -> None:
        server = smtp.MailServer("127.0.0.1", post.box.port, "insecure")
        for n in range(10):
            connections.send(
                server, "a@lab.example", ["b@lab.example"], f"X-Watcher-Delivery: {of}/{n}\r\n\r\n".encode()
            )
            outcomes.append(SENT)

    connections = smtp.Connections()
    threads = [threading.Thread(target=send, args=(n,)) for n in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    connections.close()
    assert len(outcomes) == 160
    assert sorted(post.keys()) == sorted(f"{of}/{n}" for of in range(16) for n in range(10))
    assert post.box.greeted <= smtp.AT_ONCE


def test_where_a_server_hangs_others_wait_their_turn_and_no_longer(box: MailServer) -> None:
    connections = smtp.Connections(within=0.3)
    server = smtp.MailServer("127.0.0.1", box.port, "insecure")

    def send() -> None:
        with suppress(smtp.AnswerLost, OSError):
            connections.send(server, "a@lab.example", ["b@lab.example"], b"X-Watcher-Delivery: k\r\n\r\n")

    box.fail("body", HANG)
    threads = [threading.Thread(target=send) for _ in range(smtp.AT_ONCE)]
    for thread in threads:
        thread.start()
    box.wait_for(lambda box: box.commands.count("body") == smtp.AT_ONCE)
    with pytest.raises(TimeoutError):
        connections.send(server, "a@lab.example", ["b@lab.example"], b"")
    box.heal()
    for thread in threads:
        thread.join()
    send()
    connections.close()
    assert len(box.taken) == 1


# --- encryption ------------------------------------------------------------------------------------------------------


@pytest.fixture
def certificate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Where the authority of the mail servers below lies; not trusted yet."""
    if not shutil.which("openssl"):
        pytest.skip("openssl makes the certificate")
    ways._certificates.cache_clear()
    yield tmp_path
    ways._certificates.cache_clear()


@pytest.mark.parametrize("mode", ["starttls", "ssl"])
def test_a_certificate_of_nobody_is_refused_and_a_trusted_one_is_read_once(
    certificate: Path, mode: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    authority, tls = make_certificate(certificate)
    with mail_server(tls=tls, wrapped=mode == "ssl", password="secret-1") as box:
        for post in opened(box):
            options, user = f"&mode={mode}", "bot:secret-1@"
            refused = post.send(options, "mailtos", user)
            assert refused == Outcome(Result.FAILED, "mail server: the server's certificate is not trusted")
            assert "auth" not in box.commands
            assert post.send(options + "&verify=no", "mailtos", user) == SENT
            ways._certificates.cache_clear()
            monkeypatch.setenv("SSL_CERT_FILE", str(authority))
            assert post.send(options, "mailtos", user) == SENT
            authority.unlink()
            assert [post.send(options, "mailtos", user) for _ in range(3)] == [SENT] * 3
            box.hang_up()
            assert post.send(options, "mailtos", user) == SENT
    assert len(box.taken) == 6


def test_a_server_that_lost_its_encryption_is_given_nothing(post: Post) -> None:
    refused = post.send("&mode=starttls", "mailtos", "bot:secret-1@")
    assert refused == Outcome(Result.FAILED, "the mail server offers no encryption (STARTTLS) or no sign-in")
    assert not {"auth", "mail"} & set(post.box.commands)
