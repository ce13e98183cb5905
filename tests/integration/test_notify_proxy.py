"""By which way messages leave: the config's proxy and authorities, and nothing of the environment's."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import ip_network
from pathlib import Path

import pytest

from tests.integration.connect_proxy import ConnectProxy, LabAuthority, authority, connect_proxy, refuse
from tests.integration.mailserver import mail_server
from tests.integration.receivers import Web, web
from watcher.model import Message, Outcome, Result
from watcher.model.network.way_out import WayOut
from watcher.notify import Notifier

__all__ = ["authority"]

MESSAGE = Message(subject="2 papers", text="Kilns", html="<p>Kilns</p>", markdown="Kilns")
SENT = Outcome(Result.SENT)
SECURE, PLAIN = "jsons://hooks.example/a", "json://hooks.example/a"


@pytest.fixture
def secure(authority: LabAuthority) -> Iterator[Web]:
    with web(tls=authority.server) as service:
        yield service


@pytest.fixture
def plain() -> Iterator[Web]:
    with web() as service:
        yield service


@pytest.fixture
def proxy(secure: Web, plain: Web) -> Iterator[ConnectProxy]:
    with connect_proxy({"hooks.example:443": secure.port, "hooks.example:80": plain.port}) as proxy:
        yield proxy


def send(url: str, way: WayOut) -> Outcome:
    with Notifier(patience=5.0, last_patience=5.0, way=lambda: way) as notifier:
        return notifier.send(url, MESSAGE, "key-1")


def test_a_secure_service_is_told_through_a_tunnel(proxy: ConnectProxy, secure: Web, authority: LabAuthority) -> None:
    proxy.password = "ana:p@ss/wörd"
    assert send(SECURE, proxy.way(user="ana:p%40ss%2Fw%C3%B6rd", authorities=authority.pem)) == SENT
    assert proxy.asked == ["CONNECT hooks.example:443"]
    [(path, headers, _)] = secure.requests
    assert path == "/a" and not [name for name in headers if name.lower().startswith("proxy")]


def test_a_plain_service_is_told_by_the_proxy(proxy: ConnectProxy, plain: Web) -> None:
    proxy.password = "ana:pw"
    assert send(PLAIN, proxy.way(user="ana:pw")) == SENT
    assert proxy.asked == ["POST http://hooks.example/a"]
    assert len(plain.requests) == 1


def test_this_machine_and_exceptions_are_told_directly(
    proxy: ConnectProxy, plain: Web, secure: Web, authority: LabAuthority
) -> None:
    way = proxy.way(networks=(ip_network("192.0.2.0/24"),), authorities=authority.pem)
    assert send(f"json://127.0.0.1:{plain.port}/", way) == SENT
    assert send(f"json://localhost:{plain.port}/", way) == SENT
    assert send(f"jsons://127.0.0.1:{secure.port}/", way) == SENT
    assert proxy.asked == []


def test_who_is_an_exception_is_not_told_by_the_proxy(proxy: ConnectProxy) -> None:
    assert send(SECURE, proxy.way(domains=("hooks.example",))).reason == "no such host"
    assert proxy.asked == []


def test_the_environment_changes_nothing(
    proxy: ConnectProxy,
    plain: Web,
    secure: Web,
    authority: LabAuthority,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, f"http://{proxy.place}")
    (tmp_path / "authority.pem").write_text(authority.pem)
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login ana password s3cretPW\n")
    (tmp_path / "netrc").chmod(0o600)
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        monkeypatch.setenv(name, str(tmp_path / "authority.pem"))
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    assert send(f"json://127.0.0.1:{plain.port}/", WayOut()) == SENT
    assert "Authorization" not in plain.requests[0][1]
    assert send(f"jsons://127.0.0.1:{secure.port}/", WayOut()).reason == "the server's certificate is not trusted"
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE"):
        monkeypatch.setenv(name, "/nowhere.pem")
    assert send(f"jsons://127.0.0.1:{secure.port}/", WayOut(authorities=authority.pem)) == SENT
    monkeypatch.setenv("NO_PROXY", "*")
    monkeypatch.setenv("no_proxy", "*")
    assert send(SECURE, proxy.way(authorities=authority.pem)) == SENT
    assert proxy.asked == ["CONNECT hooks.example:443"]


def test_a_password_of_the_address_itself_is_sent(plain: Web) -> None:
    assert send(f"json://ana:pw@127.0.0.1:{plain.port}/", WayOut()) == SENT
    assert plain.requests[0][1]["Authorization"].startswith("Basic ")


def test_an_unknown_authority_is_not_trusted(proxy: ConnectProxy, secure: Web) -> None:
    assert send(SECURE, proxy.way()) == Outcome(Result.FAILED, "the server's certificate is not trusted")
    assert secure.requests == []


@pytest.mark.filterwarnings("ignore:Unverified HTTPS request")
def test_an_address_may_still_ask_for_no_check(proxy: ConnectProxy, secure: Web) -> None:
    assert send(f"{SECURE}?verify=no", proxy.way()) == SENT
    assert len(secure.requests) == 1


def test_a_failure_of_the_proxy_is_told_from_the_services(proxy: ConnectProxy, plain: Web) -> None:
    proxy.password = "ana:pw"
    for url in (SECURE, PLAIN):
        outcome = send(url, proxy.way(user="ana:s3cretPW"))
        assert outcome == Outcome(Result.FAILED, "the proxy wants a user and a password, or refuses them")
    proxy.password = ""
    for status, words in {
        "403 Forbidden": "refuses to ask the service",
        "504 Late": "cannot reach the service",
    }.items():
        proxy.says = refuse(status, X_Squid_Error="ERR 0")
        for url in (SECURE, PLAIN):
            assert send(url, proxy.way()) == Outcome(Result.FAILED, f"the proxy {words}")
    proxy.says = None
    plain.status = 403
    assert send(PLAIN, proxy.way()).reason.startswith("the service answered 403 Forbidden")


def test_a_proxy_that_is_not_there() -> None:
    with connect_proxy() as gone:
        way = gone.way()
    for url in (SECURE, PLAIN):
        assert send(url, way) == Outcome(Result.FAILED, "the proxy cannot be reached")


def test_a_missing_secret_of_the_proxy_is_said(plain: Web) -> None:
    way = WayOut(missing="${PW} is not set in the environment")
    assert send(SECURE, way).reason == "the proxy cannot be used: its secret is not set in the environment"
    assert send(f"json://127.0.0.1:{plain.port}/", way) == SENT


@pytest.mark.parametrize("mode", ["starttls", "ssl"])
def test_mail_goes_directly_and_trusts_the_authority(proxy: ConnectProxy, authority: LabAuthority, mode: str) -> None:
    with mail_server(tls=authority.server, wrapped=mode == "ssl") as box:
        url = f"mailtos://127.0.0.1:{box.port}/?mode={mode}&from=bot@lab.example&to=ana@lab.example"
        assert send(url, proxy.way(authorities=authority.pem)) == SENT
        assert send(url, proxy.way()).reason == "mail server: the server's certificate is not trusted"
        assert len(box.taken) == 1
    assert proxy.asked == []


def test_another_way_counts_from_the_next_message_on(proxy: ConnectProxy, secure: Web, authority: LabAuthority) -> None:
    ways = iter([proxy.way(), proxy.way(authorities=authority.pem), WayOut(authorities=authority.pem)])
    with Notifier(way=lambda: next(ways)) as notifier:
        reasons = [notifier.send(SECURE, MESSAGE, f"key-{n}").reason for n in range(3)]
    assert reasons == ["the server's certificate is not trusted", "", "no such host"]
    assert len(secure.requests) == 1
