"""Addresses of all services that apprise knows, made from its own tables, and whom each of them would contact."""

from __future__ import annotations

import re
import socket
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from re import _constants as C
from re import _parser
from typing import Any

import pytest

from watcher.notify.addresses.addresses import ON_THIS_HOST, load_plugin
from watcher.notify.addresses.forms import Body
from watcher.notify.services.table import apprise_module, plugins
from watcher.notify.smtp import Connections

HOST, PORT = "push.example.org", 8443
PHONE = "15551234567"
LETTERS = "abcdefghijklmnopqrstuvwxyz"

BY_HAND = {
    "aprs": ["aprs://DF1ABC:12345@DF1DEF"],
    "awswhatsapp": [f"awswhatsapp://ABCDEFGHIJ/secret/us-east-1/phone-number-id-{'0' * 32}/+{PHONE}"],
    "goalert": [f"goalert://{HOST}:{PORT}/01234567-89ab-4cde-8f01-23456789abcd"],
    "humhub": [f"humhub://ana:secret@{HOST}:{PORT}/5"],
    "mailto": [
        f"mailto://bot:secret@{HOST}:{PORT}?from=bot@lab.example&to=ana@lab.example",
        f"mailto://{HOST}:{PORT}/ana@lab.example?from=bot@lab.example",
    ],
    "notica": [f"notica://{HOST}:{PORT}/abcdef", "notica://abcdef"],
    "serwersms": [f"serwersms://ana:secret@{PHONE}/#12345"],
    "sinch": [f"sinch://bcdef012:bcdef012@{PHONE}/+{PHONE}"],
    "twilio": [f"twilio://ACbcdef012:bcdefghi@{PHONE}/+{PHONE}"],
    "octopush": [f"octopush://ana@lab.example/key/+{PHONE}"],
    "pagertree": ["pagertree://int_abcdefgh"],
    "pushed": ["pushed://abcdefgh/abcdefgh", "pushed://abcdefgh/abcdefgh/%23general"],
    "sfr": ["sfr://ana:secret@12345/+33612345678"],
    "threema": [f"threema://*ABCDEFG@secret/{PHONE}"],
    "wechat": ["wechat://corp:secret@123456/@ana"],
    "wxpusher": ["wxpusher://AT_abcdefgh/UID_abcdefgh"],
    "dapnet": ["dapnet://DF1ABC:secret@DF1DEF"],
    "bulksms": [f"bulksms://id:secret@+{PHONE}"],
}
"""Services whose tables say too little to make an address from."""


@lru_cache(maxsize=1)
def addresses() -> dict[str, list[str]]:
    """Return schema of a service → addresses made from its templates that apprise accepts."""
    made: dict[str, list[str]] = {}
    seen: set[Any] = set()
    for schema, plugin in sorted(plugins().items()):
        if schema in ON_THIS_HOST or not plugin.enabled or plugin in seen:
            continue
        seen.add(plugin)
        urls = BY_HAND.get(schema) or [_filled(template, plugin, schema) for template in plugin.templates]
        if taken := [url for url in urls if load_plugin(url) is not None]:
            made[schema] = taken
    return made


def _filled(template: str, plugin: Any, schema: str) -> str:
    tokens = apprise_module().plugins.details(plugin)["tokens"]

    def value(found: re.Match[str]) -> str:
        name = found[1]
        about = tokens.get(name, {})
        if name in ("path", "fullpath"):
            return "/a/b/"
        if name == "targets" and (group := sorted(one for one in about.get("group", ()) if one in tokens)):
            mark, made = tokens[group[0]].get("prefix") or "", _value(group[0], tokens[group[0]])
            return made if made.startswith(mark) else mark + made
        return schema if name == "schema" else _value(name, about)

    return re.sub(r"\{(\w+)\}", value, template)


def _value(name: str, about: dict[str, Any]) -> str:
    pattern = about.get("regex") or ""
    pattern, flags = pattern if isinstance(pattern, tuple) else (pattern, "")
    if name in ("host", "port"):
        return HOST if name == "host" else str(PORT)
    if "email" in name or name == "from_addr":
        return "bot@lab.example"
    if "phone" in name or (name in ("source", "sender") and "9" in pattern):
        return PHONE
    if values := about.get("values"):
        return str(next(iter(values)))
    return "".join(_made(_parser.parse(pattern, re.I if "i" in (flags or "") else 0))) if pattern else "abcdefgh1"


def _made(pattern: Any, first: int = 0) -> Iterator[str]:
    """A text that a regular expression matches, as far as tokens need one."""
    for n, (kind, about) in enumerate(pattern, start=first):
        match kind:
            case C.LITERAL:
                yield chr(about)
            case C.NOT_LITERAL | C.ANY:
                yield "a"
            case C.IN:
                yield _one_of(about, n)
            case C.BRANCH:
                yield from _made(about[1][0], n)
            case C.SUBPATTERN:
                yield from _made(about[-1], n)
            case C.MAX_REPEAT | C.MIN_REPEAT:
                least, most, inner = about
                for k in range(least if least > 1 else min(8, most)):
                    yield from _made(inner, n + k)


def _one_of(items: Any, n: int) -> str:
    known = {C.CATEGORY_DIGIT: "0123456789", C.CATEGORY_WORD: LETTERS, C.CATEGORY_NOT_SPACE: LETTERS}
    is_other = any(kind is C.NEGATE for kind, _ in items)
    fitting = "".join(
        chr(about)
        if kind is C.LITERAL
        else known.get(about, "")
        if kind is C.CATEGORY
        else "".join(map(chr, range(about[0], about[1] + 1)))
        for kind, about in items
        if kind in (C.LITERAL, C.RANGE, C.CATEGORY)
    )
    usual = [char for char in LETTERS + "0123456789" if (char in fitting.lower()) is not is_other]
    return usual[n % len(usual)] if usual else fitting[0]


@contextmanager
def cut_off() -> Iterator[list[tuple[str, int]]]:
    """No way out; what was tried is in the list: hosts and ports."""
    tried: list[tuple[str, int]] = []

    def look_up(host: Any, port: Any, *args: Any, **kwargs: Any) -> Any:
        tried.append((host.decode() if isinstance(host, bytes) else host, int(port or 0)))
        raise socket.gaierror(-2, "cut off")

    def connect(self: Any, where: Any) -> Any:
        tried.append((where[0], where[1]))
        raise ConnectionRefusedError("cut off")

    def send_to(self: Any, data: bytes, where: tuple[str, int]) -> int:
        tried.append(where)
        return len(data)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket, "getaddrinfo", look_up)
        patch.setattr(socket.socket, "connect", connect)
        patch.setattr(socket.socket, "sendto", send_to)
        patch.setattr(time, "sleep", lambda seconds: None)
        yield tried


def contacted(url: str) -> set[tuple[str, int]]:
    """The hosts and ports that sending to an address asks."""
    service = load_plugin(url)
    assert service is not None
    service.request_rate_per_sec = 0
    if service.service_name == "Console":
        return set()
    if service.service_name == "E-Mail":
        service.connections, service.text, service.html = Connections(), "text", None
        service.delivery_id, service.date = "key-1", "Tue, 10 Mar 2026 08:00:00 +0000"
    with cut_off() as tried, warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of requests, about a user without a password
        if deliver := getattr(service, "deliver", None):
            deliver(Body("title", "body", None), url)
        else:
            service.notify(title="title", body="body")
    return set(tried)
