"""Signed links: taken only if signed here, for their purpose, until they expire."""

from __future__ import annotations

import os
from base64 import urlsafe_b64encode
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.examples import times
from watcher.errors import WatcherError
from watcher.files.link_key import LINK_KEY, link_key_in, read_link_key
from watcher.links.signed import LONGEST_SIGNED, LinkRefusal, SignedLink, sign_link, verify_link

NOW = datetime(2026, 3, 10, 8, tzinfo=UTC)
KEY, OTHER_KEY = b"k" * 32, b"o" * 32
LINK = SignedLink("unsubscribe", "ana#2", ("lab/agents", "ünï \"'<>&, 論文"), NOW + timedelta(days=30))
NAMES = st.text(max_size=60)


@settings(max_examples=times(100))
@given(NAMES, NAMES, st.lists(NAMES, max_size=5), st.integers(1, 10**6))
def test_what_was_signed_comes_back_and_stands_in_an_address_as_it_is(
    purpose: str, person: str, things: list[str], seconds: int
) -> None:
    link = SignedLink(purpose, person, tuple(things), NOW + timedelta(seconds=seconds))
    signed = sign_link(link, KEY)
    assert verify_link(signed, purpose, KEY, NOW) == link
    assert set(signed) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.")
    assert verify_link(signed, purpose, KEY, link.expires) is LinkRefusal.EXPIRED
    assert verify_link(signed, f"{purpose}s", KEY, NOW) is LinkRefusal.OTHER
    assert verify_link(signed, purpose, OTHER_KEY, NOW) is LinkRefusal.FORGED


def test_no_changed_character_no_other_length_and_no_other_spelling_is_taken() -> None:
    signed = sign_link(LINK, KEY)
    for at, char in enumerate(signed):
        for other in "AB_.":
            if other != char:
                changed = signed[:at] + other + signed[at + 1 :]
                assert isinstance(verify_link(changed, "unsubscribe", KEY, NOW), LinkRefusal), at
    payload, _, signature = signed.partition(".")
    for text in (f"{payload}=.{signature}", f"{signed}=", f"{signed}\n", f" {signed}", signed.upper(), signed + signed):
        assert isinstance(verify_link(text, "unsubscribe", KEY, NOW), LinkRefusal)


@settings(max_examples=times(200))
@given(st.one_of(st.text(max_size=300), st.text("Aa0-_.=", max_size=300)))
def test_any_text_is_refused_in_words(text: str) -> None:
    assert verify_link(text, "unsubscribe", KEY, NOW) in (LinkRefusal.BROKEN, LinkRefusal.FORGED)


def test_a_text_of_megabytes_is_not_looked_at() -> None:
    assert verify_link("A" * 5_000_000 + ".A", "unsubscribe", KEY, NOW) is LinkRefusal.BROKEN


def test_what_an_empty_key_would_have_signed_is_refused() -> None:
    payload = urlsafe_b64encode(b'["unsubscribe","ana",["x"],9999999999]').decode().rstrip("=")
    assert verify_link(f"{payload}.{payload}", "unsubscribe", b"", NOW) is LinkRefusal.FORGED
    with pytest.raises(ValueError, match="32 bytes"):
        sign_link(LINK, b"short")


def test_a_link_that_no_page_would_read_is_not_made() -> None:
    with pytest.raises(ValueError, match=f"{LONGEST_SIGNED:,}"):
        sign_link(SignedLink("unsubscribe", "ana", ("x" * LONGEST_SIGNED,), NOW), KEY)


# --- the key ---


def test_the_key_is_made_once_for_its_owner_alone_also_by_many_at_the_same_time(tmp_path: Path) -> None:
    folder = tmp_path / "state"
    assert read_link_key(folder) is None
    before = os.umask(0)
    try:
        with ThreadPoolExecutor(8) as pool:
            keys = set(pool.map(link_key_in, [folder] * 24))
    finally:
        os.umask(before)
    assert len(keys) == 1
    assert {len(key) for key in keys} == {32}
    assert [one.name for one in folder.iterdir()] == [LINK_KEY]
    assert (folder / LINK_KEY).stat().st_mode & 0o777 == 0o600
    assert link_key_in(folder) in keys
    assert link_key_in(tmp_path / "another") not in keys


@pytest.mark.parametrize("text", ["", "00", "secret words\n", "g" * 64, "ab" * 40, "ab" * 400, "é" * 32])
def test_a_file_that_holds_no_key_is_named_and_never_replaced(tmp_path: Path, text: str) -> None:
    path = tmp_path / LINK_KEY
    path.write_text(text, encoding="utf-8")
    with pytest.raises(WatcherError) as raised:
        link_key_in(tmp_path)
    assert str(path) in str(raised.value)
    assert not text.strip() or text.strip() not in str(raised.value)
    assert path.read_text(encoding="utf-8") == text


def test_a_link_in_place_of_the_key_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").write_text("ab" * 32)
    (tmp_path / LINK_KEY).symlink_to(tmp_path / "elsewhere")
    with pytest.raises(WatcherError, match="symbolic link"):
        link_key_in(tmp_path)


def test_a_folder_that_may_not_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("a file in its place")
    with pytest.raises(WatcherError, match="link_key cannot"):
        link_key_in(tmp_path / "state")
