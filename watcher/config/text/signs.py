"""Signs that look like others, or like nothing: what word processors and web pages leave in a text."""

from __future__ import annotations

import re

_BLANKS = "\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000"
INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]")
"""A sign that nobody sees, in the middle of a text too."""

STRANGE_BLANK = re.compile(rf"[{_BLANKS}\u200b\ufeff]")
"""A sign that looks like a blank, or like nothing, and is none for YAML."""

_CURLY = re.compile(r"^[“”„‘’‚«‹＂].*|.*[”’»›＂]$", re.DOTALL)


def problem_of_signs(text: str) -> tuple[str, str] | None:
    """Return the mistake in the signs of a name or value, and the remedy, None if there is none. Repeats none of it."""
    if found := INVISIBLE.search(text):
        return f"an invisible sign (U+{ord(found[0]):04X}) stands in it", "remove it, or write the text anew"
    if _CURLY.fullmatch(text):
        return "curly quotes hold nothing together: they are read as a part of the text", "write plain quotes, or none"
    return None
