"""Recognise subscriptions that are not written as a list of tables, and say how they are written."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any, NamedTuple

from pydantic import BaseModel, ValidationError

from watcher.config.text.harmless import is_name


class WronglyListed(NamedTuple):
    """Something under ``subscriptions`` that is no list of tables, or an item that is none.

    ``place``: path to the key or value at which the mistake is shown, below ``subscriptions``.
    ``whole``: path to all that is misread because of it.
    ``hint``: what to write instead.
    """

    place: tuple[int | str, ...]
    whole: tuple[int | str, ...]
    what: str
    hint: str


def wrongly_listed(listed: Any, known: Collection[str]) -> Iterator[WronglyListed]:
    """Yield what is wrong with how subscriptions are listed.

    ``listed``: the value of ``subscriptions``, in plain values.
    ``known``: names of the keys of a subscription.
    """
    if isinstance(listed, dict) and listed:
        yield _table(listed, known)
    elif isinstance(listed, list) and _is_one_in_pieces(listed, known):
        what = "each - begins a subscription: these are keys of one"
        yield WronglyListed((1,), (), what, "leave out the - before all keys but the first, and indent them alike")
    elif isinstance(listed, list):
        for n, item in enumerate(listed):
            if isinstance(item, dict) and (name := _name_above(item, known)):
                what = "a name stands where the first key of a subscription belongs"
                hint = f"write name: {_shown(name)}, and its other keys below it, indented alike"
                yield WronglyListed((n, name), (n,), what, hint)


def taken_out(data: dict[str, Any], known: Collection[str]) -> Iterator[WronglyListed]:
    """Yield the same for a whole config, and leave each out of ``data``."""
    for wrong in list(wrongly_listed(data.get("subscriptions"), known)):
        if wrong.whole:
            data["subscriptions"][wrong.whole[0]] = {}
        else:
            data["subscriptions"] = []
        yield wrong


def is_refused(model: type[BaseModel], data: Any) -> bool:
    """Return whether values do not fit a model."""
    try:
        model.model_validate(data)
    except ValidationError:
        return True
    return False


def _table(listed: dict[str, Any], known: Collection[str]) -> WronglyListed:
    name = next(iter(listed))
    if name in known:
        hint = f"write - before {name}:, and indent its other keys alike"
    else:
        hint = f"write - name: {_shown(name)}, and its other keys below name:, indented alike"
    return WronglyListed((), (), "a list belongs here", hint)


def _is_one_in_pieces(listed: list[Any], known: Collection[str]) -> bool:
    """Return whether each item has a single key, and none of these stands twice."""
    keys = [next(iter(item)) for item in listed if isinstance(item, dict) and len(item) == 1]
    return len(keys) == len(listed) == len(set(keys)) > 1 and all(key in known for key in keys)


def _name_above(item: dict[str, Any], known: Collection[str]) -> str:
    """Return the key that is a name: of a table alone, or without a value above the others; "" if there is none."""
    name = next(iter(item), "")
    if not name or name in known or "name" in item:
        return ""
    is_table = len(item) == 1 and isinstance(item[name], dict) and any(key in known for key in item[name])
    is_above = len(item) > 1 and item[name] in (None, "") and all(key in known for key in list(item)[1:])
    return name if is_table or is_above else ""


def _shown(name: str) -> str:
    return name if is_name(name) else "NAME"
