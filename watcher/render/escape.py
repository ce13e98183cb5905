"""Escape text for Markdown."""

from __future__ import annotations

import re

from watcher.render.clean import cut_mentions
from watcher.render.snippet import Segment

_MARKDOWN = re.compile(r"[\\`*\[\]<>]|~~|\|\||(?<![^\W_])_|_(?![^\W_])|&(?=#?\w+;)")
_BLOCK = re.compile(r"^(?=[#+\-=>|]|\d+[.)])")


def markdown(text: str) -> str:
    """Return ``text`` as CommonMark that shows exactly its characters and notifies nobody.

    Only what needs a backslash gets one, since Slack, which apprise converts it for, would show the others.
    """
    return _BLOCK.sub("\u200b", _inline(text))


def markdown_marked(segments: tuple[Segment, ...]) -> str:
    """Return segments as one Markdown text with the hits in bold."""
    inline = "".join(f"**{_inline(one.text)}**" if one.hit else _inline(one.text) for one in segments)
    return inline if segments and segments[0].hit else _BLOCK.sub("\u200b", inline)


def _inline(text: str) -> str:
    return _MARKDOWN.sub(lambda found: "\\" + found[0], cut_mentions(text))


def text_marked(segments: tuple[Segment, ...]) -> str:
    """Return segments as one text with asterisks around the hits."""
    return "".join(f"*{one.text}*" if one.hit else one.text for one in segments)
