"""Rows of subscriptions as the index of rules needs them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import Text, cast, func

from watcher.model import DigestOrder
from watcher.store.database import schema

_ABOVE = schema.subscription.c.settings["above"].as_float().label("above")
_ORDER = func.coalesce(schema.subscription.c.settings["order"].as_string(), DigestOrder.SCORE.value).label("order")
RULE_COLUMNS = (
    schema.subscription.c.id,
    schema.subscription.c.rule,
    cast(schema.subscription.c.sources, Text),
    schema.subscription.c.gone_at.is_(None),
    _ORDER,
    schema.subscription.c.library,
    _ABOVE,
)
"""The columns of a :class:`RuleRow`, in its order."""

_ORDERS = {one.value: one for one in DigestOrder}


class RuleRow(NamedTuple):
    """A subscription as the index of rules needs it; ``is_active`` is False after its removal."""

    id: int
    rule: str
    sources: tuple[str, ...]
    is_active: bool
    order: DigestOrder = DigestOrder.SCORE
    library: str = ""
    above: float | None = None


def rule_rows(rows: Iterable[Any]) -> Iterator[RuleRow]:
    """Yield what rows of ``RULE_COLUMNS`` say."""
    for id, rule, sources, is_active, order, library, above in rows:
        yield RuleRow(id, rule, _names(sources), is_active, _ORDERS[order], library, above)


@lru_cache(maxsize=1024)
def _names(sources: str) -> tuple[str, ...]:
    return tuple(json.loads(sources))
