"""`web:` in a config: where the pages are, and what cannot be meant so."""

from __future__ import annotations

from pathlib import Path

import pytest

from watcher.config import ListenAddress, WebSettings, load
from watcher.errors import ConfigError
from watcher.rules import compile_rule

CONFIG = """\
timezone: UTC
operator: [me]
sources: {daily: {kind: huggingface}}
receivers: {me: {url: "console://"}}
subscriptions: [{name: lanterns, rule: lantern, to: [me]}]
"""


def read(tmp_path: Path, web: str) -> WebSettings | None:
    path = tmp_path / "config.yaml"
    (tmp_path / "t").touch(0o600)
    path.write_text(CONFIG + (f"web: {web}\n" if web else ""))
    return load(path, env={}, check_url=lambda url: None, check_rule=compile_rule).web


GOOD = {
    "{open: true}": WebSettings(is_open=True),
    '{listen: "localhost:80", open: yes}': WebSettings(ListenAddress("localhost", 80), is_open=True),
    '{listen: "[::1]:8380", open: true}': WebSettings(ListenAddress("::1", 8380), is_open=True),
    '{listen: "unix:/run/w.sock"}': WebSettings(ListenAddress(socket="/run/w.sock")),
    "{listen: /run/w.sock}": WebSettings(ListenAddress(socket="/run/w.sock")),
    '{listen: "0.0.0.0:8380", token_file: t}': WebSettings(ListenAddress("0.0.0.0", 8380), "t"),
    '{token_file: t, public_url: "https://p.example/"}': WebSettings(token_file="t", public_url="https://p.example"),
    "": None,
}


@pytest.mark.parametrize("text", GOOD)
def test_what_is_written_is_read(text: str, tmp_path: Path) -> None:
    assert read(tmp_path, text) == GOOD[text]


WRONG = {
    "{}": "nobody may read these pages",
    "{listen: 8380}": "`8380` is no address to listen at",
    '{listen: ":8380"}': "`:8380` is no address to listen at",
    '{listen: "http://127.0.0.1:8380"}': "an address cannot stand here",
    '{listen: "localhost:99999"}': "99999 is no port",
    '{listen: "localhost:0"}': "0 is no port",
    '{listen: "unix:web.sock"}': "the path of a socket begins with /",
    '{listen: "0.0.0.0:80"}': "other machines could read everything at 0.0.0.0:80, without a token",
    '{listen: "papers.example:80", open: true}': "other machines could read everything",
    '{listen: "[::]:80", open: true}': "other machines could read everything",
    '{listen: "10.0.0.1:80", token_file: t, open: true}': "`open` is for this machine alone",
    "{port: 80, open: true}": "unknown key `port`",
    '{open: true, public_url: "https://papers.example"}': "through the proxy nobody may read these pages",
    '{open: true, token_file: t, public_url: "https://p.example"}': "at `public_url` a proxy brings others",
    "{open: true, public_url: papers}": "this is no web address",
    '{token_file: t, public_url: "https://lab.example:"}': "is no port",
    '{token_file: t, public_url: "https://lab.example:80:80"}': "is no port",
    **{
        f'{{token_file: t, public_url: "{url}"}}': "the pages have a name of their own there"
        for url in (
            *(
                "https://lab.example/papers",
                "https://lab.example/papers/",
                "https://lab.example/?x",
                "https://l.example#x",
            ),
            *(
                "https://ana:secret@lab.example",
                "https://päpers.example",
            ),
        )
    },
}


@pytest.mark.parametrize("text", WRONG)
def test_what_cannot_be_meant_is_refused_once(text: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        read(tmp_path, text)
    (problem,) = caught.value.problems
    assert WRONG[text] in problem.what
    assert problem.hint


@pytest.mark.parametrize(
    ("address", "is_local"),
    [("127.0.0.1", True), ("::1", True), ("localhost", True), ("0.0.0.0", False), ("::", False), ("a.example", False)],
)
def test_only_this_machine_reaches_loopback(address: str, is_local: bool) -> None:
    assert ListenAddress(address).is_loopback is is_local
