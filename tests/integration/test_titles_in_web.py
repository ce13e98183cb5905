"""Titles that look like headers, queries or markup stay the value of a single field of posted data."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from urllib.parse import parse_qs

import pytest

from tests.integration.receivers import Web, web
from tests.unit.mail_reader import LOOKALIKES
from tests.unit.messages import digest, item, paper
from watcher.model import Message, Result
from watcher.notify import Notifier
from watcher.render.message import render_message

TITLES = [
    *LOOKALIKES.values(),
    *("&title=other&admin=1", "a=b;c=d%0d%0aX-Evil: 1", "</Subject><Evil>1</Evil>", "]]>&evil;", "a\ufffe\uffffb"),
    *('","evil":"1', "\\u000d\\u000aX-Evil: 1", "?evil=1#x", "/../../evil", "{{evil}} ${evil} %(evil)s %s"),
]
SERVICES = {
    "json": "json://127.0.0.1:{}/hook?-lab=7",
    "json, put": "json://127.0.0.1:{}/hook?method=put",
    "xml": "xml://127.0.0.1:{}/hook",
    "form": "form://127.0.0.1:{}/hook",
    "form, get": "form://127.0.0.1:{}/hook?method=get",
    "ntfy": "ntfy://127.0.0.1:{}/trees",
    "gotify": "gotify://127.0.0.1:{}/AbCdEfGhIjKlMnO",
    "mattermost": "mmost://127.0.0.1:{}/3ccdd113474722377935511fc85d3dd4",
    "rocket": "rocket://AbCdEfGh/IjKlMnOpQrStUvWx@127.0.0.1:{}/#trees",
    "kodi": "kodi://127.0.0.1:{}/",
    "home assistant": "hassio://127.0.0.1:{}/AbCdEfGhIjKlMnOpQrStUvWx",
    "synology": "synology://127.0.0.1:{}/AbCdEfGhIjKlMnOpQrStUvWx",
    "signal": "signal://127.0.0.1:{}/+15551234567/+15557654321",
    "enigma2": "enigma2://127.0.0.1:{}/",
    "matrix": "matrix://bot:token@127.0.0.1:{}?mode=matrix",
}


def send(service: Web, url: str, title: str) -> Message:
    message = render_message(digest(item(paper(title=title), subscriptions=("ana/trees",))))
    outcome = Notifier(sleep=lambda seconds: None).send(url.format(service.port), message, "key-1")
    assert outcome.result is Result.SENT, outcome
    return message


@pytest.mark.parametrize("url", SERVICES.values(), ids=SERVICES)
def test_a_title_adds_no_header_and_no_query(url: str) -> None:
    with web(answer=b'{"result": true}') as service:
        send(service, url, "Trees")
        (path, headers, _), *_ = service.requests
        for title in TITLES:
            service.requests.clear()
            send(service, url, title)
            (path_now, headers_now, _), *_ = service.requests
            assert headers_now.keys() == headers.keys()
            assert {name: value for name, value in headers_now.items() if name != "Content-Length"} == {
                name: value for name, value in headers.items() if name != "Content-Length"
            }
            where, now = path.partition("?"), path_now.partition("?")
            assert where[0] == now[0] and parse_qs(where[2]).keys() == parse_qs(now[2]).keys()


@pytest.mark.parametrize("title", TITLES)
def test_what_a_program_is_given_is_one_value(title: str) -> None:
    with web() as service:
        message = send(service, SERVICES["json"], title)
        posted = json.loads(service.body)
        assert (posted["title"], posted["message"]) == (message.subject, message.text.rstrip())
        assert posted.keys() == {"version", "title", "message", "attachments", "type", "delivery", "watcher"}
        send(service, SERVICES["form"], title)
        posted = parse_qs(service.body.decode(), strict_parsing=True)
        assert posted["title"] == [message.subject] and posted["message"] == [message.text.rstrip()]
        assert posted.keys() == {"version", "title", "message", "type", "delivery"}
        send(service, SERVICES["xml"], title)
        found = {one.tag.rpartition("}")[2]: one.text for one in ET.fromstring(service.body.decode()).iter()}
        assert found["Subject"] == message.subject and found["Message"] == message.text.rstrip()
        assert "Evil" not in found
