"""OpenReview as a kind of source. Its API is described at https://docs.openreview.net/reference/api-v2."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from datetime import timedelta

from watcher.model import Entry, Reading, Unreadable
from watcher.parsers.apis.answers import Values, answer_of, line_at, number_of, objects_of
from watcher.parsers.apis.cursors import next_address, parameter_of
from watcher.parsers.body import SavedBody
from watcher.parsers.common.sniff import BodyForm
from watcher.parsers.openreview.keys import MOST, OpenReviewKeys, is_search, mistakes, starts, venue_asked
from watcher.parsers.openreview.note import Status, entry_of, forum_of, is_reply, status_of
from watcher.parsers.parser import Parser, SavedForm

LOOKED_FOR = "an answer of OpenReview"
AT_LEAST = 10_000
"""The number of submissions that stands for this many or more."""

NO_ORDER = timedelta(days=20 * 365)
"""A search stands in the order of how well a submission fits, so that none of its pages is too old."""

_PLACE = re.compile(r"[0-9]{1,7}", re.ASCII)
_CHALLENGE = "; it asks who sits before a browser, which a program cannot answer"


def parse(body: bytes, url: str) -> Reading | Unreadable:
    """Read an answer of the search, or a list of submissions."""
    answer = answer_of(body, LOOKED_FOR)
    if isinstance(answer, Unreadable):
        return answer
    given = answer.get("notes")
    if answer.get("searchUnavailable") is True and not given:
        return Unreadable("OpenReview says that its search is unavailable")
    if not isinstance(given, list):
        name, said = line_at(answer, "name", 100), line_at(answer, "message", 300)
        why = said or line_at(answer, "error", 300) or name
        challenge = _CHALLENGE if "challenge" in name.lower() else ""
        return Unreadable(
            f"OpenReview answers: {why}{challenge}" if why else f"looked for {LOOKED_FOR}, found JSON without notes"
        )
    return _read(objects_of(answer, "notes"), number_of(answer, "count"), url)


def _read(notes: Sequence[Values], count: int | None, url: str) -> Reading | Unreadable:
    asked = parameter_of(url, "offset")
    begin = int(asked) if _PLACE.fullmatch(asked) else 0
    total = _total(count, url)
    if not notes and count and total and not begin:
        return Unreadable(f"OpenReview says that it has {count:,} submissions, and shows none")
    if nameless := sum(forum_of(note) is None for note in notes):
        return Unreadable(f"{nameless} of {len(notes)} submissions have no id of OpenReview")
    papers = [note for note in notes if not is_reply(note)]
    entries = [entry for note in papers if (entry := entry_of(note))]
    if papers and not entries:
        return Unreadable(f"none of {len(papers)} submissions has a title")
    behind = begin + len(notes)
    is_more = bool(notes) and (behind < total if total is not None else not _is_last(len(notes), behind, url))
    return Reading(
        entries=tuple({entry.keys: entry for entry in entries}.values()),
        next=next_address(url, str(behind), "offset") if is_more else None,
        remarks=tuple(_remarks(notes, papers, entries, count)),
        total=total,
        records=len(notes),
    )


def _total(count: int | None, url: str) -> int | None:
    """Return how many submissions of a list are read, None if nobody says how many it has."""
    if count is None or count >= AT_LEAST:
        return None
    return min(count, MOST) if is_search(url) else count


def _is_last(shown: int, behind: int, url: str) -> bool:
    """Return whether a page is the last one of a list of unknown length: it is not full, or enough is read."""
    limit = parameter_of(url, "limit")
    is_full = not _PLACE.fullmatch(limit) or shown >= int(limit)
    return not is_full or (is_search(url) and behind >= MOST)


def _remarks(
    notes: Sequence[Values], papers: Sequence[Values], entries: Sequence[Entry], count: int | None
) -> list[str]:
    found = "" if count is None else f"{count:,} submissions are found in all{', or more' * (count >= AT_LEAST)}"
    read = f"{found}; the {MOST} that fit best are read" if count and count > MOST else found
    became = Counter(status_of(note) for note in papers)
    counted = [
        (len(notes) - len(papers), "reviews and comments are left out"),
        (len(papers) - len(entries), "without a title are left out"),
        *((became[status], f"are {status.value}") for status in Status if status.value),
    ]
    return [*filter(None, [read]), *(f"{n:,} {what}" for n, what in counted if n)]


def _is_answer(body: SavedBody) -> bool:
    return body.form is BodyForm.JSON and b'"notes"' in body.head and b'"content"' in body.head


PARSER = Parser(
    kind="openreview",
    version=1,
    own=OpenReviewKeys,
    check=mistakes,
    is_for_programs=lambda source: True,
    starts=starts,
    called=lambda source, url: venue_asked(url),
    every=lambda source: timedelta(days=1),
    lag=NO_ORDER,
    tells=lambda source: frozenset(
        {"title", "abstract", "author", "keyword", "category", "summary", "venue", "published", "listed"}
    ),
    parse=lambda body, url, source: parse(body, url),
    saves="answers of OpenReview",
    saved=(SavedForm("openreview notes", _is_answer, lambda body: parse(body.data, "")),),
)
