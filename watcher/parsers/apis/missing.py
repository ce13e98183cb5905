"""Notice that an API no longer sends a field that was asked for."""

from __future__ import annotations

from collections.abc import Sequence

from watcher.parsers.apis.answers import Values

ENOUGH = 3
"""Fewest records from which the lack of a field in all of them counts as more than chance."""


def field_that_is_gone(records: Sequence[Values], asked: str) -> str:
    """Return which fields no record has though they were asked for, in words; "" for none.

    ``asked``: the fields' names, by commas. It is about APIs that send a field also where it is empty.
    """
    if len(records) < ENOUGH:
        return ""
    gone = [name for name in asked.split(",") if name and not any(name in record for record in records)]
    if not gone:
        return ""
    named = " and ".join([", ".join(gone[:-1])] * (len(gone) > 1) + gone[-1:])
    return f"none of {len(records)} records has {named}, which {'was' if len(gone) == 1 else 'were'} asked for"
