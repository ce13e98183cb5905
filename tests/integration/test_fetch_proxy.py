"""The fetcher uses the proxy for the addresses that it should, and tells the proxy's failures from a site's."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from ipaddress import ip_network
from typing import Any

import pytest

from tests.integration.connect_proxy import ConnectProxy, LabAuthority, authority, connect_proxy, refuse
from tests.integration.sites import Site, say, serving
from tests.patience import PATIENCE
from watcher.fetch import Fetcher, Limits
from watcher.model import Fetched, Page, Unreachable, Validators
from watcher.model.network.way_out import WayOut

__all__ = ["authority"]

NOW = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)
SECURE, PLAIN = "https://papers.example/p", "http://papers.example/p"


@pytest.fixture
def secure(authority: LabAuthority) -> Iterator[Site]:
    with serving(tls=authority.server) as site:
        yield site


@pytest.fixture
def plain() -> Iterator[Site]:
    with serving() as site:
        yield site


@pytest.fixture
def proxy(secure: Site, plain: Site) -> Iterator[ConnectProxy]:
    with connect_proxy({"papers.example:443": port_of(secure), "papers.example:80": port_of(plain)}) as proxy:
        yield proxy


def port_of(site: Site) -> int:
    return int(site.listener.getsockname()[1])


def nobody(host: str, port: int) -> list[str]:
    raise AssertionError(f"{host} was looked up")


def fetcher(way: WayOut, resolve: Callable[[str, int], list[str]] = nobody, **limits: Any) -> Fetcher:
    return Fetcher(clock=lambda: NOW, limits=Limits(interval=0, **limits), resolve=resolve, way=lambda: way)


def get(url: str, way: WayOut, resolve: Callable[[str, int], list[str]] = nobody, **limits: Any) -> Fetched:
    return fetcher(way, resolve, **limits).get(url, lambda url: Validators(), robots=False)


def reason(url: str, way: WayOut, **limits: Any) -> str:
    found = get(url, way, **limits)
    assert isinstance(found, Unreachable), found
    return found.reason


# --- what is asked of it ---


def test_a_secure_site_is_asked_through_a_tunnel(proxy: ConnectProxy, secure: Site, authority: LabAuthority) -> None:
    proxy.password = "ana:p@ss/w#rd"
    secure.answers["/p"] = say(body=b"papers")
    way = proxy.way(user="ana:p%40ss%2Fw%23rd", authorities=authority.pem)
    assert get(SECURE, way) == Page(url=SECURE, body=b"papers", fetched_at=NOW)
    assert proxy.asked == ["CONNECT papers.example:443"]
    assert "proxy" not in secure.asked[0].lower()
    assert "watcher" not in proxy.heads[0]


def test_a_plain_site_is_asked_by_the_proxy(proxy: ConnectProxy, plain: Site) -> None:
    proxy.password = "ana:pw"
    plain.answers["/p"] = say(body=b"papers")
    assert get(PLAIN, proxy.way(user="ana:pw")) == Page(url=PLAIN, body=b"papers", fetched_at=NOW)
    assert proxy.asked == ["GET http://papers.example/p"]


def test_robots_txt_is_read_by_the_proxy_too(proxy: ConnectProxy, plain: Site) -> None:
    plain.answers["/robots.txt"] = say(body=b"User-agent: *\nDisallow: /p\n")
    found = fetcher(proxy.way()).get(PLAIN, lambda url: Validators())
    assert isinstance(found, Unreachable) and "robots.txt forbids it" in found.reason
    assert proxy.asked == ["GET http://papers.example/robots.txt"]


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "2130706433", "127.1", "0x7f.0.0.1", "localhost."])
def test_this_machine_is_asked_directly(proxy: ConnectProxy, plain: Site, host: str) -> None:
    plain.answers["/p"] = say(body=b"papers")
    url = f"http://{host}:{port_of(plain)}/p"
    assert isinstance(get(url, proxy.way(), lambda host, port: ["127.0.0.1"]), Page)
    assert proxy.asked == []


def test_exceptions_are_asked_directly(proxy: ConnectProxy, plain: Site) -> None:
    plain.answers["/p"] = say(body=b"papers")
    way = proxy.way(domains=("lab.example",), networks=(ip_network("192.0.0.0/8"),))
    found = get(f"http://papers.lab.example:{port_of(plain)}/p", way, lambda host, port: ["127.0.0.1"])
    assert isinstance(found, Page)
    assert proxy.asked == []


def test_the_environment_names_no_proxy(proxy: ConnectProxy, plain: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, f"http://{proxy.place}")
    plain.answers["/p"] = say(body=b"papers")
    url = f"http://papers.example:{port_of(plain)}/p"
    assert isinstance(get(url, WayOut(), lambda host, port: ["127.0.0.1"]), Page)
    assert proxy.asked == []


# --- where it leads ---


@pytest.mark.parametrize(
    "inside",
    [
        *("127.0.0.1", "localhost", "[::1]", "2130706433", "10.1.2.3", "192.168.1.1", "0x0a000001", "[fd00::1]"),
        *("100.64.0.1", "intranet", "wiki.corp", "printer.local", "metadata.google.internal"),
    ],
)
@pytest.mark.parametrize("first", [PLAIN, SECURE])
def test_what_came_by_the_proxy_leads_to_no_private_address(
    proxy: ConnectProxy, plain: Site, secure: Site, authority: LabAuthority, inside: str, first: str
) -> None:
    url = f"http://{inside}:{port_of(plain)}/p"
    plain.answers["/p"] = secure.answers["/p"] = say("302 Found", Location=url)
    found = get(first, proxy.way(authorities=authority.pem), lambda host, port: ["127.0.0.1"])
    assert isinstance(found, Unreachable) and "inside a private network" in found.reason
    assert len(proxy.asked) == 1 and len(plain.asked) + len(secure.asked) == 1


@pytest.mark.parametrize("host", ["169.254.169.254", "0xa9fea9fe", "[fe80::1]", "100.100.100.200"])
def test_what_came_by_the_proxy_leads_to_no_providers_keys(proxy: ConnectProxy, plain: Site, host: str) -> None:
    plain.answers["/p"] = say("302 Found", Location=f"http://{host}/latest/meta-data/")
    found = get(PLAIN, proxy.way(), lambda host, port: ["169.254.169.254"])
    assert isinstance(found, Unreachable) and "told its own keys" in found.reason
    assert len(proxy.asked) == 1


def test_what_came_by_the_proxy_leads_to_no_exception_inside(proxy: ConnectProxy, plain: Site) -> None:
    plain.answers["/p"] = say("302 Found", Location=f"http://papers.lab.example:{port_of(plain)}/q")
    found = get(PLAIN, proxy.way(domains=("lab.example",)), lambda host, port: ["127.0.0.1"])
    assert isinstance(found, Unreachable) and "inside a private network" in found.reason
    assert len(plain.asked) == 1


def test_from_site_to_site_the_proxy_is_asked_again(
    proxy: ConnectProxy, plain: Site, secure: Site, authority: LabAuthority
) -> None:
    plain.answers["/p"] = say("301 Moved Permanently", Location=SECURE)
    secure.answers["/p"] = say(body=b"papers")
    assert isinstance(get(PLAIN, proxy.way(authorities=authority.pem)), Page)
    assert proxy.asked == ["GET http://papers.example/p", "CONNECT papers.example:443"]


def test_a_site_that_the_proxy_reached_may_be_made_an_exception(proxy: ConnectProxy, plain: Site) -> None:
    url = f"http://papers.lab.example:{port_of(plain)}/p"
    proxy.routes[f"papers.lab.example:{port_of(plain)}"] = port_of(plain)
    plain.answers["/p"] = say(body=b"papers")
    ways = iter([proxy.way(), proxy.way(domains=("lab.example",))])
    asking = Fetcher(limits=Limits(interval=0), resolve=lambda host, port: ["127.0.0.1"], way=lambda: next(ways))
    assert [type(asking.get(url, lambda url: Validators(), robots=False)) for _ in range(2)] == [Page, Page]
    assert len(proxy.asked) == 1


# --- whose failure it was ---


def test_a_refusal_is_the_proxys(proxy: ConnectProxy) -> None:
    proxy.password = "ana:pw"
    wants, refuses = "the proxy wants a user and a password", "the proxy refuses the user or password"
    status = " (HTTP 407 Proxy Authentication Required)"
    for url in (SECURE, PLAIN):
        assert reason(url, proxy.way()) == wants + status
        assert reason(url, proxy.way(user="ana:s3cretPW")) == refuses + status
    proxy.says = refuse("403 Forbidden", X_Squid_Error="ERR_ACCESS_DENIED 0")
    for url in (SECURE, PLAIN):
        assert reason(url, proxy.way()) == "the proxy refuses to ask for it (HTTP 403 Forbidden)"
    proxy.says = refuse("502 Bad Gateway", Proxy_Status="lab; error=dns_error")
    for url in (SECURE, PLAIN):
        assert reason(url, proxy.way()) == "the proxy cannot reach it (HTTP 502 Bad Gateway)"


def test_a_sites_own_refusal_stays_its_own(
    proxy: ConnectProxy, plain: Site, secure: Site, authority: LabAuthority
) -> None:
    way = proxy.way(authorities=authority.pem)
    for status in ("403 Forbidden", "502 Bad Gateway", "404 Not Found"):
        plain.answers["/p"] = secure.answers["/p"] = say(status)
        assert reason(PLAIN, way) == reason(SECURE, way) == f"HTTP {status}"
    secure.answers["/p"] = say("407 Proxy Authentication Required")
    assert reason(SECURE, way) == "HTTP 407 Proxy Authentication Required"


def test_a_proxy_that_is_not_there() -> None:
    with serving() as gone:
        place = gone.url
    where = place.removeprefix("http://")
    for url in (SECURE, PLAIN):
        assert reason(url, WayOut(place)) == f"the proxy {where} cannot be reached: connection refused"


def test_a_proxy_without_an_address() -> None:
    def look_up(host: str, port: int) -> list[str]:
        raise OSError(-2, "Name or service not known")

    found = get(SECURE, WayOut("http://proxy.lab.example:3128"), look_up)
    assert isinstance(found, Unreachable)
    assert found.reason.startswith("the proxy proxy.lab.example:3128 cannot be reached: proxy.lab.example cannot be")


def test_a_proxy_that_makes_no_tunnel(proxy: ConnectProxy) -> None:
    cannot = f"the proxy {proxy.place} makes no connection: "
    proxy.says = proxy.hang
    assert reason(SECURE, proxy.way(), silence=0.2) == cannot + "the server fell silent"
    proxy.says = lambda connection: connection.sendall(b"SSH-2.0-lab\r\n\r\n")
    assert reason(SECURE, proxy.way()).startswith(cannot + "the answer is not HTTP")
    proxy.says = lambda connection: None
    assert reason(SECURE, proxy.way()).startswith(cannot + "the server closed the connection")


def test_an_unknown_authority_is_said_with_what_to_do(proxy: ConnectProxy) -> None:
    said = reason(SECURE, proxy.way())
    assert said.startswith("its TLS certificate does not hold: ")
    assert said.endswith("(by the proxy; a proxy that looks into TLS needs its authority in ca_bundle)")


def test_an_authority_of_ones_own_is_trusted_without_a_proxy(secure: Site, authority: LabAuthority) -> None:
    secure.answers["/p"] = say(body=b"papers")
    url = secure.url.replace("http://", "https://") + "/p"
    assert isinstance(get(url, WayOut(authorities=authority.pem)), Page)
    assert "does not hold" in reason(url, WayOut())


def test_a_servers_own_certificate_can_be_named(secure: Site, authority: LabAuthority) -> None:
    secure.answers["/p"] = say(body=b"papers")
    url = secure.url.replace("http://", "https://") + "/p"
    assert isinstance(get(url, WayOut(authorities=authority.given)), Page)
    other = url.replace("127.0.0.1", "www.lab.example")
    found = get(other, WayOut(authorities=authority.given), lambda host, port: ["127.0.0.1"])
    assert isinstance(found, Unreachable) and "does not hold: Hostname mismatch" in found.reason


def test_a_missing_secret_of_the_proxy_is_said(proxy: ConnectProxy, plain: Site) -> None:
    way = WayOut(missing="${PW} is not set in the environment")
    assert reason(SECURE, way) == "the proxy cannot be used: ${PW} is not set in the environment"
    plain.answers["/p"] = say(body=b"papers")
    assert isinstance(get(f"{plain.url}/p", way), Page)


# --- its limits ---


def test_the_deadline_holds_at_the_proxy_and_behind_it(
    proxy: ConnectProxy, plain: Site, secure: Site, authority: LabAuthority
) -> None:
    way = proxy.way(authorities=authority.pem)
    for site in (plain, secure):
        site.answers["/p"] = site.drip(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n")
    for url in (SECURE, PLAIN):
        assert reason(url, way, total=0.4) == "no whole answer within 0.4 s"
    proxy.says = proxy.drip
    for url in (SECURE, PLAIN):
        assert reason(url, way, total=0.4) == "no whole answer within 0.4 s"


def test_a_body_is_bounded_behind_the_proxy(proxy: ConnectProxy, secure: Site, authority: LabAuthority) -> None:
    secure.answers["/p"] = say(body=b"x" * 2_000)
    assert "larger than" in reason(SECURE, proxy.way(authorities=authority.pem), body=1_000)


@pytest.mark.parametrize("where", ["at the proxy", "behind it"])
def test_a_request_by_the_proxy_can_be_ended(
    proxy: ConnectProxy, secure: Site, authority: LabAuthority, where: str
) -> None:
    asked = threading.Event()

    def hang(connection: Any) -> None:
        asked.set()
        proxy.over.wait(PATIENCE)

    if where == "at the proxy":
        proxy.says = hang
    secure.answers["/p"] = hang
    asking, found = fetcher(proxy.way(authorities=authority.pem)), list[Fetched]()
    thread = threading.Thread(
        target=lambda: found.append(asking.get(SECURE, lambda url: Validators(), robots=False)), daemon=True
    )
    thread.start()
    assert asked.wait(PATIENCE)
    began = time.monotonic()
    asking.close()
    thread.join(PATIENCE)
    assert time.monotonic() - began < PATIENCE
    assert [one.reason for one in found if isinstance(one, Unreachable)] == ["stopped"]
