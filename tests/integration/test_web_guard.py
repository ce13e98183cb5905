"""Who may read the web pages and who may act: token, session, Host and Origin, headers, addresses."""

from __future__ import annotations

import stat
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from starlette.requests import Request

from tests.integration.webs import GUARDED, NOW, TOKEN, Web
from watcher.config import ListenAddress, WebSettings
from watcher.web.guard import HEADERS, is_session, new_session
from watcher.web.session import local

HTML = {"Accept": "text/html"}


@pytest.mark.parametrize("path", ["/", "/-/healthy", "/static/style.css", "/nowhere", "/sign-in"])
def test_every_answer_has_the_headers_that_keep_strangers_out(web: Web, path: str) -> None:
    answer = web.client().get(path)
    assert {name: answer.headers[name] for name in HEADERS} == dict(HEADERS)
    assert "unsafe" not in HEADERS["Content-Security-Policy"]
    assert HEADERS["Content-Security-Policy"].startswith("default-src 'none'")


@pytest.mark.parametrize("host", ["localhost", "localhost:8380", "127.0.0.1:8380", "[::1]:8380", "192.0.2.7"])
def test_own_names_and_numbers_are_answered(web: Web, host: str) -> None:
    assert web.client(host).get("/").status_code == 200


@pytest.mark.parametrize("host", ["evil.example", "localhost.evil.example", "127.0.0.1.evil.example", "papers.example"])
def test_a_name_that_somebody_else_gave_this_machine_is_refused(web: Web, host: str) -> None:
    answer = web.client(host).get("/")
    assert answer.status_code == 421
    assert "public_url" in answer.text


@pytest.mark.parametrize(
    "host",
    [
        *("localhost/static/?", "localhost/-/", "127.0.0.1/static/?", "localhost?", "localhost#", "x@localhost", "["),
        *("[::1", "[::1]x", "localhost:", "localhost:a", "localhost:80:80", "[localhost]", "localhost\\static", ""),
    ],
)
def test_a_host_that_is_more_than_a_name_and_a_port_is_refused(make_web: Callable[..., Web], host: str) -> None:
    client = make_web(**GUARDED).client()
    for path in ("/api/v1/papers", "/", "/feed.atom?source=daily", "/static/style.css"):
        answer = client.get(path, headers={"Host": host})
        assert answer.status_code in (400, 421) and "public_url" in answer.text, path


def test_no_answer_depends_on_an_address_made_of_the_host(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    """``Request.url`` and ``base_url`` hold what stands in the Host header, up to a path of its own."""

    def made(request: Request) -> str:
        raise AssertionError("an address that the Host header made was asked for")

    monkeypatch.setattr(Request, "url", property(made))
    monkeypatch.setattr(Request, "base_url", property(made))
    client = web.client()
    asked = ["/", "/search?q=lantern", "/sources", "/subscription?name=lanterns", "/nowhere", "/static/style.css"]
    for path in (*asked, "/feed.atom?source=daily", "/feed.json?q=lantern", "/api/v1/papers", "/api/v1/paper?key=x"):
        assert client.get(path).status_code in (200, 404), path


BEHIND = WebSettings(token_file="token", is_open=True, public_url="https://papers.example")


@pytest.mark.parametrize("is_socket", [False, True], ids=["port", "socket"])
def test_behind_a_proxy_the_token_is_asked_for_whatever_host_is_named(
    make_web: Callable[..., Web], tmp_path: Path, is_socket: bool
) -> None:
    settings = replace(BEHIND, listen=ListenAddress(socket=str(tmp_path / "web.sock"))) if is_socket else BEHIND
    web = make_web(settings=settings, token=TOKEN)
    for host in ("papers.example", "localhost", "10.0.0.5", "127.0.0.1:8380", "[::1]"):
        outside = web.client(host)
        assert outside.get("/").status_code == 401, host
        assert outside.get("/", headers={"Authorization": f"Bearer {TOKEN}"}).status_code == 200, host


@pytest.mark.parametrize("name", ["X-Forwarded-For", "Forwarded", "Via", "X-Real-IP"])
def test_what_says_that_it_was_passed_on_asks_for_the_token(web: Web, name: str) -> None:
    assert web.client().get("/", headers={name: "192.0.2.1"}).status_code == 401


def test_who_signs_in_through_the_proxy_gets_a_secure_cookie(make_web: Callable[..., Web]) -> None:
    outside = make_web(settings=BEHIND, token=TOKEN).client("papers.example")
    answer = outside.post("/sign-in", data={"token": TOKEN}, headers={"Origin": "https://papers.example"})
    assert answer.status_code == 303 and "secure" in answer.headers["set-cookie"].lower()


def test_without_open_everything_stored_asks_for_the_token(make_web: Callable[..., Web]) -> None:
    client = make_web(**GUARDED).client()
    answer = client.get("/?day=2026-03-10", headers=HTML)
    assert answer.status_code == 303
    assert answer.headers["location"] == "/sign-in?back=%2F%3Fday%3D2026-03-10"
    assert client.get("/").status_code == 401
    assert client.get("/-/healthy").text == "healthy\n"
    assert client.get("/-/ready").text == "ready\n"
    assert client.get("/", headers={"Authorization": f"Bearer {TOKEN}"}).status_code == 200
    assert client.get("/", headers={"Authorization": f"bearer {TOKEN}"}).status_code == 200
    assert client.get("/", headers={"Authorization": "Bearer wrong"}).status_code == 401


@pytest.mark.parametrize(
    "address", ["/search?q=%00", "/search?q=a%00b", "/paper?%00=1", "/%00", "/api/v1/papers?q=%00"]
)
def test_an_address_with_what_no_text_holds_is_refused(web: Web, address: str) -> None:
    assert web.client().get(address).status_code == 400


def test_signing_in_gives_a_strict_cookie_and_leads_back(make_web: Callable[..., Web]) -> None:
    client = make_web(**GUARDED).client()
    wrong = client.post("/sign-in", data={"token": "guess", "back": "/"})
    assert wrong.status_code == 403 and "This is not the token" in wrong.text
    answer = client.post("/sign-in", data={"token": TOKEN, "back": "/?day=2026-03-10"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/?day=2026-03-10")
    cookie = answer.headers["set-cookie"].lower()
    assert "samesite=strict" in cookie and "httponly" in cookie and TOKEN not in cookie
    page = client.get("/")
    assert page.status_code == 200 and "Sign out" in page.text


@pytest.mark.parametrize(
    "others",
    [
        *(
            "a=b; c",
            "x[]=1",
            'odd="',
            "=nameless",
            "name with blanks=1",
            "café=au lait",
            "expires=Mon, 01 Jan; x",
            "=;=,;",
        ),
        *('{"json": "1"}=2', "a=b; path=/; domain=x", "$Version=1", "watcher2=9999999999.00", "watcher"),
    ],
)
@pytest.mark.parametrize("is_first", [True, False], ids=["before", "behind"])
def test_another_cookie_of_this_host_is_in_nobodys_way(
    make_web: Callable[..., Web], others: str, is_first: bool
) -> None:
    web = make_web(**GUARDED)
    own = f"watcher={new_session(TOKEN, NOW)}"
    cookies = f"{others}; {own}" if is_first else f"{own}; {others}"
    answer = web.client().get("/", headers={b"Cookie": cookies.encode()})
    assert answer.status_code == 200 and "Sign out" in answer.text


def test_signing_out_takes_the_cookie_back(make_web: Callable[..., Web]) -> None:
    client = make_web(**GUARDED).signed_in()
    assert client.post("/sign-out", data={}).status_code == 403
    key = client.get("/").text.split('name="key" value="')[1].split('"')[0]
    assert client.post("/sign-out", data={"key": key}).status_code == 303
    assert client.get("/").status_code == 401


@pytest.mark.parametrize(
    "headers", [{"Origin": "https://evil.example"}, {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site"}]
)
def test_what_another_page_sends_does_nothing(make_web: Callable[..., Web], headers: dict[str, str]) -> None:
    client = make_web(**GUARDED).client()
    assert client.post("/sign-in", data={"token": TOKEN}, headers=headers).status_code == 403


@pytest.mark.parametrize("method", ["PUT", "DELETE", "TRACE", "OPTIONS", "PATCH"])
def test_other_methods_are_refused(web: Web, method: str) -> None:
    assert web.client().request(method, "/").status_code == 405


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        *(("POST", "/", "GET, HEAD"), ("POST", "/search", "GET, HEAD"), ("GET", "/act", "POST")),
        *(("POST", "/api/v1/papers", "GET, HEAD"), ("PUT", "/api/v1/papers", "GET, HEAD")),
        *(("PUT", "/api/v1/star", "POST"), ("PUT", "/", "GET, HEAD, POST")),
    ],
)
def test_what_takes_another_method_says_which(web: Web, method: str, path: str, allowed: str) -> None:
    answer = web.client().request(method, path)
    assert answer.status_code == 405
    assert sorted(answer.headers["allow"].split(", ")) == sorted(allowed.split(", "))


def test_a_session_ends_and_belongs_to_its_token() -> None:
    value = new_session(TOKEN, NOW)
    assert is_session(value, TOKEN, NOW)
    assert not is_session(value, TOKEN, NOW + timedelta(days=31))
    assert not is_session(value, TOKEN + "x", NOW)
    for forged in ("", "9999999999.", "9999999999." + "0" * 64, "²." + "0" * 64, f"9{value}"):
        assert not is_session(forged, TOKEN, NOW)


@pytest.mark.parametrize(
    "address", ["//evil.example", "https://evil.example", "/\\evil.example", "javascript:x", "", "/a\n"]
)
def test_signing_in_leads_to_no_other_site(address: str) -> None:
    assert local(address) == "/"


@pytest.mark.parametrize(
    ("path", "form"),
    [
        *(("/sign-in", b"token=a%00b"), ("/sign-in", b"token=x&back=/%00"), ("/sign-out", b"key=%00")),
        *(("/act", b"what=mute&name=a%00"), ("/act", b"what=poll&name=%00"), ("/act", b"%00=poll")),
        *(("/act", b"what=replay&name=\0"), ("/act", b"what=mute-paper&name=arxiv%3A%00"), ("/act", b"back=%00")),
    ],
)
def test_a_form_with_what_no_text_holds_is_refused(make_web: Callable[..., Web], path: str, form: bytes) -> None:
    head = {"Authorization": f"Bearer {TOKEN}", "Content-Type": "application/x-www-form-urlencoded"}
    answer = make_web(**GUARDED).client().post(path, content=form, headers=head)
    assert answer.status_code == 400 and "holds no such character" in answer.text


def test_a_large_form_is_not_read(make_web: Callable[..., Web]) -> None:
    client = make_web(**GUARDED).client()
    assert client.post("/sign-in", content=b"token=" + b"x" * 100_000).status_code == 403


def test_who_may_open_the_socket_may_read(make_web: Callable[..., Web], tmp_path: Path) -> None:
    settings = WebSettings(ListenAddress(socket=str(tmp_path / "web.sock")), "token")
    web = make_web(settings=settings, token=TOKEN)
    assert web.client("localhost").get("/").status_code == 200
    assert "Sign in" in web.client("localhost").get("/").text
    assert web.client("localhost").get("/", headers={"X-Forwarded-For": "192.0.2.1"}).status_code == 401
    assert stat.S_IMODE((tmp_path / "web.sock").stat().st_mode) == 0o660
