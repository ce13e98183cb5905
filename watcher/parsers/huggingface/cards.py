"""Read the cards of a Hugging Face page: titles and numbers, independently of the page's JSON."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from urllib.parse import parse_qs, unquote, urlsplit

from selectolax.lexbor import LexborHTMLParser, LexborNode

from watcher.model import Entry
from watcher.parsers.common import clean
from watcher.parsers.common.dates import day_of
from watcher.parsers.huggingface.entry import identified, is_id

_SATURDAY = 5


@dataclass(frozen=True, slots=True)
class DayLinks:
    """The digest day of a page, the digest day before (``previous``) and after (``next``), as its links tell them.

    None: neither the page's address nor a link tells it.
    """

    day: date | None
    previous: date | None
    next: date | None


def read_cards(tree: LexborHTMLParser) -> tuple[Entry, ...]:
    """Return the papers of all ``<article>`` elements with a link to a paper in their head, in order, each once."""
    found: dict[str, Entry] = {}
    for rank, card in enumerate(tree.css("article")[: clean.MOST_ENTRIES], start=1):
        if entry := _entry(card):
            found.setdefault(entry.keys[0], replace(entry, rank=rank))
    return tuple(found.values())


def read_titles(tree: LexborHTMLParser) -> dict[str, str]:
    """Return key → title of each card, in the page's order, to compare with the JSON."""
    found: dict[str, str] = {}
    for card in tree.css("article")[: clean.MOST_ENTRIES]:
        head = card.css_first("h3 a[href]")
        number = _paper_id(head) if head else None
        if head and number and (title := clean.line(head.text())):
            found.setdefault(identified(number, title=title).keys[0], title)
    return found


def read_days(tree: LexborHTMLParser, url: str) -> DayLinks:
    """Return the digest day of a page: by its address, its own links, or as the weekday between its neighbours."""
    links = {label: day for label, day in _labelled_days(tree) if label}
    previous, following = links.get("previous"), links.get("next")
    own = tree.css_first('meta[property="og:url"]')
    named = day_in(url) or (day_in(own.attributes.get("content") or "") if own else None)
    return DayLinks(named or _between(previous, following), previous, following)


def day_in(url: str) -> date | None:
    """Return the digest day in an address: ``/papers/date/2026-03-10``, before 2025 ``/papers?date=2024-08-01``."""
    try:
        place = urlsplit(url)
        asked = parse_qs(place.query, max_num_fields=20).get("date", [""])[0]
    except ValueError:
        return None
    found = re.fullmatch(r"(?:.*/)?papers/date/([^/]+)/?", place.path)
    return day_of(found[1] if found else asked)


def _entry(card: LexborNode) -> Entry | None:
    head = card.css_first("h3 a[href]")
    number = _paper_id(head) if head else None
    title = clean.line(head.text()) if head else ""
    if number is None or not title:
        return None
    return identified(
        number,
        title=title,
        upvotes=_upvotes(card),
        comments=_comments(card),
        submitter=_submitter(card),
        organization=_organization(card),
        thumbnail=_thumbnail(card),
    )


def _paper_id(link: LexborNode) -> str | None:
    found = re.fullmatch(r"(?:https://huggingface\.co)?/papers/([^?#]+)", link.attributes.get("href") or "")
    number = unquote(found[1]) if found else ""
    return number if is_id(number) else None


def _upvotes(card: LexborNode) -> int | None:
    """Return the number in the box that leads to the login, None for a dash."""
    box = card.css_first("div.leading-none:not(:has(*))")
    text = box.text(strip=True) if box else ""
    return 0 if text == "-" else _count(text)


def _comments(card: LexborNode) -> int | None:
    link = card.css_first('a[href$="#community"]')
    return _count(link.text(strip=True)) if link else 0


def _count(text: str) -> int | None:
    return clean.number(int(text)) if re.fullmatch(r"\d{1,9}", text, re.ASCII) else None


def _submitter(card: LexborNode) -> str | None:
    for box in card.css("div"):
        text = clean.line(box.text(), clean.NAME_CHARS)
        if text.startswith("Submitted by "):
            return text.removeprefix("Submitted by ")
    return None


def _organization(card: LexborNode) -> str | None:
    """Return the text of the link to an organisation's page, which cards have had since 2025; None for none."""
    for link in card.css("a[href]"):
        name = link.css_first("span")
        if name and re.fullmatch(r"(?:https://huggingface\.co)?/[\w.-]+", link.attributes.get("href") or "", re.ASCII):
            return clean.line(name.text(), clean.NAME_CHARS) or None
    return None


def _thumbnail(card: LexborNode) -> str | None:
    """Return the picture in the card's first link, None if there is a film instead."""
    link = card.css_first("a[href]")
    picture = link.css_first("img[src]") if link else None
    return clean.url(picture.attributes.get("src")) if picture else None


def _labelled_days(tree: LexborHTMLParser) -> Iterator[tuple[str, date]]:
    for link in tree.css('a[href*="/papers"]'):
        if day := day_in(link.attributes.get("href") or ""):
            yield link.text(strip=True).casefold(), day


def _between(previous: date | None, following: date | None) -> date | None:
    """Return the only day, or only weekday, between two days. There is no digest on Saturdays and Sundays."""
    if previous is None or following is None or not 2 <= (following - previous).days <= 10:
        return None
    days = [previous + timedelta(n) for n in range(1, (following - previous).days)]
    weekdays = [day for day in days if day.weekday() < _SATURDAY]
    if len(days) == 1:
        return days[0]
    return weekdays[0] if len(weekdays) == 1 else None
