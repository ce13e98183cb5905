"""An address gets what is meant for it exactly as it is written, or is refused."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watcher.notify import problem_of
from watcher.notify.addresses.addresses import load_plugin
from watcher.notify.addresses.mailboxes import Mailbox, mailboxes

BASE = "mailto://127.0.0.1:2525?from=bot@lab.example"


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


@pytest.mark.parametrize(
    ("rest", "words"),
    [
        ("&to=a@lab.example;b@lab.example", "a ; ends a parameter, as & does: write a comma between two receivers"),
        ("&to=a@lab.example,b@lab", ""),
        ("&to=a@lab.example,b", "the 2nd of 2 addresses in to= has no @"),
        ("&to=a@lab.example,b..c@lab.example,d@lab.example", "the 2nd of 3 addresses in to= is no e-mail address"),
        ("&to=Ana%20ana@lab.example", "the 1st of 2 addresses in to= has no @"),
        ("&to=a@lab.example&cc=b", "the address in cc= has no @"),
        ("&to=a@lab.example&bcc=b@lab.example%20c", "the 2nd of 2 addresses in bcc= has no @"),
        ("&to=a@lab.example&reply=anä@lab.example", "the address in reply= has letters outside ASCII before its @"),
        ("&to=Ana%0D%0ABcc: eve@lab.example <ana@lab.example>", "a control character stands in its 2nd parameter"),
        ("&to=ana@lab.example&%2BX-Key=7%0D%0ABcc:eve@lab.example", "a control character stands in its 3rd parameter"),
        ("&to=", "to= names nobody: write whom, or leave it out"),
        ("&to=ana@lab.example&bcc=", "bcc= names nobody"),
        ("&to=b", "names nobody to send to"),
        ("&to=,", "names nobody to send to"),
        ("&to=a@lab.example&to=b@lab.example", "write all of them in one, with commas between"),
    ],
)
def test_what_is_wrong_is_named_by_its_place(rest: str, words: str) -> None:
    problem = problem_of(BASE + rest) or ""
    assert words in problem and bool(words) == bool(problem)


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("mailto://127.0.0.1/ana?from=bot@lab.example", "names nobody"),
        ("mailto://127.0.0.1/ana@lab.example/bo?from=bot@lab.example", "the 2nd of 2 addresses in its path has no @"),
        ("mailto://127.0.0.1/bo?from=bot@lab.example&to=ana@lab.example", "the 1st of 2 addresses in its path and to="),
        ("mailto://127.0.0.1/ana@lab.example;bo@lab.example?from=bot@lab.example", "or a comma between two receivers"),
        ("mailto://127.0.0.1?from=bot@lab.example,bo@lab.example", "from= has more than one address"),
        ("mailto://127.0.0.1?from=b%C3%B6t@lab.example", "the address in from= has letters outside ASCII"),
        ("mailtos://bot%40lab.example:secret@smtp.lab.example", "its sender would be another address than its user"),
    ],
)
def test_the_same_in_the_path_and_of_the_sender(url: str, words: str) -> None:
    assert words in (problem_of(url) or "")


def whole(name: str) -> str:
    """The address of a name, without signs before it that part addresses."""
    return name.lstrip(" ,;\t\n") + "@lab.example"


BETWEEN = st.sampled_from([",", ";", " ", ", "])
LOCALS = st.text(st.sampled_from("aZ09.!#$%&'*+-/=?^_`{|}~ ,;:<>()[]\"\\\t\néß木"), max_size=12) | st.sampled_from(
    ["o'neil", "ana+x", "a/b", "a%b", "a%41b", "a&b", "a;b", "a b", "Ana <ana", '"ana lee"', "'ana'", "ana:bo", "a+b+c"]
)


@given(
    st.lists(LOCALS, min_size=1, max_size=3),
    st.sampled_from([",", ";", " ", ", "]),
    st.sampled_from(["to", "cc", "bcc"]),
)
def test_whatever_is_taken_is_who_gets_it(names: list[str], between: str, parameter: str) -> None:
    asked = [whole(name) for name in names]
    url = f"{BASE}&{parameter}={quote(between.join(asked))}"
    if problem_of(url) is None:
        service = load_plugin(url)
        assert service is not None
        got = [address for _, address in service.targets] if parameter == "to" else getattr(service, parameter)
        assert set(got) == set(asked)


@given(LOCALS)
def test_the_same_of_a_path(name: str) -> None:
    url = f"mailto://127.0.0.1:2525/{quote(f'{name}@lab.example', safe='')}?from=bot@lab.example"
    if problem_of(url) is None:
        service = load_plugin(url)
        assert service is not None
        assert [address for _, address in service.targets] == [whole(name)]


@pytest.mark.parametrize(
    ("address", "sender"),
    [
        ("mailtos://ana:pw@gmail.com?name=Papers", ["Papers", "ana@gmail.com"]),
        ("mailtos://ana:pw@gmail.com?name=P%C3%A4per&to=bo@lab.example", ["Päper", "ana@gmail.com"]),
        ("mailtos://ana:pw@mail.example?name=Ana%20%3Cx@y.example%3E", ["Ana <x@y.example>", "ana@mail.example"]),
        ("mailtos://ana:pw@mail.example?from=bot@lab.example&name=Papers", ["Papers", "bot@lab.example"]),
    ],
)
def test_a_name_is_shown_also_where_the_senders_address_is_left_to_the_service(address: str, sender: list[str]) -> None:
    """A name that looks like a mailbox stays a name; the sender's address is the login's."""
    service = load_plugin(address)
    assert service is not None and problem_of(address) is None
    assert service.from_addr == sender
