"""Find where the last sentence of a text begins."""

from __future__ import annotations

import re

_SENTENCE_END = re.compile(r"[.!?\u2026][\"')\]\u2019\u201d]*\s++(?=[^a-z])|[\u3002\uff01\uff1f]\s*+(?=.)")
_END_OF_TEXT = 600
"""Characters at the end of a text that are searched first for the last sentence."""


def last_sentence(text: str) -> int:
    """Return the index of the character at which the last sentence of a text begins."""
    end = len(text.rstrip())
    for begin in (max(0, end - _END_OF_TEXT), 0):
        last = max((found.end() for found in _SENTENCE_END.finditer(text, begin, end)), default=0)
        if last:
            return last
    return 0
