"""Which words of a message a service is given: HTML to mail, to chats what they show, text to the rest."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from watcher.model import Message
from watcher.notify.addresses import schema_of, service_schema
from watcher.render.clean import defuse

DATA = frozenset({"json", "jsons", "xml", "xmls", "form", "forms", "amqp", "amqps"})
"""What a program reads: text, whatever else apprise could make of it."""

SHOWS_MARKDOWN = frozenset({"mmost", "mmosts", "zulip", "revolt", "fluxer", "fluxers"})
"""Chats to which apprise sends text as it is, and which show that as Markdown."""

TITLE_IN_BODY = frozenset({"discord", "guilded", "workflow", "workflows", "dingtalk"})
"""Chats that put the title above the body, where our Markdown has it already."""

SLACK = frozenset({"slack"})
TELEGRAM = frozenset({"tgram"})
MATRIX = frozenset({"matrix", "matrixs"})


@dataclass(frozen=True, slots=True)
class Body:
    """What one service is given; ``format`` is what the text is in, None to have it sent as it is."""

    title: str
    text: str
    format: str | None


def put(message: Message, service: Any, url: str, limit: int) -> Body:
    """The title and body for one service (an apprise plugin), no longer than ``limit`` characters."""
    schema = service_schema(service) if schema_of(url) in ("http", "https") else schema_of(url)
    formats = [one.value for one in service._formats()]
    wanted = {value.lower() for key, value in parse_qsl(url.partition("?")[2]) if key.lower() == "format"}
    if schema in DATA or "text" in wanted:
        return Body(message.subject, shortened(message.text, limit), "text")
    if schema in SLACK and not str(service.mode).startswith(("workflow", "trigger")):
        return Body("", _whole_lines(message.mrkdwn, limit), None)
    if schema in TELEGRAM:
        return Body("", _whole_lines(message.chat_html, limit), "html")
    if schema in MATRIX:
        return Body("", _whole_lines(message.chat_html.replace("\n", "<br/>\n"), limit), "html")
    if formats[0] == "html" and "markdown" not in formats:
        return Body(message.subject, message.html, "html")
    if schema in SHOWS_MARKDOWN or "markdown" in formats:
        in_body = schema in TITLE_IN_BODY or service.title_maxlen == 0
        kind = None if schema in SHOWS_MARKDOWN and "markdown" not in formats else "markdown"
        return Body("" if in_body else message.subject, shortened(message.markdown, limit), kind)
    return Body(defuse(message.subject), shortened(defuse(message.text), limit), "text")


def _whole_lines(text: str, limit: int) -> str:
    """``text`` without the last lines that are too many: a line with markup is not cut in two."""
    if len(text) <= limit:
        return text
    room, kept = limit - 2, []
    for line in text.splitlines():
        room -= len(line) + 1
        if room < 0:
            break
        kept.append(line)
    return "\n".join([*kept, "…"])


def shortened(text: str, limit: int) -> str:
    """``text`` cut at the end of a line, with an ellipsis, where it is longer than ``limit`` characters."""
    if len(text) <= limit:
        return text
    head = text[: max(limit - 2, 0)]
    line_end = head.rfind("\n")
    if line_end >= limit // 2:
        head = head[:line_end]
    return f"{head.rstrip()}\n…"[:limit]
