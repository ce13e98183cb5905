"""Read a JSON answer, and values of the objects in it. No function raises, whatever type a value has."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from watcher.model import Unreadable
from watcher.parsers.common import clean
from watcher.parsers.common.html import LARGEST_PAGE
from watcher.parsers.common.sniff import BodyForm, body_form, found_instead, is_login, title_of

Values = Mapping[str, Any]
"""A JSON object in an answer."""

NOTHING: Values = {}
_DIGITS = re.compile(r"[0-9]{1,9}")


def answer_of(body: bytes, looked_for: str) -> Values | Unreadable:
    """Return the JSON object that a body is, or why it is not one.

    ``looked_for``: what should be there, for the reason: "an answer of OpenAlex".
    """
    if len(body) > LARGEST_PAGE:
        return Unreadable(f"the answer has {len(body):,} bytes; more than {LARGEST_PAGE:,} are not read")
    form = body_form(body)
    if form is not BodyForm.JSON:
        return Unreadable(f"looked for {looked_for}, found {_found(body, form)}")
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):
        return Unreadable(f"looked for {looked_for}, found JSON that is broken or cut off")
    if not isinstance(answer, dict):
        return Unreadable(f"looked for {looked_for}, found other JSON")
    return answer


def _found(body: bytes, form: BodyForm) -> str:
    if form is BodyForm.EMPTY:
        return "an empty answer"
    if form is BodyForm.HTML and is_login(body):
        return "a login page"
    title = title_of(body) if form is BodyForm.HTML else ""
    return f'a page titled "{title}"' if title else found_instead(body)


def object_of(values: Values, key: str) -> Values:
    """Return the object at ``key``, an empty one if something else or nothing is there."""
    value = values.get(key)
    return value if isinstance(value, dict) else NOTHING


def objects_of(values: Values, key: str) -> Sequence[Values]:
    """Return the objects in the list at ``key``, without its other elements; empty if no list is there."""
    value = values.get(key)
    return [one for one in value[: clean.LONGEST_LIST] if isinstance(one, dict)] if isinstance(value, list) else []


def text_of(values: Values, key: str) -> str:
    """Return the text at ``key`` unchanged, "" if something else or nothing is there."""
    value = values.get(key)
    return value if isinstance(value, str) else ""


def line_at(values: Values, key: str, limit: int = clean.NAME_CHARS) -> str:
    """Return the text at ``key`` as one clean line of at most ``limit`` characters, "" if no text is there."""
    return clean.line(values.get(key), limit)


def first_text(values: Values, key: str) -> str:
    """Return the text at ``key``, or the first in the list there that is not blank; "" if there is none."""
    value = values.get(key)
    found = value if isinstance(value, list) else [value]
    return next((one for one in found if isinstance(one, str) and one.strip()), "")


def number_of(values: Values, key: str) -> int | None:
    """Return the count at ``key``, a number or digits in a text; None if something else or nothing is there."""
    value = values.get(key)
    if isinstance(value, str) and _DIGITS.fullmatch(value):
        return int(value)
    return clean.number(value)


def kept_names(values: Sequence[str]) -> tuple[str, ...]:
    """Return the names in ``values`` as clean lines, each once, in their order."""
    return tuple(dict.fromkeys(clean.names(list(values))))
