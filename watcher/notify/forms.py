"""Which words of a message a service is given: HTML to mail, Markdown to chats that show it, text to the rest."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from watcher.model import Message
from watcher.notify.addresses import schema_of
from watcher.render.clean import defuse

DATA = frozenset({"json", "jsons", "xml", "xmls", "form", "forms", "amqp", "amqps"})
"""What a program reads: text, whatever else apprise could make of it."""

SHOWS_MARKDOWN = frozenset({"mmost", "mmosts", "zulip", "revolt", "fluxer", "fluxers"})
"""Chats to which apprise sends text as it is, and which show that as Markdown."""

TITLE_IN_BODY = frozenset({"slack", "discord", "guilded", "workflow", "workflows", "matrix", "matrixs", "dingtalk"})
"""Chats that put the title above the body, where our Markdown has it already."""


@dataclass(frozen=True, slots=True)
class Body:
    """What one service is given; ``format`` is what the text is in, None to have it sent as it is."""

    title: str
    text: str
    format: str | None


def put(message: Message, service: Any, url: str, limit: int) -> Body:
    """The title and body for one service (an apprise plugin), no longer than ``limit`` characters."""
    schema = schema_of(url)
    formats = [one.value for one in service._formats()]
    wanted = {value.lower() for key, value in parse_qsl(url.partition("?")[2]) if key.lower() == "format"}
    if schema in DATA or "text" in wanted:
        return Body(message.subject, shortened(message.text, limit), "text")
    if formats[0] == "html" and "markdown" not in formats:
        return Body(message.subject, message.html, "html")
    if schema in SHOWS_MARKDOWN or "markdown" in formats:
        in_body = schema in TITLE_IN_BODY or service.title_maxlen == 0 or schema in ("http", "https")
        kind = None if schema in SHOWS_MARKDOWN and "markdown" not in formats else "markdown"
        return Body("" if in_body else message.subject, shortened(message.markdown, limit), kind)
    return Body(defuse(message.subject), shortened(defuse(message.text), limit), "text")


def shortened(text: str, limit: int) -> str:
    """``text`` cut at the end of a line, with an ellipsis, where it is longer than ``limit`` characters."""
    if len(text) <= limit:
        return text
    head = text[: max(limit - 2, 0)]
    line_end = head.rfind("\n")
    if line_end >= limit // 2:
        head = head[:line_end]
    return f"{head.rstrip()}\n…"[:limit]
