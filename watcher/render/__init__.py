"""Deliveries put into words: subject, text, HTML, Markdown. Pure."""

from __future__ import annotations

import textwrap
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from watcher.model import Content, DeliveryKind, Item, Message
from watcher.render import escape
from watcher.render.notice import notice_of
from watcher.render.view import counted, folded_line, groups_of, names_of, paper_view, subject_of

if TYPE_CHECKING:
    from jinja2 import Environment

WIDTH = 76


def render(content: Content) -> Message:
    """Everything that a message for any service needs."""
    if content.delivery.kind is DeliveryKind.DIGEST:
        subject = subject_of(content)
        context = {
            "subject": subject,
            "groups": groups_of(content.items),
            "names": names_of(content.items),
            "delivery": content.delivery,
            "folded": folded_line(content),
        }
        return _message("digest", subject, context)
    notice = notice_of(content)
    return _message("notice", f"watcher: {notice.headline}", {"subject": notice.headline, "notice": notice})


def estimated_size(item: Item) -> int:
    """Characters that one paper takes at most in the formats that have a limit: Markdown and text."""
    view = paper_view(item)
    texts = [view.title, view.url or "", view.authors, view.about, view.terms, view.told_before]
    shown = [escape.markdown(text) for text in texts] + [escape.markdown_marked(view.snippet)]
    links = sum(len(link.url) + len(link.name) + 12 for link in view.links)
    # Text is indented and wrapped: three characters more for each line of 70.
    return sum(len(text) + len(text) // 20 for text in shown) + links + 80


def _message(name: str, subject: str, context: dict[str, object]) -> Message:
    return Message(
        subject=subject,
        text=_template(f"{name}.txt").render(context).strip() + "\n",
        html=_template(f"{name}.html").render(context),
        markdown=_template(f"{name}.md").render(context).strip() + "\n",
    )


def _template(name: str) -> Any:
    return _environment().get_template(name)


@lru_cache(maxsize=1)
def _environment() -> Environment:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("watcher.render"),
        autoescape=lambda name: bool(name) and name.endswith(".html"),  # type: ignore[union-attr]
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters |= {
        "md": escape.markdown,
        "md_marked": escape.markdown_marked,
        "text_marked": escape.text_marked,
        "wrap": _wrap,
        "counted": counted,
    }
    return environment


def _wrap(text: str, indent: int = 0, hanging: int = 0) -> str:
    """Filled lines of a plain-text message, all but the first ``hanging`` further in; addresses stay whole."""
    first, rest = " " * indent, " " * (indent + hanging)
    return textwrap.fill(
        text, WIDTH, initial_indent=first, subsequent_indent=rest, break_long_words=False, break_on_hyphens=False
    )
