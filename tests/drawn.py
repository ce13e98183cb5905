"""Values of any of the program's frozen records, drawn field by field from its types: no field can be forgotten."""

from __future__ import annotations

import types
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import Enum
from typing import Any, Union, get_args, get_origin, get_type_hints

from hypothesis import strategies as st

TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12)
"""What every database can store."""

START = datetime(2000, 1, 1, tzinfo=UTC)
SECONDS = st.integers(0, 10**9)

PLAIN: dict[Any, st.SearchStrategy[Any]] = {
    str: TEXT,
    bool: st.booleans(),
    float: st.integers(1, 100).map(lambda n: n / 100),  # a score
    int: st.integers(0, 2**31 - 1),
    datetime: st.builds(lambda s, us: START + timedelta(seconds=s, microseconds=us), SECONDS, st.integers(0, 999_999)),
    date: st.dates(date(2000, 1, 1), date(2100, 1, 1)),
    time: st.builds(time, st.integers(0, 23), st.integers(0, 59)),
    timedelta: SECONDS.map(lambda seconds: timedelta(seconds=seconds)),
    types.NoneType: st.none(),
}


def drawn(kind: Any, **own: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Any value of a type; of a record, with the fields of ``own`` drawn as it says."""
    if kind in PLAIN:
        return PLAIN[kind]
    if isinstance(kind, type) and is_dataclass(kind):
        types_of = get_type_hints(kind)
        names = [field.name for field in fields(kind)]
        assert own.keys() <= set(names), f"{kind.__name__} has no {sorted(own.keys() - set(names))}"
        return st.builds(kind, **{name: own[name] if name in own else drawn(types_of[name]) for name in names})
    if isinstance(kind, type) and issubclass(kind, Enum):
        return st.sampled_from(kind)
    inner = [drawn(one) for one in get_args(kind) if one is not Ellipsis]
    if get_origin(kind) in (Union, types.UnionType):
        return st.one_of(inner)
    if get_origin(kind) is tuple:
        return st.lists(*inner, max_size=3).map(tuple)
    if get_origin(kind) is frozenset:
        return st.frozensets(*inner, max_size=3)
    if get_origin(kind) is Mapping:
        return st.dictionaries(*inner, max_size=3)
    raise TypeError(f"how a {kind} is drawn is not known yet")
