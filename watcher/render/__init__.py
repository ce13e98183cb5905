"""Deliveries put into words: subject, text, HTML, and what chats show. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace

from watcher.model import Content, DeliveryKind, Item, Message, TemplateTrouble
from watcher.render import escape
from watcher.render.dialects import CHAT_HTML, MARKDOWN, SLACK, Dialect
from watcher.render.notice import Notice, notice_of
from watcher.render.pages import NAMES, page
from watcher.render.view import (
    PaperView,
    contents_of,
    folded_line,
    groups_of,
    inside_of,
    leave_of,
    names_of,
    nothing_lines,
    paper_view,
    part_of,
    subject_of,
    unread_lines,
    why_line,
)

__all__ = ["FORMS", "NAMES", "estimated_size", "render"]

WITH_SUBSCRIPTIONS = frozenset({DeliveryKind.DIGEST, DeliveryKind.EMPTY, DeliveryKind.SIGN_OF_LIFE})
_BLANK_LINES = re.compile(r"\n{3,}")


_FILES: Mapping[str, tuple[str, Dialect | None]] = {
    "text": ("txt", None),
    "html": ("html", None),
    "markdown": ("chat", MARKDOWN),
    "mrkdwn": ("chat", SLACK),
    "chat_html": ("chat", CHAT_HTML),
}
FORMS = frozenset(_FILES)
"""Fields of ``Message`` that hold its words."""


def render(content: Content, templates: Mapping[str, str] | None = None, forms: Collection[str] = FORMS) -> Message:
    """A delivery put into words, in those ``forms`` that are wanted; the others are empty.

    ``templates`` (name to text) take the place of watcher's own; one that fails is named in ``Message.troubles``.
    """
    if content.delivery.kind in WITH_SUBSCRIPTIONS:
        message = _message("digest", subject_of(content), _digest(content), templates or {}, forms)
        return replace(message, subscriptions=tuple(names_of(content)), unsubscribe=leave_of(content))
    notice = notice_of(content)
    return _message("notice", f"watcher: {notice.headline}", _notice(notice), templates or {}, forms)


def estimated_size(item: Item, measure: Callable[[str], int] = len, form: str = "") -> int:
    """What one paper takes at most, as ``measure`` counts, in ``text`` or in a ``chat``; in either where not said."""
    view = paper_view(item)
    is_full = part_of(item) == "strong"
    sizes = [0]
    if form != "chat":
        sizes.append((_text_in_full if is_full else _text_in_short)(view, lambda text: _plain(text, measure)))
    if form != "text":
        sizes.append((_chat_in_full if is_full else _chat_in_short)(view, lambda text: _longest(text, measure)))
    return max(sizes)


def _text_in_short(view: PaperView, size: Callable[[str], int]) -> int:
    about = "" if view.told_before else f"  {view.about}; matched: {view.terms}"
    return sum(map(size, (view.title, view.note, about, view.url or ""))) + 12


def _chat_in_short(view: PaperView, size: Callable[[str], int]) -> int:
    return size(view.title) + size(view.url or "") + size(view.note) + 24  # bullet, <a href="">, brackets


def _text_in_full(view: PaperView, size: Callable[[str], int]) -> int:
    texts, hits = _texts(view)
    return sum(map(size, texts)) + 2 * hits + 30 + sum(size(link.url) + 11 for link in view.links)


def _chat_in_full(view: PaperView, size: Callable[[str], int]) -> int:
    texts, hits = _texts(view)
    # <b> and </b> are seven characters, the markup of a link eighteen at most, before it a dot.
    links = sum(size(link.url) + len(link.name) + 22 for link in view.links if link.url != view.url)
    return sum(map(size, [*texts, view.url or ""])) + 7 * (hits + 1) + 40 + links


def _texts(view: PaperView) -> tuple[list[str], int]:
    """What stands in full form beside the links, and how many hits are marked in it."""
    snippet = "".join(segment.text for segment in view.snippet)
    hits = sum(segment.hit for segment in view.snippet)
    return [view.title, view.authors, view.about, view.terms, snippet], hits


def _plain(text: str, measure: Callable[[str], int]) -> int:
    # Text is indented and wrapped: three characters more for each line of 70.
    return measure(text) + len(text) // 20 + 1


def _longest(text: str, measure: Callable[[str], int]) -> int:
    return max(map(measure, (escape.markdown(text), SLACK.escape(text), CHAT_HTML.escape(text))))


def _digest(content: Content) -> dict[str, object]:
    groups = groups_of(content.items)
    folded = folded_line(content)
    return {
        "groups": groups,
        "contents": contents_of(groups),
        "inside": inside_of(groups),
        "names": names_of(content),
        "heads": [folded] if folded else [],
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
        text, trouble = page(f"{name}.{file}", shown, templates)
        if trouble:
            troubles.append(trouble)
        return text if form == "html" else _BLANK_LINES.sub("\n\n", text).strip() + "\n"

    words = {form: written(form) if form in forms else "" for form in _FILES}
    return Message(
        subject=subject,
        text=words["text"],
        html=words["html"],
        markdown=words["markdown"],
        mrkdwn=words["mrkdwn"],
        chat_html=words["chat_html"],
        troubles=tuple(dict.fromkeys(troubles)),
    )
