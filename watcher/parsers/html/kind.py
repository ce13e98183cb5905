"""The kind ``html``: any digest page, read by the CSS selectors of its source.

``item`` selects the element around one paper, the other selectors select what is inside it. If they no longer fit, the
page is unreadable and not read in part: an item with two titles, or a link that all papers have, would make wrong
papers.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import fields, replace

from selectolax.lexbor import LexborHTMLParser, LexborNode, SelectolaxError

from watcher.model import Entry, Reading, Source, Unreadable
from watcher.model.fields import BY_RULE
from watcher.parsers.charsets.html import html_in_utf8, html_warning
from watcher.parsers.charsets.text import size_of
from watcher.parsers.common import clean
from watcher.parsers.common.html import element_text, elements_of, html_tree_of, outermost
from watcher.parsers.common.links import told_apart, with_fragment_key
from watcher.parsers.common.sniff import BodyForm, body_form, found_instead, is_cut_off, is_login, title_of
from watcher.parsers.html.item import PageAddress, entry_of_element
from watcher.parsers.html.keys import Selectors, own
from watcher.parsers.html.nearby import near
from watcher.parsers.parser import Finding, Mistake, Parser

KEYS = tuple(field.name for field in fields(Selectors))
LONGEST_SELECTOR = 500
LONGEST_TITLE = 500
_HEAD = re.compile(rb"<head[\s>]", re.IGNORECASE)
TOLD_BY = {"title": "title", "abstract": "abstract", "authors": "author", "date": "published", "venue": "venue"}
"""Selector → field of rules that it fills."""

FEW = 3
"""Most papers that may have the same title by chance."""


def mistakes(source: Source) -> Iterator[Mistake]:
    """Yield what is wrong with the config of a source; its selectors are tried."""
    if source.url is None:
        yield Mistake("url", "a source of kind html needs `url`", "add url: with the page's address")
    selectors = own(source)
    for key in ("item", "title"):
        if getattr(selectors, key) is None:
            yield Mistake(key, f"a source of kind html needs `{key}`", f"add {key}: with a CSS selector")
    for key, selector in _given(selectors):
        if len(selector) > LONGEST_SELECTOR or not is_selector(selector):
            hint = "write one such as li.paper, h3 > a or [itemprop=name]"
            yield Mistake(key, f"`{selector[:60]}` is no CSS selector", hint)


def is_selector(text: str) -> bool:
    try:
        LexborHTMLParser("<html></html>").css(text)
    except SelectolaxError:
        return False
    return True


def parse(body: bytes, url: str, source: Source) -> Reading | Unreadable:
    """Return all papers that the selectors find, or which selector no longer fits."""
    tree = _page(body)
    if isinstance(tree, Unreadable):
        return tree
    selectors = own(source)
    if selectors.item is None:
        return Unreadable("the source has no selectors")
    items = elements_of(tree, selectors.item)
    if reason := _no_items(tree, items, selectors.item, body):
        return Unreadable(reason)
    titles = [_titles(item, selectors) for item in items]
    if reason := _no_titles(items, titles, selectors):
        return Unreadable(reason)
    place = PageAddress.of(tree, url)
    papers: dict[object, Entry] = {}
    for rank, (item, found) in enumerate(zip(items, titles, strict=True), start=1):
        if found:
            entry = with_fragment_key(replace(entry_of_element(item, found[0], selectors, place), rank=rank))
            papers.setdefault((entry.keys or entry.abstract, entry.title), entry)
    entries = told_apart(papers.values())
    if reason := _no_papers(entries):
        return Unreadable(reason)
    return Reading(
        entries=entries,
        whole=selectors.abstract is None or any(entry.abstract for entry in entries),
        warnings=tuple(filter(None, (html_warning(body), *_warnings(entries, items, titles, selectors)))),
    )


def find(body: bytes, source: Source) -> tuple[Finding, ...]:
    """Return the number of elements that each selector matches; for none, the similar elements on the page."""
    tree, selectors = _page(body), own(source)
    if isinstance(tree, Unreadable) or selectors.item is None:
        return ()
    items = elements_of(tree, selectors.item)
    findings = [Finding("item", selectors.item, len(items), len(items), () if items else near(tree, selectors.item))]
    for key, selector in _given(selectors):
        if key != "item":
            counts = [len(elements_of(item, selector)) for item in outermost(items)]
            beside = near(items[0], selector) if items and not any(counts) else ()
            findings.append(Finding(key, selector, sum(counts), sum(map(bool, counts)), beside))
    return tuple(findings)


def _given(selectors: Selectors) -> list[tuple[str, str]]:
    values = [(key, getattr(selectors, key)) for key in KEYS]
    return [(key, value) for key, value in values if value is not None]


def _page(body: bytes) -> LexborHTMLParser | Unreadable:
    form = body_form(body)
    if form is BodyForm.EMPTY:
        return Unreadable("the page is empty")
    if form in (BodyForm.BINARY, BodyForm.JSON):
        return Unreadable(f"looked for a page of HTML, found {found_instead(body)}")
    page = html_in_utf8(body)
    if _HEAD.search(page[:8192]) and is_cut_off(page) and b"</body" not in page[-4096:].lower():
        # Writers that leave out the end tags leave out the head's tags, too.
        return Unreadable(f"the page is cut off: no </html> at the end of its {size_of(body):,} bytes")
    return html_tree_of(page)


def _no_items(tree: LexborHTMLParser, items: Sequence[LexborNode], item: str, body: bytes) -> str:
    if not items:
        what = f'looks like a login page (titled "{title_of(html_in_utf8(body))}"): ' if is_login(body) else ""
        return f"{what}item: `{item}` finds nothing{_beside(near(tree, item))}"
    if len(items) > clean.MOST_ENTRIES:
        return f"item: `{item}` finds {len(items):,} elements; more than {clean.MOST_ENTRIES:,} are not read"
    if any(len(elements_of(one, item)) > 1 for one in items):
        return f"item: `{item}` finds elements within each other: narrow it to the one around a paper"
    return ""


def _titles(item: LexborNode, selectors: Selectors) -> list[LexborNode]:
    """Return the elements that the title's selector matches, without empty ones and those inside another title."""
    found = outermost(elements_of(item, selectors.title or "title"))
    return [node for node in found if clean.line(element_text(node))]


def _no_titles(items: Sequence[LexborNode], titles: Sequence[Sequence[LexborNode]], selectors: Selectors) -> str:
    what = f"title: `{selectors.title}` finds"
    several = [found for found in titles if len(found) > 1]
    if several:
        one = "let `item` select the element around one paper" if len(items) == 1 else "narrow it"
        return f'{what} {len(several[0])} elements within one item ("{element_text(several[0][0])[:60]}", …): {one}'
    titled = sum(map(bool, titles))
    if not titled:
        return f"{what} nothing in any of {len(items)} items{_beside(near(items[0], selectors.title or ''))}"
    if 2 * titled < len(items):
        return f"{what} something in {titled} of {len(items)} items only"
    longest = max(len(element_text(found[0])) for found in titles if found)
    return f"{what} a text of {longest:,} characters: narrow it" if longest > LONGEST_TITLE else ""


def _no_papers(entries: Sequence[Entry]) -> str:
    """Return why the finds cannot be papers, "" if they can: a word for each item ("Read more"), or a shared link."""
    different = {entry.title.casefold() for entry in entries}
    if len(entries) >= FEW and 2 * len(different) <= len(entries):
        return f'title: {len(entries)} items have {len(different)} different titles, such as "{entries[0].title[:60]}"'
    titles: dict[str, str] = {}
    for entry in entries:
        for key in entry.keys[:1]:
            if titles.setdefault(key, entry.title).casefold() != entry.title.casefold():
                return f'link: "{titles[key][:60]}" and "{entry.title[:60]}" both lead to {entry.url}'
    return ""


def _warnings(
    entries: Sequence[Entry],
    items: Sequence[LexborNode],
    titles: Sequence[Sequence[LexborNode]],
    selectors: Selectors,
) -> Iterator[str]:
    if untitled := sum(not found for found in titles):
        yield f"{untitled} of {len(items)} items have no title"
    for key, field in (*((key, BY_RULE[rule].attribute) for key, rule in TOLD_BY.items()), ("link", "url")):
        selector = getattr(selectors, key)
        if selector and not any(getattr(entry, field) for entry in entries):
            texts = (element_text(node) for item in items for node in elements_of(item, selector))
            found = next(filter(None, texts), "") if key == "date" else ""
            what = f'"{clean.line(found, 60)}", which is no date that is known' if found else "nothing"
            yield f"{key}: `{selector}` finds {what}" + ("" if found else f" in any of {len(items)} items")


def _beside(found: Sequence[str]) -> str:
    return f"; there are {', '.join(found)}" if found else ""


def _told(source: Source) -> frozenset[str]:
    """Return the fields for which there are selectors."""
    selectors = own(source)
    return frozenset(rule for key, rule in TOLD_BY.items() if selectors.item is None or getattr(selectors, key))


PARSER = Parser(
    kind="html",
    version=6,
    own=Selectors,
    check=mistakes,
    starts=lambda source, today: (source.url or "",),
    tells=_told,
    parse=parse,
    find=find,
)
