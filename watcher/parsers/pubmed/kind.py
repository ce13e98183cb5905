"""PubMed as a kind of source."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import timedelta
from itertools import chain
from urllib.parse import parse_qs, urlsplit

from watcher.model import Reading, Source, Unreadable
from watcher.parsers.body import SavedBody
from watcher.parsers.common import clean
from watcher.parsers.common.sniff import BodyForm, body_form
from watcher.parsers.feed.item import cut_warning
from watcher.parsers.feed.kind import TOLD, no_feed
from watcher.parsers.feed.xml import FeedDocument, NotWellFormed, XmlForm, read_xml
from watcher.parsers.parser import Mistake, Parser, SavedForm
from watcher.parsers.pubmed.article import ARTICLE, CHAPTER, entries_of_record, pmid_of
from watcher.parsers.pubmed.keys import LAG, PubmedKeys, ids_in, missed, own, starts
from watcher.parsers.pubmed.rss import HOST, is_rss, parse_rss
from watcher.parsers.pubmed.search import parse_search

WAYS = ("api", "rss")
FORM = XmlForm(
    what="answer of PubMed",
    roots=("PubmedArticleSet", "eSearchResult", "eFetchResult", "PubmedBookArticleSet"),
    items=(ARTICLE, CHAPTER),
    most_elements=200_000,
)
"""An article may have thousands of authors, each with their institutes, and cite as many others."""

_MAIL = re.compile(r"[^\s@<>,;]{1,64}@[^\s@<>,;]{1,200}\.[^\s@<>,;.]{2,60}")
_ROOT = re.compile(rb"<(?:PubmedArticleSet|PubmedBookArticleSet)\b")
_HEAD = 2_000


def parse(body: bytes, url: str, source: Source) -> Reading | Unreadable:
    """Read what a search counts, records, or the feed of a saved search."""
    if own(source).via == "rss":
        return parse_rss(body, url)
    if reason := _no_answer(body):
        return Unreadable(reason)
    try:
        document = read_xml(body, FORM)
    except NotWellFormed as wrong:
        return Unreadable(f"looked for an answer of PubMed, found XML that is not well-formed ({wrong})")
    if isinstance(document, Unreadable):
        return document
    if document.root == "eSearchResult":
        return parse_search(document, url)
    return _parse_records(document, ids_in(url))


def _no_answer(body: bytes) -> str:
    """Return why a body is no XML, with what it says of itself; "" for XML."""
    if body_form(body) is not BodyForm.JSON:
        return no_feed(body).replace("looked for a feed", "looked for an answer of PubMed", 1)
    try:
        error = json.loads(body[:100_000]).get("error")
    except (ValueError, RecursionError, AttributeError):
        error = None
    said = clean.line(error, 200)
    return f"PubMed answers with an error: {said}" if said else "looked for an answer of PubMed, found JSON"


def _parse_records(document: FeedDocument, asked: tuple[str, ...]) -> Reading | Unreadable:
    """Read records; those that were ``asked`` for and are not there are missing."""
    if error := clean.line(document.head.text("ERROR"), 200):
        return Unreadable(f"PubMed answers with an error: {error}")
    found = [tuple(entries_of_record(node)) for node in document.items]
    without = sum(not entries for entries in found)
    if document.is_cut and not document.items:
        return Unreadable("the answer is cut off before the end of its first record")
    if without and without == len(found):
        return Unreadable(f"{without} of {len(found)} records have no PMID or no title")
    missing = set(asked).difference(map(pmid_of, document.items))
    if missing and len(missing) == len(set(asked)):
        return Unreadable(f"none of the {len(missing)} records is there that were asked for, but {len(found)} others")
    warnings = [cut_warning(len(found))] if document.is_cut else []
    warnings += [f"{without} of {len(found)} records have no PMID or no title and were left out"] if without else []
    if missing:
        some = ", ".join(sorted(missing)[:3]) + (", …" if len(missing) > 3 else "")
        warnings.append(f"{len(missing)} of {len(asked)} records that were asked for are not there: {some}")
    if not found and not asked:
        return Unreadable("looked for records, found an answer without any")
    return Reading(entries=tuple(chain.from_iterable(found)), whole=not warnings, warnings=tuple(warnings))


def _query_meant(source: Source) -> str:
    """Return the `query:` to write, with the search terms in the source's ``url`` if it has some."""
    term = clean.line(" ".join(parse_qs(urlsplit(source.url or "").query).get("term", [])), 200)
    written = "'{}'".format(term.replace("'", "''") or '"spider silk"[tiab]')
    return f"write query: {written}" + (", without url" if source.url else "")


def _mistakes(source: Source) -> Iterator[Mistake]:
    keys = own(source)
    via = keys.via or WAYS[0]
    if via not in WAYS:
        yield Mistake("via", f"PubMed is not read via `{via}`", f"write {' or '.join(WAYS)}")
    elif via == "rss":
        if not source.url:
            yield Mistake("url", "a feed of PubMed needs its address", "search there, choose Create RSS, write url: …")
        for name in ("query", "email", "api_key"):
            if getattr(keys, name):
                yield Mistake(name, f"a feed of PubMed takes no `{name}`", "remove it, or write via: api")
    elif not keys.query:
        yield Mistake("query", "a search of PubMed needs a `query`", _query_meant(source))
    elif not clean.line(keys.query, clean.URL_CHARS).strip("() "):
        yield Mistake("query", "this searches for nothing", "write query: '\"spider silk\"[tiab]'")
    elif len(keys.query) > MOST_QUERY:
        hint = f"write at most {MOST_QUERY:,} characters, or several sources"
        yield Mistake("query", "this is too long for the address of a search", hint)
    if via == "api" and (source.url or "").rstrip("/").endswith((".fcgi", HOST)):
        yield Mistake("url", "a search is made of `query`", "remove url, or write via: rss for a feed")
    if keys.email and not _MAIL.fullmatch(keys.email):
        yield Mistake("email", "this is no address of mail", "write email: you@example.org")


MOST_QUERY = 4_000


def _told(source: Source) -> frozenset[str]:
    if own(source).via == "rss":
        return TOLD - {"category", "published"}
    return TOLD | {"org", "keyword", "note", "author_id"}


def _read_saved(body: SavedBody) -> Reading | Unreadable:
    return parse(body.data, "", Source(name="saved", kind="pubmed"))


PARSER = Parser(
    kind="pubmed",
    version=2,
    own=PubmedKeys,
    check=_mistakes,
    is_for_programs=lambda source: True,
    starts=lambda source, today: starts(source),
    shows_again=lambda source: None if own(source).via == "rss" else timedelta.max,
    lag=LAG,
    missed=missed,
    asks_back=lambda source: own(source).via != "rss",
    tells=_told,
    parse=parse,
    saves="PubMed's records (XML) and feeds",
    saved=(
        SavedForm(
            "pubmed xml",
            lambda body: body.form is BodyForm.XML and _ROOT.search(body.data[:_HEAD]) is not None,
            _read_saved,
        ),
        SavedForm(
            "pubmed feed",
            lambda body: body.form is BodyForm.XML and is_rss(body.data),
            lambda body: parse_rss(body.data, ""),
        ),
    ),
)
