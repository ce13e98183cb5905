"""The fetcher against servers that answer well, badly or not at all."""

import gzip
import socket
import struct
import threading
import zlib
from datetime import timedelta

import pytest

from tests.integration.asking import NOTHING, NOW, fetcher, get, reason, site
from tests.integration.sites import Site, raw, say
from tests.patience import PATIENCE
from watcher import __version__
from watcher.fetch import Fetcher, Limits, default_user_agent
from watcher.model import Fetched, NotModified, Page, Unreachable, Validators

__all__ = ["site"]


# --- what is asked, and what a good answer gives ---


def test_a_page_comes_with_its_validators_verbatim(site: Site) -> None:
    date = "Tue, 10 Mar 2026 00:00:00 GMT"
    site.answers["/p?a=b"] = say(body=b"hello", ETag='W/"x"', Last_Modified=date)
    url = f"{site.url}/p?a=b"
    expected = Page(url=url, body=b"hello", fetched_at=NOW, validators=Validators('W/"x"', date))
    assert fetcher().get(url + "#part", lambda url: None) == expected


def test_the_request_says_who_asks_and_takes_gzip_only(site: Site) -> None:
    site.answers["/p"] = say(body=b"x")
    get(site)
    headers = site.headers_of_last()
    assert headers["user-agent"] == "watcher/1 (+me@here)"
    assert headers["accept-encoding"] == "gzip"
    assert not headers.keys() & {"cookie", "if-none-match", "if-modified-since", "authorization"}


@pytest.mark.parametrize(
    ("contact", "said"),
    [
        ("", ""),
        ("ana@lab.example", " (+mailto:ana@lab.example)"),
        ("mailto:ana@lab.example", " (+mailto:ana@lab.example)"),
        ("https://lab.example", " (+https://lab.example)"),
    ],
)
def test_who_asks_is_said_as_polite_pools_want_it(contact: str, said: str) -> None:
    assert default_user_agent(contact) == f"watcher/{__version__}{said}"


def test_an_unchanged_page_is_not_modified(site: Site) -> None:
    site.answers["/p"] = raw(b'HTTP/1.1 304 Not Modified\r\nETag: "x"\r\n\r\n')
    assert get(site, known=Validators('"x"', "then")) == NotModified(url=site.url + "/p", fetched_at=NOW)
    assert site.headers_of_last()["if-none-match"] == '"x"'
    assert site.headers_of_last()["if-modified-since"] == "then"


def test_a_304_that_nobody_asked_for_is_no_answer(site: Site) -> None:
    assert reason(site, raw(b"HTTP/1.1 304 Not Modified\r\n\r\n")) == "HTTP 304 Not Modified"


def test_validators_that_could_not_be_sent_back_are_dropped(site: Site) -> None:
    site.answers["/p"] = say(body=b"x", ETag='"' + "x" * 2_000 + '"', Last_Modified="m\u00e4rz")
    found = get(site)
    assert isinstance(found, Page) and not found.validators


def test_gzip_is_inflated(site: Site) -> None:
    site.answers["/p"] = say(body=gzip.compress(b"page" * 1_000), Content_Encoding="gzip")
    found = get(site)
    assert isinstance(found, Page) and found.body == b"page" * 1_000


def test_an_empty_body_is_a_page(site: Site) -> None:
    site.answers["/p"] = say()
    found = get(site)
    assert isinstance(found, Page) and found.body == b""


# --- answers that are none ---


@pytest.mark.parametrize(
    ("status", "said"),
    [
        ("500 Oops", "HTTP 500 Internal Server Error"),
        ("403 Forbidden", "HTTP 403 Forbidden"),
        ("404 Not Found", "HTTP 404 Not Found"),
        ("204 No Content", "HTTP 204 No Content"),
        ("599 \x1b[31mred", "HTTP 599"),
        ("302 Found", "HTTP 302 Found"),
    ],
)
def test_other_statuses(site: Site, status: str, said: str) -> None:
    assert reason(site, say(status)).startswith(said)


def test_cut_bodies(site: Site) -> None:
    assert reason(site, say(body=b"half", length=8)) == "the body was cut off"
    half = gzip.compress(b"page" * 1_000)[:20]
    cut = raw(b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nConnection: close\r\n\r\n" + half)
    assert reason(site, cut) == "the body was cut off: its gzip does not end"
    chunked = raw(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nff\r\nhalf")
    assert reason(site, chunked) == "the body was cut off"


def test_bodies_beyond_the_bounds(site: Site) -> None:
    assert reason(site, say(body=bytes(2_000)), body=1_000) == "the body is larger than 0.001 MB"
    packed = say(body=gzip.compress(bytes(100_000)), Content_Encoding="gzip")
    assert reason(site, packed, body=50_000) == "the body inflates to more than 0.05 MB"
    assert reason(site, packed, compressed=50) == "the compressed body is larger than 5e-05 MB"


def test_a_gzip_bomb_is_not_inflated(site: Site) -> None:
    bomb = zlib.compressobj(9, zlib.DEFLATED, 31)
    body = b"".join([bomb.compress(bytes(1 << 20)) for _ in range(100)] + [bomb.flush()])
    assert reason(site, say(body=body, Content_Encoding="gzip")) == "the body inflates to more than 20 MB"


def test_brotli_is_refused(site: Site) -> None:
    assert reason(site, say(body=b"x", Content_Encoding="br")) == "the body is encoded as 'br', which was not asked for"


def test_a_reset(site: Site) -> None:
    def reset(connection: socket.socket) -> None:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    assert reason(site, reset) == "connection reset by peer"


def test_no_answer_at_all(site: Site) -> None:
    assert reason(site, raw(b"")) == "the server closed the connection without an answer"


def test_what_is_no_http(site: Site) -> None:
    assert reason(site, raw(b"SSH-2.0-OpenSSH_9.2\r\n\r\n")).startswith("the answer is not HTTP")


def test_silence_ends(site: Site) -> None:
    assert reason(site, site.hang, silence=0.05) == "the server fell silent"
    assert reason(site, site.hang, total=0.05) == "no whole answer within 0.05 s"


def test_a_drip_ends_with_the_total_deadline(site: Site) -> None:
    slow_body = site.drip(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
    assert reason(site, slow_body, total=0.2, silence=0.1) == "no whole answer within 0.2 s"
    slow_head = site.drip(b"HTTP/1.1 200 OK\r\nX-Long: ")
    assert reason(site, slow_head, total=0.2, silence=0.1) == "no whole answer within 0.2 s"


def test_tls_where_there_is_none(site: Site) -> None:
    found = fetcher(total=5.0).get(site.url.replace("http:", "https:"), lambda url: NOTHING)
    assert isinstance(found, Unreachable) and found.reason.startswith("TLS failed: ")


def test_nobody_listens() -> None:
    found = fetcher().get("http://127.0.0.1:1/p", lambda url: NOTHING)
    assert isinstance(found, Unreachable) and found.reason == "connection refused"


@pytest.mark.parametrize(
    "url",
    [
        "ftp://example.org/",
        "file:///etc/passwd",
        "nonsense",
        "",
        "http://",
        "http://[::1",
        "http://a b/",
        "//a.org",
        "http://127.0.0.1:99999/",
        "http://\x00/",
        f"http://{'a' * 70}.invalid/",
    ],
)
def test_odd_addresses_are_unreachable(url: str) -> None:
    def look_up(host: str, port: int) -> list[str]:
        raise OSError(-2, "Name or service not known")

    found = Fetcher(resolve=look_up).get(url, lambda url: NOTHING)
    assert isinstance(found, Unreachable) and found.reason
    assert "\n" not in found.reason


def test_a_name_that_is_not_known() -> None:
    def look_up(host: str, port: int) -> list[str]:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    found = Fetcher(resolve=look_up).get("http://example.org/", lambda url: NOTHING)
    assert isinstance(found, Unreachable)
    assert found.reason == "example.org cannot be looked up: Name or service not known"


def test_a_look_up_that_hangs(site: Site) -> None:
    def look_up(host: str, port: int) -> list[str]:
        site.over.wait(PATIENCE)
        return []

    found = Fetcher(resolve=look_up, limits=Limits(total=0.05)).get("http://example.org/", lambda url: NOTHING)
    assert isinstance(found, Unreachable) and found.reason == "no whole answer within 0.05 s"


def test_the_next_address_is_tried(site: Site) -> None:
    site.answers["/p"] = say(body=b"x")
    port = site.url.rpartition(":")[2]
    found = Fetcher(resolve=lambda host, port: ["127.0.0.7", "127.0.0.1"]).get(
        f"http://site.localhost:{port}/p", lambda url: NOTHING
    )
    assert isinstance(found, Page)


# --- manners ---


def test_requests_to_another_host_are_spaced_but_not_those_to_this_machine(site: Site) -> None:
    site.answers["/p"] = say(body=b"x")
    slept: list[float] = []
    asking = Fetcher(resolve=lambda host, port: ["127.0.0.1"], sleep=slept.append, limits=Limits(interval=5))
    port = site.url.rpartition(":")[2]
    for host in ("127.0.0.1", "127.0.0.1", "a.example", "b.example"):
        assert isinstance(asking.get(f"http://{host}:{port}/p", lambda url: NOTHING, robots=False), Page)
    assert slept == []
    asking.get(f"http://a.example:{port}/p", lambda url: NOTHING, robots=False)
    assert [0 < seconds <= 5 for seconds in slept] == [True]


def test_a_host_that_asks_to_wait_is_left_alone(site: Site) -> None:
    site.answers["/p"] = say("429 Too Many Requests", RateLimit='"pages";r=0;t=57', Retry_After="2")
    asking = fetcher()
    first = asking.get(site.url + "/p", lambda url: NOTHING)
    assert isinstance(first, Unreachable)
    assert first.retry_after == timedelta(seconds=57)
    assert first.reason == "HTTP 429 Too Many Requests, asks to be left alone for 57 s"
    second = asking.get(site.url + "/other", lambda url: NOTHING)
    assert isinstance(second, Unreachable)
    assert "asked to be left alone" in second.reason
    assert second.retry_after and timedelta(seconds=30) < second.retry_after <= timedelta(seconds=57)
    assert len(site.asked) == 1


@pytest.mark.parametrize("status", ["429 Too Many Requests", "503 Service Unavailable"])
def test_nonsense_in_retry_after_blocks_nothing(site: Site, status: str) -> None:
    site.answers["/p"] = say(status, Retry_After="-1e9 parsecs")
    asking = fetcher()
    for _ in range(2):
        found = asking.get(site.url + "/p", lambda url: NOTHING)
        assert isinstance(found, Unreachable) and found.retry_after is None
    assert len(site.asked) == 2


# --- the end ---


def test_close_ends_what_is_under_way(site: Site) -> None:
    asked = threading.Event()

    def hang(connection: socket.socket) -> None:
        asked.set()
        site.over.wait(PATIENCE)

    site.answers["/p"] = hang
    asking = fetcher()
    found: list[Fetched] = []
    thread = threading.Thread(target=lambda: found.append(asking.get(site.url + "/p", lambda url: NOTHING)))
    thread.start()
    assert asked.wait(PATIENCE)
    asking.close()
    thread.join(PATIENCE)
    assert [one.reason for one in found if isinstance(one, Unreachable)] == ["stopped"]
    later = asking.get(site.url + "/p", lambda url: NOTHING)
    assert isinstance(later, Unreachable) and later.reason == "stopped"


def test_close_ends_waiting_for_a_turn(site: Site) -> None:
    site.answers["/p"] = say(body=b"x")
    port = site.url.rpartition(":")[2]
    asking = Fetcher(resolve=lambda host, port: ["127.0.0.1"], limits=Limits(interval=300))
    url = f"http://a.example:{port}/p"
    assert isinstance(asking.get(url, lambda url: NOTHING, robots=False), Page)
    found: list[Fetched] = []
    begun = threading.Event()

    def later() -> None:
        begun.set()
        found.append(asking.get(url, lambda url: NOTHING, robots=False))

    thread = threading.Thread(target=later)
    thread.start()
    assert begun.wait(PATIENCE)
    asking.close()
    thread.join(PATIENCE)
    assert [one.reason for one in found if isinstance(one, Unreachable)] == ["stopped"]
    assert len(site.asked) == 1
