"""An address gets what is meant for it exactly as it is written, or is refused."""

from __future__ import annotations

import pytest

from watcher.notify.mailboxes import Mailbox, mailboxes


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("ana@lab.example", [Mailbox("ana@lab.example")]),
        ("o'neil@lab.example", [Mailbox("o'neil@lab.example")]),
        (
            "a@lab.example, b@lab.example;c@lab.example  d@lab.example",
            [Mailbox(f"{one}@lab.example") for one in "abcd"],
        ),
        ("Ana <ana@lab.example>", [Mailbox("ana@lab.example", "Ana")]),
        ('"Lee, Ana \\"A\\"" <ana@lab.example>', [Mailbox("ana@lab.example", 'Lee, Ana "A"')]),
        ("'Ana O'Neil' <o'neil@lab.example>", [Mailbox("o'neil@lab.example", "Ana O'Neil")]),
        ("Ana <ana@lab.example>,bo@lab.example", [Mailbox("ana@lab.example", "Ana"), Mailbox("bo@lab.example")]),
        ("root@localhost", [Mailbox("root@localhost")]),
        (" , ;", []),
    ],
)
def test_addresses_in_a_text(text: str, found: list[Mailbox]) -> None:
    assert mailboxes(text) == found


@pytest.mark.parametrize(
    ("address", "problem"),
    [
        ("lab.example", "has no @"),
        ("@lab.example", "is no e-mail address"),
        ("ana@", "is no e-mail address"),
        ("ana@@lab.example", "is no e-mail address"),
        ("ana..lee@lab.example", "is no e-mail address"),
        (".ana@lab.example", "is no e-mail address"),
        ("ana.@lab.example", "is no e-mail address"),
        ("ana@lab..example", "is no e-mail address"),
        ("ana@-lab.example", "is no e-mail address"),
        ("ana@[10.0.0.1]", "is no e-mail address"),
        ("ana(lee)@lab.example", "is no e-mail address"),
        ("Ana:ana@lab.example", "a name is written Name <ana@lab.example>"),
        ('"ana lee"@lab.example', "quotation marks"),
        ("anä@lab.example", "letters outside ASCII before its @"),
        ("ana@bücher.example", "its xn-- form"),
        ("ana@labor1.exämple", "its xn-- form"),
        (f"{'a' * 65}@lab.example", "is too long"),
        (f"ana@{'a.' * 126}example", "is too long"),
        ("ana\n@lab.example", "has no @"),
    ],
)
def test_what_is_no_address(address: str, problem: str) -> None:
    assert problem in mailboxes(address)[0].problem
