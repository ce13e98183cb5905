"""Choose the form of a message that a service is given: HTML for mail, their markup for chats, text for others."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from watcher.model import DigestItem, DisplayNames, Message
from watcher.model.objects import json_bytes
from watcher.notify.addresses.addresses import JSON, load_plugin, own_schema, schema_of, service_schema
from watcher.notify.addresses.limits import measure_of
from watcher.notify.addresses.written import cut_url
from watcher.render import estimated_size
from watcher.render.clean import defuse

DATA = frozenset({"json", "jsons", "xml", "xmls", "form", "forms", "amqp", "amqps"})
"""Services read by programs: they get text, whatever apprise could make of it."""

SHOWS_MARKDOWN = frozenset({"mmost", "mmosts", "zulip", "revolt", "fluxer", "fluxers"})
"""Chats to which apprise sends text as it is, and which show it as Markdown."""

ALWAYS_MARKDOWN = SHOWS_MARKDOWN | {"discord", "guilded"}
"""Chats that show everything as Markdown, whatever ``format=`` says."""

TITLE_IN_BODY = frozenset({"discord", "guilded", "workflow", "workflows", "dingtalk"})
"""Chats that show the title above the body, where our Markdown contains it already."""

MAIL = frozenset({"mailto", "mailtos"})
PAPER_WIDE = frozenset({"console"})
"""Services that show lines as they are, as wide as a page."""

TEXT = PAPER_WIDE | {"ntfy", "ntfys"}
SLACK = frozenset({"slack"})
TELEGRAM = frozenset({"tgram"})
MATRIX = frozenset({"matrix", "matrixs"})


def is_mail(url: str) -> bool:
    """Return whether an address is one of mail."""
    return own_schema(url) in MAIL


CHATS = SHOWS_MARKDOWN | TITLE_IN_BODY | SLACK | TELEGRAM | MATRIX


def size_in(url: str, shown: DisplayNames | None = None) -> Callable[[DigestItem], int]:
    """Return the function that estimates a paper's size in a message to an address, as its service counts.

    ``shown``: what readers are shown in place of names.
    """
    schema = own_schema(url)
    kinds = {"data": JSON, "html": MAIL, "chat": CHATS, "text": DATA | TEXT}
    form = next((name for name, schemas in kinds.items() if schema in schemas), "")
    return partial(estimated_size, measure=measure_of(url), form=form, shown=shown or DisplayNames())


MOST_ENTITIES = 100
"""Links and bold parts of a message that Telegram shows as such."""

SHORTEST_TEXT = 2_000
"""Bytes of text that a program is given at least, however much data goes with it."""

ENVELOPE = 2_000
"""Bytes that are left for the other fields of a body of JSON: the subject, the key, what the address adds."""

CUT = "… cut short here; watcher history has the rest"


@dataclass(frozen=True, slots=True)
class Body:
    """What a service is given.

    ``format``: the format of the text, None to have it sent as it is.
    """

    title: str
    text: str
    format: str | None


def put(message: Message, service: Any, url: str, limit: int) -> Body:
    """Return title and body for a service (an apprise plugin), cut to ``limit`` as the service counts."""
    schema, formats = _name_of(service, url), [one.value for one in service._formats()]
    measure = measure_of(url)
    match form_of_service(service, url):
        case "mrkdwn":
            return Body("", _whole_lines(message.mrkdwn, limit, measure), None)
        case "chat_html":
            line_end = "<br/>\n" if schema in MATRIX else "\n"
            text = _whole_lines(message.chat_html.replace("\n", line_end), limit, measure)
            return Body("", _within_entities(text) if schema in TELEGRAM else text, "html")
        case "html":
            return Body(message.subject, message.html, "html")
        case "markdown":
            in_body = schema in TITLE_IN_BODY or service.title_maxlen == 0
            kind = None if schema in SHOWS_MARKDOWN and "markdown" not in formats else "markdown"
            return Body("" if in_body else defuse(message.subject), cut_at_line(message.markdown, limit, measure), kind)
        case "flowing":
            return Body(
                defuse(message.subject), cut_at_line(defuse(message.flowing or message.text), limit, measure), "text"
            )
    if schema in JSON:
        room = max(limit - json_bytes(message.data) - ENVELOPE, SHORTEST_TEXT)
        return Body(message.subject, cut_at_line(message.text, room, measure), "text")
    if schema in DATA | MAIL:
        return Body(message.subject, cut_at_line(message.text, limit, measure), "text")
    return Body(defuse(message.subject), cut_at_line(defuse(message.text), limit, measure), "text")


def forms_of(url: str) -> frozenset[str]:
    """Return the fields of ``Message`` that are needed for an address: its own form, and text, which is recorded."""
    service = load_plugin(url) if schema_of(url) else None
    form = "text" if service is None else form_of_service(service, url)
    return frozenset({"text", "data" if own_schema(url) in JSON else form})


def form_of_service(service: Any, url: str) -> str:
    """Return the field of ``Message`` that a service (an apprise plugin) is given."""
    schema, formats = _name_of(service, url), [one.value for one in service._formats()]
    if schema in DATA | PAPER_WIDE:
        return "text"
    if _wants_text(url) and schema not in ALWAYS_MARKDOWN:
        return "text" if schema in MAIL else "flowing"
    if schema in SLACK and not str(service.mode).startswith(("workflow", "trigger")):
        return "mrkdwn"
    if schema in TELEGRAM | MATRIX:
        return "chat_html"
    if formats[0] == "html" and "markdown" not in formats:
        return "html"
    return "markdown" if schema in SHOWS_MARKDOWN or "markdown" in formats else "flowing"


def _name_of(service: Any, url: str) -> str:
    return service_schema(service) if schema_of(url) in ("http", "https") else schema_of(url)


def _wants_text(url: str) -> bool:
    return cut_url(url).value("format").lower() == "text"


def _within_entities(text: str) -> str:
    """Return Telegram's HTML with as many bold parts as it shows: beyond its limit links would be lost, too."""
    spare = MOST_ENTITIES - text.count("<a ")
    parts = text.split("<b>")
    bold, rest = parts[: max(spare, 0) + 1], parts[max(spare, 0) + 1 :]
    return "<b>".join(bold) + "".join(part.replace("</b>", "", 1) for part in rest)


def _whole_lines(text: str, limit: int, measure: Callable[[str], int]) -> str:
    """Return ``text`` without the last lines that are too many; a line with markup is not cut."""
    if measure(text) <= limit:
        return text
    end = _end_of_cut(limit)
    room, kept = limit - measure(end), list[str]()
    for line in text.splitlines():
        room -= measure(line) + 2  # an end of line may be two characters
        if room < 0:
            break
        kept.append(line)
    return "\n".join([*kept, end])


def cut_at_line(text: str, limit: int, measure: Callable[[str], int] = len) -> str:
    """Return ``text``, cut and marked as cut if it is longer than ``limit`` as ``measure`` counts.

    It is cut at a line end if there is one in its second half.
    """
    if measure(text) <= limit:
        return text
    end = "\n" + _end_of_cut(limit)
    room = max(limit - measure(end), 0)
    head = text[:room]
    while (size := measure(head)) > room:
        head = head[: len(head) * room // size]
    line_end = head.rfind("\n")
    if line_end >= len(head) // 2:
        head = head[:line_end]
    return f"{head.rstrip()}{end}" if limit >= measure(end) else ""


def _end_of_cut(limit: int) -> str:
    """Return the mark of a cut. Digests are cut before: this is for users' own templates and for notices."""
    return CUT if limit >= 10 * len(CUT) else "…"
