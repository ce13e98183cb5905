"""Commands that ask a site or tell somebody go by the config's proxy, trust its certificates and show no password."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.connect_proxy import ConnectProxy, LabAuthority, authority, connect_proxy
from tests.integration.receivers import Web, web
from tests.integration.sites import Site, say, serving
from tests.parsers.feeds import rss
from watcher.cli import main
from watcher.cli.desk import CliContext
from watcher.daemon import logs
from watcher.daemon.opening import open_context
from watcher.model import Message, Page, Result, Unreachable, Validators
from watcher.notify import Scrubber

__all__ = ["authority"]

PASSWORD, QUOTED = "s3cret/P@ss", "s3cret%2FP%40ss"
FEED = rss(["<title>Kilns</title><link>/1</link>"])
URL = "https://papers.example/feed"
MESSAGE = Message(subject="2 papers", text="Kilns", html="<p>Kilns</p>", markdown="Kilns")


@pytest.fixture
def site(authority: LabAuthority) -> Iterator[Site]:
    with serving(tls=authority.server) as site:
        site.answers["/feed"] = say(body=FEED)
        yield site


@pytest.fixture
def service(authority: LabAuthority) -> Iterator[Web]:
    with web(tls=authority.server) as service:
        yield service


@pytest.fixture
def proxy(site: Site, service: Web) -> Iterator[ConnectProxy]:
    routes = {"papers.example:443": int(site.listener.getsockname()[1]), "hooks.example:443": service.port}
    with connect_proxy(routes, password=f"ana:{PASSWORD}") as proxy:
        yield proxy


@pytest.fixture
def home(tmp_path: Path, proxy: ConnectProxy, authority: LabAuthority, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(logs, "_scrub", Scrubber())
    (tmp_path / "lab.pem").write_text(authority.pem)
    configure(tmp_path, f"proxy: 'http://ana:${{PW}}@{proxy.place}'\nca_bundle: lab.pem")
    return tmp_path


def configure(home: Path, way: str) -> None:
    (home / "config.yaml").write_text(f"""
{way}
timezone: UTC
operator: [me]
receivers: {{me: {{url: "jsons://hooks.example/a"}}}}
sources: {{lab: {{kind: feed, url: "{URL}"}}}}
subscriptions: [{{name: kilns, rule: kilns, to: me}}]
""")


def environment(home: Path) -> dict[str, str]:
    return {"STATE_DIRECTORY": str(home / "state"), "HOME": str(home), "PW": PASSWORD}


def run(home: Path, *args: str) -> int:
    return main(list(args), env=environment(home))


def test_a_source_is_read_and_a_receiver_told_by_the_proxy(
    home: Path, proxy: ConnectProxy, service: Web, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(home, "-v", "once") == 0
    assert proxy.asked == ["CONNECT papers.example:443", "CONNECT hooks.example:443"]
    assert b"Kilns" in service.body
    assert "lab: new, 1 new paper" in capsys.readouterr().out


def test_try_source_and_test_notify_go_by_the_proxy(
    home: Path, proxy: ConnectProxy, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(home, "try-source", "lab") == 0
    assert run(home, "test-notify", "me") == 0
    assert proxy.asked == ["CONNECT papers.example:443", "CONNECT hooks.example:443"]
    printed = capsys.readouterr()
    assert "Kilns" in printed.out and "me: sent" in printed.out


@pytest.mark.parametrize("trouble", ["wrong password", "not there", "not set", "no trouble"])
def test_the_password_is_shown_and_kept_nowhere(
    home: Path, proxy: ConnectProxy, trouble: str, capsys: pytest.CaptureFixture[str]
) -> None:
    match trouble:
        case "wrong password":
            proxy.password = "ana:another"
        case "not there":
            configure(home, "proxy: 'http://ana:${PW}@127.0.0.1:1'")
        case "not set":
            configure(home, "proxy: 'http://ana:${PASSWORD}@127.0.0.1:1'")
    for command in ("check-config", "once", "status", "try-source lab", "test-notify me", "deliveries"):
        run(home, "-v", *command.split())
    printed = capsys.readouterr()
    said = printed.out + printed.err
    reasons = {
        "wrong password": "the proxy refuses the user or password (HTTP 407 Proxy Authentication Required)",
        "not there": "the proxy 127.0.0.1:1 cannot be reached: connection refused",
        "not set": "the proxy cannot be used: ${PASSWORD} is not set in the environment",
    }
    assert (f"lab: unreachable: {reasons[trouble]}" if trouble in reasons else "lab: new, 1 new paper") in said
    kept = b"".join(path.read_bytes() for path in (home / "state").rglob("*") if path.is_file())
    for secret in (PASSWORD, QUOTED, "YW5hOnMzY3JldC9QQHNz"):
        assert secret not in said
        assert secret.encode() not in kept


def test_a_reload_replaces_proxy_and_certificates(home: Path, proxy: ConnectProxy, service: Web) -> None:
    desk = CliContext(env=environment(home))
    store = desk.open_store(desk.config(), "create")
    context = open_context(desk.config(), store, desk.env)

    def ask() -> tuple[str, str]:
        found = context.fetcher.get(URL, lambda url: Validators(), robots=False)
        outcome = context.notifier.send("jsons://hooks.example/a", MESSAGE, "key-1")
        assert isinstance(found, Page | Unreachable)
        return getattr(found, "reason", ""), "" if outcome.result is Result.SENT else outcome.reason

    try:
        assert ask() == ("", "")
        configure(home, f"proxy: 'http://ana:${{PW}}@{proxy.place}'")
        context.config = desk.config()
        assert "ca_bundle" in ask()[0] and "not trusted" in ask()[1]
        configure(home, "proxy: http://127.0.0.1:1\nca_bundle: lab.pem")
        context.config = desk.config()
        assert ask() == ("the proxy 127.0.0.1:1 cannot be reached: connection refused", "the proxy cannot be reached")
        configure(home, f"proxy: 'http://ana:${{PW}}@{proxy.place}'\nca_bundle: lab.pem")
        context.config = desk.config()
        assert ask() == ("", "")
    finally:
        context.fetcher.close()
        context.parsing.close()
        store.close()
