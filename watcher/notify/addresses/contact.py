"""Compare what an apprise plugin will contact with the address as it is written, so that no part is lost silently.

apprise uses what it can of an address and ignores the rest, such as a host with a mistyped port or a receiver that it
cannot read. The texts returned here quote no part of the address, which may be a secret.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

from watcher.model.words import ordinal
from watcher.notify.addresses.mailboxes import mailboxes, pieces
from watcher.notify.addresses.parameters import problem_of_parameters
from watcher.notify.addresses.shapes import WEBHOOKS, Shape
from watcher.notify.addresses.written import ENCODED, NOWHERE, Written, looks_like_a_host, problem_of_place, same_host

TO, CC, BCC, REPLY, FROM = "to", "cc", "bcc", "reply", "from"
_MAIL = (TO, CC, BCC, REPLY, FROM)
_SIGNS = "#@+!&$*:^[]\"'"
"""Marks around the name of a receiver that a service may drop."""

_SIGNS_OF_ROOMS = "#@+"

_PHONE = re.compile(r"[\d\s()+.-]+")
_IN_BRACKETS = re.compile(r"<([^<>]*)>\s*$")
_DEEPEST = 5
_PUBLIC = frozenset({"cloud", "official", "incident", "t2bot"})
"""Modes (apprise's word) in which a service's public site is asked, whatever host is written."""

_NOT_KEPT = frozenset({"host", "user", "password", "fullpath", "schema", "asset", "tags", "port", "retry", "wait"})
"""Attributes of a plugin that are about the way to the service, not about receivers."""


@dataclass(frozen=True, slots=True)
class Contact:
    """What a plugin will contact.

    ``host`` and ``port``: "" and None for the service's own.
    ``kept``: all texts that the plugin keeps, except those about the way to the service.
    ``signed``: user and password.
    ``path``: as it is sent.
    ``server``: for mail, the SMTP server.
    ``mail``: for mail, parameter → addresses.
    """

    host: str
    port: int | None
    kept: frozenset[str]
    signed: frozenset[str] = frozenset()
    path: str = ""
    server: str = ""
    mail: Mapping[str, frozenset[str]] = field(default_factory=dict)


# --- by its parts alone, before apprise reads it ---


def problem_of_parts(written: Written, shape: Shape) -> str | None:
    """Return why the parts of an address cannot be valid, None if they can be. apprise is not asked."""
    has_host = shape.always_has_host or (shape.may_have_host and looks_like_a_host(written))
    return (
        (problem_of_place(written) if has_host else None)
        or problem_of_parameters(written, shape)
        or (_problem_of_mail(written) if shape.is_mail else None)
    )


def _problem_of_mail(written: Written) -> str | None:
    for name, texts in _mail_texts(written).items():
        found = [one for text in texts for one in mailboxes(text)]
        if name == TO and all("@" not in one.address for one in found):
            return f"this {written.schema}:// address names nobody to send to, or no valid one"
        wrong = next(((n, one) for n, one in enumerate(found, start=1) if one.problem), None)
        if wrong:
            return f"{_nth(wrong[0], len(found), 'address')} in {_where(name, written)} {wrong[1].problem}"
        if name == FROM and len(found) > 1:
            return "from= has more than one address"
    return None


def _mail_texts(written: Written) -> dict[str, list[str]]:
    """Return parameter → texts that contain mail addresses. A ``from=`` that is only a name is left out."""
    texts: dict[str, list[str]] = {TO: list(written.pieces)}
    for one in written.parameters:
        if one.name in _MAIL and one.value and (one.name != FROM or "@" in one.value):
            texts.setdefault(one.name, []).append(one.value)
    return {name: found for name, found in texts.items() if found}


# --- by what apprise made of it ---


def difference(written: Written, contact: Contact, shape: Shape) -> str | None:
    """Return which part of an address would not be contacted as it is written, None if all will be."""
    return (
        _other_host(written, contact, shape)
        or _other_port(written, contact, shape)
        or (_other_mail(written, contact) if shape.is_mail else other_receivers(written, contact, shape))
        or (None if shape.is_mail else _other_names(written, contact, shape))
        or (_other_path(written, contact) if shape.schema in WEBHOOKS else None)
    )


def _other_host(written: Written, contact: Contact, shape: Shape) -> str | None:
    if not shape.may_have_host or written.host in NOWHERE:
        is_nowhere = shape.is_mail and not contact.server
        return "it names no mail server: write its host, or smtp=" if is_nowhere else None
    if contact.path and not contact.path.startswith("/"):  # it would be joined with the host
        return "a piece of its path would become a part of the host's name: write it without %-signs, or in token="
    if contact.host or shape.always_has_host:
        if same_host(written.host, contact.host):
            return problem_of_place(written)
        return f"another host than the one that is written would be asked: write its name in ASCII (xn--); {ENCODED}"
    has_more = len(written.pieces) > shape.most_pieces or (written.user_info and not shape.has_user)
    is_meant = looks_like_a_host(written) or (has_more and not written.value("mode"))
    if is_meant and written.host.lower() not in shape.sites:
        return f"the public site of {shape.schema}:// would get it, not the host that is written: check host and path"
    return None


def _other_port(written: Written, contact: Contact, shape: Shape) -> str | None:
    asked = written.value("port") or (written.port if shape.may_have_host else None)
    # Where a service has no host, apprise takes a number behind a colon off for a port.
    if not shape.has_port and (asked is not None or contact.port is not None):
        return f"{shape.schema}:// takes no port: leave it out"
    if asked is None or str(contact.port) == asked.lstrip("0"):
        return None
    return "another port than the one that is written would be asked: write it behind the host, as in mail.example:8443"


def _other_mail(written: Written, contact: Contact) -> str | None:
    user = written.value("user") or unquote(written.user_info.partition(":")[0])
    if "@" in user and not written.value(FROM) and {user} != contact.mail[FROM]:
        return "its sender would be another address than its user: write from="
    for name, texts in _mail_texts(written).items():
        asked = {one.address for text in texts for one in mailboxes(text)}
        if asked != contact.mail.get(name, frozenset()):
            return f"apprise reads {_where(name, written)} otherwise than it is written: write ana@lab.example"
    return None


def other_receivers(written: Written, contact: Contact, shape: Shape) -> str | None:
    """Return a text about the first receiver that the plugin does not keep as written, None if it keeps all."""
    kept = _forms(contact.kept)
    for where, texts in _places_of_receivers(written, shape):
        words = [word for text in texts for word in _words(text, kept)]
        for n, word in enumerate(words, start=1):
            if not _is_kept(word, kept) or (shape.schema not in WEBHOOKS and _is_another_mailbox(word)):
                what = _nth(n, len(words), "receiver")
                return f"{what} {where} would be left out or changed: {shape.schema}:// does not take it as it stands"
    return None


def _is_another_mailbox(word: str) -> bool:
    """Return whether apprise reads a text as another mail address than it is, perhaps only when it sends.

    It reads ``o'neil@lab.example`` as neil@lab.example.
    """
    from apprise.utils.parse import is_email  # apprise has read the address before

    found: Any = is_email(word.strip(_SIGNS_OF_ROOMS))  # type: ignore[no-untyped-call]
    return bool(found) and found["full_email"] != word.strip(_SIGNS_OF_ROOMS)


def _other_names(written: Written, contact: Contact, shape: Shape) -> str | None:
    """Return a text about a user, sender or team before the path that the plugin changes, None if it changes none."""
    *others, last = written.user_info.split(":")
    names = [last, *others]
    if not shape.may_have_host and not shape.receives_at_host:
        # Telegram's tokens may begin with bot; Zulip's teams are apart from their site.
        names += written.where.removeprefix("bot").split(".")
    held = contact.kept | contact.signed
    forms, texts = _forms(held), [one.casefold() for one in held]
    for name in filter(None, (unquote(one).strip() for one in names)):
        if not _is_kept(name, forms) and not any(name.casefold() in one for one in texts):
            return f"what stands before its path would be changed: {shape.schema}:// does not take it as it stands"
    if not shape.may_have_host and _joins_its_path(unquote(written.where), contact):
        return f"what stands before its path would end in the middle for {shape.schema}://: {ENCODED}"
    is_sender = FROM in shape.parameters or (not shape.may_have_host and looks_like_a_host(written))
    if is_sender and _is_another_mailbox(unquote(f"{last}@{written.host}")):
        return "its sender would be another than the one that is written: write it without blanks and quotation marks"
    return None


def _joins_its_path(team: str, contact: Contact) -> bool:
    """Return whether a team's name, which stands in place of a host, has characters that end a host."""
    return "." in team and any(sign in team for sign in "/?#\\") and team not in contact.signed


def _places_of_receivers(written: Written, shape: Shape) -> Iterator[tuple[str, list[str]]]:
    """Yield (where, texts) for each place of an address that names receivers. Texts of a path may also be keys."""
    if shape.receives_at_host:
        yield "before its path", [unquote(written.where)]
    if shape.receives_in_path:
        yield "in its path", written.pieces[-1:] if shape.has_free_path else written.pieces
    for one in written.parameters:
        if one.name in shape.receivers:
            yield f"in {one.name}=", [one.value]


def _words(text: str, kept: frozenset[str]) -> Iterator[str]:
    """Yield the receivers that a text names. They are separated by blanks, but a telephone number may contain some."""
    for piece in pieces(text):
        words = piece.split()
        if found := _IN_BRACKETS.search(piece):
            yield found[1]
        elif _is_kept(piece, kept) or (_PHONE.fullmatch(piece) and not all(_is_kept(word, kept) for word in words)):
            yield piece
        else:
            yield from words


def _is_kept(word: str, kept: frozenset[str]) -> bool:
    form = _form(word)
    if form in kept:
        return True
    if not form.isdecimal():
        return False
    if form.startswith("0") and not form.startswith("00"):  # within a country
        return any(one.endswith(form[1:]) for one in kept if one.isdecimal())
    return form.removeprefix("00") in kept or (len(form) == 11 and form.removeprefix("1") in kept)  # North America


def _forms(texts: Iterable[str]) -> frozenset[str]:
    """Return texts in the form in which they are compared; of ``u:ana`` and ``group.all`` also ``ana`` and ``all``."""
    forms = {_form(text) for text in texts}
    return frozenset(forms | {re.split("[:./]", form)[-1] for form in forms if "@" not in form}) - {""}


def _form(text: str) -> str:
    text = text.strip().casefold()
    return re.sub(r"\D", "", text) if _PHONE.fullmatch(text) else text.strip(_SIGNS)


def _other_path(written: Written, contact: Contact) -> str | None:
    asked, found = ([unquote(piece) for piece in path.split("/") if piece] for path in (written.path, contact.path))
    if asked == found and not any(sign in contact.path for sign in "?#"):
        return None
    return "another path than the one that is written would be asked: write it without %2F, %3F, %23 and %25"


def _where(name: str, written: Written) -> str:
    places = ["its path"] if name == TO and written.pieces else []
    return " and ".join([*places, *([f"{name}="] if written.value(name) else [])])


def _nth(n: int, count: int, what: str) -> str:
    return f"the {what}" if count == 1 else f"the {ordinal(n)} of {count} {what}{'es' if what.endswith('s') else 's'}"


# --- what a plugin holds ---


def contact_of(service: Any) -> Contact:
    """Return what a plugin (an object of apprise) will contact.

    ``service``: the plugin.
    """
    host, path = str(getattr(service, "asked_host", service.host) or ""), str(service.fullpath or "")
    if str(getattr(service, "mode", "")) in _PUBLIC:
        host = ""  # apprise before 2.3 keeps it
    if hasattr(service, "smtp_host"):
        mail = {
            TO: frozenset(address for _, address in service.targets),
            CC: frozenset(service.cc),
            BCC: frozenset(service.bcc),
            REPLY: frozenset(service.reply_to),
            FROM: frozenset({service.from_addr[1]}),
        }
        return Contact(host, service.port, frozenset(), frozenset(), path, service.smtp_host or "", mail)
    attributes = [(name, value) for name, value in vars(service).items() if name not in _NOT_KEPT]
    # A service remembers what it refused, too, in order to show its address again.
    kept = (text for name, value in attributes if "invalid" not in name for text in _texts(value))
    return Contact(host, service.port, frozenset(kept), frozenset(_texts([service.user, service.password])), path)


def _texts(value: Any, depth: int = 0) -> Iterator[str]:
    """Yield the texts and numbers in a value, at most as deep as receivers can be nested."""
    match value:
        case bool():
            return
        case str():
            yield value
        case int():
            yield str(value)
        case dict():
            yield from _texts([*value, *value.values()], depth)
        case list() | tuple() | set() | frozenset() if depth < _DEEPEST:
            for one in value:
                yield from _texts(one, depth + 1)
