"""Messages as data: whole, bounded, and harmless whatever strangers write."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.unit.messages import HOSTILE, NOW, digest, item, notice, paper, places
from watcher.model import Content, DeliveryKind, DigestItem, DueAlert, Hit, Incident, IncidentKind, ItemMatch
from watcher.model.objects import json_bytes
from watcher.notify import limit_of, size_in
from watcher.policy.alerts.items import items_of
from watcher.policy.deliveries.bundle import items_by_message
from watcher.render.message import render_message

URL = "json://lab.example/"
UNSEEN = re.compile("[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\U000e0000-\U000e007f]")


def papers_of(content: Content) -> list[Any]:
    found: list[Any] = json.loads(json.dumps(render_message(content, forms={"data"}).data))["papers"]
    return found


def texts(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [text for one in value.values() for text in texts(one)]
    if isinstance(value, list):
        return [text for one in value for text in texts(one)]
    return [value] if isinstance(value, str) else []


def due(subscription: str, **changes: Any) -> DueAlert:
    fields: dict[str, Any] = {"match_id": 1, "paper_id": 1, "timezone": "UTC", "score": 0.9, "places": ()}
    return DueAlert(subscription=subscription, **(fields | changes))


def test_each_subscription_says_how_it_matched() -> None:
    shown = paper()
    told = [
        due("trees", places=places(shown.abstract, "pruning")),
        due("pots", score=0.2, places=places(shown.abstract, "pots")),
        due("pots", score=0.2, occasion="v2"),
    ]
    (found,) = papers_of(digest(*items_of(told, [shown], {1: date(2026, 3, 1)})))
    assert found["subscriptions"] == [
        {"name": "trees", "strength": "strong", "score": 0.9, "terms": ["pruning"], "because": None},
        {"name": "pots", "strength": "weak", "score": 0.2, "terms": ["pots"], "because": None},
    ]
    assert (found["key"], found["strength"], found["day"]) == ("arxiv:2603.00001", "strong", "2026-03-09")
    assert (found["told_before"], found["occasion"]) == ("2026-03-01", "first")
    assert (found["occasions"], found["became"]) == (["first"], None)


def test_what_became_of_a_paper_is_data_and_words() -> None:
    shown = paper(venue="Tree Letters")
    (found,) = papers_of(digest(item(shown, occasions=("published", "v2", "code"))))
    assert (found["occasion"], found["occasions"]) == ("published", ["published", "v2", "code"])
    assert found["became"] == "now published in Tree Letters; new version v2; now with code"


def test_short_form_is_for_people() -> None:
    shown = item()
    (short,), (full,) = papers_of(digest(replace(shown, short=True))), papers_of(digest(shown))
    assert short == full


def test_incidents_are_data_too() -> None:
    incident = Incident(kind=IncidentKind.SOURCE_BROKEN, subject="hf", reason="a login page", began=NOW)
    for content in (notice(DeliveryKind.INCIDENT, incident), notice(DeliveryKind.SUMMARY, incidents=(incident,))):
        data = render_message(content).data
        assert data["incidents"] == [
            {
                "kind": "source broken",
                "subject": "hf",
                "reason": "a login page",
                "began": NOW.isoformat(),
                "ended": None,
            }
        ]
    assert render_message(notice(DeliveryKind.TEST)).data["kind"] == "test"


@given(st.text() | st.sampled_from([HOSTILE, "\ud800", "\x00", "\u202e", "{{7*7}}", "@everyone"]))
@example(HOSTILE)
def test_hostile_texts_steer_nothing(text: str) -> None:
    bad = paper(title=text, abstract=text, authors=(text,), keywords=(text,), organization=text, venue=text)
    bad = replace(bad, url=f"javascript:{text}", code_url=f"https://code.example/{text}", thumbnail=text)
    content = digest(item(bad, subscriptions=(text,), matches=(ItemMatch(text, Hit(0.9)),)))
    (found,) = papers_of(content)
    assert not any(UNSEEN.search(one) for one in texts(found))
    addresses = [found[name] for name in ("url", "code_url", "project_url", "thumbnail")] + [
        one["url"] for one in found["links"]
    ]
    assert all(one is None or re.match(r"https?://[a-z0-9]", one) for one in addresses)


@pytest.mark.parametrize("count", [1, 9, 60, 200])
@pytest.mark.parametrize("text", ["plain words ", "持续学习的方法", HOSTILE])
def test_a_digest_of_any_size_keeps_within_its_bound_and_loses_nothing(count: int, text: str) -> None:
    items = [_item(n, text) for n in range(1, count + 1)]
    runs = items_by_message(items, size_in(URL), limit_of(URL))
    found: list[str] = []
    for part, run in enumerate(runs, start=1):
        message = render_message(digest(*run, part=part, parts=len(runs)), forms={"text", "data"})
        assert json_bytes(message.data) + json_bytes(message.text) + json_bytes(message.subject) < limit_of(URL)
        found += [one["key"] for one in papers_of(digest(*run))]
    assert found == [one.paper.key for one in items]
    assert len(runs) <= 1 + sum(map(size_in(URL), items)) // (limit_of(URL) * 0.7)


def _item(n: int, text: str) -> DigestItem:
    shown = paper(
        n, title=f"{text} {n}", abstract=text * (1_500 // len(text)), authors=tuple("Ada Fern" for _ in range(9))
    )
    return item(shown, matches=(ItemMatch("ana/trees", Hit(0.9)),))


def test_a_paper_with_very_many_authors_says_what_is_cut() -> None:
    many = tuple(f"Author Number {n}" for n in range(9_000))
    (found,) = papers_of(digest(item(paper(authors=many))))
    assert found["cut"] == ["authors"]
    assert found["authors"] == list(many[: len(found["authors"])])
    assert 2_000 < len(found["authors"]) < 9_000
    assert papers_of(digest(item(paper(authors=many[:2_000]))))[0]["cut"] == []
