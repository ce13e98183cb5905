"""The faults, each with how it begins and what has to come of it."""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from benchmarks.faults.hook import Hook, hook
from benchmarks.faults.world import MESSAGES, Ending, World, ending, worlds
from tests.integration.mailserver import CUT, HANG, RESET, MailServer, mail_server
from watcher.model import DeliveryState

PER_MESSAGE = 4
"""Papers in each message."""

ALL_SENT = {DeliveryState.SENT: MESSAGES}
ONE_DEAD = {DeliveryState.SENT: MESSAGES - 1, DeliveryState.DEAD: 1}
MOST_ROUNDS = 12


@dataclass(frozen=True)
class Fault:
    """One thing that goes wrong at a receiver.

    ``begin`` arranges it, and it lasts for ``tries`` rounds of telling. ``ends`` is how the deliveries have to end,
    ``twice`` how many papers may arrive again, under the same key, since nobody can know that they had arrived.
    ``absent`` for a receiver that nobody listens at; ``days`` for how long, with new papers every day.
    """

    name: str
    begin: Callable[[Any, World], None] = lambda server, world: None
    ends: Mapping[DeliveryState, int] = field(default_factory=lambda: ALL_SENT)
    twice: int = 0
    tries: int = 3
    absent: bool = False
    days: int = 0
    options: str = ""
    schema: str = "mailto"
    settings: Mapping[str, Any] = field(default_factory=dict)


def at(stage: str, answer: str, times: int = 1_000_000) -> Callable[[MailServer, World], None]:
    """The mail server answers so at one stage."""
    return lambda server, world: server.fail(stage, answer, times)


def _second(answer: str) -> Callable[[MailServer, World], None]:
    """The mail server answers so to the second message."""

    def begin(server: MailServer, world: World) -> None:
        server.fault = lambda stage, n: answer if (stage, n) == ("mail", 2) else None

    return begin


def answering(status: int = 200, before: str = "", times: int = 1_000_000, **headers: str) -> Callable[..., None]:
    """The webhook answers so."""
    return lambda server, world: server.fail(status, before, times, **headers)


def _slowly(server: MailServer, world: World) -> None:
    def wait(stage: str, n: int) -> None:
        time.sleep(0.02)

    server.fault = wait


def _password_changed(server: MailServer, world: World) -> None:
    server.password = "another-one"


def _killed(server: Any, world: World) -> None:
    world.dies = True


MAIL = (
    Fault("nobody listens", absent=True),
    Fault("the connection is reset", at("connect", RESET)),
    Fault("a black hole: no word", at("connect", HANG)),
    Fault("421 instead of a greeting", at("connect", "421 4.3.2 too many connections")),
    Fault("encryption is gone (STARTTLS stripped)", schema="mailtos", options="&mode=starttls&verify=no"),
    Fault("a certificate of nobody", schema="mailtos", options="&mode=starttls", settings={"tls": "untrusted"}),
    Fault("535: the password changed", _password_changed, settings={"password": "right-one"}),
    Fault("451 at RCPT (greylisted)", at("rcpt", "451 4.7.1 come back later")),
    Fault("550 at RCPT (no such user)", at("rcpt", "550 5.1.1 no such user")),
    Fault("452 after the message (disk full)", at("body", "452 4.3.1 disk full")),
    Fault("421 after the message", at("body", "421 4.3.2 going down")),
    Fault("550 to one message (spam)", at("body", "550 5.7.1 looks like spam", times=1), ends=ONE_DEAD),
    Fault("552 at MAIL to one message (size)", at("mail", "552 5.3.4 too big", times=1), ends=ONE_DEAD),
    Fault("421 to the second message of a connection", _second("421 4.7.0 enough"), tries=1),
    Fault("a connection is cut between two messages", _second(CUT), tries=1),
    Fault("cut before the message", at("data", CUT)),
    Fault("reset within the conversation", at("rcpt", RESET)),
    Fault("silent before the message", at("data", HANG)),
    Fault("silent after the message, not taken", at("body", HANG)),
    Fault("silent after the message, taken", at("body", "+hang", times=1), twice=PER_MESSAGE),
    Fault("taken, the answer lost", at("body", "+cut", times=1), twice=PER_MESSAGE),
    Fault("slow, but alive", _slowly, tries=1),
    Fault("the daemon is killed after the server took it", _killed, twice=PER_MESSAGE),
    Fault("down for a week, papers every day", absent=True, days=7, ends={}),
)

WEB = (
    Fault("nobody listens", absent=True),
    Fault("the connection is reset", answering(before="reset")),
    Fault("a black hole: no word", answering(before="hang")),
    Fault("429, Retry-After: 120", answering(429, Retry_After="120")),
    Fault("429, Retry-After: soon", answering(429, Retry_After="soon")),
    Fault("307 to elsewhere", answering(307, Location="http://127.0.0.1:9/")),
    Fault("401", answering(401)),
    Fault("403", answering(403)),
    Fault("404", answering(404)),
    Fault("500", answering(500)),
    Fault("503, Retry-After: 3600", answering(503, Retry_After="3600")),
    Fault("413 to one message", answering(413, times=1), ends=ONE_DEAD),
    Fault("taken, the answer lost", answering(before="lost", times=1), twice=PER_MESSAGE),
    Fault("slow, but alive", answering(before="slow"), tries=1),
    Fault("the daemon is killed after the service took it", _killed, twice=PER_MESSAGE),
    Fault("down for a week, papers every day", absent=True, days=7, ends={}),
)


def play(fault: Fault, kind: str, folder: Path, certificates: tuple[ssl.SSLContext, ssl.SSLContext] | None) -> Ending:
    """Let one thing go wrong in a world of its own, mend it, and count what came of it.

    ``certificates`` are servers' contexts that are trusted and not.
    """
    with ExitStack() as stack:
        works, operator = stack.enter_context(hook()), stack.enter_context(hook())
        server = _server(fault, kind, stack, certificates)
        urls = {"wrong": _address(fault, kind, server.port)}
        urls |= {name: f"json://127.0.0.1:{one.port}/" for name, one in (("works", works), ("operator", operator))}
        world = stack.enter_context(worlds(folder, urls, server))
        world.look()
        fault.begin(server, world)
        begun = time.monotonic()
        _last(fault, world)
        _mend(fault, server, stack, certificates)
        for _ in range(MOST_ROUNDS):
            world.wait()
            world.tell()
            if world.is_done():
                break
        return ending(world, works, operator, begun)


def _last(fault: Fault, world: World) -> None:
    """The time for which it lasts."""
    for _ in range(fault.tries):
        world.tell()
        world.wait()
    for _ in range(fault.days):
        world.look(more=MESSAGES)
        for _ in range(8):
            world.tell()
            world.now += timedelta(hours=3)


def _server(
    fault: Fault, kind: str, stack: ExitStack, certificates: tuple[ssl.SSLContext, ssl.SSLContext] | None
) -> Any:
    if fault.absent:
        # Bound, and nobody listens: the port stays ours until it is mended.
        reserved = stack.enter_context(socket.socket())
        reserved.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        reserved.bind(("127.0.0.1", 0))
        absent: Any = Hook() if kind == "http" else MailServer()
        absent.port, absent.reserved = reserved.getsockname()[1], reserved
        return absent
    if kind == "http":
        return stack.enter_context(hook())
    settings = dict(fault.settings)
    if settings.get("tls") and certificates:
        settings["tls"] = certificates[1]
    return stack.enter_context(mail_server(**settings))


def _mend(
    fault: Fault, server: Any, stack: ExitStack, certificates: tuple[ssl.SSLContext, ssl.SSLContext] | None
) -> None:
    if fault.absent:
        server.reserved.close()
        again: AbstractContextManager[Any] = (
            hook(server.port) if isinstance(server, Hook) else mail_server(port=server.port)
        )
        server.taken = stack.enter_context(again).taken
        return
    if fault.schema == "mailtos" and certificates:
        server.tls = certificates[0]
    if "password" in fault.settings:
        server.password = fault.settings["password"]
    server.heal()


def _address(fault: Fault, kind: str, port: int) -> str:
    if kind == "http":
        return f"json://127.0.0.1:{port}/"
    user = f"bot:{fault.settings['password']}@" if "password" in fault.settings else ""
    return f"{fault.schema}://{user}127.0.0.1:{port}/?from=bot@lab.example&to=ana@lab.example{fault.options}"
