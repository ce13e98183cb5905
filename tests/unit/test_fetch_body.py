import gzip
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watcher.fetch.body import BadBody, no_codings, read_body
from watcher.parsers.common.compressed import MOST_MEMBERS


def read(chunks: list[bytes], encoding: str = "gzip", most_sent: int = 10_000, most: int = 100_000) -> bytes:
    return read_body(chunks, encoding, most_sent=most_sent, most=most)


def pieces(data: bytes, size: int) -> list[bytes]:
    return [data[start : start + size] for start in range(0, len(data), size)]


@given(st.lists(st.binary(), max_size=4), st.integers(1, 50))
def test_any_gzip_members_in_any_pieces_inflate_to_what_went_in(parts: list[bytes], size: int) -> None:
    sent = b"".join(gzip.compress(part) for part in parts)
    assert read(pieces(sent, size)) == b"".join(parts)


@pytest.mark.parametrize("encoding", ["", "identity", "Identity"])
def test_plain_bodies_pass(encoding: str) -> None:
    assert read([b"ab", b"c"], encoding) == b"abc"


@pytest.mark.parametrize("encoding", ["br", "deflate", "gzip, br", "zstd", "BR", "compress", "utf-8, zstd"])
def test_an_encoding_that_was_not_asked_for_is_refused(encoding: str) -> None:
    with pytest.raises(BadBody, match="was not asked for"):
        read([b"x"], encoding)


def test_bounds_are_inclusive() -> None:
    assert len(read([bytes(100)], "", most=100)) == 100
    assert len(read([gzip.compress(bytes(100))], most=100)) == 100


def test_too_much_is_refused_before_the_rest_is_asked_for() -> None:
    def endless() -> Iterator[bytes]:
        while True:
            yield bytes(1_000)

    with pytest.raises(BadBody, match=r"body is larger than 0\.1 MB"):
        read_body(endless(), "", most_sent=1, most=100_000)


def test_a_bomb_stops_at_the_bound() -> None:
    with pytest.raises(BadBody, match=r"inflates to more than 0\.1 MB"):
        read([gzip.compress(bytes(5_000_000))])


def test_many_small_members_stop_at_the_bound_too() -> None:
    with pytest.raises(BadBody, match="inflates to more"):
        read([gzip.compress(bytes(60_000)), gzip.compress(bytes(60_000))])


def test_members_without_end_are_refused_once_and_twice_compressed() -> None:
    """Each member has to be looked at: the second time there are as many as a gzip of a few kilobytes can hold."""
    members = gzip.compress(b"", mtime=0) * (MOST_MEMBERS + 1)
    for sent, encoding in ((members, "gzip"), (gzip.compress(members, mtime=0), "gzip, gzip")):
        with pytest.raises(BadBody, match="more than 20,000 members"):
            read([sent], encoding, most_sent=10**6, most=10**6)


def test_what_stands_behind_the_gzip_is_ignored_however_it_is_sent() -> None:
    assert read([gzip.compress(b"page"), b"-", b"\x1f\x8b nothing"]) == b"page"


def test_too_much_compressed_is_refused() -> None:
    with pytest.raises(BadBody, match="compressed body is larger"):
        read([gzip.compress(b"x"), bytes(20_000)])


@pytest.mark.parametrize("cut", [1, 12, -1])
def test_a_cut_gzip_is_said_to_be_cut(cut: int) -> None:
    with pytest.raises(BadBody, match="cut off"):
        read([gzip.compress(b"some words that are long enough")[:cut]])


def test_what_is_no_gzip_is_refused() -> None:
    with pytest.raises(BadBody, match="not the gzip"):
        read([b"<html>"])


def test_what_stands_behind_the_gzip_is_ignored() -> None:
    assert read([gzip.compress(b"page") + bytes(30)]) == b"page"


def test_an_empty_body_is_empty() -> None:
    assert read([]) == b""


@pytest.mark.parametrize(
    "encoding", ["utf-8", "UTF8", "none", "binary", "8bit", "aws-chunked", "text/xml", "?", ",", "UTF-8,"]
)
def test_what_names_no_coding_is_none(encoding: str) -> None:
    assert read([b"ab", b"c"], encoding) == b"abc"


@pytest.mark.parametrize(
    "encoding", ["gzip, identity", "identity,gzip", "aws-chunked,gzip", "gzip;q=1", "'GZIP'", "x-gzip"]
)
def test_gzip_is_found_among_others(encoding: str) -> None:
    assert read([gzip.compress(b"abc")], encoding) == b"abc"


def test_a_body_may_be_compressed_twice() -> None:
    twice = gzip.compress(gzip.compress(b"abc"))
    assert read([twice], "gzip, gzip") == b"abc"
    with pytest.raises(BadBody, match="compressed 3 times over"):
        read([twice], "gzip, gzip, gzip")
    with pytest.raises(BadBody, match="inflates to more"):
        read([gzip.compress(gzip.compress(bytes(200_000)))], "gzip, gzip")


def test_what_names_no_coding_is_told() -> None:
    assert no_codings("gzip, UTF-8, identity, br") == ("utf-8",)
    assert no_codings("") == ()
