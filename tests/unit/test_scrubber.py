"""Many secrets are removed from a text as each by itself would be, however they are written."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from watcher.notify import Scrubber, scrub

LETTERS = "aB%25+*/ 4é"
SECRETS = st.lists(st.text(LETTERS, max_size=12) | st.text(max_size=9), max_size=6)


@st.composite
def spoken(draw: st.DrawFn) -> tuple[list[str], str]:
    """Secrets, and a text that has some of them: as they are, quoted once or twice, in other letter case, cut."""
    secrets = draw(SECRETS)
    forms = [form for one in secrets for form in (one, quote(one), quote(quote(one)), one.upper(), one[:-1], one[1:])]
    pieces = st.sampled_from(forms) | st.text(LETTERS, max_size=5) if forms else st.text(LETTERS, max_size=5)
    return secrets, "".join(draw(st.lists(pieces, max_size=8)))


@given(spoken())
@example((["abcdef", "x***yz"], "xabcdefyz"))
@example((["secret-word", "ab+cdefgh"], "absecret-wordcdefgh"))
@example((["%41%42%43"], "an abc"))
def test_many_secrets_are_removed_as_each_is(case: tuple[list[str], str]) -> None:
    secrets, text = case
    assert Scrubber(secrets)(text) == scrub(text, secrets)


def test_what_is_added_later_is_removed_too() -> None:
    scrubber = Scrubber(["first-word"])
    assert scrubber("first-word and next-word") == "*** and next-word"
    scrubber.add(["next-word", "abc"])
    assert scrubber("first-word and NEXT%2Dword and abc") == "*** and *** and abc"


@pytest.mark.parametrize("secrets", [["lab-secret", "host-secret"], ["host-secret", "lab-secret"]])
def test_a_host_that_is_a_secret_is_removed_whichever_is_found_first(secrets: list[str]) -> None:
    for remove in (Scrubber(secrets), lambda text: scrub(text, secrets)):
        assert remove("asked https://HOST-secret/?next=LAB-secret twice") == "asked *** twice"
