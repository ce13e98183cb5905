"""Mails as bytes, read again by the standard library."""

from __future__ import annotations

from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from watcher.notify.mime import POLICY, mail_bytes

LINES = st.text(st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"]), max_size=200)
TEXTS = st.lists(LINES, min_size=1, max_size=8).map(lambda lines: "".join(f"{line}\n" for line in lines))


def mail(text: str, html: str | None = None, **headers: str) -> bytes:
    head = EmailMessage(policy=POLICY)
    for name, value in headers.items():
        head[name.replace("_", "-")] = value
    return mail_bytes(head, text, html)


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


def test_headers_are_encoded_and_folded() -> None:
    subject = ("Über Bäume 🌳 " * 9).strip()
    data = mail("x\n", Subject=subject, List_Unsubscribe=f"<https://lab.example/{'x' * 90}>")
    assert data.isascii() and read(data)["Subject"] == subject
    assert f"List-Unsubscribe: <https://lab.example/{'x' * 90}>\r\n".encode() in data


@given(LINES.map(lambda line: " ".join(line.split())))
@example(" ".join(["naïve"] * 40))
@example("a" * 70 + " é " + "b" * 70)
def test_no_subject_loses_a_letter(subject: str) -> None:
    assert read(mail("x\n", Subject=subject))["Subject"] == subject


def test_line_ends_of_any_kind_are_one() -> None:
    assert said(read(mail("a\r\nb\rc\n", Subject="x"))) == "a\nb\nc\n\n"


def test_own_headers_do_not_say_what_the_mail_is() -> None:
    one = read(mail("x\n", "<p>x</p>\n", Content_Type="text/evil", MIME_Version="2.0"))
    assert one.get_content_type() == "multipart/alternative" and one.get_all("MIME-Version") == ["1.0"]


def test_a_line_end_in_a_header_is_refused() -> None:
    with pytest.raises(ValueError, match="linefeed"):
        mail("x\n", Subject="x\r\nBcc: eve@lab.example")


def test_repeats_are_the_same_bytes() -> None:
    assert mail("x\n", "<p>x</p>\n", Subject="y") == mail("x\n", "<p>x</p>\n", Subject="y")
