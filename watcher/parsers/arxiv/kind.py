"""The kind ``arxiv``: what is announced in categories, by feeds or lists, or found by arXiv's API."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from urllib.parse import urlencode

from watcher.model import ListedBefore, Reading, Source, Unreadable
from watcher.parsers.arxiv import days as arxiv_days
from watcher.parsers.arxiv.days import is_quiet
from watcher.parsers.arxiv.entry import KINDS
from watcher.parsers.arxiv.feed import is_of_arxiv, parse_feed
from watcher.parsers.arxiv.keys import ArxivKeys, own
from watcher.parsers.arxiv.list import is_list, parse_list
from watcher.parsers.arxiv.taxonomy import ARCHIVES
from watcher.parsers.body import SavedBody
from watcher.parsers.common.categories import OF_ARXIV, category_meant
from watcher.parsers.common.sniff import BodyForm, body_form, found_instead
from watcher.parsers.feed.kind import no_feed
from watcher.parsers.feed.xml import NotWellFormed, read_xml
from watcher.parsers.parser import Mistake, Parser, SavedForm, in_spans

WAYS = ("rss", "listing", "api")
RESULTS = 200
"""Papers that are asked for in one answer of the API."""

LAG = timedelta(days=7)
"""Longest time from submission to announcement: a weekend and the longest holidays."""

SPAN = timedelta(weeks=4)
"""Longest time of which one request asks the API."""

_OF_A_LIST = re.compile(r"/list/([\w.-]+)/new")
_CATEGORY = re.compile(r"[a-z]+(?:-[a-z]+)*(?:\.[A-Za-z]+(?:-[a-z]+)*)?")
_EXAMPLE = "write categories: [cs.CL, cs.LG]"


def starts(source: Source) -> tuple[str, ...]:
    """Return the addresses of a source's lists: one, or for lists (``via: listing``) one for each category."""
    keys = own(source)
    if source.url:
        return (source.url,)
    if keys.via == "listing":
        return tuple(f"https://arxiv.org/list/{category}/new" for category in keys.categories)
    if keys.via == "api":
        return (_results_of(_search(source)),)
    return (f"https://rss.arxiv.org/rss/{'+'.join(keys.categories)}",)


def missed(source: Source, since: datetime, now: datetime) -> tuple[str, ...]:
    """Return the addresses of searches for papers that may have been announced between two instants.

    They are needed since feeds and lists show only the last announcement. Each search covers some weeks: the number of
    its results is limited.
    """
    if not own(source).categories or source.url or own(source).via == "api":
        return ()
    spans = in_spans((since - LAG).astimezone(UTC), now.astimezone(UTC), SPAN)
    return tuple(
        _results_of(f"({_search(source)}) AND submittedDate:[{first:%Y%m%d%H%M} TO {last:%Y%m%d%H%M}]")
        for first, last in spans
    )


def behind(source: Source, reading: Reading, before: ListedBefore, day: date) -> str:
    """Return why a list does not show the announcement of ``day``, "" if it does.

    ``before``: what was listed before that day.
    """
    keys = own(source)
    is_joint = keys.via != "listing"
    return arxiv_days.stale_announcement(reading.entries, before, day, keys.categories, is_joint=is_joint)


def called(source: Source, url: str) -> str:
    """Return the category of a list, "" if the source has only one."""
    found = _OF_A_LIST.search(url)
    return found[1] if found and len(own(source).categories) > 1 else ""


def parse(body: bytes, url: str, source: Source) -> Reading | Unreadable:
    """Return what a page in any of arXiv's forms lists.

    The reading has no digest day, since a day has many pages: one for each category, feed and search.
    """
    if body_form(body) is BodyForm.HTML:
        return parse_list(body, url, own(source).announce)
    if reason := no_feed(body, url):
        return Unreadable(reason)
    if body_form(body) is BodyForm.JSON:
        return Unreadable(f"looked for arXiv's feed, found {found_instead(body)}")
    try:
        document = read_xml(body)
    except NotWellFormed as wrong:
        return Unreadable(f"looked for arXiv's feed, found XML that is not well-formed ({wrong})")
    if isinstance(document, Unreadable):
        return document
    if not is_of_arxiv(document):
        return Unreadable(f'looked for arXiv\'s feed, found one titled "{document.head.text("title")[:100]}"')
    return parse_feed(document, url, source)


def _results_of(search: str) -> str:
    asked = {"search_query": search, "sortBy": "submittedDate", "sortOrder": "descending"}
    return f"https://export.arxiv.org/api/query?{urlencode(asked | {'max_results': RESULTS, 'start': 0})}"


def _search(source: Source) -> str:
    """Return the query of a source for the API, limited to its categories if it has any."""
    keys = own(source)
    within = " OR ".join(
        f"cat:{category}.*" if category in ARCHIVES else f"cat:{category}" for category in keys.categories
    )
    if keys.query and within:
        return f"({keys.query}) AND ({within})"
    return keys.query or within


def _mistakes(source: Source) -> Iterator[Mistake]:
    keys = own(source)
    via = keys.via or WAYS[0]
    if via not in WAYS:
        yield Mistake("via", f"arXiv is not read via `{via}`", f"write {', '.join(WAYS[:-1])} or {WAYS[-1]}")
    if keys.query and via != "api":
        yield Mistake("query", "only arXiv's API takes a `query`", "add via: api, or remove it")
    if "replace" in keys.announce and via == "api":
        yield Mistake("announce", "arXiv's API does not tell replacements", "remove it, or write via: rss")
    elif keys.announce and via == "api" and not keys.categories:
        yield Mistake("announce", "without `categories` nothing says what is cross-listed", "remove it")
    if not keys.categories and not keys.query and not source.url:
        yield Mistake("categories", "an arXiv source needs `categories`", _EXAMPLE)
    for n, category in enumerate(keys.categories):
        if category in OF_ARXIV:
            continue
        meant = category_meant(category)
        hint = f"write {meant}" if meant else _EXAMPLE
        is_one = _CATEGORY.fullmatch(category) is not None  # arXiv may have a new one
        what = f"`{category}` is no category of arXiv" + (" that is known here" if is_one else "")
        yield Mistake("categories", what, hint, n, "unknown-category" if is_one else "")
    for kind in keys.announce:
        if kind not in KINDS:
            yield Mistake("announce", f"arXiv announces nothing as `{kind}`", f"write some of {', '.join(KINDS)}")


def _told(source: Source) -> frozenset[str]:
    """Return the fields that a source tells. An address in the config may lead to any form, so that all count then."""
    told = {"title", "abstract", "author", "category", "listed", "venue"}
    if source.url or own(source).via in ("listing", "api"):
        told.add("note")
    if source.url or own(source).via == "api":
        told.add("published")
    return frozenset(told)


def _is_feed(body: SavedBody) -> bool:
    if body.form is not BodyForm.XML:
        return False
    try:
        document = read_xml(body.data)
    except NotWellFormed:
        return False
    return not isinstance(document, Unreadable) and is_of_arxiv(document)


def _read_all(body: SavedBody) -> Reading | Unreadable:
    """Return all that a saved page announces, of every kind."""
    return parse(body.data, "", Source(name="saved", kind="arxiv", own=ArxivKeys(announce=KINDS)))


PARSER = Parser(
    kind="arxiv",
    version=6,
    own=ArxivKeys,
    check=_mistakes,
    is_for_programs=lambda source: own(source).via != "listing",
    starts=lambda source, today: starts(source),
    lag=LAG,
    missed=missed,
    unfound=lambda source: "replacements" if "replace" in own(source).announce else "",
    asks_back=lambda source: source.url is None,
    announces=lambda source: own(source).via != "api",
    behind=behind,
    called=called,
    rests=lambda source, day: own(source).via != "api" and is_quiet(day),
    tells=_told,
    parse=parse,
    saves="arXiv's feeds, lists and answers of its API",
    saved=(
        SavedForm("arxiv list", lambda body: body.form is BodyForm.HTML and is_list(body.data), _read_all),
        SavedForm("arxiv feed", _is_feed, _read_all),
    ),
)
