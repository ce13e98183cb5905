"""Define services as watcher needs them, as apprise plugins. Imports apprise, so import this file late."""

from __future__ import annotations

from collections.abc import Iterator
from threading import Lock
from typing import Any, ClassVar, TextIO

from apprise.manager_plugins import NotificationManager
from apprise.plugins.base import NotifyBase
from apprise.plugins.custom_json import NotifyJSON
from apprise.plugins.discord import NotifyDiscord
from apprise.plugins.email import NotifyEmail
from apprise.plugins.slack import NotifySlack

from watcher.model import Outcome, Result
from watcher.notify import answers, mime, reasons, smtp
from watcher.notify.addresses.mailboxes import Mailbox, mailboxes

# apprise's classes carry no types that a subclass could be checked against.
_Base: Any = NotifyBase
_Email: Any = NotifyEmail
_Slack: Any = NotifySlack
_Discord: Any = NotifyDiscord
_Json: Any = NotifyJSON

SUPPRESS_EMBEDS = 4
"""Discord's message flag for links without previews (discord.com/developers, Message Flags)."""


_SOMEBODY = "somebody@lab.example"
"""A sender that apprise is given in place of the written one, since it may refuse or misread that."""


class Console(_Base):  # type: ignore[misc]
    """Prints messages with their receivers: for trials, and for machines that collect what programs print."""

    service_name = "Console"
    protocol = "console"
    templates = ("{schema}://",)
    template_args: ClassVar[dict[str, Any]] = {**_Base.template_args, "to": {"name": "To", "type": "string"}}
    request_rate_per_sec = 0
    body_maxlen = 1_000_000
    title_maxlen = 1_000

    stream: TextIO
    lock: Lock

    def __init__(self, whom: str = "", **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.whom = whom

    def url(self, privacy: bool = False, *args: Any, **kwargs: Any) -> str:
        return "console://"

    def send(self, body: str, title: str = "", **kwargs: Any) -> bool:
        lines = [f"│ {line}".rstrip() for line in body.strip().splitlines()]
        head = f"╭─ to {self.whom}: {title}" if self.whom else f"╭─ {title}"
        with self.lock:
            self.stream.write("\n".join(["", head, *lines, "╰─", ""]))
            self.stream.flush()
        return True

    @staticmethod
    def parse_url(url: str) -> Any:
        found = _Base.parse_url(url, verify_host=False)
        return found and {**found, "whom": found["qsd"].get("to", "")}


class Mail(_Email):  # type: ignore[misc]
    """E-mail with a text part of its own, one Message-ID over all repeats, and the server's answer in the outcome.

    apprise would make the text part from the HTML, drop the server's answer, and misread a sender's name. Set before
    sending:

    ``connections``: kept connections to mail servers.
    ``text``: the text body.
    ``html``: the HTML body, None to send text alone.
    ``delivery_id``: id of the delivery.
    ``date``: in the form of RFC 5322.
    ``unsubscribe``: an address at which readers unsubscribe, or "".
    ``is_one_click``: a program may call that address, too (RFC 8058).
    ``authorities``: certificates in PEM that are trusted in addition to the machine's, or "".
    """

    targets: Any
    from_addr: Any
    connections: smtp.Connections
    text: str
    html: str | None
    delivery_id: str = ""
    date: str = ""
    unsubscribe: str = ""
    is_one_click: bool = False
    authorities: str = ""
    outcome: Outcome | None = None

    @staticmethod
    def parse_url(url: str) -> Any:
        results = _Email.parse_url(url)
        if not results:
            return results
        results["headers"] = dict(results["qsd+"])  # apprise takes %xx out of them twice
        if name := results["qsd"].get("name"):
            results["from_addr"] = _Email.unquote(results["qsd"].get("from") or "")
            results["from_name"] = name
        return results

    def problem(self) -> str | None:
        """Return why no mail can be written to this address, None if one can. The text names no part of the address."""
        try:
            self._recipients()
            self._head("")
        except mime.Unwritable as error:
            return str(error)
        return None

    def __init__(
        self,
        *,
        host: str = "",
        targets: Any = None,
        cc: Any = None,
        bcc: Any = None,
        reply_to: Any = None,
        from_addr: Any = None,
        from_name: str = "",
        **kwargs: Any,
    ) -> None:
        sender = _valid(from_addr)
        super().__init__(host=host, from_addr=_SOMEBODY if sender else from_addr, **kwargs)
        self.asked_host = host  # a known provider's server may be another
        # apprise takes a part of some addresses for a name: they are read here, and kept as they are written.
        if sender:
            self.from_addr = [from_name or sender[0].name or False, sender[0].address]
        elif from_name:
            self.from_addr = [from_name, self.from_addr[1]]
        self.targets = [(False, self.from_addr[1])]
        if targets:
            self.targets = [(one.name or False, one.address) for one in _valid(targets)]
        self.cc, self.bcc, self.reply_to = ({one.address for one in _valid(text)} for text in (cc, bcc, reply_to))

    def send(self, body: str, title: str = "", **kwargs: Any) -> bool:
        self.outcome = self._deliver(title)
        return self.outcome.result is Result.SENT

    def _deliver(self, subject: str) -> Outcome:
        try:
            recipients = self._recipients()
            message = mime.mail_bytes(self._head(subject), self.text, self.html)
            refused = self.connections.send(self._server(), self.from_addr[1], recipients, message)
        except mime.Unwritable as error:
            return Outcome(Result.DOWN, str(error))
        except (smtp.AnswerLost, OSError) as error:
            return reasons.of_mail(error)
        # Some recipients were accepted: a failure now would send it to them again.
        return Outcome(Result.SENT, f"refused for {', '.join(refused)}" if refused else "")

    def _recipients(self) -> list[str]:
        given = [*(address for _, address in self.targets), *self.cc, *self.bcc]
        return [mime.written_address(address) for address in given]

    def _server(self) -> smtp.MailServer:
        return smtp.MailServer(
            host=self.smtp_host.removeprefix("[").removesuffix("]"),  # as an IPv6 address stands in a URL
            port=self.port,
            secure=self.secure_mode,
            user=self.user or "",
            password=self.password or "",
            verify=self.verify_certificate,
            authorities=self.authorities,
        )

    def _head(self, subject: str) -> list[str]:
        own = {name.lower(): mime.own_header(name, value) for name, value in self.headers.items()}
        lines = [line for line in self._usual_head(subject) if line.partition(":")[0].lower() not in own]
        return [*lines, *(line for name, line in own.items() if name not in mime.NAMES)]

    def _usual_head(self, subject: str) -> Iterator[str]:
        yield mime.text_header("Subject", subject)
        yield mime.address_header("From", [(self.from_addr[0] or "", self.from_addr[1])])
        yield mime.address_header("To", [(name or "", address) for name, address in self.targets])
        if self.cc:
            yield mime.address_header("Cc", [("", address) for address in sorted(self.cc)])
        if self.reply_to:
            yield mime.address_header("Reply-To", [("", address) for address in sorted(self.reply_to)])
        yield mime.token_header("Date", self.date)
        # The same over all repeats: most servers and readers show a Message-ID once.
        host = self.from_addr[1].rpartition("@")[2]
        yield mime.token_header("Message-ID", f"<watcher.{self.delivery_id}@{host}>")
        yield mime.token_header("Auto-Submitted", "auto-generated")
        yield mime.token_header("X-Watcher-Delivery", self.delivery_id)
        if self.unsubscribe and (line := mime.uri_header("List-Unsubscribe", self.unsubscribe)):
            yield line
            if self.is_one_click:
                yield mime.token_header("List-Unsubscribe-Post", "List-Unsubscribe=One-Click")


class Slack(_Slack):  # type: ignore[misc]
    """Slack with the message as its text. apprise would send it as an attachment, which Slack folds up.

    ``mrkdwn``: set before sending; sent as it is. None to send what apprise made.
    """

    mrkdwn: str | None = None

    def _send(self, url: str, payload: Any, *args: Any, **kwargs: Any) -> Any:
        attachments = payload.get("attachments") or [{}]
        if text := self.mrkdwn or attachments[0].get("text"):
            kept = {key: value for key, value in payload.items() if key != "attachments"}
            payload = {**kept, "text": text, "mrkdwn": True, "unfurl_links": False, "unfurl_media": False}
        return super()._send(url, payload, *args, **kwargs)


class JsonWebhook(_Json):  # type: ignore[misc]
    """A webhook that is given data in addition to the text. An entry ``watcher`` in its address replaces the data.

    ``data``: set before sending. It is put among the entries of the address only while the request is sent: apprise
        writes all entries into the address that it reports, and with the data that would cost as much as sending.
    """

    data: Any = None
    payload_extras: dict[str, Any]

    def send(self, body: str, title: str = "", **kwargs: Any) -> bool:
        own = self.payload_extras
        self.payload_extras = {"watcher": self.data, **own}
        try:
            return bool(super().send(body, title, **kwargs))
        finally:
            self.payload_extras = own


class Discord(_Discord):  # type: ignore[misc]
    """Discord that notifies nobody, whatever is written, and shows no previews of links.

    An address with ``ping=`` of its own notifies whom it names.
    """

    def _send(self, payload: Any, *args: Any, **kwargs: Any) -> Any:
        payload = {**payload, "flags": (payload.get("flags") or 0) | SUPPRESS_EMBEDS}
        if not self.ping:
            payload["allowed_mentions"] = {"parse": []}
        return super()._send(payload, *args, **kwargs)


def registry() -> Any:
    """Return apprise's table of services."""
    return NotificationManager()  # type: ignore[no-untyped-call]


def register() -> None:
    """Put watcher's services into apprise's table, and bound the answers that all others read."""
    answers.install()
    for plugin in (Console, Mail, Slack, JsonWebhook, Discord):
        registry().add(plugin, force=True)


def silence_end(plugin: Any) -> None:
    """Make a class of apprise end without an error if it was only half made: Python prints what ``__del__`` raises."""
    end = vars(plugin).get("__del__")
    if end is None or getattr(end, "is_silent", False):
        return

    def silent_end(self: Any) -> None:
        try:  # noqa: SIM105 - when Python ends, `suppress` may be gone already
            end(self)
        except Exception:
            pass

    silent_end.is_silent = True  # type: ignore[attr-defined]
    plugin.__del__ = silent_end


def _valid(texts: Any) -> list[Mailbox]:
    """Return the addresses in one or more texts to which mail can be sent."""
    found = [texts] if isinstance(texts, str) else texts or []
    return [one for text in found for one in mailboxes(text) if not one.problem]
