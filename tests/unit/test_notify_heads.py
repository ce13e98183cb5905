"""The heads of mails: whatever a title, a name or an address says, the usual headers and no others, each with its text.

Read by the standard library, and by a reader of our own that goes by the letter of RFC 5322 and RFC 2047.
"""

from __future__ import annotations

import smtplib
from email import message_from_bytes
from email.policy import default
from urllib.parse import quote

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.unit.mail_reader import LOOKALIKES, decoded, mailboxes, shown, unfolded
from watcher.model import Result
from watcher.notify import problem_of
from watcher.notify.addresses.addresses import load_plugin
from watcher.notify.addresses.forms import Body
from watcher.notify.mime import Unwritable, address_header, own_header, text_header, token_header, uri_header
from watcher.notify.smtp import Connections, MailServer

USUAL = ["Subject", "From", "To", "Date", "Message-ID", "Auto-Submitted", "X-Watcher-Delivery", "MIME-Version"]

PIECES = [
    *("=?", "?=", "=?utf-8?q?", "=?utf-8?b?", "?q?", "=0D=0A", "=0A", "=00", "Bcc: eve@evil.example", "\r\n", "\n"),
    *("\r", "\x00", "\x85", "\u2028", "\u2029", "\x1b", "\ud800", " ", "  ", "\t", "ü", "🌳", "a" * 80, ",", "<", ":"),
]
TEXTS = st.lists(st.sampled_from(PIECES) | st.text(max_size=30), max_size=12).map("".join)


# --- a mail from beginning to end ----------------------------------------------------------------------------------


class Post(Connections):
    """Takes every mail, and keeps sender, recipients and bytes."""

    def send(self, server: MailServer, sender: str, recipients: object, message: bytes) -> list[str]:
        self.taken = (sender, list(recipients), message)  # type: ignore[call-overload]
        return []


def mail(subject: str, options: str = "", unsubscribe: str = "") -> tuple[str, list[str], bytes]:
    """Sender, recipients and bytes of one mail of this subject."""
    service = load_plugin(f"mailto://127.0.0.1:25/?from=bot@lab.example&to=ana@lab.example{options}")
    assert service is not None
    post = service.connections = Post()
    service.text, service.html, service.unsubscribe = "text\n", "<p>html</p>\n", unsubscribe
    service.delivery_id, service.date = "key-1", "Tue, 10 Mar 2026 08:00:00 +0000"
    assert service.deliver(Body(subject, "", "html"), "mailto://127.0.0.1:25/").result is Result.SENT
    return post.taken


def check(subject: str) -> None:
    sender, recipients, data = mail(subject)
    assert (sender, recipients) == ("bot@lab.example", ["ana@lab.example"])
    fields, body = unfolded(data)
    assert [name for name, _ in fields] == [*USUAL, "Content-Type"]
    assert decoded(fields[0][1]) == shown(subject)
    assert body.startswith(b"--=_watcher\r\n")
    read = message_from_bytes(data, policy=default)
    assert read.keys() == [*USUAL, "Content-Type"]
    assert read["Subject"] == shown(subject)
    assert [part.get_content().strip() for part in read.iter_parts()] == ["text", "<p>html</p>"]


@pytest.mark.parametrize("subject", LOOKALIKES.values(), ids=LOOKALIKES)
def test_a_title_that_looks_encoded_is_shown_as_it_stands(subject: str) -> None:
    check(subject)


@given(st.text(st.characters(exclude_characters=" "), min_size=1, max_size=3), TEXTS)
@example("1 paper:", " ".join(["naïve"] * 40))
@example("1 paper:", "a" * 70 + " é " + "b" * 70)
@example("1 paper:", "x:" * 20 + " " + "y" * 70)
def test_whatever_a_title_says_the_head_is_as_usual(first: str, text: str) -> None:
    if shown(first + text):
        check(first + text)


@pytest.mark.parametrize("length", range(60, 121))
def test_no_line_of_a_subject_is_empty_at_any_length(length: int) -> None:
    words = ("1 paper for agents: A Survey of Tool Use, Planning and Memory in Agentic AI " * 2)[:length].strip()
    for subject in (words, "a" * length, "é" * length, f"{'b' * (length - 2)} c"):
        fields, _ = unfolded(mail(subject)[2])  # asserts that no line is a name alone
        assert decoded(fields[0][1]) == subject
        assert max(map(len, text_header("Subject", subject).split("\r\n"))) <= 78


# --- names and addresses -------------------------------------------------------------------------------------------

NAMES = [
    *LOOKALIKES.values(),
    *(
        "Päper Bot",
        "Bot, Inc.",
        "O'Neil",
        'The "Bot"',
        "Bot: x",
        "a\\b",
        "1 < 2 > 0",
        "木" * 60,
        "B" * 90,
        "two  blanks",
    ),
]


@pytest.mark.parametrize("name", NAMES)
def test_the_senders_name_is_shown_as_it_is_written(name: str) -> None:
    sender, recipients, data = mail("x", f"&name={quote(name, safe='')}", "mailto:w@lab.example")
    fields, _ = unfolded(data)
    assert (sender, recipients) == ("bot@lab.example", ["ana@lab.example"])
    assert [name for name, _ in fields] == [*USUAL[:-1], "List-Unsubscribe", "MIME-Version", "Content-Type"]
    assert mailboxes(dict(fields)["From"]) == [(shown(name), "bot@lab.example")]
    (address,) = message_from_bytes(data, policy=default)["From"].addresses
    assert address.addr_spec == "bot@lab.example"


@given(st.lists(TEXTS, min_size=1, max_size=4))
@example(NAMES)
def test_names_never_become_addresses(names: list[str]) -> None:
    people = [(name, f"r{n}@lab.example") for n, name in enumerate(names)]
    fields, _ = unfolded(f"{address_header('To', people)}\r\n\r\n".encode())
    assert mailboxes(fields[0][1]) == [(shown(name), address) for name, address in people]
    read = message_from_bytes(f"{address_header('To', people)}\r\n\r\n".encode(), policy=default)
    assert [one.addr_spec for one in read["To"].addresses] == [address for _, address in people]


def test_a_receiver_with_a_name_that_looks_encoded() -> None:
    name = "=?utf-8?q?A=0D=0AX-Evil=3A_1?="
    to = quote(f"{name} <bo@lab.example>", safe="")
    _, recipients, data = mail("x", f"&to={to}")
    fields, _ = unfolded(data)
    assert (name, "bo@lab.example") in mailboxes(dict(fields)["To"])
    assert recipients[-1] == "bo@lab.example"


@given(st.text(max_size=12), st.sampled_from(["lab.example", "127.0.0.1", "[::1]"]))
@example("o'neil", "lab.example")
@example("a(b)c", "lab.example")
@example("a,b", "lab.example")
@example("eve@evil.example,ana", "lab.example")
@example("=?utf-8?q?eve?=", "lab.example")
def test_an_address_is_written_as_it_is_or_not_at_all(local: str, host: str) -> None:
    address = f"{local}@{host}"
    try:
        line = address_header("To", [("", address)])
    except Unwritable:
        return
    assert line == f"To: {address}"
    assert smtplib.quoteaddr(address) == f"<{address}>"  # what goes into the envelope


@pytest.mark.parametrize("to", ["a(b)%2Bc@lab.example", "%C3%84%2Bx@lab.example"])
def test_an_address_that_no_mail_can_carry_is_refused_when_it_is_checked(to: str) -> None:
    problem = problem_of(f"mailto://127.0.0.1/?from=bot@lab.example&to={to}")
    assert problem is not None and "to=" in problem and "lab.example" not in problem


# --- headers of the config's ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("value", LOOKALIKES.values(), ids=LOOKALIKES)
def test_a_header_of_ones_own_says_its_text(value: str) -> None:
    fields, _ = unfolded(mail("x", f"&%2BX-Lab={quote(value, safe='')}&%2Bsubject=fixed")[2])
    assert decoded(dict(fields)["X-Lab"]) == shown(value)
    assert sorted(name.lower() for name, _ in fields) == sorted(
        name.lower() for name in [*USUAL, "X-Lab", "Content-Type"]
    )
    assert dict(fields)["subject"] == "fixed"


def test_own_headers_do_not_say_what_the_mail_is() -> None:
    fields, _ = unfolded(mail("x", "&%2BContent-Type=text/evil&%2BMIME-Version=2.0")[2])
    assert dict(fields)["MIME-Version"] == "1.0" and dict(fields)["Content-Type"].startswith("multipart/alternative")
    assert len(fields) == len(USUAL) + 1


def test_an_own_header_of_addresses_keeps_them() -> None:
    assert own_header("Reply-To", "Ana <ana@lab.example>") == "Reply-To: Ana <ana@lab.example>"
    assert own_header("Reply-To", "Änne <ana@lab.example>").endswith("?= <ana@lab.example>")


@pytest.mark.parametrize("name", ["X Lab", "X:Lab", "X\r\nBcc", "Ä", ""])
def test_what_is_no_headers_name_is_refused(name: str) -> None:
    with pytest.raises(Unwritable, match="header's name"):
        own_header(name, "x")
    if name:
        problem = problem_of(f"mailto://127.0.0.1/?from=bot@lab.example&to=ana@lab.example&%2B{quote(name)}=1")
        assert problem is not None and "a name that no header can have" in problem


@pytest.mark.parametrize("value", ["a\r\nb", "é", "\x00"])
def test_watchers_own_values_are_ascii(value: str) -> None:
    with pytest.raises(Unwritable):
        token_header("Date", value)


@pytest.mark.parametrize(
    ("uri", "line"),
    [
        ("https://lab.example/" + "x" * 150, "List-Unsubscribe: <https://lab.example/" + "x" * 150 + ">"),
        ("mailto:w@lab.example?subject=a%20b", "List-Unsubscribe: <mailto:w@lab.example?subject=a%20b>"),
        ("mailto:w@lab.example?subject=é", "List-Unsubscribe: <mailto:w@lab.example?subject=%C3%A9>"),
        ("https://x/>\r\nBcc: e", "List-Unsubscribe: <https://x/%3E%0D%0ABcc:%20e>"),
        ("https://lab.example/" + "x" * 1000, ""),
    ],
)
def test_where_to_unsubscribe_is_one_line(uri: str, line: str) -> None:
    assert uri_header("List-Unsubscribe", uri) == line


def test_the_reader_finds_what_it_is_there_for() -> None:
    """The reader by the letter decodes, and sees a header that a title made."""
    assert decoded("a =?utf-8?q?b_=C3=A9?= =?utf-8?b?w6k=?= c") == "a b éé c"
    fields, body = unfolded(b"Subject: a\r\nBcc: eve@evil.example\r\n\r\nbody\r\n")
    assert [name for name, _ in fields] == ["Subject", "Bcc"] and body == b"body\r\n"
    assert mailboxes('"a, \\"b" <c@d>, e@f') == [('a, "b', "c@d"), ("", "e@f")]
