"""Mail, with what apprise has not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from apprise.plugins.email import NotifyEmail

from watcher.model import Outcome, Result
from watcher.notify import mime, reasons, smtp
from watcher.notify.addresses.forms import Body
from watcher.notify.addresses.mailboxes import Mailbox, mailboxes
from watcher.notify.secrets import scrub, secrets_of
from watcher.notify.services.kit import Kit

# apprise's classes carry no types that a subclass could be checked against.
_Email: Any = NotifyEmail

_SOMEBODY = "somebody@lab.example"
"""A sender that apprise is given in place of the written one, since it may refuse or misread that."""


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

    def equip(self, kit: Kit) -> None:
        """Take what is needed for one message."""
        message = kit.message
        self.text, self.html = message.text, None if kit.body.format == "text" else message.html
        self.connections, self.authorities = kit.connections, kit.authorities
        self.unsubscribe, self.is_one_click = message.unsubscribe, message.is_one_click
        self.delivery_id, self.date = kit.delivery_id, kit.date

    def deliver(self, body: Body, url: str) -> Outcome:
        """Send a message; return the outcome. The reason shows no secret of the service's address ``url``."""
        outcome = self._sent(body.title.strip())
        return replace(outcome, reason=scrub(outcome.reason, secrets_of(url))) if outcome.reason else outcome

    def _sent(self, subject: str) -> Outcome:
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


def _valid(texts: Any) -> list[Mailbox]:
    """Return the addresses in one or more texts to which mail can be sent."""
    found = [texts] if isinstance(texts, str) else texts or []
    return [one for text in found for one in mailboxes(text) if not one.problem]
