"""Heads of answers as servers write them, and as h11 reads them."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from watcher.fetch.mended_heads import LARGEST, MendedHead, mended


def passed(data: bytes, size: int) -> bytes:
    head = MendedHead()
    return b"".join(head.passed(data[at : at + size]) for at in range(0, len(data), size)) + head.passed(b"")


@pytest.mark.parametrize(
    ("written", "read"),
    [
        (b"HTTP/1.1 200 OK\r\nA: b\r\n\r\n", b"HTTP/1.1 200 \r\nA: b\r\n\r\n"),
        (b"HTTP/1.0 200 OK\nA: b\nC : d\n\n", b"HTTP/1.0 200 \r\nA: b\r\nC: d\r\n\r\n"),
        (b"HTTP/1.1  200\tOK\r\n\r\n", b"HTTP/1.1 200 \r\n\r\n"),
        (b"HTTP/2 200\r\n\r\n", b"HTTP/1.1 200 \r\n\r\n"),
        (b"HTTP/1.1 404 \x00\xff\r\n\r\n", b"HTTP/1.1 404 \r\n\r\n"),
        (b'HTTP/1.1 200 OK\r\n"X: 0"\r\nA: b\r\n\r\n', b"HTTP/1.1 200 \r\nA: b\r\n\r\n"),
        (b"HTTP/1.1 200 OK\r\na/b.php: x\r\n\tmore\r\nA: b\r\n c\r\n\r\n", b"HTTP/1.1 200 \r\nA: b c\r\n\r\n"),
        (b"HTTP/1.1 200 OK\r\nno colon\r\n: no name\r\nA: \x00b\r\n\r\n", b"HTTP/1.1 200 \r\nA: b\r\n\r\n"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: ten\r\n\r\n", b"HTTP/1.1 200 \r\n\r\n"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 10, 10\r\n\r\n", b"HTTP/1.1 200 \r\nContent-Length: 10, 10\r\n\r\n"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: identity\r\n\r\n", b"HTTP/1.1 200 \r\n\r\n"),
        (
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\ntransfer-encoding: Chunked\r\n\r\n",
            b"HTTP/1.1 200 \r\nTransfer-Encoding: chunked\r\n\r\n",
        ),
        (
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n",
            b"HTTP/1.1 200 \r\nTransfer-Encoding: gzip, chunked\r\n\r\n",
        ),
        (b"SSH-2.0-OpenSSH_9.2\r\n\r\n", b"SSH-2.0-OpenSSH_9.2\r\n\r\n"),
    ],
)
def test_a_head_is_read_as_browsers_read_it(written: bytes, read: bytes) -> None:
    assert mended(written) == read


@given(st.integers(1, 60), st.binary(max_size=40))
@example(1, b"\n\n\r\n\r\nHTTP/1.1 200 OK\r\n\r\n")
def test_however_it_comes_in_pieces_what_follows_is_left_alone(size: int, body: bytes) -> None:
    written = b"HTTP/1.1 103 Early\r\nbad\r\n\r\nHTTP/1.1 200 OK\r\nA : b\n\n"
    assert passed(written + body, size) == b"HTTP/1.1 103 \r\n\r\nHTTP/1.1 200 \r\nA: b\r\n\r\n" + body


@given(st.binary(max_size=300), st.integers(1, 300))
def test_any_bytes(data: bytes, size: int) -> None:
    assert isinstance(passed(data, size), bytes)


def test_a_head_without_an_end_is_not_held_for_ever() -> None:
    assert passed(b"HTTP/1.1 200 OK\r\nA: b", 5) == b"HTTP/1.1 200 OK\r\nA: b"
    endless = b"HTTP/1.1 200 OK\r\nA: " + b"b" * LARGEST
    head = MendedHead()
    assert head.passed(endless) == endless and head.passed(b"c") == b"c"
