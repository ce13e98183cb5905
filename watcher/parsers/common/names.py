"""Find people's names in texts of a page."""

from __future__ import annotations

import re
from collections.abc import Sequence

from watcher.parsers.common import clean

_BEFORE_NAMES = re.compile(r"^(?:authors?\s*:|by\b:?)\s*", re.IGNORECASE)
_BETWEEN_NAMES = re.compile(r" ?(?:, ?and |,| and | & ) ?")
_NO_NAME = re.compile(r"et al\.?|and|&|[,;·•|]*", re.IGNORECASE)


def names_in(texts: Sequence[str]) -> tuple[str, ...]:
    """Return the names in texts: of one element for all people, or of an element for each.

    A single text is cut at its semicolons, or else at commas and "and". If this gives only single words, they are
    surnames and forenames in turn.
    """
    cleaned = [_BEFORE_NAMES.sub("", clean.abstract(text), count=1) for text in texts]
    if len(cleaned) != 1:
        return clean.names([name for text in cleaned if not _NO_NAME.fullmatch(name := text.strip(" ,;·•|"))])
    if ";" in cleaned[0]:
        return names_in(cleaned[0].split(";"))
    parts = [part for part in _BETWEEN_NAMES.split(cleaned[0]) if not _NO_NAME.fullmatch(part)]
    if len(parts) > 1 and len(parts) % 2 == 0 and not any(" " in part for part in parts):
        parts = [f"{forename} {surname}" for surname, forename in zip(parts[::2], parts[1::2], strict=True)]
    return clean.names(parts)
