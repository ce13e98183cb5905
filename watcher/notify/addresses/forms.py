"""Choose which form of a message a service is given: HTML for mail, a markup for chats, text for all others."""

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
from watcher.render.clean import defuse
from watcher.render.sizes import estimated_size

DATA = frozenset({"json", "jsons", "xml", "xmls", "form", "forms", "amqp", "amqps"})
"""Services that are read by programs: they are given text, even if apprise could convert it."""

SHOWS_MARKDOWN = frozenset({"mmost", "mmosts", "zulip", "revolt", "fluxer", "fluxers"})
"""Chats that show Markdown, and to which apprise passes text on as it is."""

ALWAYS_MARKDOWN = SHOWS_MARKDOWN | {"discord", "guilded"}
"""Chats that show everything as Markdown, whatever ``format=`` says."""

TITLE_IN_BODY = frozenset({"discord", "guilded", "workflow", "workflows", "dingtalk"})
"""Chats that would show the title above the body. Our Markdown contains it already, so that no title is passed."""

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


def takes_links(url: str) -> bool:
    """Return whether an address is one of mail, or of a chat that shows links."""
    return own_schema(url) in MAIL | CHATS


def size_in(url: str, shown: DisplayNames | None = None) -> Callable[[DigestItem], int]:
    """Return a function that returns the estimated size of a paper in a message to an address, as its service counts.

    ``shown``: display names of subscriptions and sources, None to use their names.
    """
    schema = own_schema(url)
    kinds = {"data": JSON, "html": MAIL, "chat": CHATS, "text": DATA | TEXT}
    form = next((name for name, schemas in kinds.items() if schema in schemas), "")
    return partial(estimated_size, measure=measure_of(url), form=form, shown=shown or DisplayNames())


MOST_ENTITIES = 100
"""Most links and bold parts that Telegram shows in a message."""

SHORTEST_TEXT = 2_000
"""Bytes that the text given to a program may always have, however much data goes with it."""

ENVELOPE = 2_000
"""Bytes left for the other fields of a JSON body: the subject, the key, what the address adds."""

CUT = "… cut short here; watcher history has the rest"


@dataclass(frozen=True, slots=True)
class Body:
    """Title and body that a service is given.

    ``format``: the format of the text, None to have it sent as it is.
    """

    title: str
    text: str
    format: str | None


def put(message: Message, service: Any, url: str, limit: int) -> Body:
    """Return title and body for a service, cut to ``limit`` as the service counts.

    ``service``: an apprise plugin.
    """
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
    """Return the fields of ``Message`` that an address needs: its service's form, and text, which is recorded."""
    service = load_plugin(url) if schema_of(url) else None
    form = "text" if service is None else form_of_service(service, url)
    return frozenset({"text", "data" if own_schema(url) in JSON else form})


def form_of_service(service: Any, url: str) -> str:
    """Return the field of ``Message`` that a service is given.

    ``service``: an apprise plugin.
    """
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
    """Return Telegram's HTML without the bold parts that are too many: otherwise Telegram would drop links."""
    spare = MOST_ENTITIES - text.count("<a ")
    parts = text.split("<b>")
    bold, rest = parts[: max(spare, 0) + 1], parts[max(spare, 0) + 1 :]
    return "<b>".join(bold) + "".join(part.replace("</b>", "", 1) for part in rest)


def _whole_lines(text: str, limit: int, measure: Callable[[str], int]) -> str:
    """Return ``text``, without its last lines if it is longer than ``limit``. Lines with markup must not be cut."""
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

    It is cut at a line's end if there is one in the second half.
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
    """Return the line that marks a cut.

    Only users' own templates and notices are cut: digests were made to fit before.
    """
    return CUT if limit >= 10 * len(CUT) else "…"
