"""Repositories by OAI-PMH 2.0 as a kind of source."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta

from watcher.model import Entry, Reading, Source, Unreadable
from watcher.parsers.common import clean
from watcher.parsers.common.links import place_of
from watcher.parsers.common.sniff import BodyForm, body_form
from watcher.parsers.feed.item import cut_warning
from watcher.parsers.feed.kind import no_feed
from watcher.parsers.feed.xml import FeedDocument, NotWellFormed, XmlElement, XmlForm, read_xml
from watcher.parsers.oai.keys import (
    ARGUMENTS,
    DUBLIN_CORE,
    FORMS,
    LAG,
    OaiKeys,
    asked_since,
    list_name,
    missed,
    own,
    page_behind,
    set_in,
    starts,
)
from watcher.parsers.oai.record import READERS, Head, deleted, entry_of_item, form_in, head_of
from watcher.parsers.parser import Mistake, Parser, SavedForm

FORM = XmlForm(
    what="repository's answer",
    roots=("OAI-PMH",),
    items=("record",),
    frames=("ListRecords", "GetRecord"),
    heads=("ListRecords", "GetRecord"),
    prefixes={
        "http://www.openarchives.org/OAI/2.0/": "",
        "http://www.openarchives.org/OAI/2.0/oai_dc/": "oai_dc",
        "http://purl.org/dc/elements/1.1/": "dc",
        "http://arxiv.org/OAI/arXiv/": "",
        "http://arxiv.org/OAI/arXivRaw/": "",
    },
)
NOTHING = "noRecordsMatch"
_HINTS = {
    "badArgument": "mend `set` and `metadata`",
    "cannotDisseminateFormat": "write another `metadata`: oai_dc is everywhere",
    "noSetHierarchy": "remove `set`: the repository has none",
    "badResumptionToken": "the rest of the list is asked for anew at the next look",
}
_SET = re.compile(r"[A-Za-z0-9_.!~*'()%+-]+(?::[A-Za-z0-9_.!~*'()%+-]+)*")
_ROOT = re.compile(rb"<(?:[A-Za-z][\w.-]{0,30}:)?OAI-PMH\b")
_HEAD = 4_000
MOST_TOKEN = 1_500


def parse(body: bytes, url: str) -> Reading | Unreadable:
    """Read an answer found at ``url``; if it is cut off, its whole records with a warning."""
    if body_form(body) is BodyForm.JSON:
        return Unreadable("looked for a repository's answer, found JSON")
    begins = _ROOT.search(body[:_HEAD]) is not None  # not all declare that they are XML
    if not begins and (reason := no_feed(body)):
        return Unreadable(reason.replace("looked for a feed", "looked for a repository's answer", 1))
    try:
        document = read_xml(body, FORM)
    except NotWellFormed as wrong:
        return Unreadable(f"looked for a repository's answer, found XML that is not well-formed ({wrong})")
    if isinstance(document, Unreadable):
        return document
    errors = document.head.all("error")
    if errors:
        return _of_errors(errors, document)
    if document.is_cut and not document.items:
        return Unreadable("the answer is cut off before the end of its first record")
    if not document.items:
        return Unreadable("looked for records, found an answer with neither records nor an error")
    return _of_records(document, url)


def _of_errors(errors: list[XmlElement], document: FeedDocument) -> Reading | Unreadable:
    codes = [clean.line(one.attributes.get("code", ""), 60) for one in errors]
    if set(codes) == {NOTHING} and not document.items:
        return Reading(entries=(), total=0)
    said = [
        f"{code or 'without a code'}: {clean.line(one.text(), 200)}".rstrip(": ")
        for code, one in zip(codes, errors, strict=True)
    ]
    hints = [_HINTS[code] for code in dict.fromkeys(codes) if code in _HINTS]
    return Unreadable(
        f"the repository answers with an error ({'; '.join(said[:5])})" + "".join(f"; {one}" for one in hints)
    )


def _of_records(document: FeedDocument, url: str) -> Reading | Unreadable:
    heads = [head_of(record) for record in document.items]
    if unknown := _unknown_form(document, heads):
        return Unreadable(unknown)
    if early := _before(heads, url):
        return Unreadable(early)
    site = (place.hostname or "") if (place := place_of(url)) else ""
    found = [_entry(record, head, site) for record, head in zip(document.items, heads, strict=True)]
    without = sum(one is None for one in found)
    if without == len(found):
        return Unreadable(f"{without} of {len(found)} records have no identifier or no title")
    token, total = _token(document)
    warnings = [cut_warning(len(found))] if document.is_cut else []
    warnings += (
        [f"{without} of {len(found)} records have no identifier or no title and were left out"] if without else []
    )
    if len(token) > MOST_TOKEN:
        warnings.append(f"the token of the next page has {len(token):,} characters: it is not asked for")
    goes_on = 0 < len(token) <= MOST_TOKEN and not document.is_cut
    return Reading(
        entries=_each_once([one for one in found if one]),
        next=page_behind(url, token) if goes_on else None,
        whole=not warnings,
        warnings=tuple(warnings),
        total=None if document.is_cut else total,
        records=len(found),
    )


def _entry(record: XmlElement, head: Head | None, site: str) -> Entry | None:
    if head is None:
        return None
    return deleted(head, site) if head.is_deleted else entry_of_item(record, head, site)


def _unknown_form(document: FeedDocument, heads: list[Head | None]) -> str:
    """Return why no record can be read, "" where one at least has a known form, or was deleted."""
    forms = {
        form_in(record) for record, head in zip(document.items, heads, strict=True) if head and not head.is_deleted
    }
    if not forms or forms & READERS.keys():
        return ""
    named = ", ".join(sorted(f"<{clean.line(one, 60)}>" if one else "nothing" for one in forms)[:3])
    return f"looked for records in the form {', '.join(FORMS)}, found {named}"


def _before(heads: list[Head | None], url: str) -> str:
    """Return why the records are not those asked for: most are of days before the first one of the request."""
    first = asked_since(url)
    days = [head.day for head in heads if head and head.day]
    early = [day for day in days if first and day < first]
    if not early or 2 * len(early) < len(days):
        return ""
    return (
        f"asked for what was changed from {first} on, got records of {min(early)}: the repository does not heed `from`"
    )


def _each_once(entries: list[Entry]) -> tuple[Entry, ...]:
    """Of entries of one paper the last: a repository lists its changes in their order."""
    return tuple({entry.keys[0]: entry for entry in entries}.values())


def _token(document: FeedDocument) -> tuple[str, int | None]:
    """Return the token of the next page, "" for none, and how many records the list has by its own account."""
    node = next(iter(document.head.all("resumptionToken")), None)
    return (
        ("", len(document.items))
        if node is None
        else (node.text().strip(), _number(node.attributes.get("completeListSize", "")))
    )


def _number(text: str) -> int | None:
    return int(text) if re.fullmatch(r"[0-9]{1,9}", text.strip()) else None


def _mistakes(source: Source) -> Iterator[Mistake]:
    keys = own(source)
    place = place_of(source.url or "")
    if not source.url:
        yield Mistake(
            "url", "a repository needs its address", "write url: https://REPOSITORY/oai, as it calls its base URL"
        )
    elif place and {pair.partition("=")[0] for pair in place.query.split("&")} & ARGUMENTS:
        hint = "write what stands before the ?, and `set` and `metadata` of their own"
        yield Mistake("url", "a request stands here in place of the repository's address", hint)
    if keys.metadata and keys.metadata not in FORMS:
        yield Mistake(
            "metadata",
            f"records in the form `{keys.metadata}` are not read",
            f"write {', '.join(FORMS[:-1])} or {FORMS[-1]}",
        )
    for n, one in enumerate(keys.set):
        if not _SET.fullmatch(one):
            yield Mistake(
                "set", "this is no name of a set", "write its setSpec, as ListSets shows it: set: cs:cs:CL", n
            )


def _told(source: Source) -> frozenset[str]:
    told = {"title", "abstract", "author", "category", "note", "venue", "published", "listed"}
    form = own(source).metadata or DUBLIN_CORE
    return frozenset(told | {DUBLIN_CORE: {"keyword"}, "arXiv": {"org"}}.get(form, set[str]()))


PARSER = Parser(
    kind="oai",
    version=3,
    own=OaiKeys,
    check=_mistakes,
    is_for_programs=lambda source: True,
    starts=starts,
    known_as=list_name,
    shows_again=lambda source: timedelta.max,
    is_passing=lambda source: True,
    called=set_in,
    lag=LAG,
    missed=missed,
    asks_back=lambda source: True,
    tells=_told,
    parse=lambda body, url, source: parse(body, url),
    saves="answers of repositories (OAI-PMH)",
    saved=(
        SavedForm(
            "oai",
            lambda body: _ROOT.search(body.data[:_HEAD]) is not None,
            lambda body: parse(body.data, ""),
        ),
    ),
)
