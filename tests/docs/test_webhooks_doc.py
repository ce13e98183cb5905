"""docs/webhooks.md: its example is what is sent, and its tables name every field."""

from __future__ import annotations

import json
import re
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.unit.messages import NOW, delivery, item, listing, paper
from watcher.model import Content, DeliveryKind, Hit, Incident, IncidentKind, ItemMatch, Nothing, Unread
from watcher.notify import limit_of
from watcher.render.data import ROOM
from watcher.render.message import render_message

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "webhooks.md").read_text(encoding="utf-8")
NAMED = {name for row in re.findall(r"^\|.*\|$", PAGE, re.MULTILINE) for name in re.findall(r"`(\w+)`", row)}


def content(**changes: Any) -> Content:
    first = item(paper(published=NOW - timedelta(days=1), listings=(listing(day=date(2026, 3, 9)),)))
    matches = (
        ItemMatch("ana/trees", Hit(0.9, first.places)),
        ItemMatch("gardens", Hit(0.2)),
    )
    found = item(first.paper, subscriptions=("ana/trees", "gardens"), matches=matches)
    return Content(delivery=delivery(DeliveryKind.DIGEST), items=(found,), **changes)


def test_the_example_is_what_is_sent() -> None:
    (example,) = re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)
    assert json.loads(example) == render_message(content()).data


def test_every_field_stands_in_the_tables() -> None:
    told = content(
        nothing=(Nothing(subscription="moons", read=4, since=NOW),),
        unread=(Unread(source="arxiv", since=NOW),),
        incidents=(Incident(kind=IncidentKind.SOURCE_BROKEN, subject="hf", reason="login page", began=NOW),),
    )

    def names(value: Any) -> set[str]:
        if isinstance(value, dict):
            return set(value) | {name for one in value.values() for name in names(one)}
        return {name for one in value for name in names(one)} if isinstance(value, list) else set()

    data = json.loads(json.dumps(render_message(told).data))
    assert all(data[name] for name in ("papers", "nothing", "unread", "incidents"))
    assert names(data) - NAMED == set()


def test_the_bounds_are_those_of_the_page() -> None:
    assert f"{limit_of('json://lab.example/'):,} bytes" in PAGE
    assert f"{ROOM:,} characters" in PAGE


@pytest.mark.parametrize("kind", DeliveryKind)
def test_every_kind_of_message_is_named(kind: DeliveryKind) -> None:
    assert f"`{kind.value}`" in PAGE
