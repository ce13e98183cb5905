"""Render a delivery as a message: its subject, and its text in every form that a service may take."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import replace

from watcher.model import Content, DeliveryKind, Message, TemplateTrouble
from watcher.render.data import data_of
from watcher.render.dialects import CHAT_HTML, MARKDOWN, SLACK, Dialect
from watcher.render.frame import (
    TESTED,
    folded_line,
    inside_of,
    leave_of,
    masthead_of,
    names_of,
    nothing_lines,
    shown_names_of,
    subject_of,
    table_of_contents,
    unread_lines,
    why_line,
    with_short_names,
)
from watcher.render.notice import Notice, notice_of
from watcher.render.pages import page
from watcher.render.view import groups_of

WITH_SUBSCRIPTIONS = frozenset({DeliveryKind.DIGEST, DeliveryKind.EMPTY, DeliveryKind.SIGN_OF_LIFE})
_BLANK_LINES = re.compile(r"\n{3,}")


_FILES: Mapping[str, tuple[str, Dialect | None]] = {
    "text": ("txt", None),
    "flowing": ("txt", None),
    "html": ("html", None),
    "markdown": ("chat", MARKDOWN),
    "mrkdwn": ("chat", SLACK),
    "chat_html": ("chat", CHAT_HTML),
}
FORMS = frozenset({*_FILES, "data"})
"""Fields of ``Message`` that hold a body."""


def render_message(
    content: Content, templates: Mapping[str, str] | None = None, forms: Collection[str] = FORMS
) -> Message:
    """Return the message for a content, in the wanted forms.

    A template that fails is replaced by the built-in one and reported in ``Message.troubles``.

    ``templates``: name → text, used in place of the built-in ones.
    ``forms``: fields of ``Message`` to fill; the others stay empty.
    """
    data = data_of(content) if "data" in forms else {}
    content = with_short_names(content)
    if content.delivery.kind in WITH_SUBSCRIPTIONS or content.items:
        message = _message("digest", subject_of(content), _digest(content), templates or {}, forms)
        if content.delivery.kind is DeliveryKind.TEST:
            return replace(message, data=data)
        names, leave = tuple(names_of(content)), leave_of(content)
        one_click = content.is_one_click and leave.startswith("https://")
        return replace(message, data=data, subscriptions=names, unsubscribe=leave, is_one_click=one_click)
    notice = notice_of(content)
    message = _message("notice", f"watcher: {notice.headline}", _notice(notice), templates or {}, forms)
    return replace(message, data=data)


def _digest(content: Content) -> dict[str, object]:
    groups = groups_of(content.items, content.names)
    heads = [TESTED] if content.delivery.kind is DeliveryKind.TEST else [folded_line(content)]
    return {
        "masthead": masthead_of(content),
        "groups": groups,
        "contents": table_of_contents(groups),
        "inside": inside_of(groups),
        "names": shown_names_of(content),
        "heads": list(filter(None, heads)),
        "nothing": nothing_lines(content),
        "unread": unread_lines(content),
        "why": why_line(content),
        "leave": leave_of(content),
    }


def _notice(notice: Notice) -> dict[str, object]:
    return {"notice": notice, "subject": notice.headline}


def _message(
    name: str,
    subject: str,
    context: Mapping[str, object],
    templates: Mapping[str, str],
    forms: Collection[str],
) -> Message:
    context = {"subject": subject} | dict(context)
    troubles: list[TemplateTrouble] = []

    def written(form: str) -> str:
        file, dialect = _FILES[form]
        shown = {key: dialect.escaped(value) for key, value in context.items()} | {"m": dialect} if dialect else context
        shown = {**shown, "is_flowing": form == "flowing"}
        text, trouble = page(f"{name}.{file}", shown, templates)
        if trouble:
            troubles.append(trouble)
        return text if form == "html" else _BLANK_LINES.sub("\n\n", text).strip() + "\n"

    words = {form: written(form) if form in forms else "" for form in _FILES}
    return Message(
        subject=subject,
        text=words["text"],
        flowing=words["flowing"],
        html=words["html"],
        markdown=words["markdown"],
        mrkdwn=words["mrkdwn"],
        chat_html=words["chat_html"],
        troubles=tuple(dict.fromkeys(troubles)),
    )
