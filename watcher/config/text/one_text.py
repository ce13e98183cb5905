"""Read a single text or a list of texts. Something else in its place is recognised, and never quoted."""

from __future__ import annotations

from typing import Any

from pydantic_core import PydanticCustomError

from watcher.config.text.harmless import looks_like_address, secret_from
from watcher.config.text.signs import problem_of_signs

LONGEST = 500
"""Most characters of a text that is one of a few words."""


def wrong(what: str, hint: str = "", *, item: int | None = None) -> PydanticCustomError:
    """Return an error that pydantic reports at its place.

    ``what``: what is wrong, in words; ``hint``: what to write instead.
    ``item``: index in a list, None outside lists.
    """
    return PydanticCustomError("watcher", "{what}", {"what": what, "hint": hint, "item": item})


def any_text(value: Any, hint: str) -> str:
    """Return a value of the config that is a text, stripped. Raises :func:`wrong` if it is none, or empty.

    ``hint``: what to write instead, for the error.
    """
    if not isinstance(value, str) or not value.strip():
        raise wrong("a text is missing here" if value in (None, "") else "a single text belongs here", hint)
    return value.strip()


def one_text(value: Any, hint: str) -> str:
    """Return a value of the config as a short text, stripped, that errors may quote.

    Raises :func:`wrong` if it is none, or if it contains an address or another key of the config.
    ``hint``: what to write instead, for the error.
    """
    text = any_text(value, hint)
    if found := problem_of_signs(text):
        raise wrong(*found)
    if looks_like_address(text):
        raise wrong("an address cannot stand here", hint)
    if secret_from(text) < len(text):
        raise wrong("another key stands inside this text", "check the quotes and the indentation")
    if len(text) > LONGEST:
        raise wrong(f"more than {LONGEST} characters cannot stand here", hint)
    return text


def texts_of(value: Any) -> list[str]:
    """Return the list of texts that a value of the config is; a single text becomes a list of one."""
    if isinstance(value, str):
        value = [value]
    if not isinstance(value, list) or not value:
        raise wrong("a list is missing here", "write [one, two], or one item a line with - before it")
    for n, item in enumerate(value):
        if not isinstance(item, str):
            raise wrong("each item is one text", "put it into quotes", item=n)
    return [item.strip() for item in value]
