"""Fill the body and the address of a webhook with a paper.

A body is valid JSON before and after it is filled, whatever the texts of the paper contain.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import quote

from watcher.citations.kept.note import note_of
from watcher.citations.reference import Reference
from watcher.errors import WatcherError
from watcher.render.readable import readable

_PLACE = re.compile(r"(?<!\$)\{(\w+)(?::(\d{1,6}))?\}", re.ASCII)
"""Matches a placeholder: ``{title}``, or ``{abstract:2000}`` for the first 2,000 characters."""

DEEPEST = 100
"""Most tables and lists within each other in a body."""

LISTS = ("authors", "categories", "keywords", "tags")
TEXTS = (
    "title", "abstract", "author", "day", "year", "venue", "arxiv_id", "doi", "url", "citation_key", "kind", "markdown",
)  # fmt: skip
Put = Callable[[str], str]


def values_in(reference: Reference, tags: tuple[str, ...] = ()) -> dict[str, Any]:
    """Return placeholder of a request's body → its value for a paper: a text, or a list of texts.

    ``tags``: given to every paper that is kept.
    """
    return {
        "title": reference.plain_title,
        "abstract": readable(reference.abstract),
        "author": ", ".join(author.full for author in reference.authors),
        "day": reference.day.isoformat(),
        "year": str(reference.day.year),
        "venue": reference.venue,
        "arxiv_id": reference.arxiv_id,
        "doi": reference.doi,
        "url": reference.url,
        "citation_key": reference.key,
        "kind": reference.kind.value,
        "markdown": note_of(reference, tags),
        "authors": [author.full for author in reference.authors],
        "categories": [reference.primary] if reference.primary else [],
        "keywords": list(reference.keywords),
        "tags": list(tags),
    }


def body_problem(text: str) -> str:
    """Return why a text is no valid body, "" if it is one."""
    try:
        names = _names(json.loads(text))
    except ValueError as error:
        return f"it is no JSON: {error}"
    except RecursionError:
        return "it is nested too deep"
    strange = sorted({name for name in names if name not in (*LISTS, *TEXTS)})
    return f"there is no {{{strange[0]}}}; there are {', '.join(sorted((*LISTS, *TEXTS)))}" if strange else ""


def address_problem(text: str) -> str:
    """Return why an address has an invalid placeholder, "" if it has none."""
    bare = re.sub(r"\$\{\w+\}", "", text)
    strange = sorted({found[1] for found in _PLACE.finditer(bare) if found[1] not in (*LISTS, *TEXTS)})
    return f"there is no {{{strange[0]}}}" if strange else ""


def filled_body(text: str, values: Mapping[str, Any]) -> bytes:
    """Return a body filled with a paper, as JSON in UTF-8. Raises ``WatcherError`` if the body is not valid.

    A text that is nothing but a placeholder for a list becomes that list.

    ``values``: from :func:`values_in`.
    """
    if problem := body_problem(text):
        raise WatcherError(f"body: {problem}")
    return json.dumps(_filled(json.loads(text), values), ensure_ascii=False).encode("utf-8", "replace")


def filled_address(text: str, values: Mapping[str, Any]) -> str:
    """Return an address filled with a paper; each value is percent-encoded."""
    return _PLACE.sub(lambda found: quote(_text(values, found), safe=""), text)


def _names(parsed: Any, depth: int = 0) -> list[str]:
    """Return the names of all placeholders. Raises ``RecursionError`` for a body that is nested too deep."""
    if depth > DEEPEST:
        raise RecursionError
    if isinstance(parsed, dict):
        return [name for one in parsed.values() for name in _names(one, depth + 1)]
    if isinstance(parsed, list):
        return [name for one in parsed for name in _names(one, depth + 1)]
    return [found[1] for found in _PLACE.finditer(parsed)] if isinstance(parsed, str) else []


def _filled(parsed: Any, values: Mapping[str, Any]) -> Any:
    if isinstance(parsed, dict):
        return {name: _filled(one, values) for name, one in parsed.items()}
    if isinstance(parsed, list):
        return [_filled(one, values) for one in parsed]
    if not isinstance(parsed, str):
        return parsed
    alone = _PLACE.fullmatch(parsed)
    if alone and isinstance(values.get(alone[1]), list):
        return values[alone[1]][: int(alone[2])] if alone[2] else values[alone[1]]
    return _PLACE.sub(lambda found: _text(values, found), parsed)


def _text(values: Mapping[str, Any], found: re.Match[str]) -> str:
    value = values.get(found[1], "")
    text = ", ".join(value) if isinstance(value, list) else str(value)
    return text[: int(found[2])] if found[2] else text
