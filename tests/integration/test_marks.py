"""Stars and read marks: at a shell, on the pages, in the API, when papers are joined, when a person is forgotten."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.integration.conftest import Database
from tests.integration.test_web_acts import press
from tests.integration.webs import CONFIG, GUARDED, TOKEN, Web, entry
from watcher.cli import main
from watcher.model import DeliveryKind, DeliveryState, Entry
from watcher.store import open_store
from watcher.store.papers.marks import EVERYBODY, MarkKind

NOW = datetime(2026, 3, 11, 8, 0, tzinfo=UTC)


def test_stars_at_a_shell(tmp_path: Path, database: Database, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "config.yaml").write_text(
        f"timezone: UTC\nreceivers: {{ana: {{url: 'console://'}}}}\n{database.line}", "utf-8"
    )
    env = {"STATE_DIRECTORY": str(tmp_path / "state"), "WATCHER_CONFIG": str(tmp_path / "config.yaml")}
    with open_store(database.address, mode="create") as store, store.transaction() as tx:
        tx.papers.record_entries([entry(1, "Lanterns"), entry(2, "Kilns"), entry(3, "Kiln Gardens")], "list", NOW)

    def said(*words: str, status: int = 0) -> str:
        assert main([*words], env) == status
        out = capsys.readouterr()
        return out.err if status else out.out

    assert said("star", "2603.00001") == "arxiv:2603.00001 (Lanterns) is starred\n"
    assert said("star", "Lanterns") == "arxiv:2603.00001 (Lanterns) is already starred\n"
    assert said("star", "2603.00003") == "arxiv:2603.00003 (Kiln Gardens) is starred\n"
    assert said("star", "2603.00002", "--by", "ana") == "arxiv:2603.00002 (Kilns) is starred by ana\n"
    assert "there is no person 'anna'" in said("star", "2603.00002", "--by", "anna", status=2)

    def starred(*words: str) -> list[str]:
        return [one["title"] for one in json.loads(said("papers", "--starred", "--json", *words))]

    assert sorted(starred()) == ["Kiln Gardens", "Lanterns"]
    assert starred("kiln") == ["Kiln Gardens"]
    assert starred("--by", "ana") == ["Kilns"]
    assert "write --starred as well" in said("papers", "--by", "ana", status=2)
    assert said("star", "Lanterns", "--off") == "arxiv:2603.00001 (Lanterns) is no longer starred\n"
    assert starred() == ["Kiln Gardens"]
    marks = json.loads(said("export", "ana"))["marks"]
    assert [(one["paper"], one["kind"]) for one in marks] == [("arxiv:2603.00002", "star")]
    assert "1 mark" in said("forget", "ana", "--yes")
    assert (starred("--by", "ana"), starred()) == ([], ["Kiln Gardens"])


def test_marks_stay_when_two_papers_turn_out_to_be_one(database: Database) -> None:
    one = Entry(title="Lanterns", keys=("doi:10.5555/lanterns",), doi="10.5555/lanterns")
    other = Entry(title="Lanterns", keys=("url:https://a.example/1",), url="https://a.example/1")
    both = Entry(title="Lanterns", keys=("doi:10.5555/lanterns", "url:https://a.example/1"), doi="10.5555/lanterns")
    with open_store(database.address, mode="create") as store:
        with store.transaction() as tx:
            kept, merged = (tx.papers.record_entries([each], "list", NOW).new[0] for each in (one, other))
            tx.marks.add(kept, MarkKind.STAR, "ana", NOW)
            tx.marks.add(merged, MarkKind.STAR, "ana", NOW - timedelta(days=1))
            tx.marks.add(merged, MarkKind.STAR, "bo", NOW)
            tx.marks.add(merged, MarkKind.READ, EVERYBODY, NOW)
        with store.transaction() as tx:
            tx.papers.record_entries([both], "list", NOW)
            assert [paper.id for paper in tx.papers.all()] == [kept]
        with store.reading() as tx:
            assert tx.marks.papers(MarkKind.STAR, "ana") == tx.marks.papers(MarkKind.STAR, "bo") == [kept]
            assert tx.marks.of_papers([kept], EVERYBODY) == {kept: {MarkKind.READ}}


def test_buttons_and_the_api_set_the_same_marks(make_web: Callable[..., Web]) -> None:
    web = make_web(**GUARDED)
    web.list_papers(entry(1, "Lanterns"), entry(2, "Kites"))
    client, head = web.signed_in(), {"Authorization": f"Bearer {TOKEN}"}
    assert "No paper is starred yet" in client.get("/starred").text
    answer = press(client, "/", "star", "arxiv:2603.00001")
    assert "Starred: it stands" in client.get(answer.headers["location"]).text
    press(client, "/paper?key=arxiv:2603.00001", "read", "arxiv:2603.00001")
    shown = client.get("/starred").text
    assert "Lanterns" in shown and "Kites" not in shown and 'class="card matched read"' in shown
    found = web.client().post("/api/v1/star", params={"key": "2603.00002"}, headers=head).json()
    assert found == {"key": "arxiv:2603.00002", "star": True, "changed": True}
    listed = web.client().get("/api/v1/papers", params={"starred": "yes"}, headers=head).json()
    assert sorted(one["title"] for one in listed["papers"]) == ["Kites", "Lanterns"]
    off = web.client().post("/api/v1/star", params={"key": "2603.00001", "off": "yes"}, headers=head)
    assert off.json() == {"key": "arxiv:2603.00001", "star": False, "changed": True}
    press(client, "/", "unread", "arxiv:2603.00001")
    assert "Lanterns" not in client.get("/starred").text
    # Neither a session without its form nor a visitor without the token changes anything.
    assert client.post("/api/v1/star", params={"key": "2603.00001"}).status_code == 403
    assert web.client().post("/api/v1/star", params={"key": "2603.00001"}).status_code == 401
    assert web.client().get("/api/v1/star", headers=head).status_code == 405
    assert web.client().post("/api/v1/read", params={"key": "nothing"}, headers=head).status_code == 404


def test_the_button_and_the_api_keep_a_paper_where_the_config_says(make_web: Callable[..., Web]) -> None:
    web = make_web(
        text=f"{CONFIG}keep:\n  notes: {{folder: notes, stars: true}}\n  refs: {{bib: refs.bib}}\n", **GUARDED
    )
    web.list_papers(entry(1, "Lanterns"), entry(2, "Kites"))
    client, page, head = web.signed_in(), "/paper?key=arxiv:2603.00001", {"Authorization": f"Bearer {TOKEN}"}
    answer = press(client, page, "keep", "refs arxiv:2603.00001")
    assert "kept there in a moment" in client.get(answer.headers["location"]).text
    press(client, page, "star", "arxiv:2603.00001")
    shown = client.get(page).text
    assert "Kept in notes, refs." in shown and "Keep in" not in shown
    asked = {"key": "2603.00002", "place": "refs"}
    assert web.client().post("/api/v1/keep", params=asked, headers=head).json()["kept"] == ["refs"]
    assert web.client().post("/api/v1/keep", params=asked | {"place": "x"}, headers=head).status_code == 400
    with web.store.reading() as tx:
        waiting = [one for one in tx.deliveries.listed(DeliveryState.PENDING, None, 9) if one.kind is DeliveryKind.KEEP]
    assert sorted(one.endpoint.receiver for one in waiting) == ["notes", "refs", "refs"] and len(web.woken) == 3
