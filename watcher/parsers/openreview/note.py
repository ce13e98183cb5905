"""Read one submission of OpenReview (a "note"): https://docs.openreview.net/reference/api-v2/entities/note."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from watcher.model import ACCEPTED, FORM, Entry, OtherForm
from watcher.parsers.apis.answers import Values, kept_names, object_of, text_of
from watcher.parsers.common import clean
from watcher.parsers.common.links import forms_named
from watcher.parsers.common.text_values import shown_text
from watcher.parsers.common.venue import venue_named

FORUM = "https://openreview.net/forum?id="

_ID = re.compile(r"[\w-]{4,40}", re.ASCII)
_YEAR = re.compile(r"(?:19|20)\d\d", re.ASCII)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LINKS = ("html", "pdf", "ee")
_ELSEWHERE = ("dblp.org", "openreview.net")
"""Beginnings of ids of what authors have brought there themselves, of papers that stood elsewhere."""


class Status(StrEnum):
    """What became of a submission, as the id of its venue says."""

    ACCEPTED = "accepted"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn from the venue"
    REVIEWED = "under review"
    ELSEWHERE = "published elsewhere"
    UNKNOWN = ""


_ENDS = (
    (re.compile(r"withdrawn", re.IGNORECASE), Status.WITHDRAWN),
    (re.compile(r"reject", re.IGNORECASE), Status.REJECTED),
    (re.compile(r"submission|submitted|under_?review|anonymous|blind", re.IGNORECASE), Status.REVIEWED),
)


def status_of(note: Values) -> Status:
    """Return what became of a submission.

    A venue's own id (``ICLR.cc/2026/Conference``, ``TMLR``) stands in what it has accepted; otherwise more stands
    behind it (``…/Rejected_Submission``). The name of the venue, which is free text, decides nothing.
    """
    venue, decision = text_at(note, "venueid"), text_at(note, "decision").lower()
    if venue.lower().startswith(_ELSEWHERE):
        return Status.ELSEWHERE
    for pattern, status in _ENDS:
        if pattern.search(venue):
            return status
    if venue == "TMLR" or any(map(_YEAR.fullmatch, venue.split("/")[1:-1])):
        return Status.ACCEPTED
    if decision.startswith("accept"):
        return Status.ACCEPTED
    return Status.REJECTED if decision.startswith(("reject", "desk reject")) else Status.UNKNOWN


def forum_of(note: Values) -> str | None:
    """Return the id of the page of a submission, None if it has none."""
    own = text_of(note, "forum") or text_of(note, "id")
    return own if _ID.fullmatch(own) else None


def is_reply(note: Values) -> bool:
    """Return whether a note is a review or a comment: it stands on the page of another one."""
    forum, own = text_of(note, "forum"), text_of(note, "id")
    return bool(text_of(note, "replyto")) or (bool(forum) and bool(own) and forum != own)


def entry_of(note: Values) -> Entry | None:
    """Return the entry for a submission, None if it has no id or no title."""
    forum, title = forum_of(note), shown_text(text_at(note, "title"), clean.TITLE_CHARS)
    if forum is None or not title:
        return None
    status = status_of(note)
    created, shown = moment_of(note, "cdate") or moment_of(note, "tcdate"), moment_of(note, "odate")
    keys = (f"url:{FORUM}{forum}",)
    is_accepted = status is Status.ACCEPTED
    listed = shown or created
    return Entry(
        title=title,
        keys=keys,
        forms=_forms(note, keys),
        names_forms=True,
        stage=ACCEPTED if is_accepted else None,
        abstract=shown_text(text_at(note, "abstract")),
        authors=kept_names(list(_authors(note))),
        keywords=kept_names(_texts_at(note, "keywords")),
        categories=kept_names([status.value, text_at(note, "primary_area") or text_at(note, "primary_subject_area")]),
        summary=shown_text(text_at(note, "TLDR") or text_at(note, "TL;DR")) or None,
        venue=venue_named(text_at(note, "venue")) if is_accepted else None,
        code_url=clean.url(text_at(note, "code")) if text_at(note, "code").startswith("http") else None,
        published=created,
        listed=listed.date() if listed else None,
        url=f"{FORUM}{forum}",
    )


def text_at(note: Values, name: str) -> str:
    """Return a text of a submission's content, "" if it is not there. API 2 wraps each value (``{"value": …}``)."""
    return text_of({name: _value(note, name)}, name)


def moment_of(note: Values, name: str) -> datetime | None:
    """Return an instant of a submission, which is told in milliseconds since 1970; None if it is not there."""
    value = note.get(name)
    if isinstance(value, bool) or not isinstance(value, int) or not 0 < value < 10**14:
        return None
    return _EPOCH + timedelta(milliseconds=value)


def _value(note: Values, name: str) -> object:
    value = object_of(note, "content").get(name)
    return value.get("value") if isinstance(value, dict) else value


def _texts_at(note: Values, name: str) -> list[str]:
    value = _value(note, name)
    return [one for one in value[: clean.LONGEST_LIST] if isinstance(one, str)] if isinstance(value, list) else []


def _authors(note: Values) -> Iterator[str]:
    """Yield the names of authors: texts, or objects with a profile. Who is anonymous is none."""
    given = _value(note, "authors")
    for one in given[: clean.LONGEST_LIST] if isinstance(given, list) else ():
        name = one if isinstance(one, str) else text_of(one, "fullname") if isinstance(one, dict) else ""
        if name.strip().lower() not in ("", "anonymous", "anonymous authors"):
            yield name


def _forms(note: Values, keys: tuple[str, ...]) -> tuple[OtherForm, ...]:
    """Return the paper elsewhere that a submission links to: an arXiv id or a DOI in its links or ids."""
    given = note.get("externalIds")
    names = [one for one in given[:20] if isinstance(one, str)] if isinstance(given, list) else []
    named = [*names, *(text_at(note, name) for name in _LINKS)]
    found = [form for one in named for form in forms_named(one, FORM, beside=keys)]
    return tuple({form.key: form for form in found}.values())
