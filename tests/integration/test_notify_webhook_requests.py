"""A webhook's request is the one that apprise would send, with the data in it."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Iterator
from typing import Any

import pytest

from tests.integration.receivers import Web, web
from tests.unit.messages import digest, item
from watcher.model import Message, Result
from watcher.notify import Notifier
from watcher.notify.addresses.addresses import load_plugin
from watcher.notify.services.table import apprise_module
from watcher.render.message import render_message

MESSAGE = render_message(digest(item()))


@pytest.fixture
def service() -> Iterator[Web]:
    with web() as one:
        yield one


def by_apprise(url: str, message: Message) -> None:
    """Send a message by apprise's own way."""
    plugin: Any = load_plugin(url)
    plugin.payload_extras = {"watcher": message.data, **plugin.payload_extras}
    plugin.payload_extras.setdefault("delivery", "key-1")
    plugin.headers.setdefault("X-Watcher-Delivery", "key-1")
    one = apprise_module().Apprise(asset=plugin.asset)
    one.add(plugin)
    assert one.notify(title=message.subject, body=message.text, body_format="text")


@pytest.mark.parametrize(
    "rest",
    [
        "",
        "/",
        "/a/b/?+X-Lab=7&+x-other=two words",
        "/hook%20one/ü?-page=2&-q=a%26b&+Content-Type=application/x-lab",
        "/?:team=trees&:title=subject&:message=&:watcher=none&:delivery=",
        "/?method=PUT&:type=kind&:version=",
        "/?method=GET&+X-Watcher-Delivery=mine",
        "/?+x-watcher-delivery=mine&+User-Agent=lab&+Accept=text/plain",
    ],
)
@pytest.mark.parametrize("login", ["", "ana:p%40ss%20w@"])
def test_a_request_is_apprises(rest: str, login: str, service: Web) -> None:
    url = f"json://{login}127.0.0.1:{service.port}{rest}"
    by_apprise(url, MESSAGE)
    assert Notifier().send(url, MESSAGE, "key-1").result is Result.SENT
    (path, headers, body), (own_path, own_headers, own_body) = service.requests
    assert own_path == path
    assert own_headers == headers
    assert list(json.loads(own_body).items()) == list(json.loads(body).items())
    assert own_body == body


@pytest.mark.parametrize("text", ["  leading and trailing \n\n", "é, 漢字 and 🌳\n", ":smile: \\n \\u00e9\n"])
def test_texts_are_given_as_apprise_gives_them(text: str, service: Web) -> None:
    message = Message(subject=f" {text.strip()} ", text=text, html="", markdown="", data={"papers": [text]})
    by_apprise(f"json://127.0.0.1:{service.port}/", message)
    assert Notifier().send(f"json://127.0.0.1:{service.port}/", message, "key-1").result is Result.SENT
    assert service.requests[0][2] == service.requests[1][2]


def test_a_user_without_a_password(service: Web) -> None:
    assert Notifier().send(f"json://ana@127.0.0.1:{service.port}/", MESSAGE, "key-1").result is Result.SENT
    assert service.requests[0][1]["Authorization"] == f"Basic {b64encode(b'ana:').decode()}"


def test_one_message_leaves_nothing_for_the_next(service: Web) -> None:
    notifier, url = Notifier(), f"json://127.0.0.1:{service.port}/"
    for key in ("key-1", "key-2"):
        assert notifier.send(url, MESSAGE, key).result is Result.SENT
    assert [headers["X-Watcher-Delivery"] for _, headers, _ in service.requests] == ["key-1", "key-2"]
    assert [json.loads(body)["delivery"] for _, _, body in service.requests] == ["key-1", "key-2"]
