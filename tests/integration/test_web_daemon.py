"""The web pages of a daemon: opened, changed, tried again, and never in anybody's way."""

from __future__ import annotations

import logging
import socket
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from threading import Event

import httpx
import pytest

from tests.integration.webs import TOKEN, Web, entry
from tests.patience import PATIENCE
from watcher.config import ListenAddress, WebSettings
from watcher.daemon.opening import open_context
from watcher.daemon.web_pages import WebPages
from watcher.errors import StoreError
from watcher.web.serving import WebServer


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as found:
        port: int = found.getsockname()[1]
    return port


@pytest.fixture
def pages(web: Web) -> Iterator[Callable[..., WebPages]]:
    """Makes the pages of a daemon that has this config."""
    made: list[WebPages] = []

    def make(settings: WebSettings | None, again: float = 60.0) -> WebPages:
        context = open_context(replace(web.config, web=settings), web.store, {})
        made.append(WebPages(context, web.polled.append, lambda: web.woken.append(web.now), again))
        made[-1].take_up()
        return made[-1]

    yield make
    for one in made:
        one.stop()


def reload(ours: WebPages, settings: WebSettings | None) -> None:
    """Give the daemon another config, as a reload does."""
    ours._context.config = replace(ours._context.config, web=settings)
    ours.take_up()


def test_pages_are_served_as_the_config_wants_them(pages: Callable[..., WebPages]) -> None:
    settings = WebSettings(ListenAddress(port=free_port()), is_open=True)
    url = f"http://{settings.listen}/-/healthy"
    ours = pages(settings)
    assert httpx.get(url, timeout=PATIENCE).text == "healthy\n"
    other = WebSettings(ListenAddress(port=free_port()), is_open=True)
    reload(ours, other)
    with pytest.raises(httpx.ConnectError):
        httpx.get(url, timeout=PATIENCE)
    assert httpx.get(f"http://{other.listen}/-/healthy", timeout=PATIENCE).text == "healthy\n"
    reload(ours, None)
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"http://{other.listen}/-/healthy", timeout=PATIENCE)


def test_another_token_ends_all_sessions(pages: Callable[..., WebPages], tmp_path: Path) -> None:
    (tmp_path / "token").write_text(TOKEN)
    settings = WebSettings(ListenAddress(port=free_port()), "token")
    ours = pages(settings)
    with httpx.Client(base_url=f"http://{settings.listen}", timeout=PATIENCE) as client:
        assert client.post("/sign-in", data={"token": TOKEN}).status_code == 303
        assert client.get("/").status_code == 200
        ours.take_up()
        assert client.get("/").status_code == 200, "a reload that changes nothing changes no session"
        (tmp_path / "token").write_text(TOKEN + ", renewed")
        ours.take_up()
        assert client.get("/").status_code == 401


def test_a_daemon_sends_the_test_of_a_rule(
    web: Web, pages: Callable[..., WebPages], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    web.list_papers(entry(1, "A Lantern"), entry(2, "Gardens"))
    (tmp_path / "token").write_text(TOKEN)
    settings = WebSettings(ListenAddress(port=free_port()), "token")
    pages(settings)
    form = {"what": "test-rule", "rule": "lantern", "name": "ana"}
    head = {"Authorization": f"Bearer {TOKEN}"}
    answer = httpx.post(f"http://{settings.listen}/act", data=form, headers=head, timeout=PATIENCE)
    assert (answer.status_code, answer.text) == (200, "test-rule\n")
    printed = capsys.readouterr().out
    assert "Test: 1 paper for lantern: A Lantern" in printed and "Gardens" not in printed


@pytest.mark.parametrize("own", ["nowhere", "short"])
def test_pages_that_are_closed_by_a_reload_are_closed_even_where_their_token_cannot_be_read(
    pages: Callable[..., WebPages], tmp_path: Path, own: str
) -> None:
    settings = WebSettings(ListenAddress(port=free_port()), is_open=True)
    url = f"http://{settings.listen}/"
    ours = pages(settings, again=0.0)
    assert httpx.get(url, timeout=PATIENCE).status_code == 200
    (tmp_path / "short").write_text("guess")
    reload(ours, WebSettings(settings.listen, own))
    with pytest.raises(httpx.ConnectError):
        httpx.get(url, timeout=PATIENCE)
    ours.mend()
    with pytest.raises(httpx.ConnectError):
        httpx.get(url, timeout=PATIENCE)
    (tmp_path / own).write_text(TOKEN)
    ours.mend()
    assert httpx.get(url, timeout=PATIENCE).status_code == 401
    assert httpx.get(url, headers={"Authorization": f"Bearer {TOKEN}"}, timeout=PATIENCE).status_code == 200


def test_pages_that_are_served_otherwise_than_the_config_says_are_mended(pages: Callable[..., WebPages]) -> None:
    settings = WebSettings(ListenAddress(port=free_port()), is_open=True)
    ours = pages(settings, again=0.0)
    other = WebSettings(ListenAddress(port=free_port()), is_open=True)
    ours._context.config = replace(ours._context.config, web=other)
    ours.mend()
    assert httpx.get(f"http://{other.listen}/-/healthy", timeout=PATIENCE).status_code == 200
    ours._context.config = replace(ours._context.config, web=None)
    ours.mend()
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"http://{other.listen}/-/healthy", timeout=PATIENCE)


@pytest.mark.parametrize("asked", ["mend", "take_up"])
def test_pages_that_are_closed_for_good_are_not_opened_again(pages: Callable[..., WebPages], asked: str) -> None:
    settings = WebSettings(ListenAddress(port=free_port()), is_open=True)
    ours = pages(settings, again=0.0)
    ours.stop()
    getattr(ours, asked)()
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"http://{settings.listen}/-/healthy", timeout=PATIENCE)


@pytest.mark.parametrize("closing", [WebPages.stop, lambda ours: reload(ours, None)], ids=["end", "reload"])
def test_what_closes_the_pages_waits_for_those_that_are_just_being_opened(
    pages: Callable[..., WebPages], monkeypatch: pytest.MonkeyPatch, closing: Callable[[WebPages], None]
) -> None:
    settings = WebSettings(ListenAddress(port=free_port()), is_open=True)
    ours = pages(None, again=0.0)
    ours._context.config = replace(ours._context.config, web=settings)
    opening, let, started = Event(), Event(), WebServer.start

    def slowly(server: WebServer) -> None:
        opening.set()
        assert let.wait(PATIENCE)
        started(server)

    monkeypatch.setattr(WebServer, "start", slowly)
    with ThreadPoolExecutor(2) as pool:
        mending = pool.submit(ours.mend)
        assert opening.wait(PATIENCE)
        closed = pool.submit(closing, ours)
        with pytest.raises(TimeoutError):
            closed.result(0.2)
        let.set()
        mending.result(20)
        closed.result(20)
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"http://{settings.listen}/-/healthy", timeout=PATIENCE)


def test_what_could_not_be_served_is_tried_again_and_said_once(
    pages: Callable[..., WebPages], caplog: pytest.LogCaptureFixture
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken, caplog.at_level(logging.INFO):
        settings = WebSettings(ListenAddress(port=taken.getsockname()[1]), is_open=True)
        ours = pages(settings, again=0.0)
        ours.mend()
        ours.mend()
    assert [one.levelname for one in caplog.records if one.name == "watcher.daemon.web_pages"] == ["ERROR"]
    ours.mend()
    assert httpx.get(f"http://{settings.listen}/-/healthy", timeout=PATIENCE).status_code == 200


def test_a_token_that_is_not_there_is_said_and_nothing_else(
    pages: Callable[..., WebPages], caplog: pytest.LogCaptureFixture
) -> None:
    pages(WebSettings(ListenAddress(port=free_port()), "nowhere"))
    (line,) = [one.getMessage() for one in caplog.records]
    assert line.startswith("no web pages: web: token_file") and "openssl rand" in line


def test_without_web_nothing_is_tried(pages: Callable[..., WebPages], caplog: pytest.LogCaptureFixture) -> None:
    pages(None, again=0.0).mend()
    assert caplog.records == []


@pytest.mark.parametrize(
    "path", ["/", "/search?q=lantern", "/sources", "/metrics", "/feed.atom?source=daily", "/-/ready"]
)
def test_a_database_that_does_not_answer_is_said(web: Web, monkeypatch: pytest.MonkeyPatch, path: str) -> None:
    def away() -> None:
        raise StoreError("the database server at db.example does not answer")

    monkeypatch.setattr(web.store, "reading", away)
    answer = web.client().get(path)
    assert answer.status_code == 503 and "database does not answer" in answer.text
    assert web.client().get("/-/healthy").status_code == 200


def test_a_page_that_fails_says_so_and_shows_nothing_of_it(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> None:
        raise RuntimeError("a secret")

    monkeypatch.setattr(web.store, "reading", broken)
    answer = web.client().get("/")
    assert answer.status_code == 500 and "a secret" not in answer.text and "the log says why" in answer.text
    assert answer.headers["content-security-policy"].startswith("default-src 'none'")
