"""What failures mean and how they are told."""

from __future__ import annotations

import smtplib
import socket
import ssl

import pytest

from watcher.model import Outcome, Result
from watcher.notify.addresses.forms import cut_at_line
from watcher.notify.reasons import of_exception, of_log, of_mail


@pytest.mark.parametrize(
    ("error", "result", "words"),
    [
        (smtplib.SMTPRecipientsRefused({"a@b": (550, b"no such\r\nuser")}), Result.DOWN, "recipient: 550 no such user"),
        (smtplib.SMTPRecipientsRefused({"a@b": (451, b"greylisted")}), Result.FAILED, "recipient: 451"),
        (
            smtplib.SMTPRecipientsRefused({"a@b": (451, b"greylisted"), "c@d": (550, b"gone"), "e@f": (450, b"x")}),
            Result.DOWN,
            "recipient: 550 gone",
        ),
        (smtplib.SMTPSenderRefused(553, b"not yours", "a@b"), Result.DOWN, "sender: 553"),
        (smtplib.SMTPAuthenticationError(535, b"bad"), Result.DOWN, "password: 535"),
        (smtplib.SMTPAuthenticationError(454, b"later"), Result.FAILED, "password: 454"),
        (smtplib.SMTPDataError(552, b"too big"), Result.REFUSED, "message: 552 too big"),
        (smtplib.SMTPDataError(452, b"disk full"), Result.FAILED, "message: 452"),
        (smtplib.SMTPDataError(500, b"what?"), Result.REFUSED, "message: 500"),
        (smtplib.SMTPDataError(599, b"never"), Result.REFUSED, "message: 599"),
        (smtplib.SMTPDataError(499, b"later"), Result.FAILED, "message: 499"),
        (smtplib.SMTPDataError(600, b"odd"), Result.FAILED, "message: 600"),
        (smtplib.SMTPConnectError(421, b"busy"), Result.FAILED, "refused: 421"),
        (smtplib.SMTPConnectError(554, b"blocked"), Result.DOWN, "refused: 554"),
        (smtplib.SMTPNotSupportedError("STARTTLS"), Result.FAILED, "STARTTLS"),
        (smtplib.SMTPServerDisconnected("gone"), Result.FAILED, "ended the connection"),
        (ConnectionRefusedError(111, "x"), Result.FAILED, "connection refused"),
        (TimeoutError(), Result.FAILED, "no answer in time"),
        (socket.gaierror(-2, "x"), Result.FAILED, "no such host"),
        (ssl.SSLCertVerificationError(1, "x"), Result.FAILED, "certificate is not trusted"),
        (ssl.SSLError(1, "x"), Result.FAILED, "no secure connection"),
        (OSError(5, "odd"), Result.FAILED, "OSError"),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else None,
)
def test_mail(error: Exception, result: Result, words: str) -> None:
    outcome = of_mail(error)
    assert outcome.result is result
    assert words in outcome.reason


@pytest.mark.parametrize(
    ("status", "result"),
    [(400, "failed"), (401, "down"), (403, "down"), (404, "down"), (410, "down"), (413, "refused"), (429, "failed"),
     (500, "failed"), (307, "failed"), (599, "failed")],
)  # fmt: skip
def test_http(status: int, result: str) -> None:
    outcome = of_log([f"Failed to send JSON POST notification: error={status}."], ())
    assert outcome.result == result
    assert str(status) in outcome.reason


def test_the_service_is_heard_but_its_secrets_are_not() -> None:
    lines = ["Failed: error=404.", "Response Details:\r\nb'<h1>no_service</h1> for\\x1b[0m s3cret'"]
    outcome = of_log(lines, {"s3cret"})
    assert outcome == Outcome(Result.DOWN, "the service answered 404 Not Found: no_service for [0m ***")


@pytest.mark.timeout(60)
@pytest.mark.parametrize("said", [b"<a" * 200_000, b"<" * 400_000, b"<a>" * 100_000 + b"<", b" " * 400_000])
def test_an_answer_of_tags_is_looked_at_in_no_time(said: bytes) -> None:
    # A pattern that looks for each tag's end anew takes minutes for this.
    outcome = of_log(["Failed: error=500.", f"Response Details:\r\n{said!r}"], ())
    assert outcome.reason.startswith("the service answered 500 Internal Server Error") and len(outcome.reason) < 200


A_LETTER = "a letter in its user, password or headers cannot be sent"


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("Socket Exception: ('Connection aborted.', Endless('the answer does not end'))", "its answer does not end"),
        ("Socket Exception: got more than 65536 bytes when reading status line", "its answer does not end"),
        ("Socket Exception: [Errno 111] Connection refused", "connection refused"),
        ("Socket Exception: Read timed out. (read timeout=4)", "no answer in time"),
        ("Socket Exception: Failed to resolve 'x' ([Errno -2] Name or service not known)", "no such host"),
        ("Socket Exception: ('Connection aborted.', RemoteDisconnected())", "the connection was cut"),
        ("Something else with s3cret", "Something else with ***"),
        ("Notification Exception: 'latin-1' codec can't encode character '\\u65e5' in position 0", A_LETTER),
    ],
)
def test_connections(line: str, words: str) -> None:
    assert of_log(["A Connection error occurred.", line], {"s3cret"}) == Outcome(Result.FAILED, words)


def test_a_silent_failure_says_so() -> None:
    assert of_log([], ()) == Outcome(Result.FAILED, "apprise gave no reason")


@pytest.mark.parametrize(
    ("lines", "reason"),
    [
        (
            ["JSON Payload: {}", "Socket Exception: Content-Length contained multiple unmatching values (2, 9)"],
            "its answer cannot be read: Content-Length contained multiple unmatching values (2, 9)",
        ),
        (["Invalid response from the server.", "Response Details:\r\nb''"], "Invalid response from the server."),
        (["Throttling for 0.5s...", "JSON POST URL: http://lab.example/x"], "apprise gave no reason"),
    ],
)
def test_what_was_done_is_no_reason(lines: list[str], reason: str) -> None:
    assert of_log([*lines, "JSON send() completed in 0.02s."], []).reason == reason


def test_an_exception_is_scrubbed() -> None:
    assert of_exception(ValueError("bad\n s3cret"), {"s3cret"}) == Outcome(Result.FAILED, "ValueError: bad ***")


@pytest.mark.parametrize(
    ("text", "limit", "cut"),
    [("one\ntwo", 7, "one\ntwo"), ("first\nsecond\nthird", 16, "first\nsecond\n…"), ("x" * 50, 10, "x" * 8 + "\n…")],
)
def test_what_is_too_long_is_cut_at_a_line(text: str, limit: int, cut: str) -> None:
    assert cut_at_line(text, limit) == cut
    assert len(cut) <= limit
