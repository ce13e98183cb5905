"""Recipes of the documentation for services that take JSON, each against a fake made from its public description."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from tests.integration.endless import endless
from tests.integration.test_keeping import LANTERN, OTHER, stored
from tests.integration.zoteros import JSON, Answer, FakeService, serving
from tests.unit.messages import paper
from watcher.citations.kept.body import body_problem, filled_body, values_in
from watcher.citations.reference import reference_of
from watcher.config import load
from watcher.keeping.keeper import PaperKeeper
from watcher.model import Outcome, Result
from watcher.model.subscriptions import KeepKind, KeepTarget
from watcher.notify import problem_of
from watcher.rules import compile_rule

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "keeping.md").read_text("utf-8")
TOKENS = {"NOTION_TOKEN": "notion-secret", "READWISE_TOKEN": "readwise-secret", "LINKDING_TOKEN": "linkding-secret"}


def recipe(name: str, url: str, tmp_path: Path) -> KeepTarget:
    """A place of the documentation, with the fake's address in place of the service's."""
    block = next(one for one in PAGE.split("```yaml\n")[1:] if f"  {name}:" in one).split("```")[0]
    places = yaml.safe_load(block)["keep"]
    for key in ("webhook", "find"):
        if key in places[name]:
            places[name][key] = url + "/" + places[name][key].split("/", 3)[3]
    whole = {
        "timezone": "UTC",
        "receivers": {"me": {"url": "console://"}},
        "keep": {name: places[name]},
        "subscriptions": [{"name": "a", "rule": "kiln", "to": ["me"], "keep": [name]}],
    }
    (tmp_path / "config.yaml").write_text(yaml.safe_dump(whole), "utf-8")
    config = load(tmp_path / "config.yaml", env=TOKENS, check_url=problem_of, check_rule=compile_rule)
    return config.keep_target(name, TOKENS)


def _notion(pages: list[dict[str, Any]]) -> Any:
    """Notion: pages of a database are asked for by a filter, and made with properties of fixed forms."""

    def answer(method: str, path: str, headers: dict[str, str], body: bytes) -> Answer:
        if headers.get("authorization") != "Bearer notion-secret" or "notion-version" not in headers:
            return 401, JSON, b'{"object": "error"}'
        asked = json.loads(body)
        if path.endswith("/query"):
            wanted = asked["filter"]["url"]["equals"]
            found = [one for one in pages if one["properties"]["URL"]["url"] == wanted]
            return 200, JSON, json.dumps({"object": "list", "results": found}).encode()
        title = asked["properties"]["Name"]["title"][0]["text"]["content"]
        texts = [one["paragraph"]["rich_text"][0]["text"]["content"] for one in asked["children"]]
        if not title or any(len(text) > 2000 for text in texts) or "database_id" not in asked["parent"]:
            return 400, JSON, b'{"object": "error", "code": "validation_error"}'
        pages.append(asked)
        return 200, JSON, b'{"object": "page"}'

    return answer


def _readwise(documents: list[dict[str, Any]]) -> Any:
    """Readwise Reader: a document of an address that is there is answered with 200, and not made again."""

    def answer(method: str, path: str, headers: dict[str, str], body: bytes) -> Answer:
        if headers.get("authorization") != "Token readwise-secret":
            return 401, JSON, b"{}"
        asked = json.loads(body)
        is_there = any(one["url"] == asked["url"] for one in documents)
        if not is_there:
            assert path == "/api/v3/save/" and isinstance(asked["tags"], list)
            documents.append(asked)
        return (200 if is_there else 201), JSON, b'{"id": "1"}'

    return answer


def _linkding(bookmarks: list[dict[str, Any]]) -> Any:
    """Linkding: a bookmark of an address that is there is updated."""

    def answer(method: str, path: str, headers: dict[str, str], body: bytes) -> Answer:
        if headers.get("authorization") != "Token linkding-secret":
            return 401, JSON, b"{}"
        asked = json.loads(body)
        assert path == "/api/bookmarks/" and isinstance(asked["tag_names"], list)
        bookmarks[:] = [one for one in bookmarks if one["url"] != asked["url"]] + [asked]
        return 201, JSON, b'{"id": 1}'

    return answer


@pytest.mark.parametrize("lost", [False, True])
@pytest.mark.parametrize(("name", "fake"), [("notion", _notion), ("readwise", _readwise), ("linkding", _linkding)])
def test_a_recipe_keeps_each_paper_once(name: str, fake: Any, lost: bool, tmp_path: Path) -> None:
    """``lost``: the answer to the first write does not arrive, so that it is tried again."""
    there: list[dict[str, Any]] = []
    with serving(FakeService(fake(there))) as service:
        target, keeper = recipe(name, service.url, tmp_path), PaperKeeper(patience=5)
        service.faults = ["none", "after"] if lost and target.find else ["after"] if lost else []
        long = stored(LANTERN)
        for id, one in (("d", long), ("d", long), ("e", stored(OTHER)), ("f", long)):
            outcome = keeper.keep(target, one, id * 32)
            assert outcome.result in (Result.SENT, Result.FAILED), outcome
        assert outcome.result is Result.SENT
        shown = json.dumps(there)
        assert len(there) == 2 and shown.count(LANTERN.title) >= 1 and shown.count(OTHER.title) >= 1


def test_a_long_abstract_fits_where_a_recipe_cuts_it(tmp_path: Path) -> None:
    pages: list[dict[str, Any]] = []
    with serving(FakeService(_notion(pages))) as service:
        target = recipe("notion", service.url, tmp_path)
        assert PaperKeeper(patience=5).keep(target, paper(abstract="word " * 2000), "d" * 32).result is Result.SENT
    assert len(pages[0]["children"][0]["paragraph"]["rich_text"][0]["text"]["content"]) == 2000


@given(st.text(), st.text(), st.lists(st.text(), max_size=3))
def test_a_body_is_json_whatever_a_paper_says(title: str, abstract: str, authors: list[str]) -> None:
    reference = reference_of(paper(title=title, abstract=abstract, authors=tuple(authors)))
    body = (
        '{"t": "{title}", "mixed": "by {author} ({year})", "who": "{authors}", "cut": "{abstract:3}", "n": [1, null]}'
    )
    found = json.loads(filled_body(body, values_in(reference)))
    assert found["t"] == reference.plain_title and found["who"] == [one.full for one in reference.authors]
    assert len(found["cut"]) <= 3 and found["n"] == [1, None]


@pytest.mark.parametrize("text", ["{", "[1,]", '{"a": "{titel}"}', "<html>"])
def test_what_is_no_body_is_refused(text: str) -> None:
    assert body_problem(text)


@pytest.mark.parametrize("depth", [102, 900, 100_000])
def test_a_body_that_is_nested_too_deep_is_refused(depth: int) -> None:
    for text in ("[" * depth + "]" * depth, '{"a":' * depth + "1" + "}" * depth):
        assert body_problem(text) == "it is nested too deep"


@pytest.mark.parametrize(
    ("answer", "result"),
    [
        ((401, {}, b""), Result.DOWN),
        ((302, {"Location": "http://127.0.0.1:1/"}, b""), Result.DOWN),
        ((400, {}, b""), Result.REFUSED),
        ((413, {}, b""), Result.REFUSED),
        ((429, {"Retry-After": "9"}, b""), Result.FAILED),
        ((500, {}, b""), Result.FAILED),
        ((200, {"Content-Type": "text/html; charset=utf-8"}, b"<html>Sign in</html>"), Result.FAILED),
        ((204, {}, b""), Result.SENT),
    ],
)  # fmt: skip
def test_what_a_webhook_answers(answer: Answer, result: Result) -> None:
    with serving(FakeService(lambda *asked: answer)) as service:
        headers = {"Authorization": "Bearer webhook-secret"}
        target = KeepTarget(name="w", kind=KeepKind.WEBHOOK, place=service.url, body="{}", headers=headers)
        outcome = PaperKeeper(patience=5).keep(target, stored(LANTERN), "d" * 32)
        assert outcome.result is result and "webhook-secret" not in outcome.reason
        assert "webhook-secret" in target.secrets, "it would be found where it came back alone"
        assert service.requests[0][2]["idempotency-key"] == "d" * 32


@pytest.mark.parametrize("length", [b"\xb2", b"9" * 5000, b"-1", b"1, 1", b"two"])
def test_a_length_that_is_no_number_keeps_nothing_twice(length: bytes) -> None:
    head = b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: "
    with endless(lambda: [head + length + b"\r\n\r\n"]) as service:
        target = KeepTarget(name="w", kind=KeepKind.WEBHOOK, place=f"http://127.0.0.1:{service.port}/", body="{}")
        assert PaperKeeper(patience=5).keep(target, stored(LANTERN), "d" * 32) == Outcome(Result.SENT)


@pytest.mark.parametrize(("port", "said"), [(1, "connection refused"), (99999, "InvalidURL")])
@pytest.mark.parametrize("key", ["place", "find"])
def test_no_reason_shows_the_address_of_a_webhook(key: str, port: int, said: str) -> None:
    hook = f"http://127.0.0.1:{port}/hooks/T0pSecretHook?token=s3cr3tT0ken&u={{url}}"
    place, find = (hook, "") if key == "place" else ("http://127.0.0.1:1/", hook)
    target = KeepTarget(name="w", kind=KeepKind.WEBHOOK, place=place, body="{}", find=find)
    outcome = PaperKeeper(patience=5).keep(target, stored(LANTERN), "d" * 32)
    assert outcome.result is Result.FAILED and said in outcome.reason
    assert "T0pSecretHook" not in outcome.reason and "s3cr3tT0ken" not in outcome.reason
