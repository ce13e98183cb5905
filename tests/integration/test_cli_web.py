"""`watcher web` cannot serve: each reason is a line with its remedy."""

from __future__ import annotations

import importlib.util
import socket
import sys
from pathlib import Path

import pytest

import tests.needs_web  # noqa: F401  (first: skips without the extra)
from watcher.cli import main
from watcher.config import ListenAddress
from watcher.errors import WatcherError
from watcher.store import open_store
from watcher.web.serving import PageServer, _listening_at
from watcher.web.site import token_of

CONFIG = """\
timezone: UTC
operator: [me]
sources: {daily: {kind: huggingface}}
receivers: {me: {url: "console://"}}
subscriptions: [{name: lanterns, rule: lantern, to: [me]}]
"""


@pytest.fixture
def env(tmp_path: Path) -> dict[str, str]:
    open_store(tmp_path / "watcher.db", mode="create").close()
    return {"STATE_DIRECTORY": str(tmp_path), "HOME": str(tmp_path)}


def said(web: str, env: dict[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> tuple[int, str]:
    path = tmp_path / "config.yaml"
    path.write_text(CONFIG + web)
    status = main(["web", "-c", str(path)], env)
    return status, capsys.readouterr().err


def test_without_web_in_the_config(env: dict[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    status, err = said("", env, tmp_path, capsys)
    assert status == 2 and 'web: {listen: "127.0.0.1:8380", open: true}' in err


def test_without_the_extra(
    env: dict[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    found = importlib.util.find_spec
    monkeypatch.setattr("watcher.web.door.find_spec", lambda name: None if name == "uvicorn" else found(name))
    status, err = said("web: {open: true}\n", env, tmp_path, capsys)
    assert (status, err) == (
        1,
        "watcher: the web pages need more than is installed: pip install starlette uvicorn prometheus-client\n",
    )


def test_where_other_machines_could_read(
    env: dict[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    status, err = said('web: {listen: "0.0.0.0:8380"}\n', env, tmp_path, capsys)
    assert status == 2 and "without a token" in err and "a proxy with TLS" in err and "docs/web.md" in err
    assert main(["run", "-c", str(tmp_path / "config.yaml")], env) == 2


def test_an_address_that_is_taken(env: dict[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        status, err = said(f'web: {{listen: "127.0.0.1:{port}", open: true}}\n', env, tmp_path, capsys)
    assert status == 1 and f"cannot listen at 127.0.0.1:{port}: Address already in use" in err


@pytest.mark.parametrize(
    ("content", "what"), [(None, "No such file"), (b"short", "can be guessed"), (b"\xff" * 40, "can be guessed")]
)
def test_a_token_that_is_none(
    content: bytes | None,
    what: str,
    env: dict[str, str],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    if content is not None:
        (tmp_path / "token").write_bytes(content)
    status, err = said("web: {token_file: token}\n", env, tmp_path, capsys)
    assert status == 1 and what in err and "openssl rand -hex 32" in err


def test_a_token_is_read_without_the_line_end(tmp_path: Path) -> None:
    from watcher.config import WebSettings

    (tmp_path / "token").write_text("an invented token of the tests\n")
    assert token_of(WebSettings(token_file="token"), tmp_path, {}) == "an invented token of the tests"
    assert token_of(WebSettings(), tmp_path, {}) == ""


def test_the_token_may_be_one_of_the_services_credentials(tmp_path: Path) -> None:
    from watcher.config import WebSettings

    (tmp_path / "token").write_text("another token, beside the config")
    (tmp_path / "credentials").mkdir()
    (tmp_path / "credentials" / "token").write_text("an invented token of the tests")
    env = {"CREDENTIALS_DIRECTORY": str(tmp_path / "credentials")}
    assert token_of(WebSettings(token_file="token"), tmp_path, env) == "an invented token of the tests"


def test_a_token_that_everybody_may_read_is_warned_of(env: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "token").write_text("an invented token of the tests")
    (tmp_path / "token").chmod(0o644)
    (tmp_path / "config.yaml").write_text(CONFIG + "web: {token_file: token}\n")
    (tmp_path / "config.yaml").chmod(0o600)
    assert main(["check-config", "--strict", "-c", str(tmp_path / "config.yaml")], env) == 1
    (tmp_path / "token").chmod(0o600)
    assert main(["check-config", "--strict", "-c", str(tmp_path / "config.yaml")], env) == 0


def test_what_stands_in_the_sockets_place_stays(tmp_path: Path) -> None:
    path = tmp_path / "web.sock"
    path.write_text("a letter")
    with pytest.raises(WatcherError, match="something else than a socket is there"):
        _listening_at(ListenAddress(socket=str(path)))
    assert path.read_text() == "a letter"


def test_a_socket_that_a_killed_process_left_is_replaced(tmp_path: Path) -> None:
    address = ListenAddress(socket=str(tmp_path / "web.sock"))
    _listening_at(address).close()
    with _listening_at(address), pytest.raises(WatcherError, match="another process listens there"):
        _listening_at(address)


def test_a_server_that_fails_is_no_success(
    env: dict[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    async def failing(server: PageServer, sockets: list[socket.socket] | None = None) -> None:
        raise OSError(24, "Too many open files")

    monkeypatch.setattr(PageServer, "serve", failing)
    status, err = said(f"web: {{listen: 'unix:{tmp_path}/web.sock', open: true}}\n", env, tmp_path, capsys)
    assert status == 1 and "Too many open files" in err
    assert not (tmp_path / "web.sock").exists()


def test_nothing_of_the_pages_is_imported_without_them() -> None:
    import subprocess

    code = "import sys, watcher.daemon.daemon, watcher.cli.run; print([n for n in sys.modules if 'starlette' in n])"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout == "[]\n"
