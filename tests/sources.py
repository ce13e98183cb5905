"""Sources as a config would make them: keys of every kind, and those of their own kind, side by side."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

from watcher.model import Source
from watcher.parsers import PARSERS


def make_source(name: str = "source", kind: str = "huggingface", **keys: Any) -> Source:
    """Make a source of a kind; its own keys go where its kind keeps them."""
    return having(Source(name=name, kind=kind), **keys)


def any_source(kind: str) -> Source:
    """A source of a kind with what that kind needs in order to read a page."""
    needed = {"categories": ("cs.XX",), "item": "li", "title": "h3", "query": "kilns"}
    own = {name: value for name, value in needed.items() if name in PARSERS[kind].keys}
    return make_source("any", kind, url="https://a.example/", **own)


def having(source: Source, **keys: Any) -> Source:
    """Give a source other values of some keys, its own kind's or those of all."""
    of_kind = PARSERS[source.kind].own
    names = {field.name for field in fields(of_kind)}
    own = {name: keys.pop(name) for name in names & keys.keys()}
    changed = replace(source, **keys)
    before: Any = source.own or of_kind()
    return replace(changed, own=replace(before, **own)) if own else changed
