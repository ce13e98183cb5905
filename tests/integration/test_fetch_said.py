"""Why an API refuses a request stands in the reason, in its own words, and shows no secret."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator

import pytest

from tests.integration.sites import Site, raw, say, serving
from watcher.fetch import Fetcher
from watcher.model import Unreachable
from watcher.model.masking import OpenedAddress

JSON = "application/json"


@pytest.fixture
def site() -> Iterator[Site]:
    with serving() as site:
        yield site


def reason(site: Site, status: str, body: bytes, **headers: str) -> str:
    site.answers["/p"] = say(status, body, None, **headers)
    found = Fetcher().get(f"{site.url}/p", lambda url: None)
    assert isinstance(found, Unreachable)
    return found.reason


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ({"error": "Invalid query", "message": "doi is no field\n of works"}, "doi is no field of works"),
        ({"status": "failed", "message": [{"type": "x", "message": "rows is too large"}]}, "rows is too large"),
        ({"error": {"code": 3, "message": "no such list"}}, "no such list"),
        ({"errors": [{"detail": "a" * 500}]}, "a" * 199 + "…"),
        ({"message": "", "detail": "second"}, "second"),
    ],
)
def test_what_an_api_says_is_quoted(site: Site, answer: object, said: str) -> None:
    assert reason(site, "400 Bad Request", json.dumps(answer).encode(), Content_Type=JSON) == (
        f'HTTP 400 Bad Request, which says: "{said}"'
    )


@pytest.mark.parametrize(
    ("status", "body", "headers"),
    [
        ("400 Bad Request", b"<html>no</html>", {"Content_Type": "text/html"}),
        ("400 Bad Request", b'{"message": "cut', {"Content_Type": JSON}),
        ("400 Bad Request", b"[" * 9_000, {"Content_Type": JSON}),
        ("400 Bad Request", b'{"message": "' + b"x" * 20_000 + b'"}', {"Content_Type": JSON}),
        ("400 Bad Request", gzip.compress(b'{"message": "x"}'), {"Content_Type": JSON, "Content_Encoding": "gzip"}),
        ("400 Bad Request", b'{"message": {"a": 1}, "error": 7}', {"Content_Type": JSON}),
        ("500 Internal Server Error", b'{"message": "of no use"}', {"Content_Type": JSON}),
    ],
    ids=["html", "cut", "deep", "long", "compressed", "no text", "500"],
)
def test_what_says_nothing_leaves_the_status_alone(
    site: Site, status: str, body: bytes, headers: dict[str, str]
) -> None:
    assert reason(site, status, body, **headers) == f"HTTP {status}"


def test_an_answer_that_breaks_off_is_still_its_status(site: Site) -> None:
    site.answers["/p"] = raw(
        b"HTTP/1.1 400 Bad Request\r\nContent-Type: application/json\r\nContent-Length: 99\r\n\r\n{"
    )
    found = Fetcher().get(f"{site.url}/p", lambda url: None)
    assert isinstance(found, Unreachable) and found.reason == "HTTP 400 Bad Request"


def test_a_secret_that_is_said_back_is_not_shown(site: Site) -> None:
    site.answers["/p?api_key=s3cr3tkey99"] = say(
        "403 Forbidden", body=b'{"message": "the key s3cr3tkey99 is not known"}', Content_Type=JSON
    )

    def opened(url: str) -> OpenedAddress:
        return OpenedAddress(url.replace("${KEY}", "s3cr3tkey99"), url, {"s3cr3tkey99": "${KEY}"})

    found = Fetcher(open_address=opened).get(f"{site.url}/p?api_key=${{KEY}}", lambda url: None)
    assert isinstance(found, Unreachable) and "s3cr3tkey99" not in found.reason and "is not known" in found.reason
