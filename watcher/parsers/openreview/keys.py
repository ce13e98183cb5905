"""The config's keys of sources of kind ``openreview``, and the addresses that follow from them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from watcher.model import Source
from watcher.parsers.apis.cursors import parameter_of, query_of, with_defaults
from watcher.parsers.common.links import place_of
from watcher.parsers.parser import KeyForm, Mistake, key, own_keys

SITE = "https://api2.openreview.net/"
A_PAGE = 25
"""Submissions in one answer of the search: more are not sent."""

MOST = 200
"""Most submissions that are read of one search, which stand in the order of how well they fit."""

MOST_VENUES = 10
MOST_QUERY = 500

_VENUE = re.compile(r"[\w.-]{1,80}(?:/[\w.-]{1,80}){0,8}", re.ASCII)
_GROUP = re.compile(r"https?://openreview\.net/group\?id=([\w./-]+)", re.ASCII)
_SIGN = re.compile(r"\b(AND|OR|NOT)\b|[\"()]")


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenReviewKeys:
    """Keys of an OpenReview source: words, and the venues that are searched."""

    query: str | None = key("What to search for there.")
    journal: tuple[str, ...] = key("In which journals: ISSNs, or the site's own ids.", KeyForm.TEXTS, default=())


def own(source: Source) -> OpenReviewKeys:
    """Return the source's own keys."""
    return own_keys(source, OpenReviewKeys)


def starts(source: Source, today: date) -> tuple[str, ...]:
    """Return the addresses of a poll: one search of each venue, or of all."""
    if source.url:
        of_search = {"source": "forum", "type": "terms", "limit": str(A_PAGE)}
        usual = of_search if is_search(source.url) else {"sort": "tmdate:desc"}
        return (with_defaults(source.url, usual | {"offset": "0"}),)
    keys = own(source)
    venues = [found for one in keys.journal if (found := venue_id_in(one))]
    return tuple(_search(keys.query or "", venue) for venue in venues or [""])


def _search(words: str, venue: str) -> str:
    asked = {"term": words, "type": "terms", "content": "all", "group": "all", "source": "forum", "venueid": venue}
    return f"{SITE}notes/search?{query_of(asked | {'limit': str(A_PAGE), 'offset': '0'})}"


def is_search(url: str) -> bool:
    """Return whether an address is one of the search, which has an order of its own."""
    place = place_of(url)
    return place is not None and place.path.endswith("/search")


def venue_asked(url: str) -> str:
    """Return the name of the list at an address, for people: the venue that is searched."""
    return parameter_of(url, "venueid")


def venue_id_in(text: str) -> str | None:
    """Return the id of a venue (``ICLR.cc/2026/Conference``) in a text, alone or as the address of its page."""
    found = _GROUP.fullmatch(text.strip())
    venue = found[1] if found else text.strip()
    return venue if _VENUE.fullmatch(venue) else None


def mistakes(source: Source) -> Iterator[Mistake]:
    """Yield the mistakes in the config of a source."""
    keys = own(source)
    if source.url:
        for name in (name for name in ("query", "journal") if getattr(keys, name)):
            yield Mistake(name, f"`url` already says what is asked for: `{name}` is not read", "remove one of them")
        return
    if not keys.query:
        what = "OpenReview lists no venue to programs: an openreview source needs words to search for"
        yield Mistake("query", what, "write query: continual learning")
    if found := _SIGN.search(keys.query or ""):
        hint = "write words alone: what has more of them stands first; the rule of a subscription says the rest"
        yield Mistake("query", f"`{found[0]}` is nothing to this search", hint)
    if len(keys.query or "") > MOST_QUERY:
        yield Mistake("query", "this is too long for the address of a search", "make several sources")
    for n, one in enumerate(keys.journal):
        if venue_id_in(one) is None:
            hint = "write what stands behind group?id= on its page: journal: [ICLR.cc/2026/Conference, TMLR]"
            yield Mistake("journal", f"`{one[:60]}` is no venue of OpenReview", hint, n)
    if len(keys.journal) > MOST_VENUES:
        yield Mistake("journal", f"this asks for more than {MOST_VENUES} lists at every look", "make several sources")
