"""The API answers with the objects of `--json`, page by page; its errors say what to ask instead."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.examples import times
from tests.integration.webs import GUARDED, NOW, TODAY, TOKEN, Web, entry
from watcher.model import DeliveryKind, Endpoint
from watcher.model.objects import json_text, paper_json
from watcher.pipeline.report import report_of
from watcher.store.fleet.daemons import KnownDaemon
from watcher.web.api.description import described_api
from watcher.web.api.operations import OPERATIONS, AskedFor


@pytest.fixture
def stored(web: Web) -> Web:
    web.list_papers(*(entry(n, f"Lantern {n}", TODAY - timedelta(days=n // 4), upvotes=n) for n in range(1, 24)))
    web.list_papers(entry(99, "Gardens", TODAY - timedelta(days=2)))
    return web


def titles(answer: httpx.Response) -> list[str]:
    assert answer.status_code == 200, answer.text
    return [one["title"] for one in answer.json()["papers"]]


def refusal(answer: httpx.Response) -> dict[str, Any]:
    assert answer.headers["content-type"] == "application/problem+json"
    found: dict[str, Any] = answer.json()
    assert found["status"] == answer.status_code and found["title"] and found["detail"]
    return found


def test_status_is_what_the_command_prints(stored: Web) -> None:
    answer = stored.client().get("/api/v1/status")
    assert answer.json() == json.loads(json_text(report_of(stored.store, stored.config, NOW)))


def test_status_says_that_a_daemon_runs_in_the_daemon_that_serves_it(stored: Web) -> None:
    if stored.store.daemon_lock is None:
        with stored.store.transaction() as tx:
            tx.daemons.beat(KnownDaemon("id", "host", 7, "0.2.0", "", NOW, NOW))
        assert stored.client().get("/api/v1/status").json()["daemon"] is True
        return
    assert stored.client().get("/api/v1/status").json()["daemon"] is False
    with stored.store.daemon_lock:
        found = stored.client().get("/api/v1/status").json()
    assert found["daemon"] is True and all(one["next"] for one in found["sources"])


def test_papers_are_what_the_command_prints(stored: Web) -> None:
    answer = stored.client().get("/api/v1/papers", params={"q": "garden*", "limit": "1"})
    with stored.store.reading() as tx:
        paper = tx.papers.find("arxiv:2603.00099")
    assert paper is not None
    shown = json.loads(json_text(paper_json(paper, None)))
    (found,) = answer.json()["papers"]
    assert found == shown | {"strength": "strong", "score": found["score"]}
    assert 0.5 <= found["score"] <= 1


@pytest.mark.parametrize(("rule", "count"), [("", 24), ("lantern", 23), ("upvotes>=10", 14)])
def test_pages_follow_each_other_without_gap_or_repetition(stored: Web, rule: str, count: int) -> None:
    client, seen, cursor = stored.client(), list[str](), ""
    for _ in range(9):
        asked = {"q": rule, "limit": "5", **({"cursor": cursor} if cursor else {})}
        answer = client.get("/api/v1/papers", params=asked)
        seen += titles(answer)
        cursor = answer.json()["next"] or ""
        stored.list_papers(entry(500 + len(seen), f"Lantern Comes Later {len(seen)}"))
        if not cursor:
            break
    seen = [one for one in seen if "Comes Later" not in one]
    assert len(seen) == len(set(seen)) == count


def test_a_rule_that_takes_long_goes_on_where_it_was_cut(stored: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("watcher.web.views.trying.AT_LEAST", 7)
    monkeypatch.setattr("watcher.web.views.trying.BUDGET", 0.0)
    client, seen, cursor = stored.client(), list[str](), ""
    for _ in range(9):
        answer = client.get("/api/v1/papers", params={"q": "lantern", **({"cursor": cursor} if cursor else {})})
        seen += titles(answer)
        cursor = answer.json()["next"] or ""
        if not cursor:
            break
    assert len(seen) == len(set(seen)) == 23


def test_papers_since_a_day(stored: Web) -> None:
    answer = stored.client().get("/api/v1/papers", params={"since": str(TODAY)})
    assert titles(answer) == ["Lantern 3", "Lantern 2", "Lantern 1"] and answer.json()["next"] is None


def test_one_paper_with_who_was_told(stored: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    found = stored.client().get("/api/v1/paper", params={"key": "2603.00001"}).json()
    assert found["key"] == "arxiv:2603.00001" and found["keys"] == ["arxiv:2603.00001"]
    assert found["told"][0]["subscription"] == "lanterns" and found["told"][0]["state"] == "held"
    assert found["is_more_told"] is False
    assert refusal(stored.client().get("/api/v1/paper", params={"key": "nothing"}))["status"] == 404
    monkeypatch.setattr("watcher.web.api.operations.MOST_TOLD", 0)
    found = stored.client().get("/api/v1/paper", params={"key": "2603.00001"}).json()
    assert (found["told"], found["is_more_told"]) == ([], True)


def test_a_trial_is_what_the_command_prints(stored: Web) -> None:
    found = stored.client().get("/api/v1/trial", params={"q": "lantern", "since": str(TODAY)}).json()
    assert (found["papers"], found["matched"], found["cut_at"]) == (3, 3, None)
    assert found["terms"] == [{"term": "lantern", "matched": 3, "alone": None}] and found["since"] == str(TODAY)
    assert stored.client().get("/api/v1/trial", params={"q": "lantern"}).json()["since"] is None


def test_deliveries_by_state(stored: Web) -> None:
    with stored.store.transaction() as tx:
        tx.outbox.enqueue(Endpoint("ana"), DeliveryKind.TEST, NOW)
    client = stored.client()
    (one,) = client.get("/api/v1/deliveries", params={"state": "pending"}).json()["deliveries"]
    assert (one["receiver"], one["kind"], one["state"]) == ("ana", "test", "pending")
    assert client.get("/api/v1/deliveries", params={"state": "sent"}).json() == {"deliveries": []}


ODD = ["many", "501", "-1", "1e2", "²", "٣", "1.0", "1" + "0" * 20, "9" * 5000, "0" * 5000, "000000001" + "9" * 9]
"""What is no number of things."""

WRONG = [
    ("papers?limit=0", "limit is a number from 1 to 500"),
    *((f"papers?limit={odd}", "limit is a number from 1 to 500") for odd in ODD),
    ("deliveries?limit=1000000000000", "limit is a number from 1 to 500"),
    ("papers?cursor=2026-03-10.9999999999999999999", "a cursor is"),
    ("papers?cursor=x", "a cursor is what `next` of the answer before says"),
    ("papers?cursor=2026-02-30.1", "a cursor is"),
    ("papers?since=yesterday", "since is a day such as 2026-02-08"),
    ("papers?since=", "since is a day such as 2026-02-08"),
    ("papers?query=x", "there is no parameter 'query'; there are: "),
    ("paper", "say key: a key, an arXiv id"),
    ("trial?q=", "say q: a rule"),
    ("deliveries?state=lost", "there is no such state; there are: pending"),
    ("status?x=1", "there are: none"),
    (f"trial?q={'a' * 5000}", "4,000 characters at most"),
]


@pytest.mark.parametrize(("asked", "what"), WRONG)
def test_what_cannot_be_answered_says_what_can(web: Web, asked: str, what: str) -> None:
    assert what in refusal(web.client().get(f"/api/v1/{asked}"))["detail"]


@pytest.mark.parametrize("path", ["/api/v1/trial", "/api/v1/papers"])
def test_a_wrong_rule_names_its_place(web: Web, path: str) -> None:
    client = web.client()
    answer = client.get(path, params={"q": "lantern AND OR kite"})
    found = refusal(answer)
    assert (answer.status_code, found["status"], found["title"]) == (400, 400, "this is no rule")
    assert (found["start"], found["end"]) == (12, 14) and found["detail"].startswith("OR has nothing on its left; ")
    place, _, name = found["type"].rpartition("/")
    described = client.get("/api/v1/openapi.json").json()
    assert place == "/api/v1/openapi.json#/components/schemas"
    schema = described["components"]["schemas"][name]
    assert set(schema["required"]) <= {*found} and "`start`" in schema["description"]
    wrong = described["paths"][path]["get"]["responses"]["400"]["content"]["application/problem+json"]["schema"]
    assert {"$ref": f"#/components/schemas/{name}"} in wrong["anyOf"]


def test_another_mistake_is_no_problem_of_a_rule(web: Web) -> None:
    found = refusal(web.client().get("/api/v1/papers", params={"limit": "many"}))
    assert found["type"] == "about:blank" and "start" not in found


def test_texts_of_any_kind_are_described_without_nul(web: Web) -> None:
    texts = [one for one in every_parameter() if one.form["type"] == "string" and not {"enum", "format"} & {*one.form}]
    assert len(texts) >= 8
    for one in texts:
        assert not re.search(one.form["pattern"], "a\0b"), one.name
    assert web.client().get("/api/v1/deliveries", params={"receiver": "a\0b"}).status_code == 400


def every_parameter() -> list[AskedFor]:
    return [parameter for one in OPERATIONS for parameter in one.parameters]


def test_other_addresses_and_strangers_are_refused_in_the_same_form(make_web: Callable[..., Web]) -> None:
    web = make_web(**GUARDED)
    assert refusal(web.client().get("/api/v1/status"))["status"] == 401
    assert refusal(web.client("evil.example").get("/api/v1/status"))["status"] == 421
    head = {"Authorization": f"Bearer {TOKEN}"}
    assert refusal(web.client().get("/api/v2/status", headers=head))["status"] == 404
    assert refusal(web.client().post("/api/v1/status", headers=head))["status"] == 405
    assert refusal(web.client().put("/api/v1/status", headers=head))["status"] == 405


def test_the_description_has_every_operation(web: Web) -> None:
    found = web.client().get("/api/v1/openapi.json").json()
    assert found == json.loads(json_text(described_api())) and found["openapi"].startswith("3.1")
    assert set(found["paths"]) == {one.path for one in OPERATIONS}
    asked = found["paths"]["/api/v1/papers"]["get"]["parameters"]
    assert [one["name"] for one in asked] == ["q", "since", "limit", "cursor", "format", "starred"]
    takes = {one["name"]: one["schema"] for one in asked}
    assert (takes["limit"]["minimum"], takes["limit"]["maximum"], takes["since"]["format"]) == (1, 500, "date")
    for place in ("2026-03-10.7", "1999-12-01.123456", "2026-01-31.1", "2026-04-30.1", "2024-02-29.1", "2000-02-29.1"):
        assert re.search(takes["cursor"]["pattern"], place)
        assert web.client().get("/api/v1/papers", params={"cursor": place}).status_code == 200
    for place in ("2026-02-29.1", "2026-04-31.1", "1900-02-29.1", "2026-13-01.1"):
        assert not re.search(takes["cursor"]["pattern"], place)
        assert web.client().get("/api/v1/papers", params={"cursor": place}).status_code == 400


def test_the_description_says_what_marking_answers(make_web: Callable[..., Web]) -> None:
    web = make_web(**GUARDED)
    web.list_papers(entry(1, "Lanterns"))
    client, head = web.client(), {"Authorization": f"Bearer {TOKEN}"}
    described = client.get("/api/v1/openapi.json", headers=head).json()["paths"]
    for path in ("/api/v1/star", "/api/v1/read"):
        responses = described[path]["post"]["responses"]
        required = responses["200"]["content"]["application/json"]["schema"]["required"]
        answered = client.post(path, params={"key": "2603.00001"}, headers=head).json()
        assert set(required) == {*answered} and "403" in responses
    kept = described["/api/v1/keep"]["post"]["responses"]["200"]["content"]["application/json"]["schema"]
    assert kept["required"] == ["key", "kept"]


def test_what_may_be_empty_is_described(make_web: Callable[..., Web]) -> None:
    web = make_web(**GUARDED)
    web.list_papers(entry(1, "Lanterns"))
    client, head = web.client(), {"Authorization": f"Bearer {TOKEN}"}
    given = {"q": "lantern", "key": "2603.00001", "place": "nowhere"}
    for one in OPERATIONS:
        for asked in (asked for asked in one.parameters if asked.required or asked.form.get("minLength") is not None):
            params = {other.name: given[other.name] for other in one.parameters if other.required} | {asked.name: ""}
            answer = client.request(one.method, one.path, params=params, headers=head)
            assert (answer.status_code == 400) is (asked.form.get("minLength", 0) > 0), (
                one.path,
                asked.name,
                answer.text,
            )


@settings(max_examples=times(40), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_whatever_is_asked_is_answered_or_refused(client: httpx.Client, data: st.DataObject) -> None:
    """No error of ours, whatever stands in an address."""
    operation = data.draw(st.sampled_from(OPERATIONS))
    names = [one.name for one in operation.parameters] or ["x"]
    texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=30) | st.sampled_from(["1", "2026-03-10.1", '"'])
    asked = data.draw(st.dictionaries(st.sampled_from(names), texts, max_size=3))
    answer = client.request(operation.method, operation.path, params=asked)
    assert answer.status_code in (200, 400, 404) or (operation.method, answer.status_code) == ("POST", 403), answer.text
    assert answer.headers["content-type"].startswith("application/")


@pytest.fixture
def client(stored: Web) -> httpx.Client:
    return stored.client()


def test_papers_are_downloaded_for_reference_managers(stored: Web) -> None:
    client = stored.client()
    first = client.get("/api/v1/papers", params={"q": "lantern", "format": "bibtex", "limit": "20"})
    assert first.headers["content-type"] == "application/x-bibtex; charset=utf-8"
    assert first.headers["content-disposition"] == 'attachment; filename="papers.bib"'
    assert first.text.count("@misc{") == 20
    rest = client.get(first.headers["link"].partition(">")[0].removeprefix("<"))
    assert rest.text.count("@misc{") == 3 and "link" not in rest.headers
    one = client.get("/api/v1/paper", params={"key": "arxiv:2603.00099", "format": "ris"})
    assert one.text.startswith("TY  - UNPB\r\n") and one.headers["content-disposition"].endswith('-2603.00099.ris"')
    assert "there is no such format" in refusal(client.get("/api/v1/papers", params={"format": "doc"}))["detail"]
    for page in ("/paper?key=arxiv:2603.00099", "/search?q=lantern&days=all"):
        assert "format=bibtex" in client.get(page).text
