"""Read answers of Hugging Face's ``api/daily_papers``: lists of the entries that its pages embed, too."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, timedelta

from watcher.model import Entry, Reading, Unreadable
from watcher.parsers.common.dates import day_of
from watcher.parsers.common.html import LARGEST_PAGE
from watcher.parsers.common.sniff import BodyForm, body_form, title_of
from watcher.parsers.huggingface.entry import entries_of
from watcher.parsers.huggingface.lists import asked_of_api, following, last_working_day


def parse(body: bytes) -> Reading | Unreadable:
    """Return the papers of a saved list, each with its own digest day. An empty list does not say of which."""
    entries = _entries(body)
    if isinstance(entries, Unreadable):
        return entries
    return Reading(entries=entries) if entries else Unreadable("JSON without any entry")


def parse_answer(body: bytes, url: str) -> Reading | Unreadable:
    """Return the papers of an answer for a digest day, week, month, or what trends.

    The API names no other days: the day before is the last weekday, and it is never known whether a day is over.
    Entries of 2024, which name no day, are of the day that was asked for.

    ``url``: the address that was asked for.
    """
    entries = _entries(body)
    if isinstance(entries, Unreadable):
        return entries
    if day := day_of(asked_of_api(url, "date")):
        return _of_day(entries, day)
    if not entries and not asked_of_api(url, "week") and not asked_of_api(url, "month"):
        return Unreadable("the list of trending papers is empty")
    return Reading(entries=entries, next=following(url, len(entries)))


def _of_day(entries: tuple[Entry, ...], day: date) -> Reading | Unreadable:
    named = {entry.listed for entry in entries if entry.listed}
    if named and day not in named:
        return Unreadable(f"asked for {day}, the answer is of {', '.join(map(str, sorted(named)))}")
    return Reading(
        entries=tuple(entry if entry.listed else replace(entry, listed=day) for entry in entries),
        day=day,
        previous=last_working_day(day - timedelta(1)),
        is_newest=True,
    )


def _entries(body: bytes) -> tuple[Entry, ...] | Unreadable:
    if len(body) > LARGEST_PAGE:
        return Unreadable(f"the answer has {len(body):,} bytes; more than {LARGEST_PAGE:,} are not read")
    if body_form(body) is BodyForm.HTML:
        title = title_of(body)
        return Unreadable("looked for JSON, found a page of HTML" + (f' titled "{title}"' if title else ""))
    try:
        values = json.loads(body)
    except (ValueError, RecursionError):
        return Unreadable("not JSON, or cut off")
    entries = entries_of(values)
    if isinstance(entries, str):
        return Unreadable(f"JSON, but not the list that api/daily_papers answers: {entries}")
    return entries
