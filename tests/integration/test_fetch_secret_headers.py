"""A secret that is sent in a header reaches its own host, and nobody that this host leads to."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from tests.integration.asking import site
from tests.integration.sites import Site, say, serving
from tests.parsers import scholar
from tests.sources import make_source
from watcher.cli import main
from watcher.daemon import logs
from watcher.fetch import Fetcher, Limits
from watcher.model import Page, Unreachable
from watcher.model.masking import OpenedAddress
from watcher.notify import Scrubber
from watcher.parsers import PARSERS

__all__ = ["site"]

KEY = "s3cretKey99"


@pytest.fixture
def elsewhere() -> Iterator[Site]:
    with serving() as other:
        yield other


def opened(url: str) -> OpenedAddress:
    return OpenedAddress(url.replace("?x-api-key=${KEY}", ""), url, {KEY: "${KEY}"}, {"x-api-key": KEY})


def get(site: Site, path: str = "/p") -> Page | Unreachable:
    asking = Fetcher(open_address=opened, limits=Limits(interval=0))
    found = asking.get(f"{site.url}{path}?x-api-key=${{KEY}}", lambda url: None)
    assert isinstance(found, Page | Unreachable)
    return found


def has_key(site: Site) -> list[bool]:
    return [f"x-api-key: {KEY}\r\n" in request for request in site.asked]


def test_it_goes_along_on_its_own_host(site: Site) -> None:
    site.answers = {"/p": say("302 Found", Location="/q"), "/q": say(body=b"x")}
    found = get(site)
    assert isinstance(found, Page) and found.url == f"{site.url}/q"
    assert has_key(site) == [True, True]
    assert not any(KEY in request.partition("\r\n")[0] for request in site.asked), "never in an address"


def test_no_other_host_is_sent_it_and_it_does_not_come_back(site: Site, elsewhere: Site) -> None:
    site.answers = {"/p": say("302 Found", Location=f"{elsewhere.url}/r"), "/back": say(body=b"x")}
    elsewhere.answers = {"/r": say("302 Found", Location=f"{site.url}/back")}
    assert isinstance(get(site), Page)
    assert (has_key(site), has_key(elsewhere)) == ([True, False], [False])


def test_it_is_not_asked_with_for_robots(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("watcher.fetch.fetcher.is_loopback", lambda host: False)
    site.answers = {"/robots.txt": say(body=b"User-agent: *\nAllow: /\n"), "/p": say(body=b"x")}
    assert isinstance(get(site), Page)
    assert has_key(site) == [False, True]


def test_it_is_in_no_log_and_in_no_reason(site: Site, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    said = f'{{"message": "the key {KEY} is not known"}}'.encode()
    site.answers = {"/p": say("403 Forbidden", body=said, Content_Type="application/json")}
    found = get(site)
    assert isinstance(found, Unreachable) and "is not known" in found.reason
    site.answers = {"/p": say("302 Found", Location=f"/?key={KEY}"), f"/?key={KEY}": say(body=b"x")}
    assert KEY not in found.reason + found.url + get(site).url + caplog.text


# --- from the config to the site ---


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(logs, "_scrub", Scrubber())
    return tmp_path


def run(home: Path, *args: str, **env: str) -> int:
    return main(list(args), env={"STATE_DIRECTORY": str(home / "state"), "HOME": str(home), **env})


def configure(home: Path, site: Site, key: str) -> None:
    (home / "config.yaml").write_text(f"""
timezone: UTC
operator: [me]
receivers: {{me: {{url: "console://"}}}}
sources: {{tides: {{kind: semanticscholar, url: "{site.url}/bulk?query=tides", {key}}}}}
subscriptions: [{{name: all, rule: tide, to: me}}]
""")
    (home / "key").write_text(f"{KEY}\n")
    (home / "key").chmod(0o600)


def answer_all(site: Site) -> None:
    """Two pages of each search, at their addresses without the key."""
    today = datetime.now(UTC).date()
    for words in ("tides", "pools"):
        source = make_source(kind="semanticscholar", url=f"{site.url}/bulk?query={words}")
        path = PARSERS["semanticscholar"].first_address(source, date(2026, 3, 9)).removeprefix(site.url)
        site.answers[path] = say(body=scholar.papers([scholar.paper(1, today)], 2, "more"))
        site.answers[f"{path}&token=more"] = say(body=scholar.papers([scholar.paper(2, today)], 2))


@pytest.mark.parametrize("key", ["api_key: '${TOKEN}'", "api_key_file: key"])
def test_the_key_of_a_source_is_sent_with_each_page(
    home: Path, site: Site, key: str, capsys: pytest.CaptureFixture[str]
) -> None:
    configure(home, site, key)
    answer_all(site)
    assert run(home, "-v", "once", TOKEN=KEY) == 0
    assert run(home, "-v", "try-source", "tides", TOKEN=KEY) == 0
    assert len(site.asked) >= 3 and all(has_key(site)) and "/bulk?query=tides&" in site.asked[0]
    for command in (["status", "tides"], ["check-config"], ["papers", "--json"]):
        run(home, "-v", *command, TOKEN=KEY)
    printed = capsys.readouterr()
    kept = b"".join(path.read_bytes() for path in (home / "state").rglob("*") if path.is_file())
    assert KEY not in printed.out + printed.err and KEY.encode() not in kept


def test_a_source_without_a_key_sends_none_of_another(home: Path, site: Site) -> None:
    configure(home, site, "api_key: '${TOKEN}'")
    text = (home / "config.yaml").read_text()
    bare = f'pools: {{kind: semanticscholar, url: "{site.url}/bulk?query=pools"}}, tides'
    (home / "config.yaml").write_text(text.replace("{tides", f"{{{bare}", 1))
    answer_all(site)
    assert run(home, "once", TOKEN=KEY) == 0
    assert {("query=pools" in one, f"x-api-key: {KEY}" in one) for one in site.asked} == {(True, False), (False, True)}


@pytest.mark.parametrize("wrong", ["two words99", "schlüssel99", "line99\nX-Evil: 1"])
def test_a_value_that_no_header_takes_is_said(
    home: Path, site: Site, wrong: str, capsys: pytest.CaptureFixture[str]
) -> None:
    configure(home, site, "api_key: '${TOKEN}'")
    assert run(home, "check-config", "--secrets", TOKEN=wrong) == 2
    assert "${TOKEN} has a sign that no header takes" in capsys.readouterr().out
    assert run(home, "once", TOKEN=wrong) == 1
    said = capsys.readouterr().out
    assert "tides: unreachable: ${TOKEN} has a sign that no header takes" in said and wrong not in said
    assert site.asked == []
