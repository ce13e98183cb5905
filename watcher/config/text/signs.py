"""Find characters that look like others, or like nothing: word processors and web pages leave them in texts."""

from __future__ import annotations

import re

_BLANKS = "\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000"
INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]")
"""Matches a character that nobody sees, also within a text."""

STRANGE_BLANK = re.compile(rf"[{_BLANKS}\u200b\ufeff]")
"""Matches a character that looks like a blank, or like nothing, and is no blank to YAML."""

_CURLY = re.compile(r"^[“”„‘’‚«‹＂].*|.*[”’»›＂]$", re.DOTALL)


def problem_of_signs(text: str) -> tuple[str, str] | None:
    """Return (mistake, remedy) for the characters of a name or value, None if all are right. Nothing is quoted."""
    if found := INVISIBLE.search(text):
        return f"an invisible sign (U+{ord(found[0]):04X}) stands in it", "remove it, or write the text anew"
    if _CURLY.fullmatch(text):
        return "curly quotes hold nothing together: they are read as a part of the text", "write plain quotes, or none"
    return None
