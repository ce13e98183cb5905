"""The kind ``huggingface``: Daily Papers. Each page is read twice, by its JSON and by its cards.

The JSON is in the attribute ``data-props`` of the element with ``data-target="DailyPapers"`` and has everything. The
cards are ``<article>`` elements with the same papers in the same order, without abstracts. If both are there, they must
agree.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from selectolax.lexbor import LexborHTMLParser

from watcher.model import Entry, Reading, Source, Unreadable
from watcher.parsers.body import SavedBody
from watcher.parsers.charsets.text import size_of
from watcher.parsers.common.dates import day_of
from watcher.parsers.common.html import html_tree_of
from watcher.parsers.common.sniff import BodyForm, body_form, found_instead, is_cut_off, is_login, title_of
from watcher.parsers.huggingface import api as huggingface_api
from watcher.parsers.huggingface.cards import day_in, read_cards, read_days, read_titles
from watcher.parsers.huggingface.digest_text import text as digest_text
from watcher.parsers.huggingface.entry import entries_of
from watcher.parsers.huggingface.json_lines import is_corpus, read_corpus
from watcher.parsers.huggingface.keys import HuggingFaceKeys, own
from watcher.parsers.huggingface.lists import asks_back, day_before, day_url, missed, mistakes, starts
from watcher.parsers.parser import Batches, Parser, SavedForm

_SHOWN_DIFFERENCES = 3


@dataclass(frozen=True, slots=True)
class _Listing:
    """What the JSON of a page says.

    ``day``: None on pages of a week, a month, trending papers or a search.
    """

    entries: tuple[Entry, ...]
    day: date | None
    previous: date | None
    is_newest: bool


def parse(body: bytes, url: str) -> Reading | Unreadable:
    """Return what a page lists, after reading it in both ways and comparing.

    Without cards the reading has a warning; without readable JSON it is not whole. If both disagree, or neither is
    there, the page is unreadable.

    ``url``: where it was found; it may name the page's day.
    """
    if reason := _no_page(body):
        return Unreadable(reason)
    tree = html_tree_of(body)
    if isinstance(tree, Unreadable):
        return tree
    listing = _read_json(tree)
    if isinstance(listing, str):
        return _from_cards(read_cards(tree), listing, tree, url, body)
    return _from_both(listing, read_titles(tree), url)


def _no_page(body: bytes) -> str:
    form = body_form(body)
    if form is BodyForm.EMPTY:
        return "the page is empty"
    if form is not BodyForm.HTML:
        return f"looked for a page of HTML, found {found_instead(body)}"
    if is_login(body) and b"DailyPapers" not in body:
        return f"looks like a login page{_titled(body)}"
    if is_cut_off(body):
        return f"the page is cut off: no </html> at the end of its {size_of(body):,} bytes"
    return ""


def _titled(body: bytes) -> str:
    title = title_of(body)
    return f' (titled "{title}")' if title else ""


def _read_json(tree: LexborHTMLParser) -> _Listing | str:
    """Return the embedded JSON, or what is wrong with it."""
    node = tree.css_first('[data-target="DailyPapers"]')
    if node is None:
        return 'no element has data-target="DailyPapers"'
    try:
        props = json.loads(node.attributes.get("data-props") or "")
    except (ValueError, RecursionError):
        return "its data-props is not JSON"
    if not isinstance(props, dict):
        return "its data-props is not a JSON object"
    is_day_page = _is_day_page(props)
    day = day_of(props.get("dateString")) or day_of(props.get("date"))
    entries = entries_of(props.get("dailyPapers"), day if is_day_page else None)
    if isinstance(entries, str):
        return f"its dailyPapers has {entries}"
    if not is_day_page:
        return _Listing(entries, None, None, is_newest=False)
    if day is None:
        return "it names no day (dateString, date)"
    previous = day_of(props.get("prevDate"))
    return _Listing(entries, day, previous if previous and previous < day else None, not props.get("nextDate"))


def _is_day_page(props: Mapping[str, Any]) -> bool:
    return props.get("periodType", "day") == "day" and not props.get("isTrending") and not props.get("query")


def _from_cards(
    cards: tuple[Entry, ...], missing: str, tree: LexborHTMLParser, url: str, body: bytes
) -> Reading | Unreadable:
    if not cards:
        return Unreadable(
            f"looked for the embedded JSON ({missing}) and for cards (<article> with a linked <h3>), "
            f"found neither{_titled(body)}"
        )
    days = read_days(tree, url)
    return Reading(
        entries=tuple(replace(card, listed=days.day) for card in cards),
        day=days.day,
        previous=days.previous,
        is_newest=days.next is None,
        whole=False,
        warnings=(f"only the cards could be read, without abstracts; the embedded JSON: {missing}",),
    )


def _from_both(listing: _Listing, cards: Mapping[str, str], url: str) -> Reading | Unreadable:
    asked = day_in(url)
    if asked and asked != listing.day:
        return Unreadable(f"the address is that of {asked}, the embedded JSON is of {listing.day or 'no single day'}")
    if cards and (difference := _difference(listing.entries, cards)):
        return Unreadable(f"the page's two readings disagree: {difference}")
    warnings = []
    if listing.entries and not cards:
        warnings.append("no cards (<article> with a linked <h3>) to compare the embedded JSON with")
    without = sum(not entry.abstract for entry in listing.entries)
    if without:
        warnings.append(f"{without} of {len(listing.entries)} papers have no abstract in the embedded JSON")
    return Reading(
        entries=listing.entries,
        day=listing.day,
        previous=listing.previous,
        is_newest=listing.is_newest,
        whole=not listing.entries or without < len(listing.entries),
        warnings=tuple(warnings),
    )


def _difference(entries: Sequence[Entry], shown: Mapping[str, str]) -> str:
    """Return how the cards differ from the JSON, with an example; "" if they agree.

    ``shown``: key → title of the cards.
    """
    told = {entry.keys[0]: entry.title for entry in entries}
    if told.keys() != shown.keys():
        one_sided = [
            ("only in the JSON", told.keys() - shown.keys()),
            ("only on the cards", shown.keys() - told.keys()),
        ]
        which = "; ".join(f"{where}: {_some(keys)}" for where, keys in one_sided if keys)
        return f"the JSON lists {_papers(len(told))}, the cards {_papers(len(shown))} ({which})"
    for key, title in told.items():
        if title != shown[key] and _letters(title) != _letters(shown[key]):
            return f'{key} is "{title[:80]}" in the JSON and "{shown[key][:80]}" on its card'
    return ""


def _some(keys: set[str]) -> str:
    names = sorted(keys)
    more = len(names) - _SHOWN_DIFFERENCES
    return ", ".join(names[:_SHOWN_DIFFERENCES]) + (f" and {more} more" if more > 0 else "")


def _papers(n: int) -> str:
    return f"{n} paper" if n == 1 else f"{n} papers"


def _letters(title: str) -> str:
    """Return what of a title has to agree: cards may write TeX, quotes and blanks in another way."""
    return "".join(char for char in title.casefold() if char.isalnum())


def _read(body: bytes, url: str, source: Source) -> Reading | Unreadable:
    if own(source).via == "api":
        return huggingface_api.parse_answer(body, url)
    reading = parse(body, url)
    if own(source).listing != "daily" and isinstance(reading, Reading) and reading.day:
        return Unreadable(f"asked for listing: {own(source).listing}, the page is that of {reading.day}")
    return reading


def _read_text(body: SavedBody) -> Reading | Unreadable:
    found = digest_text.parse(body.data)
    return found if isinstance(found, Reading) else Unreadable(f"no digest page: {found.reason}")


TOLD = frozenset(
    {"title", "abstract", "author", "org", "keyword", "summary", "published", "listed", "upvotes", "comments"}
    | {"author_id", "org_id"}
)

PARSER = Parser(
    kind="huggingface",
    version=4,
    own=HuggingFaceKeys,
    check=mistakes,
    starts=starts,
    day_url=day_url,
    day_before=day_before,
    missed=missed,
    asks_back=asks_back,
    is_for_programs=lambda source: own(source).via == "api",
    tells=lambda source: TOLD,
    parse=_read,
    saves="Hugging Face's daily papers as HTML, as JSON of its API, rendered to text or collected as JSON Lines",
    saved=(
        SavedForm(
            "huggingface page",
            lambda body: body.form is BodyForm.HTML,
            lambda body: parse(body.data, ""),
            last_resort=True,
        ),
        SavedForm(
            "huggingface api",
            lambda body: body.form is BodyForm.JSON,
            lambda body: huggingface_api.parse(body.data),
            last_resort=True,
        ),
        SavedForm("digest text", lambda body: body.form is BodyForm.TEXT, _read_text, last_resort=True),
    ),
    batches=Batches("JSON Lines of papers", is_corpus, read_corpus),
)
