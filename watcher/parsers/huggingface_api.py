"""The answer of Hugging Face's ``api/daily_papers``: a list of the entries that the pages embed."""

from __future__ import annotations

import json

from watcher.model import Reading, Unreadable
from watcher.parsers.html import LARGEST_PAGE
from watcher.parsers.huggingface_entry import entries_of


def parse(body: bytes) -> Reading | Unreadable:
    """Read the list; every entry has its own digest day. An empty list says nothing of what it is a list of."""
    if len(body) > LARGEST_PAGE:
        return Unreadable(f"the answer has {len(body):,} bytes; more than {LARGEST_PAGE:,} are not read")
    try:
        values = json.loads(body)
    except (ValueError, RecursionError):
        return Unreadable("not JSON, or cut off")
    if not values:
        return Unreadable("JSON without any entry")
    entries = entries_of(values)
    if isinstance(entries, str):
        return Unreadable(f"JSON, but not the list that api/daily_papers answers: {entries}")
    return Reading(entries=entries)
