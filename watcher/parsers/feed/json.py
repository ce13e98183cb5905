"""Read JSON Feed, versions 1 and 1.1 (https://www.jsonfeed.org/version/1.1/)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from watcher.model import Unreadable
from watcher.parsers.charsets.text import xml_text
from watcher.parsers.common import clean
from watcher.parsers.common.html import LARGEST_PAGE
from watcher.parsers.common.sniff import found_instead
from watcher.parsers.common.text_values import moment, people, shown_text
from watcher.parsers.feed.item import FeedItem, absolute
from watcher.parsers.feed.xml import MOST_ITEMS

VERSION = "jsonfeed.org/version/"


def read_json(body: bytes, url: str) -> list[FeedItem] | Unreadable:
    """Return the items of a feed.

    ``url``: where it was found.
    """
    if len(body) > LARGEST_PAGE:
        return Unreadable(f"the feed has {len(body):,} bytes; more than {LARGEST_PAGE:,} are not read")
    try:
        feed = json.loads(xml_text(body))
    except (ValueError, RecursionError):
        return Unreadable("not JSON, or cut off")
    if not is_feed(feed):
        return Unreadable(f"{found_instead(body)}: no JSON Feed, its version does not say so")
    values = feed.get("items")
    if not isinstance(values, list):
        return Unreadable("a JSON Feed without a list of items")
    if len(values) > MOST_ITEMS:
        return Unreadable(f"the feed has more than {MOST_ITEMS:,} entries")
    bases = tuple(base for base in (url, clean.url(feed.get("home_page_url"))) if base)
    # What is no object has neither title nor text, and is counted as such.
    return [_item(value if isinstance(value, dict) else {}, bases) for value in values]


def is_feed(value: object) -> bool:
    """Return whether a JSON value says that it is a JSON Feed."""
    return isinstance(value, dict) and VERSION in str(value.get("version", ""))[:100]


def _item(value: Mapping[str, Any], bases: tuple[str, ...]) -> FeedItem:
    abstract = clean.abstract(value.get("summary")) or clean.abstract(value.get("content_text"))
    tags = value.get("tags")
    return FeedItem(
        title=shown_text(_text(value, "title"), clean.TITLE_CHARS),
        link=_first_link(value, bases),
        id=_id(value.get("id")),
        abstract=abstract or shown_text(_text(value, "content_html")),
        authors=_authors(value),
        categories=clean.names(tags),
        published=moment(value.get("date_published")) or moment(value.get("date_modified")),
    )


def _first_link(value: Mapping[str, Any], bases: tuple[str, ...]) -> str:
    """Return the address of an item; its id only if that is a whole address, which "42" is not."""
    links = (absolute(text, *bases) for key in ("url", "external_url") if (text := _text(value, key)))
    return next(filter(None, links), "") or clean.url(_text(value, "id")) or ""


def _id(value: object) -> str:
    """Return an id as text; version 1 allows whole numbers."""
    number = clean.number(value)
    return value[: clean.URL_CHARS] if isinstance(value, str) else "" if number is None else str(number)


def _authors(value: Mapping[str, Any]) -> tuple[str, ...]:
    listed = value.get("authors") or value.get("author")
    persons = listed if isinstance(listed, list) else [listed]
    return people([_text(person, "name") for person in persons if isinstance(person, dict)])


def _text(value: Mapping[str, Any], key: str) -> str:
    found = value.get(key)
    return found if isinstance(found, str) else ""
