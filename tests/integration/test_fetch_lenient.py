"""Answers that are not as they should be, and that every browser reads."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.sites import Site, raw, say, serving
from tests.parsers.feeds import rss
from watcher.cli import main
from watcher.fetch import Fetcher
from watcher.model import Fetched, Page, Unreachable

LONG = "x" * 300


@pytest.fixture
def site() -> Iterator[Site]:
    with serving() as site:
        yield site


def get(site: Site) -> Fetched:
    return Fetcher().get(f"{site.url}/p", lambda url: None)


def body(site: Site) -> bytes:
    found = get(site)
    assert isinstance(found, Page), found
    return found.body


def reason(site: Site) -> str:
    found = get(site)
    assert isinstance(found, Unreachable), found
    return found.reason


@pytest.mark.parametrize("coding", ["utf-8", "none", "binary", "8bit", "aws-chunked", "identity, UTF-8"])
def test_what_is_called_encoded_in_no_coding_is_read_with_a_warning(site: Site, coding: str) -> None:
    site.answers["/p"] = say(body=b"page", Content_Encoding=coding)
    found = get(site)
    assert isinstance(found, Page) and found.body == b"page"
    name = coding.rpartition(" ")[2].lower()
    assert found.warnings == (f'the answer calls its body "{name}", which is no coding: read as it is',)


def test_gzip_among_what_is_no_coding_is_inflated(site: Site) -> None:
    site.answers["/p"] = say(body=gzip.compress(b"page"), Content_Encoding="gzip, identity")
    assert body(site) == b"page"


@pytest.mark.parametrize("status", ["203 Non-Authoritative Information", "201 Created", "226 IM Used", "299"])
def test_a_page_under_another_status_of_success_is_a_page(site: Site, status: str) -> None:
    site.answers["/p"] = say(status, body=b"page")
    assert body(site) == b"page"


@pytest.mark.parametrize("status", ["202 Accepted", "204 No Content", "206 Partial Content"])
def test_what_is_no_page_or_a_part_of_one_is_none(site: Site, status: str) -> None:
    site.answers["/p"] = say(status, body=b"" if status[:3] == "204" else b"page")
    assert reason(site) == f"HTTP {status}"


def test_a_redirect_with_backslashes_leads_where_browsers_go(site: Site) -> None:
    site.answers["/p"] = say("302 Found", Location="\\q\\r?a=\\")
    site.answers["/q/r?a=\\"] = site.answers["/q/r?a=%5C"] = say(body=b"page")
    assert body(site) == b"page"


@pytest.mark.parametrize(
    "line",
    [
        '"X-XSS-Protection: 0"',
        "get-ban-to-cache-result/forum.php: x",
        "no colon at all",
        ": no name",
        " folded before anything",
        "X-Blank : x",
        "X-Control: a\x00b\x0bc",
        "Content-Length: many",
        "Transfer-Encoding: identity",
    ],
)
@pytest.mark.parametrize("end", ["\r\n", "\n"])
def test_a_line_that_is_no_header_spoils_no_page(site: Site, line: str, end: str) -> None:
    head = end.join(["HTTP/1.1 200 OK", line, "ETag: x", "", ""])
    site.answers["/p"] = raw(head.encode() + b"page")
    found = get(site)
    assert isinstance(found, Page) and (found.body, found.validators.etag) == (b"page", "x")


@pytest.mark.parametrize(
    "status",
    [
        "HTTP/1.1  200  OK",
        "HTTP/2 200",
        "http/1.1 200 OK",
        "\r\n\r\nHTTP/1.1 200 OK",
        "HTTP/1.1 200 \x00",
        "HTTP/1.0 200 OK",
    ],
)
def test_a_first_line_that_names_a_status_is_enough(site: Site, status: str) -> None:
    site.answers["/p"] = raw(f"{status}\r\n\r\npage".encode())
    assert body(site) == b"page"


def test_chunks_that_are_announced_twice_are_chunks(site: Site) -> None:
    twice = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n"
    site.answers["/p"] = raw(twice + b"4\r\npage\r\n0\r\n\r\n")
    assert body(site) == b"page"


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (b"SSH-2.0-OpenSSH_9.2\r\n\r\n", '"SSH-2.0-OpenSSH_9.2"'),
        (b'it\'s "no"\xff HTTP\r\n\r\n', '"it\'s "no"\xff HTTP"'),
        (f"{LONG}\r\n\r\n".encode(), f'"{LONG[:99]}…"'),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", '"zz"'),
    ],
)
def test_what_is_no_http_is_shown_as_text(site: Site, answer: bytes, said: str) -> None:
    site.answers["/p"] = raw(answer)
    found = reason(site)
    assert found.startswith("the answer is not HTTP: illegal") and found.endswith(said)
    assert "bytearray" not in found and "b'" not in found


def test_try_source_shows_the_warning(site: Site, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    site.answers["/p"] = say(body=rss(["<title>Kilns</title><link>/1</link>"]), Content_Encoding="utf-8")
    (tmp_path / "config.yaml").write_text(f"timezone: UTC\nsources:\n  lab: {{kind: feed, url: '{site.url}/p'}}\n")
    arguments = ["--config", str(tmp_path / "config.yaml"), "try-source", "lab", "--json"]
    assert main(arguments, env={"STATE_DIRECTORY": str(tmp_path / "state"), "HOME": str(tmp_path)}) == 0
    shown = json.loads(capsys.readouterr().out)
    assert shown["count"] == 1
    assert shown["warnings"] == ['the answer calls its body "utf-8", which is no coding: read as it is']
