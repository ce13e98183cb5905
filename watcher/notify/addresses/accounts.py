"""Write the apprise address of somebody's own mail account, from what people know of the account."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import quote

from watcher.errors import UsageError
from watcher.notify.addresses.addresses import load_plugin, problem_of
from watcher.notify.addresses.mailboxes import problem_of_mailbox

_MICROSOFT = re.compile(r"(?:outlook|hotmail|live|msn)\.[a-z.]+")
_APPLE = re.compile(r"(?:icloud|me|mac)\.com")
_GOOGLE = re.compile(r"(?:gmail|googlemail)\.com")
_APP_PASSWORD = re.compile(r"[A-Za-z]{16}")

_PASSWORDS = (
    (_GOOGLE, "Google takes an app password, sixteen letters: https://myaccount.google.com/apppasswords"),
    (_APPLE, "Apple takes an app-specific password: https://account.apple.com"),
    (re.compile(r"yahoo\.[a-z.]+"), "Yahoo takes an app password: https://login.yahoo.com/account/security"),
    (re.compile(r"fastmail\.[a-z.]+"), "Fastmail takes an app password: Settings, Privacy & Security"),
)
"""Hosts of mailboxes that refuse the account's own password to programs, and what kind of password they take."""


@dataclass(frozen=True, slots=True)
class MailAccount:
    """A mailbox that mails come from and go to.

    ``server``: the mail server, ``HOST`` or ``HOST:PORT``.
    ``user``: who signs in there, "" to send without signing in.
    """

    mailbox: str
    server: str = ""
    user: str = ""

    def url(self, password: str) -> str:
        """Return the apprise address with a password. A variable such as ``${NAME}`` is written as it is."""
        secret = password if re.fullmatch(r"\$\{\w+\}", password) else quote(password, safe="")
        local, _, domain = self.mailbox.rpartition("@")
        if not self.server:
            return f"mailtos://{quote(local, safe='')}:{secret}@{domain.lower()}"
        whom = f"from={quote(self.mailbox, safe='@')}&to={quote(self.mailbox, safe='@')}"
        mode = "&mode=ssl" if self.server.endswith(":465") else ""
        if self.user:
            return f"mailtos://{quote(self.user, safe='')}:{secret}@{self.server}?{whom}{mode}"
        return f"{'mailto' if self.server.endswith(':25') else 'mailtos'}://{self.server}?{whom}{mode}"


def account_of(mailbox: str) -> MailAccount | None:
    """Return the account of a mailbox, None if its server is not known and has to be asked for.

    Raises ``UsageError`` for a text that is no e-mail address, and for a mailbox that no program can send from.
    """
    if problem := problem_of_mailbox(mailbox):
        raise UsageError(f"this {problem}; write it as ana@gmail.com")
    domain = mailbox.rpartition("@")[2].lower()
    if _MICROSOFT.fullmatch(domain):
        raise UsageError(
            "Microsoft takes no password from programs for this account; write another mailbox or a chat "
            "(docs/recipes/microsoft-365.md)"
        )
    if _APPLE.fullmatch(domain):
        return MailAccount(mailbox, "smtp.mail.me.com:587", mailbox)
    if domain == "googlemail.com":
        return MailAccount(mailbox, "smtp.gmail.com:587", mailbox)
    account = MailAccount(mailbox)
    service = load_plugin(account.url("password"))
    return account if service is not None and service.smtp_host.lower() != domain else None


def account_at(mailbox: str, server: str, user: str) -> MailAccount:
    """Return the account of a mailbox at a server.

    ``server``: ``HOST`` or ``HOST:PORT``.
    ``user``: who signs in there, "" for nobody.

    Raises ``UsageError`` if ``server`` is not in this form.
    """
    host, colon, port = server.strip().partition(":")
    account = MailAccount(mailbox, f"{host}:{port}" if colon else f"{host}:587", user)
    if "/" in server or "@" in server or "." not in host or problem_of(account.url("password")):
        raise UsageError("this is no mail server's name; write it as smtp.uni.example or smtp.uni.example:465")
    return account


def password_wanted(mailbox: str) -> str:
    """Return the kind of password for a mailbox and the place to make it, in words; "" for an unknown mailbox."""
    domain = mailbox.rpartition("@")[2].lower()
    return next((what for form, what in _PASSWORDS if form.fullmatch(domain)), "")


def password_read(mailbox: str, written: str) -> str:
    """Return a password as it has to be sent: Google's without the blanks between its groups.

    Raises ``UsageError`` for a password that cannot be one of Google's app passwords.

    ``mailbox``: the mail address that it belongs to; ``written``: the password as it was typed.
    """
    if not _GOOGLE.fullmatch(mailbox.rpartition("@")[2].lower()):
        return written
    joined = re.sub(r"\s", "", written)
    if not _APP_PASSWORD.fullmatch(joined):
        raise UsageError("this is no app password: it has sixteen letters; the account's own is not taken")
    return joined


def takes_no_password(server: str) -> bool:
    """Return whether a mail server takes no password from programs: Microsoft's for private mailboxes."""
    return re.fullmatch(r"smtp(?:-mail)?\.(?:outlook|hotmail|live|msn)\.[a-z.]+", server) is not None


def wants_app_password(server: str, password: str) -> bool:
    """Return whether a mail server is Google's and a password is no app password."""
    return server in ("smtp.gmail.com", "smtp.googlemail.com") and not _APP_PASSWORD.fullmatch(
        re.sub(r"\s", "", password)
    )
