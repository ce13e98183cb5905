"""Doubt addresses of mail that can be used and by which no mail arrives all the same."""

from __future__ import annotations

import re
from typing import Any

from watcher.model.doubts import AddressDoubt
from watcher.notify.addresses.accounts import takes_no_password, wants_app_password
from watcher.notify.addresses.written import Written, is_this_machine

_READING = re.compile(r"(?:imap|pop3?)\d?\..+")
_READING_PORTS = frozenset({110, 143, 993, 995})
_SERVER = re.compile(
    r"(?:smtp[\w-]*|mail(?:server|host|gate|out|relay)?\d*|mx\d*|mta\d*|relay\d*|outgoing|submission)\.[^.]+\..+"
)
"""Matches names of mail servers below a domain: ``mail.lab.example``, not ``mail.example``."""


def doubt_of_mail(written: Written, service: Any) -> AddressDoubt | None:
    """Return a warning about an address of mail by which none arrives, None if there is none.

    ``service``: apprise's plugin for the address.
    """
    found = _of_server(written, service) or _of_sign_in(service) or _of_recipients(written, service)
    return AddressDoubt("unlikely-mail", *found) if found else None


def _of_server(written: Written, service: Any) -> tuple[str, str] | None:
    if _READING.fullmatch(written.host.lower()) or service.port in _READING_PORTS:
        return "this server is asked for mail, none is sent by it", "write the server for sending, such as smtp.…:587"
    return None


def _of_sign_in(service: Any) -> tuple[str, str] | None:
    server, password = str(service.smtp_host).lower(), str(service.password or "")
    if takes_no_password(server):
        what = "Microsoft takes no password from programs for this account"
        return what, "write another mailbox or a chat (docs/recipes/microsoft-365.md)"
    if wants_app_password(server, password):
        what = "Google takes an app password alone, sixteen letters, and this is none"
        return what, "make one at https://myaccount.google.com/apppasswords (docs/recipes/gmail.md)"
    return None


def _of_recipients(written: Written, service: Any) -> tuple[str, str] | None:
    """Return (mistake, remedy) if nobody is named, so that mail goes to the user at the server."""
    host = written.host.lower()
    if {"to", "cc", "bcc", "from"} & {one.name for one in written.parameters} or is_this_machine(host):
        return None
    if service.user and not service.password:
        what = "without a password nobody signs in, and the mail server would be the address's own domain"
        return what, "write mailtos://USER:${PASSWORD}@SERVER?from=…&to=…"
    if _SERVER.fullmatch(host) and service.smtp_host == written.host:
        return "without to= the mail goes to the user's name at the server's own name", "add from=… and to=…"
    return None
