"""Cut the part of an abstract that shows why a paper matched, and mark the matching words."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from watcher.model import MatchedSpan
from watcher.render.clean import squeeze

WIDTH = 300
"""Most characters of an abstract that a message shows."""

BEFORE = 110
"""Most of these that may come before the first hit."""

LONGEST_HIT = 200
"""Longest place that is marked: a longer one would fill the snippet."""

_SENTENCE_END = re.compile(r"[.!?]['\")\]]?\s+(?=\S)")
_EDGES = re.compile(r"^(\W*)(.*?)(\W*)$", re.DOTALL)

CharSpan = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Segment:
    """A run of text, and whether it matched. A hit begins and ends with a letter or digit."""

    text: str
    hit: bool = False


def spans_in(text: str, places: Iterable[MatchedSpan], field: str) -> list[CharSpan]:
    """Return the places of ``field`` that are valid in ``text``, sorted, overlapping ones joined.

    The text may have changed since they were found, so that a place only counts if it begins with a word.
    """
    spans: list[CharSpan] = []
    for place in sorted(places, key=lambda place: (place.start, place.end)):
        start, end = place.start, place.end
        if place.field != field or not _is_plausible(text, start, end):
            continue
        if spans and start < spans[-1][1]:
            spans[-1] = (spans[-1][0], max(end, spans[-1][1]))
        else:
            spans.append((start, end))
    return spans


def _is_plausible(text: str, start: int, end: int) -> bool:
    if not 0 <= start < end <= len(text) or end - start > LONGEST_HIT or text[start].isspace():
        return False
    around = text[max(start - 1, 0) : start + 1]
    # Two Latin letters in a row are the middle of a word; in Chinese they may be a word's beginning.
    return not (start and around.isascii() and around.isalpha())


def whole_text(text: str, spans: Sequence[CharSpan], longest: int) -> tuple[Segment, ...]:
    """Return all of ``text``, cut to ``longest`` characters, with its hits."""
    return _window(text, spans, 0, min(len(text), longest))


def snippet(text: str, spans: Sequence[CharSpan]) -> tuple[Segment, ...]:
    """Return about ``WIDTH`` characters around the first hit; without a hit, the beginning.

    () of an empty text.
    """
    start = _start(text, spans[0][0] if spans else 0)
    return _window(text, spans, start, _end(text, start))


def _start(text: str, hit: int) -> int:
    if hit <= BEFORE:
        return 0
    earliest = hit - BEFORE
    for sentence in _SENTENCE_END.finditer(text, earliest, hit):
        return sentence.end()
    blank = text.find(" ", earliest, hit)
    return blank + 1 if blank >= 0 else earliest


def _end(text: str, start: int) -> int:
    latest = start + WIDTH
    if latest >= len(text):
        return len(text)
    sentences = [found.start() + 1 for found in _SENTENCE_END.finditer(text, start + WIDTH // 2, latest)]
    if sentences:
        return sentences[-1]
    blank = text.rfind(" ", start + WIDTH // 2, latest)
    return blank if blank >= 0 else latest


def _window(text: str, spans: Sequence[CharSpan], start: int, end: int) -> tuple[Segment, ...]:
    pieces: list[Segment] = []
    at = start
    for first, last in spans:
        if first < at or first >= end:
            continue
        pieces.append(Segment(text[at:first]))
        pieces.extend(_trimmed(text[first : min(last, end)]))
        at = min(last, end)
    pieces.append(Segment(text[at:end]))
    return _joined(pieces, cut_before=start > 0, cut_after=end < len(text))


def _trimmed(hit: str) -> list[Segment]:
    # Brackets at the edge of a hit break Markdown's bold.
    found = _EDGES.match(hit)
    if found is None or not found[2]:
        return [Segment(hit)]
    return [Segment(found[1]), Segment(found[2], hit=True), Segment(found[3])]


def _joined(pieces: list[Segment], *, cut_before: bool, cut_after: bool) -> tuple[Segment, ...]:
    if cut_before:
        pieces.insert(0, Segment("… "))
    if cut_after:
        last = pieces[-1].text.rstrip(" ,;:-–(\n\t")
        pieces[-1] = Segment(last, pieces[-1].hit)
        pieces.append(Segment(" …" if last.endswith((".", "!", "?")) else "…"))
    joined: list[Segment] = []
    for piece in pieces:
        text = squeeze(piece.text)
        if joined and joined[-1].text.endswith(" "):
            text = text.lstrip(" ")
        if not text:
            continue
        if joined and joined[-1].hit == piece.hit:
            joined[-1] = Segment(joined[-1].text + text, piece.hit)
        else:
            joined.append(Segment(text, piece.hit))
    return _stripped(joined)


def _stripped(segments: list[Segment]) -> tuple[Segment, ...]:
    if segments:
        segments[0] = Segment(segments[0].text.lstrip(), segments[0].hit)
        last = segments[-1].text.rstrip()
        if last.endswith(" …"):
            last = last[:-2] + "\u00a0…"  # an ellipsis does not stand on a line of its own
        segments[-1] = Segment(last, segments[-1].hit)
    return tuple(segment for segment in segments if segment.text)
