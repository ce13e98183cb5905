"""Describe the markups of chats, so that one template writes all of them."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, fields, is_dataclass, replace
from typing import Any

from watcher.render import escape
from watcher.render.clean import cut_mentions
from watcher.render.snippet import Segment

_SLACK_MARK = re.compile(r"[*_~`]")
_EDGES = frozenset(["", *" .,;:!?()"])


@dataclass(frozen=True, slots=True)
class Dialect:
    """A markup: how bold text, links and plain words are written.

    ``escape``: makes any text literal.
    ``bold``: makes escaped text bold.
    ``link_of``: makes a link of escaped text and an address.
    ``line_end``: ends a line within a paragraph.
    ``bullet``: begins an item of a list.
    ``marked_by``: makes one text of segments with the hits in bold; None to use ``escape`` and ``bold``.
    """

    escape: Callable[[str], str]
    bold: Callable[[str], str]
    link_of: Callable[[str, str], str]
    line_end: str = "\n"
    bullet: str = "• "
    marked_by: Callable[[tuple[Segment, ...]], str] | None = None

    def link(self, text: str, url: str | None) -> str:
        """Return escaped ``text`` as a link; unchanged if ``url`` is None."""
        return self.link_of(text, url) if url else text

    def marked(self, segments: tuple[Segment, ...]) -> str:
        """Return segments as one text with the hits in bold."""
        if self.marked_by:
            return self.marked_by(segments)
        pieces = [(self.escape(one.text), one.hit) for one in segments]
        return "".join(self.bold(text) if hit else text for text, hit in pieces)

    def lines(self, lines: Iterable[str]) -> str:
        """Return one paragraph of those lines that are not empty."""
        return self.line_end.join(line for line in lines if line)

    def escaped(self, value: Any) -> Any:
        """Return a value for a template, with all texts in it escaped and hits in bold. Addresses stay as they are.

        Values are escaped before they reach the template, so that a user's own template cannot forget it.
        """
        if isinstance(value, str):
            return self.escape(value)
        if isinstance(value, (tuple, list)):
            if value and isinstance(value[0], Segment):
                return self.marked(tuple(value))
            return tuple(self.escaped(one) for one in value)
        if not is_dataclass(value) or isinstance(value, type):
            return value
        parts = {one.name: getattr(value, one.name) for one in fields(value) if one.name != "url"}
        return replace(value, **{name: self.escaped(part) for name, part in parts.items()})


def _html(text: str) -> str:
    return html.escape(cut_mentions(text))


def _slack(text: str) -> str:
    """Escape text for Slack (docs.slack.dev, Formatting message text): three characters become entities.

    Slack has no escape for an asterisk; a zero-width blank after it keeps it from beginning bold text.
    """
    plain = html.escape(cut_mentions(text), quote=False)
    return _SLACK_MARK.sub(lambda found: found[0] + "\u200b", plain)


def _slack_marked(segments: tuple[Segment, ...]) -> str:
    # Slack sees an asterisk only at the edge of a word: within one, a zero-width blank makes an edge.
    pieces: list[str] = []
    for n, one in enumerate(segments):
        if not one.hit:
            pieces.append(_slack(one.text))
            continue
        before, after = (
            segments[n - 1].text[-1:] if n else "",
            "".join(later.text[:1] for later in segments[n + 1 : n + 2]),
        )
        pieces.append("\u200b" * (before not in _EDGES) + f"*{_slack(one.text)}*" + "\u200b" * (after not in _EDGES))
    return "".join(pieces)


MARKDOWN = Dialect(
    escape=escape.markdown,
    bold=lambda text: f"**{text}**",
    link_of=lambda text, url: f"[{text}]({url})",
    line_end="  \n",  # two blanks keep a line's end where Markdown would join lines
    bullet="- ",
    marked_by=escape.markdown_marked,
)
SLACK = Dialect(
    escape=_slack,
    bold=lambda text: f"*{text}*",
    link_of=lambda text, url: f"<{html.escape(url, quote=False)}|{text}>",
    marked_by=_slack_marked,
)
CHAT_HTML = Dialect(
    escape=_html,
    bold=lambda text: f"<b>{text}</b>",
    link_of=lambda text, url: f'<a href="{html.escape(url)}">{text}</a>',
)
"""HTML as Telegram and Matrix both show it: bold, links, line ends as they are."""
