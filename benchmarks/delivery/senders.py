"""Run each compared sender in its own process; its input says what to send, and where.

``watcher``  our sender
``apprise``  an apprise object a thread, kept, with its pause between messages taken out
``bare``     smtplib or httpx over a kept connection a thread
``daemon``   our sender with all around it: claim, put into words, send, mark, in SQLite
"""

from __future__ import annotations

import json
import logging
import smtplib
import socket
import ssl
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from functools import partial
from typing import Any

from tests.unit.messages import digest, item, paper
from watcher.render.message import render_message

PAPERS = 5
MESSAGE = render_message(digest(*(item(paper(n)) for n in range(PAPERS))))
MODES = {"mail": "insecure", "mail, STARTTLS": "starttls", "mail, TLS": "ssl"}

Send = Callable[[], None]


def address(kind: str, port: int, thread: int) -> str:
    """The apprise URL of one thread's receiver."""
    if kind == "json":
        return f"json://127.0.0.1:{port}/{thread}"
    schema = "mailto" if kind == "mail" else "mailtos"
    people = f"from=bot@lab.example&to=ana{thread}@lab.example"
    return f"{schema}://127.0.0.1:{port}/?mode={MODES[kind]}&{people}"


@contextmanager
def watcher(kind: str, port: int, threads: int) -> Iterator[list[Send]]:
    """Our sender."""
    from watcher.model import Result
    from watcher.notify import Notifier

    def sender(url: str) -> Send:
        def send() -> None:
            outcome = notifier.send(url, MESSAGE, "d" * 32)
            assert outcome.result is Result.SENT, outcome

        return send

    with Notifier() as notifier:
        yield [sender(address(kind, port, n)) for n in range(threads)]


@contextmanager
def apprise(kind: str, port: int, threads: int) -> Iterator[list[Send]]:
    """apprise alone, at its best: one object and one plugin for all messages of a thread."""
    import apprise

    def sender(url: str) -> Send:
        one = apprise.Apprise(asset=apprise.AppriseAsset(async_mode=False))
        assert one.add(url)
        one[0].request_rate_per_sec = 0
        body, form = (MESSAGE.text, "text") if kind == "json" else (MESSAGE.html, "html")

        def send() -> None:
            assert one.notify(title=MESSAGE.subject, body=body, body_format=form)

        return send

    yield [sender(address(kind, port, n)) for n in range(threads)]


@contextmanager
def bare(kind: str, port: int, threads: int) -> Iterator[list[Send]]:
    """No library for messages."""
    makers = [(_bare_json if kind == "json" else _bare_mail)(kind, port) for _ in range(threads)]
    yield [send for send, _ in makers]
    for _, close in makers:
        close()


def _bare_json(kind: str, port: int) -> tuple[Send, Callable[[], Any]]:
    import httpx

    client = httpx.Client()
    posted = {"title": MESSAGE.subject, "message": MESSAGE.text}

    def send() -> None:
        assert client.post(f"http://127.0.0.1:{port}/", json=posted).status_code == 200

    return send, client.close


def _bare_mail(kind: str, port: int) -> tuple[Send, Callable[[], Any]]:
    tls = ssl.create_default_context()
    secure = MODES[kind] == "ssl"
    server = smtplib.SMTP_SSL("127.0.0.1", port, context=tls) if secure else smtplib.SMTP("127.0.0.1", port)
    if MODES[kind] == "starttls":
        server.starttls(context=tls)

    assert server.sock is not None
    # Without this, smtplib waits 40 ms for each message over TLS.
    server.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def send() -> None:
        mail = EmailMessage()
        mail["Subject"], mail["From"], mail["To"] = MESSAGE.subject, "bot@lab.example", "ana@lab.example"
        mail.set_content(MESSAGE.text)
        mail.add_alternative(MESSAGE.html, subtype="html")
        server.send_message(mail)

    return send, server.quit


def run(who: str, kind: str, port: int, threads: int, messages: int) -> dict[str, float]:
    """Send so many messages over so many threads; seconds and seconds of CPU, connections made before."""
    if who == "daemon":
        from benchmarks.delivery.daemon import deliver_many

        return deliver_many([address(kind, port, n) for n in range(threads + 1)], messages, timed)
    with {"watcher": watcher, "apprise": apprise, "bare": bare}[who](kind, port, threads) as sends:
        for send in sends:
            send()
        return timed([partial(_repeat, send, messages // threads) for send in sends])


def _repeat(send: Callable[[], Any], times: int) -> None:
    for _ in range(times):
        send()


def timed(works: list[Callable[[], Any]]) -> dict[str, float]:
    """Run these, a thread each; wall time and CPU of the process."""
    running = [threading.Thread(target=work) for work in works]
    begun, cpu = time.perf_counter(), time.process_time()
    for thread in running:
        thread.start()
    for thread in running:
        thread.join()
    return {"seconds": time.perf_counter() - begun, "cpu": time.process_time() - cpu}


def main() -> None:
    """The process: a line of JSON in, a line of JSON out."""
    logging.getLogger("watcher").setLevel(logging.CRITICAL)
    for line in sys.stdin:
        print(json.dumps(run(**json.loads(line))), flush=True)


if __name__ == "__main__":
    main()
