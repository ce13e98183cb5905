"""Estimate, before rendering, the room that a paper takes in a message. An estimate is never too low."""

from __future__ import annotations

import html
from collections.abc import Callable, Mapping
from functools import partial

from watcher.model import DigestItem, DisplayNames
from watcher.render import escape
from watcher.render.clean import defuse
from watcher.render.data import data_size
from watcher.render.dialects import CHAT_HTML, SLACK
from watcher.render.snippet import Segment
from watcher.render.view import NO_NAMES, PaperView, paper_view, part_of

Measure = Callable[[str], int]

HIT = 72
"""Characters of HTML around a place that matched."""

ROW = 400
"""Characters of HTML around a paper in short form."""

BECAUSE = 100
"""Characters of HTML around the line that says why a paper is like a library."""

BADGE = 140
"""Characters of HTML around the badge of an update."""

CARD = 1_020
"""Characters of HTML around a paper in full form, with its line in the table of contents."""


def estimated_size(item: DigestItem, measure: Measure = len, form: str = "", shown: DisplayNames = NO_NAMES) -> int:
    """Return an upper estimate of the size of a paper in a message, as ``measure`` counts.

    ``form``: ``text``, ``chat`` (the largest of all chats' markups), ``html``, ``data`` (text and data, both as JSON),
        or "" for the larger of text and chat.
    ``shown``: display names of subscriptions and sources.
    """
    if form == "data":
        words = estimated_size(item, measure, "text", shown)
        return words + words // 10 + data_size(item)  # a line's end is two characters in JSON
    view = paper_view(item, shown)
    is_full = part_of(item) == "strong"
    sizes = []
    for one in [form] if form else ["text", "chat"]:
        in_full, in_short, size = _FORMS[one]
        sizes.append((in_full if is_full else in_short)(view, partial(size, measure)))
    return max(sizes)


def _text_in_short(view: PaperView, size: Measure) -> int:
    about = "" if view.told_before else f"  {view.about}; matched: {view.terms}; {view.because}"
    return sum(map(size, (view.title, view.note, about, view.url or ""))) + 12


def _text_in_full(view: PaperView, size: Measure) -> int:
    links = sum(size(link.url) + 11 for link in view.links) + sum(size(link.url) + 18 for link in view.thumbs)
    return sum(map(size, _texts(view))) + 2 * _marked(view.summary + view.snippet) + 36 + links


def _chat_in_short(view: PaperView, size: Measure) -> int:
    return size(view.title) + size(view.url or "") + size(view.note) + 24  # bullet, <a href="">, brackets


def _chat_in_full(view: PaperView, size: Measure) -> int:
    # <b> and </b> are eight characters with a blank behind an @, a link's markup eighteen at most, before it a dot.
    named = [*(link for link in view.links if link.url != view.url), *view.thumbs]
    links = sum(size(link.url) + len(link.name) + 22 for link in named)
    return sum(map(size, [*_texts(view), view.url or ""])) + 8 * (_marked(view.summary + view.snippet) + 1) + 46 + links


def _html_in_short(view: PaperView, size: Measure) -> int:
    about = "" if view.told_before else view.about + view.terms + view.because
    badge = size(view.badge) + BADGE if view.badge else 0
    return sum(map(size, (view.title, view.url or "", about))) + badge + ROW + HIT * _marked(view.marked_title)


def _html_in_full(view: PaperView, size: Measure) -> int:
    links = sum(size(link.url) + len(link.name) + 145 for link in (*view.links, *view.thumbs))
    hits = _marked(view.marked_title + view.summary + view.snippet)
    because = BECAUSE if view.because else 0
    return sum(map(size, [*_texts(view), view.title, view.url or ""])) + CARD + because + links + HIT * hits


def _texts(view: PaperView) -> list[str]:
    """Return the texts of a paper in full form, without links."""
    said = "".join(segment.text for segment in (*view.summary, *view.snippet))
    return [view.title, view.authors, view.about, view.terms, view.because, said]


def _marked(segments: tuple[Segment, ...]) -> int:
    return sum(segment.hit for segment in segments)


def _plain(measure: Measure, text: str) -> int:
    # Text is indented and wrapped: three characters more for each line of 70.
    return measure(defuse(text)) + len(text) // 20 + 1


def _longest(measure: Measure, text: str) -> int:
    return max(map(measure, (escape.markdown(text), SLACK.escape(text), CHAT_HTML.escape(text))))


def _escaped(measure: Measure, text: str) -> int:
    # Some blanks become ones that do not break, which are longer.
    return measure(html.escape(text)) + len(text) // 8


_Size = Callable[[PaperView, Measure], int]
_FORMS: Mapping[str, tuple[_Size, _Size, Callable[[Measure, str], int]]] = {
    "text": (_text_in_full, _text_in_short, _plain),
    "chat": (_chat_in_full, _chat_in_short, _longest),
    "html": (_html_in_full, _html_in_short, _escaped),
}
