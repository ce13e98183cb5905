"""Explain why a selector matches nothing: how much of it does match, and which elements are there instead."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from difflib import get_close_matches

from selectolax.lexbor import LexborHTMLParser, LexborNode, SelectolaxError

from watcher.parsers.common import clean
from watcher.parsers.common.html import elements_of

MOST_LOOKED_AT = 3_000
SHOWN = 5
OFTEN = 3
"""Fewest times that something occurs on a page which lists such things."""

_STEP = re.compile(r"\s*[>+~]\s*|\s+")
_ASIDE = re.compile(r"\[[^\]]*+(?:\]|$)|\([^()]*\)")
_NAME = re.compile(r"[.#]?[a-zA-Z_][\w-]*", re.ASCII)
_OUTSIDE = ("html", "head", "body", "title", "script", "style", "svg", "path", "meta", "link")


def near(scope: LexborHTMLParser | LexborNode, selector: str) -> tuple[str, ...]:
    """Return what is on a page, or inside an element, where ``selector`` matches nothing; each with its number.

    First comes the longest beginning of the selector that matches, then elements with similar names, then those that
    occur often (on a page) and hold most text.
    """
    own = scope.mem_id if isinstance(scope, LexborNode) else None
    elements = [
        node for node in elements_of(scope, "*")[:MOST_LOOKED_AT] if node.tag not in _OUTSIDE and node.mem_id != own
    ]
    start, number = _reached(scope, selector)
    shown = [f"{start} ({number})"] if start else []
    shown += [f"{name} ({count})" for name, count in _alike(selector[len(start) :], elements)]
    shown += _usual(elements, at_least=OFTEN if isinstance(scope, LexborHTMLParser) else 1)
    return tuple(dict.fromkeys(shown))[:SHOWN]


def _reached(scope: LexborHTMLParser | LexborNode, selector: str) -> tuple[str, int]:
    """Return the longest beginning of a chain of steps that matches, and how many elements it matches."""
    flat = _ASIDE.sub(lambda found: "x" * len(found[0]), selector)
    for cut in reversed([found.start() for found in _STEP.finditer(flat) if found.start()]):
        try:
            found = elements_of(scope, selector[:cut])
        except SelectolaxError:
            continue
        if found:
            return selector[:cut], len(found)
    return "", 0


def _alike(rest: str, elements: Sequence[LexborNode]) -> list[tuple[str, int]]:
    """Return (name, number) of tags, classes and ids with a name like one in the first step of ``rest``."""
    step = next((part for part in _STEP.split(_ASIDE.sub("", rest)) if part), "")
    names = Counter(name for node in elements for name in _names(node))
    found = [close for name in _NAME.findall(step)[:5] for close in _close(name, names)]
    return [(name, names[name]) for name in dict.fromkeys(found)]


def _close(name: str, names: Counter[str]) -> list[str]:
    """Return the name itself if it occurs, or else similar ones. Short names always look similar, and are left out."""
    if name in names:
        return [name]
    return get_close_matches(name, names, n=2, cutoff=0.6) if len(name) > 3 else []


def _names(node: LexborNode) -> list[str]:
    classes = (node.attributes.get("class") or "").split()[:10]
    own = node.attributes.get("id")
    return [node.tag or "", *(f".{name}" for name in classes), *([f"#{own}"] if own else [])]


def _usual(elements: Sequence[LexborNode], at_least: int) -> list[str]:
    counts: Counter[str] = Counter()
    letters: Counter[str] = Counter()
    for node in elements:
        label = clean.line(".".join([node.tag or "", *(node.attributes.get("class") or "").split()[:2]]), 80)
        counts[label] += 1
        letters[label] += len(node.text(strip=True))
    return [f"{label} ({counts[label]})" for label, n in letters.most_common() if n and counts[label] >= at_least]
