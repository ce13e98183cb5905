"""Mails as bytes, read again by the standard library."""

from __future__ import annotations

from email import message_from_bytes
from email.policy import default
from typing import Any

from hypothesis import example, given
from hypothesis import strategies as st

from watcher.notify.mime import mail_bytes, text_header

LINES = st.text(st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"]), max_size=200)
TEXTS = st.lists(LINES, min_size=1, max_size=8).map(lambda lines: "".join(f"{line}\n" for line in lines))


def mail(text: str, html: str | None = None, **headers: str) -> bytes:
    return mail_bytes([text_header(name, value) for name, value in headers.items()], text, html)


def read(data: bytes) -> Any:
    return message_from_bytes(data, policy=default)


def said(part: Any) -> str:
    return str(part.get_content()).replace("\r\n", "\n")


@given(TEXTS, TEXTS)
@example("--=_watcher--\n", "--=_watcher\n\n.\n")
@example("From here\n.\n..\n \n\t\n", "=3D=\n<p>é</p>\n")
def test_what_is_written_is_read(text: str, html: str) -> None:
    data = mail(text, html, Subject="x")
    assert data.isascii() and data.endswith(b"\r\n")
    lines = data.split(b"\r\n")
    assert max(map(len, lines)) <= 78 and not any(b"\n" in line or b"\r" in line for line in lines)
    first, second = read(data).iter_parts()
    assert (said(first), said(second)) == (text, html)
    assert (first.get_content_type(), second.get_content_type()) == ("text/plain", "text/html")


@given(TEXTS)
def test_text_alone(text: str) -> None:
    one = read(mail(text, Subject="x"))
    assert one.get_content_type() == "text/plain"
    assert said(one) == text + "\n"  # the blank line at the end of all mails


def test_line_ends_of_any_kind_are_one() -> None:
    assert said(read(mail("a\r\nb\rc\n", Subject="x"))) == "a\nb\nc\n\n"


def test_repeats_are_the_same_bytes() -> None:
    assert mail("x\n", "<p>x</p>\n", Subject="y") == mail("x\n", "<p>x</p>\n", Subject="y")
