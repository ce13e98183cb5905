"""Notice that an API no longer sends a field that was asked for."""

from __future__ import annotations

from collections.abc import Sequence

from watcher.parsers.apis.answers import Values

ENOUGH = 3
"""Fewest records for a conclusion: a field that fewer lack may be missing by chance."""


def field_that_is_gone(records: Sequence[Values], asked: str) -> str:
    """Return a sentence on the fields that were asked for and are in no record, "" if there are none.

    ``asked``: the fields' names, separated by commas. Use it only for an API that sends empty fields, too.
    """
    if len(records) < ENOUGH:
        return ""
    gone = [name for name in asked.split(",") if name and not any(name in record for record in records)]
    if not gone:
        return ""
    named = " and ".join([", ".join(gone[:-1])] * (len(gone) > 1) + gone[-1:])
    return f"none of {len(records)} records has {named}, which {'was' if len(gone) == 1 else 'were'} asked for"
