"""Cut out the sentences of an abstract that show why a paper matched, and mark the matching words."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from watcher.model import MatchedSpan
from watcher.render.clean import squeeze

WIDTH = 300
"""Most characters of an abstract that a message shows."""

BEFORE = 110
"""Characters shown before the first hit if its sentence is too long to be shown from its beginning."""

AFTER = 100
"""Characters that are kept free for the first hit and what follows it."""

MOST_ALIKE = 20
"""Most matched words that are looked for in another text."""

LONGEST_HIT = 200
"""Longest place that is marked (characters); a longer one would fill the snippet."""

_SENTENCE_END = re.compile(r"(?<!\bal)(?<!\be\.g)(?<!\bi\.e)(?<!\bvs)(?<!\bcf)(?<!\bFig)[.!?]['\")\]]?\s+(?=[^\sa-z])")
"""Matches the end of a sentence: not after an abbreviation, and not before a small letter."""
_EDGES = re.compile(r"^(\W*)(.*?)(\W*)$", re.DOTALL)

CharSpan = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Segment:
    """A run of text, and whether it matched. A hit begins and ends with a letter or a digit."""

    text: str
    hit: bool = False


def spans_in(text: str, places: Iterable[MatchedSpan], field: str) -> list[CharSpan]:
    """Return the places in ``field`` that are valid in ``text``: sorted, with overlapping ones joined.

    The text may have changed since the rule matched. A place is valid if it does not begin in the middle of a word.

    ``places``: places in any field.
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


def alike(text: str, places: Iterable[MatchedSpan], texts: Mapping[str, str]) -> list[CharSpan]:
    """Return where ``text`` has words that matched in other texts; letter case does not matter.

    ``places``: places that matched in the other texts.
    ``texts``: field → its text.
    """
    asked = list(places)
    matched = {other[start:end] for field, other in texts.items() for start, end in spans_in(other, asked, field)}
    if not matched:
        return []
    either = "|".join(re.escape(one) for one in sorted(matched, key=len, reverse=True)[:MOST_ALIKE])
    return [found.span() for found in re.finditer(rf"(?<!\w)(?:{either})(?!\w)", text, re.IGNORECASE)]


def _is_plausible(text: str, start: int, end: int) -> bool:
    if not 0 <= start < end <= len(text) or end - start > LONGEST_HIT or text[start].isspace():
        return False
    around = text[max(start - 1, 0) : start + 1]
    # Two Latin letters in a row are the middle of a word; in Chinese they may be a word's beginning.
    return not (start and around.isascii() and around.isalpha())


def whole_text(text: str, spans: Sequence[CharSpan], longest: int) -> tuple[Segment, ...]:
    """Return ``text``, cut to ``longest`` characters, as segments."""
    return _window(text, spans, 0, min(len(text), longest))


def snippet(text: str, spans: Sequence[CharSpan]) -> tuple[Segment, ...]:
    """Return about ``WIDTH`` characters around the sentence with most hits, or the beginning without hits, as segments.

    Whole sentences are shown if they fit. An empty text gives ().
    """
    start = _start(text, spans)
    return _window(text, spans, start, _end(text, start))


def _start(text: str, spans: Sequence[CharSpan]) -> int:
    """Return where the excerpt begins: at a sentence, unless the first hit would come too late."""
    if not spans or spans[-1][1] <= WIDTH:
        return 0
    begins = [0, *(found.end() for found in _SENTENCE_END.finditer(text))]
    hits = Counter(begins[bisect_right(begins, start) - 1] for start, _ in spans)
    best = min(hits, key=lambda begin: (-hits[begin], begin))
    first = next(start for start, _ in spans if start >= best)
    if first - best <= WIDTH - AFTER:
        return best
    blank = text.find(" ", first - BEFORE, first)
    return blank + 1 if blank >= 0 else first - BEFORE


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
    is_sentence = start == 0 or any(found.end() == start for found in _SENTENCE_END.finditer(text, max(start - 9, 0)))
    return _joined(pieces, cut_before=not is_sentence, cut_after=end < len(text))


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
        if not last.endswith((".", "!", "?")):
            pieces.append(Segment("…"))
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
        segments[-1] = Segment(last, segments[-1].hit)
    return tuple(segment for segment in segments if segment.text)
