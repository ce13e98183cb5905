"""Say in words why a message was not taken, from a mail server's answer or from apprise's log."""

from __future__ import annotations

import ast
import re
import smtplib
import socket
import ssl
from collections.abc import Iterable, Sequence
from http import HTTPStatus

from watcher.model import Outcome, Result
from watcher.notify.secrets import scrub
from watcher.notify.smtp import AnswerLost, TooBig

LONGEST = 300
LONGEST_SAID = 120
_READ = 2_000  # bytes of an answer that are looked at for what it says

_DOWN = frozenset({401, 403, 404, 410})
_REFUSED = frozenset({413})
_STATUS = re.compile(r"\berror=(\d{3})\b")
_DETAILS = re.compile(r"Response Details:\s*(b?(?:'.*'|\".*\"))", re.DOTALL)
_NO_REASON = re.compile(r"send\(\) completed in|^Throttling for|^Response Details|\bURL: |Payload\b")
"""Lines of apprise's log that say what was done, not why it failed."""

_TAGS = re.compile(r"<[^<>]*>")
_ENDLESS = re.compile(r"does not end|got more than \d+ (bytes|headers)")
_CAUSES = {
    # First: these name what kept the proxy from its work as well.
    re.compile(r"Tunnel connection failed: 407"): "the proxy wants a user and a password, or refuses them",
    re.compile(r"Tunnel connection failed: 50[234]"): "the proxy cannot reach the service",
    re.compile(r"Tunnel connection failed"): "the proxy refuses to ask the service",
    re.compile(r"the proxy cannot be used"): "the proxy cannot be used: its secret is not set in the environment",
    re.compile(r"ProxyError\("): "the proxy cannot be reached",
    re.compile(r"codec can't encode"): "a letter in its user, password or headers cannot be sent",
    _ENDLESS: "its answer does not end",
    re.compile(r"certificate verify failed", re.I): "the server's certificate is not trusted",
    re.compile(r"name or service not known|nodename nor servname|getaddrinfo|name resolution", re.I): "no such host",
    re.compile(r"connection refused", re.I): "connection refused",
    re.compile(r"timed? ?out", re.I): "no answer in time",
    re.compile(r"unreachable|no route", re.I): "no way to the server",
    re.compile(r"reset by peer|connection aborted|remote end closed|broken pipe", re.I): "the connection was cut",
    re.compile(r"ssl|tls", re.I): "no secure connection",
}


def of_mail(error: Exception) -> Outcome:
    """Return the outcome that an SMTP error means (RFC 5321, 4.2.1: codes 4yz may work later, codes 5yz will not).

    A code 5yz after the message itself means that this message is refused. A code 5yz before it means that the endpoint
    is down as it is configured.
    """
    if isinstance(error, AnswerLost):
        return Outcome(Result.FAILED, "the mail server did not confirm the message: it may have arrived all the same")
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        code, answer = max(error.recipients.values(), key=lambda reply: reply[0])
        return _answered("the mail server refused the recipient", code, answer, Result.DOWN)
    if isinstance(error, smtplib.SMTPDataError | TooBig):
        return _answered("the mail server refused the message", error.smtp_code, error.smtp_error, Result.REFUSED)
    if isinstance(error, smtplib.SMTPAuthenticationError):
        return _answered("the mail server refused the password", error.smtp_code, error.smtp_error, Result.DOWN)
    if isinstance(error, smtplib.SMTPSenderRefused):
        return _answered("the mail server refused the sender", error.smtp_code, error.smtp_error, Result.DOWN)
    if isinstance(error, smtplib.SMTPResponseException):
        return _answered("the mail server refused", error.smtp_code, error.smtp_error, Result.DOWN)
    if isinstance(error, smtplib.SMTPNotSupportedError):
        return Outcome(Result.FAILED, "the mail server offers no encryption (STARTTLS) or no sign-in")
    if isinstance(error, smtplib.SMTPServerDisconnected | ConnectionResetError | BrokenPipeError):
        return Outcome(Result.FAILED, f"the mail server {_ended(str(error))}")
    return Outcome(Result.FAILED, f"mail server: {_cause(_words(error)) or type(error).__name__}")


def _ended(said: str) -> str:
    """Return, in words, what smtplib's exception for a closed connection means; it can mean three things."""
    if _ENDLESS.search(said):
        return "gave an answer without end"
    return "gave no answer in time" if "timed out" in said else "ended the connection"


def _words(error: Exception) -> str:
    kinds: dict[type[Exception], str] = {
        ConnectionRefusedError: "connection refused",
        TimeoutError: "timed out",
        socket.gaierror: "getaddrinfo",
        ssl.SSLCertVerificationError: "certificate verify failed",
        ssl.SSLError: "ssl",
    }
    return next((words for kind, words in kinds.items() if isinstance(error, kind)), str(error))


def _answered(what: str, code: int, answer: bytes | str, permanent: Result) -> Outcome:
    said = answer.decode("utf-8", "replace") if isinstance(answer, bytes) else str(answer)
    reason = f"{what}: {code} {' '.join(said.split())}"[:LONGEST].rstrip()
    return Outcome(permanent if 500 <= code < 600 else Result.FAILED, reason)


def of_log(lines: Sequence[str], secrets: Iterable[str]) -> Outcome:
    """Return the outcome that apprise's log of a failed call means. apprise gives no other reason.

    ``lines``: of that log.
    ``secrets``: texts that must not appear in the reason.
    """
    status = next((int(found[1]) for line in lines if (found := _STATUS.search(line))), None)
    if status is not None:
        return of_answer(status, _details(lines), secrets)
    cause = next((cause for line in lines if "xception" in line and (cause := _cause(line))), None)
    told = [line for line in lines if not _NO_REASON.search(line)]
    last = scrub(" ".join(told[-1].split()), secrets) if told else "apprise gave no reason"
    last = last.replace("Socket Exception: ", "its answer cannot be read: ", 1)
    return Outcome(Result.FAILED, (cause or last)[:LONGEST])


def of_answer(status: int, body: bytes | str, secrets: Iterable[str]) -> Outcome:
    """Return the outcome that a service's answer with an error status means.

    ``secrets``: texts that must not appear in the reason.
    """
    said = scrub(_said(body), secrets)
    return Outcome(_result_of(status), f"the service answered {status}{_phrase(status)}" + (said and f": {said}"))


def of_exception(error: BaseException, secrets: Iterable[str]) -> Outcome:
    """Return the outcome that an exception of a plugin means.

    ``secrets``: texts that must not appear in the reason.
    """
    said = " ".join(str(error).split())
    return Outcome(Result.FAILED, scrub(f"{type(error).__name__}: {said}", secrets)[:LONGEST])


def of_no_answer(error: BaseException, secrets: Iterable[str]) -> Outcome:
    """Return the outcome of a request that was not answered, in words where the cause is known.

    ``secrets``: texts that must not appear in the reason.
    """
    cause = _cause(str(error))
    return Outcome(Result.FAILED, cause) if cause else of_exception(error, secrets)


def _result_of(status: int) -> Result:
    if status in _DOWN:
        return Result.DOWN
    return Result.REFUSED if status in _REFUSED else Result.FAILED


def _phrase(status: int) -> str:
    try:
        return f" {HTTPStatus(status).phrase}"
    except ValueError:
        return ""


def _details(lines: Iterable[str]) -> bytes | str:
    """Return the body of an answer as apprise logs it, "" if it does not."""
    found = next((found for line in lines if (found := _DETAILS.search(line))), None)
    if not found:
        return ""
    try:
        answer = ast.literal_eval(found[1])
    except (ValueError, SyntaxError):
        return ""
    return answer if isinstance(answer, bytes) else str(answer)


def _said(answer: bytes | str) -> str:
    """Return the first words of an answer's body."""
    text = answer[:_READ].decode("utf-8", "replace") if isinstance(answer, bytes) else answer
    said = " ".join("".join(char if char.isprintable() else " " for char in _TAGS.sub(" ", text[:_READ])).split())
    return said if len(said) <= LONGEST_SAID else said[: LONGEST_SAID - 1] + "…"


def _cause(text: str) -> str | None:
    return next((cause for pattern, cause in _CAUSES.items() if pattern.search(text)), None)
