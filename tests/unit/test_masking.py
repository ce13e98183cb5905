"""Stars in addresses shown to people, and the parts left to read."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watcher.model.masking import secret_parts, starred, without_secrets

HOST = "https://lab.example"


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("https://ana:pw1@lab.example/feed", "https://***@lab.example/feed"),
        (f"{HOST}/feed?token=abc&page=2", f"{HOST}/feed?token=***&page=2"),
        (f"{HOST}/feed?q=kilns&category=cs.CL", f"{HOST}/feed?q=kilns&category=cs.CL"),
        (f"{HOST}/0123456789abcdef0123456789abcdef.rss", f"{HOST}/***.rss"),
        (f"{HOST}/private/AbCdEf0123456789x/feed.xml", f"{HOST}/private/***/feed.xml"),
        (f"{HOST}/f/123e4567-e89b-12d3-a456-426614174000/feed", f"{HOST}/f/***/feed"),
        (f"{HOST}/f;jsessionid=ABCDEF0123456789AB", f"{HOST}/f;jsessionid=***"),
        (f"{HOST}/articles/10.1234/journal.pone.0123456", f"{HOST}/articles/10.1234/journal.pone.0123456"),
        (f"{HOST}/2603.01234v2", f"{HOST}/2603.01234v2"),
        (f"{HOST}/feed?Format=rss&PAGE=2&Key=abc", f"{HOST}/feed?Format=rss&PAGE=2&Key=***"),
        (f"{HOST}/feed?page=2&abc123def", f"{HOST}/feed?page=2&***"),
        (f"{HOST}/feed?abc123def", f"{HOST}/feed?***"),
        (f"{HOST}/feed#abc123def", f"{HOST}/feed#***"),
        (f"{HOST}/feed#token=abc&page=2", f"{HOST}/feed#token=***&page=2"),
        (f"{HOST}/papers?rss2#papers", f"{HOST}/papers?rss2#papers"),
        ("https://[::1", "https://[::1"),
    ],
)
def test_an_address_for_people(address: str, shown: str) -> None:
    assert starred(address) == shown


def test_the_parts_of_an_address_that_may_be_secrets_also_as_others_write_them() -> None:
    assert secret_parts("https://ana:pw1@lab.example/?key=a%2Fb+c") == {"ana:pw1", "ana", "pw1", "a%2Fb+c", "a/b c"}


@pytest.mark.parametrize("quoted", ["pa+ss", "pa%2Bss", "pa%252bss", "PA%20SS", "pa%2520ss", "%70a+%73s"])
def test_a_secret_that_is_quoted_in_a_text(quoted: str) -> None:
    assert without_secrets(f"asked {HOST}/?next={quoted} twice", {"pa+ss": "${KEY}"}) in (
        f"asked {HOST}/${{KEY}} twice",
        f"asked {HOST}/?next=${{KEY}} twice",
    )


@given(st.text("ab/=%25 +cF", min_size=6, max_size=12), st.text(max_size=30), st.text(max_size=30))
def test_a_secret_stands_nowhere_in_what_is_left(secret: str, before: str, behind: str) -> None:
    assert secret not in without_secrets(before + secret + behind, {secret: "***"})
