"""Each chat's payload as it is posted, against the limits that its service publishes.

Slack: api.slack.com, "Truncating really long messages". Discord: discord.com/developers, Create Message. Telegram:
core.telegram.org/bots/api, sendMessage; further parts than a hundred are not shown as such. ntfy: docs.ntfy.sh,
Limitations. Teams: learn.microsoft.com, webhooks: 28 KB, which a card may take in UTF-16. Matrix: spec.matrix.org,
Size limits.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from tests.integration.receivers import Web, web
from tests.integration.test_notify_web import discord, matrix, ntfy, teams, telegram
from tests.unit.messages import HOSTILE, digest, item, paper, places
from watcher.model import DigestItem, Result
from watcher.notify import Notifier, forms_of, limit_of, size_in
from watcher.notify.services.table import plugins
from watcher.policy.deliveries.bundle import MOST_MESSAGES, items_by_message
from watcher.render.message import render_message

TEXTS = {
    "plain": "Pruning bonsai networks",
    "hostile": HOSTILE,
    "Chinese": "盆景网络的修剪方法研究与应用" * 9,
    "emoji": "🌳🪴🌲🍂" * 20,
    "quotes": '\\"\\\\"\\" \\\'"&<>',
    "dense": "a a a a a a a a a a",
}


def slack(port: int, patch: pytest.MonkeyPatch) -> str:
    patch.setattr(plugins()["slack"], "webhook_url", f"http://127.0.0.1:{port}/services")
    return "slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7Qs"


def units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def check_slack(body: bytes) -> None:
    posted = json.loads(body)
    assert len(posted["text"]) <= 40_000
    assert "attachments" not in posted and "blocks" not in posted


def check_discord(body: bytes) -> None:
    posted = json.loads(body)
    assert units(posted["content"]) <= 2_000
    assert not posted.get("embeds")


def check_telegram(body: bytes) -> None:
    text = json.loads(body)["text"]
    assert len(re.findall(r"<(?:b|a|i|u|code|pre)\b", text)) <= 100
    assert text.count("<b>") == text.count("</b>") and text.count("<a ") == text.count("</a>")
    assert units(html.unescape(re.sub(r"<[^>]+>", "", text))) <= 4_096
    assert units(text) <= 4_096


def check_ntfy(body: bytes) -> None:
    posted = json.loads(body)
    assert len(posted["message"].encode()) <= 4_096
    assert len(posted["title"].encode()) <= 1_024


def check_teams(body: bytes) -> None:
    assert 2 * len(body) <= 28 * 1024


def check_matrix(body: bytes) -> None:
    # The server adds room, sender, hashes and signatures: some KB.
    assert len(json.dumps(json.loads(body), ensure_ascii=False, separators=(",", ":")).encode()) <= 60_000


CHATS: dict[str, tuple[Callable[[int, pytest.MonkeyPatch], str], Callable[[bytes], None]]] = {
    "slack": (slack, check_slack),
    "discord": (discord, check_discord),
    "telegram": (telegram, check_telegram),
    "ntfy": (ntfy, check_ntfy),
    "teams": (teams, check_teams),
    "matrix": (matrix, check_matrix),
}


@pytest.fixture
def service() -> Iterator[Web]:
    with web() as one:
        one.answer = b'{"ok": true, "event_id": "$1", "room_id": "!1:x", "joined_rooms": []}'
        yield one


def told(n: int, text: str) -> DigestItem:
    abstract = f"We study {text}. " * 6
    shown = paper(n, title=f"{text} no{n}no", abstract=abstract, authors=(text, "Bo Moss"), organization=text)
    term = text.split()[0]
    return item(shown, places=places(abstract, term) + places(shown.title, term, "title"))


@pytest.mark.parametrize("count", [1, 9, 60])
@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
@pytest.mark.parametrize("chat", CHATS)
def test_a_payload_keeps_within_its_services_limits_and_loses_nothing(
    service: Web, monkeypatch: pytest.MonkeyPatch, chat: str, text: str, count: int
) -> None:
    address, check = CHATS[chat]
    if chat == "slack":
        service.answer = b"ok"
    url = address(service.port, monkeypatch)
    items = [told(n, text) for n in range(1, count + 1)]
    runs = items_by_message(items, size_in(url), limit_of(url))
    posted = [one for part, run in enumerate(runs, 1) for one in _sent(service, url, run, part, len(runs))]
    for body in posted:
        check(body)
        assert b"cut short here" not in body
    said = html.unescape("\n".join(_texts(json.loads(body)) for body in posted))
    found = {int(n) for n in re.findall(r"no(\d+)no", said)}
    assert found == set(range(1, count + 1))
    assert len(runs) <= max(MOST_MESSAGES, 2 + sum(size_in(url)(_short(one)) for one in items) // (limit_of(url) * 0.4))


def _short(one: DigestItem) -> DigestItem:
    return replace(one, short=True)


def _sent(service: Web, url: str, run: list[DigestItem], part: int, parts: int) -> list[bytes]:
    """What is posted of one message."""
    before = len(service.requests)
    message = render_message(digest(*run, part=part, parts=parts), forms=forms_of(url))
    assert Notifier(sleep=lambda seconds: None).send(url, message, f"key-{part}").result is Result.SENT
    bodies = [body for _, _, body in service.requests[before:] if body]
    assert len(bodies) == 1
    return bodies


def _texts(value: Any) -> str:
    if isinstance(value, dict):
        return "\n".join(_texts(one) for one in value.values())
    if isinstance(value, list):
        return "\n".join(_texts(one) for one in value)
    return str(value)
