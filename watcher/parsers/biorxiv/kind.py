"""The kinds ``biorxiv`` and ``medrxiv``: what was posted in the last days, from the ``details`` API or RSS.

The API is that of https://api.biorxiv.org. It gives the pages of an interval, oldest posts first, with one record for
each version.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote, urlunsplit

from watcher.model import ARTICLE, PUBLISHED, Entry, Reading, Source, Unreadable
from watcher.parsers.biorxiv.keys import BiorxivKeys, own
from watcher.parsers.body import SavedBody
from watcher.parsers.common import clean
from watcher.parsers.common.categories import OF_BIORXIV, OF_MEDRXIV, category_meant
from watcher.parsers.common.dates import day_of
from watcher.parsers.common.html import LARGEST_PAGE
from watcher.parsers.common.links import forms_named, place_of
from watcher.parsers.common.sniff import BodyForm, body_form
from watcher.parsers.common.text_values import people, shown_text
from watcher.parsers.feed import kind as feed
from watcher.parsers.feed.json import VERSION
from watcher.parsers.parser import Mistake, Parser, SavedForm, in_spans

SERVERS = {"biorxiv": "bioRxiv", "medrxiv": "medRxiv"}
WAYS = ("api", "rss")
NOTHING = "no posts found"

LAG = timedelta(days=7)
"""How long before the interval's end posts count: all of them, since the oldest are on the first page."""

SPAN = timedelta(weeks=1)
"""Longest time of which one request asks the API: some 1,200 versions of preprints."""

_CURSOR = re.compile(r"(.*/)\d{1,7}((?:/json)?/?)")
_CATEGORY = re.compile(r"[A-Za-z][A-Za-z /&_-]*")
_VERSION = re.compile(r"(?<=\d)v(\d{1,2})(?=$|[./?])")
_HOST = re.compile(r"(?:[\w-]+\.)?(?:biorxiv|medrxiv)\.org")


def starts(source: Source) -> tuple[str, ...]:
    """Return the addresses of papers posted within the look-back: an address for all, or for each category."""
    if source.url:
        return (source.url,)
    if own(source).via == "rss":
        chosen = "+".join(map(quote, _subjects(source))) or "all"
        return (f"https://connect.{source.kind}.org/{source.kind}_xml.php?subject={chosen}",)
    return _of_categories(f"https://api.biorxiv.org/details/{source.kind}/{source.look_back}d/0", source)


def missed(source: Source, since: datetime, now: datetime) -> tuple[str, ...]:
    """Return the addresses of what was posted between two instants; none if the lists of ``starts`` show all of it.

    Each covers some days, since the number of answers for one is limited.
    """
    is_covered = own(source).via != "rss" and since.date() > now.date() - timedelta(days=source.look_back)
    if source.url or is_covered:
        return ()
    api = f"https://api.biorxiv.org/details/{source.kind}"
    spans = in_spans(since.date() - timedelta(days=1), now.date(), SPAN)
    return tuple(one for first, last in spans for one in _of_categories(f"{api}/{first}/{last}/0", source))


def _of_categories(posted: str, source: Source) -> tuple[str, ...]:
    return tuple(f"{posted}?category={quote(subject)}" for subject in _subjects(source)) or (posted,)


def _subjects(source: Source) -> list[str]:
    return [category.strip().lower().replace(" ", "_") for category in own(source).categories]


def parse(body: bytes, url: str, server: str) -> Reading | Unreadable:
    """Return the papers in an answer of the API, or in a feed.

    ``server``: ``biorxiv`` or ``medrxiv``.
    """
    if body_form(body) is BodyForm.JSON:
        return _parse_details(body, url, server)
    reading = feed.parse(body, url)
    if isinstance(reading, Unreadable):
        return reading
    if not _is_of(server, body, reading.entries):
        return Unreadable(f"looked for {SERVERS[server]}'s feed, found another one")
    return replace(reading, entries=tuple(map(_posted, reading.entries)))


def server_in(body: bytes) -> str:
    """Return the server whose records an answer of the API has, ``biorxiv`` if it does not say."""
    return "medrxiv" if re.search(rb'"server"\s*:\s*"medrxiv"', body[:200_000], re.IGNORECASE) else "biorxiv"


def _is_of(server: str, body: bytes, entries: tuple[Entry, ...]) -> bool:
    if not entries:
        return f"{server}.org".encode() in body[:20_000].lower()
    return all(entry.doi and f"{server}.org" in _host(entry.url) for entry in entries)


def _host(url: str | None) -> str:
    place = place_of(url or "")
    host = (place.hostname or "") if place else ""
    return host if _HOST.fullmatch(host) else ""


def _posted(entry: Entry) -> Entry:
    """Return an entry of a feed with its version. The feed's date is of that version, so later versions lose it."""
    found = _VERSION.search(entry.url or "")
    version = entry.version or (int(found[1]) if found else None)
    published = entry.published if version in (None, 1) else None
    keys = (f"doi:{entry.doi}",) if entry.doi else entry.keys
    return replace(entry, keys=keys, is_secondhand=False, names_forms=False, version=version, published=published)


def _parse_details(body: bytes, url: str, server: str) -> Reading | Unreadable:
    if len(body) > LARGEST_PAGE:
        return Unreadable(f"the answer has {len(body):,} bytes; more than {LARGEST_PAGE:,} are not read")
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):
        return Unreadable("not JSON, or cut off")
    records = answer.get("collection") if isinstance(answer, dict) else None
    if not isinstance(records, list):
        return Unreadable("JSON, but not what bioRxiv's API answers: no collection")
    about = _message(answer)
    status = clean.line(about.get("status"), 200)
    if not records:
        return Reading(entries=()) if status == NOTHING else Unreadable(f"the API answers: {status or 'nothing'}")
    found = [_entry(record, server) for record in records]
    missing = sum(entry is None for entry in found)
    if missing:
        return Unreadable(f"{missing} of {len(found)} records have no doi and title")
    entries = _newest(entry for entry in found if entry)
    return Reading(entries=entries, next=_next(url, about, len(records)))


def _message(answer: Mapping[str, Any]) -> Mapping[str, Any]:
    messages = answer.get("messages")
    first = messages[0] if isinstance(messages, list) and messages else {}
    return first if isinstance(first, dict) else {}


def _entry(record: object, server: str) -> Entry | None:
    values: Mapping[str, Any] = record if isinstance(record, dict) else {}
    doi, title = clean.doi(values.get("doi")), shown_text(_text(values, "title"), clean.TITLE_CHARS)
    if not doi or not title:
        return None
    version, day = _number(values.get("version")), day_of(values.get("date"))
    article = clean.doi(values.get("published"))
    return Entry(
        title=title,
        keys=(f"doi:{doi}",),
        forms=forms_named(article, ARTICLE, beside=(f"doi:{doi}",)),
        names_forms=True,
        abstract=shown_text(_text(values, "abstract")),
        authors=people([_text(values, "authors")]),
        version=version,
        doi=article or doi,
        stage=PUBLISHED if article else None,
        url=f"https://www.{server}.org/content/{doi}" + (f"v{version}" if version else ""),
        organization=clean.line(values.get("author_corresponding_institution"), clean.NAME_CHARS) or None,
        published=datetime(day.year, day.month, day.day, tzinfo=UTC) if day and version in (None, 1) else None,
        listed=day,
        categories=clean.names([values.get("category")]),
    )


def _newest(found: Iterable[Entry]) -> tuple[Entry, ...]:
    """Return only the last version of each paper."""
    entries: dict[str, Entry] = {}
    for entry in found:
        known = entries.get(entry.keys[0])
        if known is None or (entry.version or 0) >= (known.version or 0):
            entries[entry.keys[0]] = entry
    return tuple(entries.values())


def _next(url: str, about: Mapping[str, Any], n: int) -> str | None:
    """Return the address of the page after ``n`` records here, None at the end, by the counts on the page."""
    cursor, total = _number(about.get("cursor")) or 0, _number(about.get("total")) or 0
    place = place_of(url)
    found = _CURSOR.fullmatch(place.path) if place else None
    if place is None or found is None or cursor + n >= total:
        return None
    return urlunsplit(place._replace(path=f"{found[1]}{cursor + n}{found[2]}"))


def _number(value: object) -> int | None:
    """Return a number of the API as int; some are written as text. None for anything else."""
    if isinstance(value, str) and re.fullmatch(r"[0-9]{1,9}", value):
        return int(value)
    return clean.number(value)


def _text(values: Mapping[str, Any], key: str) -> str:
    value = values.get(key)
    return value if isinstance(value, str) else ""


def _mistakes(source: Source) -> Iterator[Mistake]:
    keys = own(source)
    if keys.via not in (None, *WAYS):
        yield Mistake("via", f"{SERVERS[source.kind]} is not read via `{keys.via}`", f"write {' or '.join(WAYS)}")
    known = OF_BIORXIV if source.kind == "biorxiv" else OF_MEDRXIV
    for n, category in enumerate(keys.categories):
        if category.strip().lower().replace("_", " ") in known:
            continue
        meant = category_meant(category, known)
        hint = f"write {meant}" if meant else "write them as its site does: categories: [neuroscience, cell biology]"
        is_one = _CATEGORY.fullmatch(category) is not None
        what = f"`{category}` is no category of {SERVERS[source.kind]}" + (" that is known here" if is_one else "")
        yield Mistake("categories", what, hint, n, "unknown-category" if is_one else "")


def _told(source: Source) -> frozenset[str]:
    told = frozenset({"title", "abstract", "author", "category", "published", "listed"})
    return told | {"org"} if source.url or own(source).via != "rss" else told


def _is_answer(body: SavedBody, server: str) -> bool:
    has_keys = b'"messages"' in body.head or b'"collection"' in body.head
    return (
        body.form is BodyForm.JSON and has_keys and VERSION.encode() not in body.head and server_in(body.data) == server
    )


def _is_feed(body: SavedBody, server: str) -> bool:
    """Return whether a body is the server's own feed. Feeds that do not name it are refused without being parsed."""
    if body.form is not BodyForm.XML or f"{server}.org".encode() not in body.data:
        return False
    reading = feed.parse(body.data, "")
    return isinstance(reading, Reading) and _is_of(server, body.data, reading.entries)


def _parser(server: str) -> Parser:
    def read(body: SavedBody) -> Reading | Unreadable:
        return parse(body.data, "", server)

    return Parser(
        kind=server,
        version=4,
        own=BiorxivKeys,
        check=_mistakes,
        is_for_programs=lambda source: True,
        starts=lambda source, today: starts(source),
        lag=LAG,
        missed=missed,
        asks_back=lambda source: source.url is None,
        tells=_told,
        parse=lambda body, url, source: parse(body, url, server),
        saves=f"{SERVERS[server]}'s feeds and answers",
        saved=(
            SavedForm(f"{server} api", lambda body: _is_answer(body, server), read),
            SavedForm(f"{server} feed", lambda body: _is_feed(body, server), read),
        ),
    )


BIORXIV, MEDRXIV = map(_parser, SERVERS)
