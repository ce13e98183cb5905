"""Visitors who are slow, or ask at great length, shut nobody out."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from tests.integration.webs import GUARDED, TOKEN, Web, entry
from tests.patience import PATIENCE
from watcher.web import serving
from watcher.web.guard import LONGEST_QUERY, MOST_PARAMETERS

pytestmark = pytest.mark.parametrize("make_store", ["sqlite"], indirect=True)

HALVES = {
    "nothing": b"",
    "half a head": b"GET / HTTP/1.1\r\nHost: localhost\r\nX-Slow: ",
    "half a form": b"POST /sign-in HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99\r\n\r\ntoken=",
    "a second request": b"GET /-/healthy HTTP/1.1\r\nHost: localhost\r\n\r\nGET / HTTP/1.1\r\nHost: ",
}


@pytest.fixture
def opened(web: Web) -> Iterator[Callable[[bytes], socket.socket]]:
    """Opens connections that send something and then wait."""
    place = web.server().url.removeprefix("http://").rstrip("/").split(":")
    with ExitStack() as stack:

        def connect(data: bytes) -> socket.socket:
            made = stack.enter_context(socket.create_connection((place[0], int(place[1])), PATIENCE))
            made.sendall(data)
            return made

        yield connect


def rest_of(connection: socket.socket) -> bytes:
    """All that comes until the other side ends the connection."""
    found = b""
    try:
        while piece := connection.recv(65_536):
            found += piece
    except ConnectionResetError:
        pass
    return found


@pytest.mark.parametrize("half", HALVES)
def test_a_connection_that_sends_no_whole_request_ends(
    opened: Callable[[bytes], socket.socket], monkeypatch: pytest.MonkeyPatch, half: str
) -> None:
    monkeypatch.setattr(serving, "REQUEST_PATIENCE", 0.05)
    found = rest_of(opened(HALVES[half]))
    assert found.endswith(b"healthy\n") if half == "a second request" else found == b""


def test_an_answer_that_takes_too_long_is_given_up(
    web: Web, opened: Callable[[bytes], socket.socket], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(serving, "ANSWER_PATIENCE", 0.0)
    assert rest_of(opened(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")) == b""
    monkeypatch.undo()
    assert web.client().get("/-/healthy").text == "healthy\n"


def test_many_slow_ones_are_let_go_so_that_others_are_answered(
    web: Web, opened: Callable[[bytes], socket.socket], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(serving, "REQUEST_PATIENCE", 0.05)
    slow = [opened(HALVES["half a head"]) for _ in range(serving.MOST_CONNECTIONS)]
    assert [rest_of(one) for one in slow] == [b""] * len(slow)
    monkeypatch.undo()
    assert web.client().get("/-/healthy").text == "healthy\n"


@pytest.mark.parametrize(
    "asked",
    ["q=" + "a" * LONGEST_QUERY, "&".join(f"a{n}=1" for n in range(MOST_PARAMETERS + 1)), "&" * MOST_PARAMETERS],
)
def test_an_address_that_no_page_makes_is_refused(web: Web, asked: str) -> None:
    client = web.client()
    assert client.get(f"/?{asked}").status_code == 414
    answer = client.get(f"/api/v1/papers?{asked}")
    assert (answer.status_code, answer.headers["content-type"]) == (414, "application/problem+json")


def test_the_longest_rule_is_no_long_address(web: Web) -> None:
    rule = '"' + "紙" * 3_998 + '"'
    assert web.client().get("/search", params={"q": rule, "days": "all"}).status_code == 200
    assert web.client().get("/api/v1/papers", params={"q": rule}).status_code == 200


def test_pages_do_not_grow_with_their_address(make_web: Callable[..., Web]) -> None:
    web = make_web(**GUARDED)
    web.list_papers(*(entry(n, f"Lantern {n}") for n in range(1, 60)))
    client, odd = web.signed_in(), "x" * 30_000
    plain = len(client.get("/").content)
    assert len(client.get("/", params={"odd": odd}).content) < 2 * plain
    bearer = {"Authorization": f"Bearer {TOKEN}"}
    assert len(web.client().get("/", params={"odd": odd}, headers=bearer).content) < 2 * plain
