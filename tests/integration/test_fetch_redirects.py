"""Where the fetcher follows a redirect, and where it does not."""

from collections.abc import Iterator

import pytest

from tests.integration.asking import NOTHING, NOW, fetcher, get, reason, site
from tests.integration.sites import Answer, Site, raw, say, serving
from watcher.fetch import Fetcher, Limits
from watcher.fetch import exchange as exchange_module
from watcher.fetch import wire as wire_module
from watcher.model import NotModified, Page, Unreachable, Validators

__all__ = ["site"]


def to(location: str) -> Answer:
    return say("302 Found", Location=location)


@pytest.fixture
def public_site(monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    """A server at an address that counts as public here."""

    def is_public(address: str) -> bool:
        return address == "127.0.0.2"

    monkeypatch.setattr(wire_module, "is_public", is_public)
    monkeypatch.setattr(exchange_module, "is_public", is_public)
    with serving("127.0.0.2") as site:
        yield site


def test_every_hop_is_asked_with_its_own_validators(site: Site) -> None:
    site.answers = {"/papers": to("/day"), "/day": raw(b"HTTP/1.1 304 Not Modified\r\n\r\n")}
    known = {site.url + "/day": Validators('"day"')}
    found = fetcher().get(site.url + "/papers", known.get)
    assert found == NotModified(url=site.url + "/day", fetched_at=NOW)
    assert ["If-None-Match" in request for request in site.asked] == [False, True]


def test_a_redirect_loop_ends(site: Site) -> None:
    assert reason(site, to("/p")) == "redirected more than 5 times"
    assert len(site.asked) == 6


@pytest.mark.parametrize(
    "location",
    [
        *("file:///etc/passwd", "gopher://a/", "ftp://example.org/p"),
        *("http://lab.example:x/", "http://[::1/", f"/{'a' * 70_000}"),
    ],
)
def test_redirects_elsewhere_than_the_web_are_refused(site: Site, location: str) -> None:
    said = reason(site, to(location))
    assert said.startswith("redirected to what is no web address") and "Error" not in said


def test_the_password_stays_with_its_host_and_out_of_what_is_returned(site: Site, public_site: Site) -> None:
    site.answers = {"/p": to("/q"), "/q": to(public_site.url + "/r")}
    public_site.answers["/r"] = say(body=b"x")
    url = site.url.replace("http://", "http://me:secret@")
    found = fetcher(interval=0).get(url + "/p", lambda url: NOTHING)
    assert found == Page(url=public_site.url + "/r", body=b"x", fetched_at=NOW)
    assert ["Authorization" in request for request in site.asked] == [True, True]
    assert "Authorization" not in public_site.asked[0]


def test_cookies_are_not_kept(site: Site) -> None:
    site.answers = {"/p": say("302 Found", Location="/q", Set_Cookie="a=b"), "/q": say(body=b"x")}
    get(site)
    assert "cookie" not in site.headers_of_last()


def test_a_public_site_may_not_lead_inside(site: Site, public_site: Site) -> None:
    public_site.answers["/p"] = to(site.url + "/secret")
    assert reason(public_site, to(site.url + "/secret")).startswith("a public site leads to 127.0.0.1, inside")
    port = site.url.rpartition(":")[2]
    assert "inside a private network" in reason(public_site, to(f"http://2130706433:{port}/secret"))
    assert "inside a private network" in reason(public_site, to(f"http://localhost:{port}/secret"))
    assert site.asked == []


def test_a_private_site_of_the_operator_may_lead_anywhere(site: Site, public_site: Site) -> None:
    site.answers = {"/p": to("/q"), "/q": to(public_site.url + "/r")}
    public_site.answers["/r"] = to(site.url + "/back")
    assert "inside a private network" in reason(site, to("/q"))
    public_site.answers["/r"] = say(body=b"x")
    assert isinstance(get(site), Page)


def test_a_name_that_was_public_may_not_turn_inward(site: Site, public_site: Site) -> None:
    addresses = iter(["127.0.0.2", "127.0.0.2", "127.0.0.1"])
    port = public_site.url.rpartition(":")[2]
    public_site.answers["/p"] = say(body=b"x")
    asking = Fetcher(resolve=lambda host, port: [next(addresses)], limits=Limits(interval=0))
    assert isinstance(asking.get(f"http://site.example:{port}/p", lambda url: NOTHING), Page)
    found = asking.get(f"http://site.example:{port}/p", lambda url: NOTHING)
    assert isinstance(found, Unreachable) and "inside a private network" in found.reason


def test_of_a_name_with_addresses_of_both_kinds_the_private_one_is_never_used(site: Site, public_site: Site) -> None:
    nobody = public_site.url.rpartition(":")[2]
    site.answers["/p"] = say(body=b"x")
    port = site.url.rpartition(":")[2]
    assert port != nobody
    asking = Fetcher(resolve=lambda host, port: ["127.0.0.2", "127.0.0.1"], limits=Limits(interval=0))
    found = asking.get(f"http://site.example:{port}/p", lambda url: NOTHING)
    assert isinstance(found, Unreachable) and found.reason == "connection refused"
    assert site.asked == []


@pytest.mark.parametrize(
    "host",
    ["169.254.169.254", "[fe80::1]", "[::ffff:169.254.169.254]", "[64:ff9b::a9fe:a9fe]", "100.100.100.200"],
)
def test_no_site_leads_to_where_a_machine_is_told_its_keys(site: Site, host: str) -> None:
    said = reason(site, to(f"http://{host}/latest/meta-data/"))
    assert said.startswith("redirected to ") and said.endswith(", where a machine is told its own keys")


def test_nor_does_a_name() -> None:
    found = Fetcher(resolve=lambda host, port: ["169.254.169.254"]).get("http://keys.lab.example/", lambda url: NOTHING)
    assert isinstance(found, Unreachable)
    assert found.reason == "keys.lab.example leads to 169.254.169.254, where a machine is told its own keys"
