"""Papers are kept once at each place under ``keep``, whatever fails, and what stands there stays."""

from __future__ import annotations

import errno
import io
import json
import os
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.integration.conftest import Database
from tests.integration.mortal import Killed, MortalStore
from tests.integration.queues import Inline
from tests.integration.webs import entry
from tests.integration.zoteros import JSON, KEY, FakeService, ZoteroLibrary, serving
from watcher.citations.reference import reference_of
from watcher.config import load
from watcher.daemon.opening import open_context
from watcher.keeping.bib import stands_in
from watcher.keeping.keeper import PaperKeeper
from watcher.model import DeliveryKind, DeliveryState, Entry, Outcome, Paper, Result
from watcher.model.subscriptions import KeepKind, KeepTarget
from watcher.notify import problem_of
from watcher.outbox.deliver import deliver_all
from watcher.pipeline.context import Context
from watcher.pipeline.imports import Imported, finish_import
from watcher.pipeline.marking import kept_by_hand, mark_paper
from watcher.pipeline.subscriptions.apply import apply_config
from watcher.pipeline.telling.tell import tell_due
from watcher.policy.alerts.fate import Telling
from watcher.rules import compile_rule
from watcher.store import open_store
from watcher.store.papers.marks import MarkKind
from watcher.store.papers.merging import merge_papers

NOW = datetime(2026, 3, 11, 8, 0, tzinfo=UTC)
CONFIG = """\
timezone: UTC
receivers: {{ana: {{url: "console://"}}}}
keep:
  notes: {{folder: vault/papers, tags: [paper], stars: true}}
  thesis: {{bib: thesis/refs.bib}}
  shelf: {{zotero: users/7, key: "${{ZOTERO_KEY}}", api: "{url}", collection: Reading, tags: [watcher], stars: true}}
subscriptions:
  - {{name: lanterns, rule: lantern, to: [ana], keep: [notes, shelf], backfill: 30d}}
  - {{name: quiet, rule: lantern, keep: [thesis, notes], backfill: 30d}}
{line}"""
LANTERN = entry(1, "Borrowed Lanterns for Quiet Agents", abstract="A lantern.", authors=("Ada Brisk", "Bo Moss"))
OTHER = entry(2, "Lantern Kilns", abstract="A lantern in a kiln.", authors=("Cy Ivy",), doi="10.5555/kiln")


@pytest.fixture
def library() -> ZoteroLibrary:
    return ZoteroLibrary()


@pytest.fixture
def zotero(library: ZoteroLibrary) -> Iterator[FakeService]:
    with serving(FakeService(library.answer)) as service:
        yield service


@pytest.fixture
def context(tmp_path: Path, database: Database, zotero: FakeService) -> Iterator[Context]:
    """A process with its database, two papers told to a subscription, and nothing sent yet."""
    (tmp_path / "config.yaml").write_text(CONFIG.format(url=zotero.url, line=database.line), "utf-8")
    env = {"ZOTERO_KEY": KEY, "STATE_DIRECTORY": str(tmp_path)}
    config = load(tmp_path / "config.yaml", env=env, check_url=problem_of, check_rule=compile_rule)
    with open_store(database.address, mode="create") as store:
        made = open_context(config, store, env, clock=lambda: NOW, console=io.StringIO())
        with store.transaction() as tx:
            tx.papers.record_entries([LANTERN, OTHER], "list", NOW)
        apply_config(made)
        yield made
        made.notifier.close()
        made.fetcher.close()
        made.parsing.close()


def kept(context: Context) -> dict[str, list[DeliveryState]]:
    """The states of what is kept, by place."""
    found: dict[str, list[DeliveryState]] = {}
    with context.store.reading() as tx:
        for one in tx.deliveries.listed(None, None, 99):
            if one.kind is DeliveryKind.KEEP:
                found.setdefault(one.endpoint.receiver, []).append(one.state)
    return found


def test_what_a_subscription_tells_is_kept_everywhere_once(
    context: Context, library: ZoteroLibrary, tmp_path: Path
) -> None:
    for _ in range(2):
        tell_due(context)
        deliver_all(context)
    with context.store.reading() as tx:
        assert not [id for one in tx.subscriptions.active() for id in tx.matches.held(one.id)]
    assert kept(context) == {place: [DeliveryState.SENT] * 2 for place in ("notes", "thesis", "shelf")}
    with context.store.transaction() as tx:
        paper = tx.papers.find("2603.00001")
        assert paper is not None
        mark_paper(tx, paper, MarkKind.STAR, NOW, context.config)
    deliver_all(context)
    assert sum(map(len, kept(context).values())) == 6, "a star keeps nothing that is kept already"

    notes = {one.name for one in (tmp_path / "vault" / "papers").iterdir()}
    assert notes == {"brisk-2603.00001.md", "ivy-2603.00002.md"}
    note = (tmp_path / "vault" / "papers" / "brisk-2603.00001.md").read_text("utf-8")
    front = yaml.safe_load(note.split("---")[1])
    assert (front["title"], front["arxiv"], front["tags"]) == (LANTERN.title, "2603.00001", ["paper"])
    assert front["authors"] == ["Ada Brisk", "Bo Moss"] and "A lantern." in note
    bib = (tmp_path / "thesis" / "refs.bib").read_text("utf-8")
    assert bib.count("@") == 2 and "brisk-2603.00001" in bib

    assert [one["title"] for one in library.items] == [LANTERN.title, OTHER.title] or len(library.items) == 2
    item = next(one for one in library.items if one["title"] == LANTERN.title)
    assert item["itemType"] == "preprint" and item["archiveID"] == "arXiv:2603.00001"
    assert item["creators"][0] == {"creatorType": "author", "firstName": "Ada", "lastName": "Brisk"}
    assert (item["collections"], item["tags"]) == (["ABCD2345"], [{"tag": "watcher"}])


def test_what_an_import_tells_at_once_is_kept_at_once(context: Context) -> None:
    done = Imported()
    with context.store.reading() as tx:
        done.papers |= {paper.id for paper in tx.papers.all()}
    finish_import(done, Telling.ALL, context)
    deliver_all(context)
    assert kept(context) == {place: [DeliveryState.SENT] * 2 for place in ("notes", "thesis", "shelf")}


def test_what_was_given_up_is_kept_by_a_replay_and_two_papers_that_are_one_are_kept_once(
    context: Context, library: ZoteroLibrary, zotero: FakeService
) -> None:
    zotero.faults = ["none", (400, {}, b"bad")]
    with context.store.transaction() as tx:
        kept_by_hand(tx, "2603.00002", "shelf", NOW, context.config)
    deliver_all(context)
    assert (kept(context), library.items) == ({"shelf": [DeliveryState.DEAD]}, [])
    with context.store.transaction() as tx:
        (dead,) = tx.deliveries.dead()
        assert len(tx.deliveries.replay(dead, [dead.endpoint], NOW)) == 1
        kept_by_hand(tx, "2603.00002", "shelf", NOW, context.config)
    deliver_all(context)
    zotero.faults = [(403, {}, b"")]
    with context.store.transaction() as tx:
        kept_by_hand(tx, "2603.00002", "shelf", NOW, context.config)
    assert sorted(kept(context)["shelf"]) == [DeliveryState.DEAD, DeliveryState.SENT]
    assert [one["title"] for one in library.items] == [OTHER.title]
    twin = Entry(title="Lantern Kilns", keys=("url:https://a.example/2",), url="https://a.example/2")
    with context.store.transaction() as tx:
        tx.papers.record_entries([twin], "list", NOW)
        kept_by_hand(tx, "https://a.example/2", "shelf", NOW, context.config)
        tx.papers.record_entries([replace(OTHER, keys=(*OTHER.keys, *twin.keys))], "list", NOW)
    deliver_all(context)
    assert sorted(kept(context)["shelf"]) == [DeliveryState.CANCELLED, DeliveryState.DEAD, DeliveryState.SENT]
    assert len(library.items) == 1


def test_a_process_that_dies_anywhere_keeps_nothing_twice_and_loses_nothing(
    context: Context, library: ZoteroLibrary, tmp_path: Path, database: Database
) -> None:
    """It dies before and inside each transaction in turn: between a write and its record, too."""
    if "postgresql" in str(database.address):
        pytest.skip("the same statements on both")
    mortal, now, deaths = MortalStore(context.store), [NOW], 0
    for fuse in range(1, 40):
        for inside in (False, True):
            id = 1000 + 2 * fuse + inside
            with context.store.transaction() as tx:
                tx.papers.record_entries([entry(id, f"Kiln number {id}", authors=(f"Ada {'b' * fuse}",))], "list", NOW)
            now[0] += timedelta(minutes=10)  # every lease of the dead has ended
            dying = replace(context, store=mortal, clock=lambda: now[0])  # type: ignore[arg-type]
            mortal.fuse, mortal.dies_inside = fuse, inside
            try:
                with mortal.transaction() as tx:
                    kept_by_hand(tx, f"2603.{id:05}", "shelf", now[0], context.config)
                    kept_by_hand(tx, f"2603.{id:05}", "thesis", now[0], context.config)
                deliver_all(dying, pool=Inline)
            except Killed:
                deaths += 1
            mortal.fuse = None
    assert deaths > 12
    with context.store.transaction() as tx:
        for id in range(1002, 1080):
            for place in ("shelf", "thesis"):
                kept_by_hand(tx, f"2603.{id:05}", place, now[0], context.config)
    for _ in range(4):
        now[0] += timedelta(hours=2)
        deliver_all(replace(context, clock=lambda: now[0]), pool=Inline)
    titles = sorted(one["title"] for one in library.items)
    assert titles == sorted(f"Kiln number {id}" for id in range(1002, 1080))
    bib = (tmp_path / "thesis" / "refs.bib").read_text("utf-8")
    assert sorted(re.findall(r"-2603\.(\d+),", bib)) == [f"{id:05}" for id in range(1002, 1080)]
    assert {state for states in kept(context).values() for state in states} == {DeliveryState.SENT}


FAULTS: dict[str, Any] = {
    "an error": (500, {}, b"oops"),
    "too many": (429, {"Retry-After": "0"}, b""),
    "busy": (503, {"Retry-After": "0"}, b""),
    "a page to sign in": (200, {"Content-Type": "text/html"}, b"<html>Sign in</html>"),
    "an answer that was cut": (200, JSON, b'[{"key": "ABC'),
    "something else": (200, JSON, b'{"error": "none"}'),
    "lost after it was written": "after",
    "locked": (409, {}, b"locked"),
    "a precondition of somebody else": (412, {}, b"Precondition failed"),
}


@pytest.mark.parametrize("n", range(3))
@pytest.mark.parametrize("fault", FAULTS)
def test_zotero_has_each_paper_once_whatever_it_answers(fault: str, n: int) -> None:
    """The fault comes at the ``n``-th request: the search, the look for the collection, the write."""
    library = ZoteroLibrary()
    with serving(FakeService(library.answer)) as service:
        service.faults = [*["none"] * n, FAULTS[fault]]
        target = KeepTarget(
            name="s", kind=KeepKind.ZOTERO, place="users/7", api=service.url, key=KEY, collection="Reading"
        )
        keeper, paper = PaperKeeper(patience=5), stored(LANTERN)
        outcomes = [keeper.keep(target, paper, "d" * 32) for _ in range(3)]
    assert [one.result for one in outcomes][1:] == [Result.SENT, Result.SENT]
    assert outcomes[0].result is Result.FAILED, outcomes
    assert KEY not in outcomes[0].reason
    assert len(library.items) == 1


@pytest.mark.parametrize("times", [1, 3])
def test_an_item_that_failed_in_an_answer_that_is_well_is_written_again(times: int) -> None:
    library = ZoteroLibrary(fails=times)
    with serving(FakeService(library.answer)) as service:
        target = KeepTarget(name="s", kind=KeepKind.ZOTERO, place="users/7", api=service.url, key=KEY)
        keeper = PaperKeeper(patience=5)
        outcomes = [keeper.keep(target, stored(LANTERN), "d" * 32).result for _ in range(times + 2)]
    assert outcomes == [*[Result.FAILED] * times, Result.SENT, Result.SENT]
    assert len(library.items) == 1


@pytest.mark.parametrize(
    ("fault", "result"),
    [((403, {}, b""), Result.DOWN), ((404, {}, b""), Result.DOWN), ((413, {}, b""), Result.REFUSED)],
)  # fmt: skip
def test_what_zotero_refuses_is_told_apart(fault: Any, result: Result) -> None:
    with serving(FakeService(ZoteroLibrary().answer, faults=[fault])) as service:
        target = KeepTarget(name="s", kind=KeepKind.ZOTERO, place="users/7", api=service.url, key=KEY)
        outcome = PaperKeeper(patience=5).keep(target, stored(LANTERN), "d" * 32)
        assert outcome.result is result


def test_an_item_that_zotero_refuses_is_dead_with_its_reason() -> None:
    failed = json.dumps({"successful": {}, "failed": {"0": {"code": 400, "message": "'DOI' is not valid"}}}).encode()
    with serving(FakeService(ZoteroLibrary().answer, faults=["none", (200, JSON, failed)])) as service:
        target = KeepTarget(name="s", kind=KeepKind.ZOTERO, place="users/7", api=service.url, key=KEY)
        outcome = PaperKeeper(patience=5).keep(target, stored(LANTERN), "d" * 32)
    assert outcome == Outcome(Result.REFUSED, "Zotero: 'DOI' is not valid")


@pytest.mark.parametrize(
    "there",
    [
        {"DOI": "10.5555/KILN"},
        {"url": "https://arxiv.org/abs/2603.00002v3"},
        {"archiveID": "arXiv:2603.00002"},
        {"extra": "arXiv:2603.00002 [cs]"},
    ],
)  # fmt: skip
def test_what_stands_in_the_library_is_not_added(there: dict[str, str]) -> None:
    library = ZoteroLibrary(items=[{"key": "OLD00000", "title": "By hand"} | there])
    with serving(FakeService(library.answer)) as service:
        target = KeepTarget(name="s", kind=KeepKind.ZOTERO, place="users/7", api=service.url, key=KEY)
        assert PaperKeeper(patience=5).keep(target, stored(OTHER), "d" * 32).result is Result.SENT
    assert [one["key"] for one in library.items] == ["OLD00000"]


@pytest.mark.parametrize(("kind", "size", "count"), [("note", 300_000, 40), ("book", 20_000, 20), ("book", 300_000, 2)])
def test_what_stands_behind_much_else_is_found(kind: str, size: int, count: int) -> None:
    """Notes about the paper, items long together, and some too long alone."""
    others = [{"key": f"OLD{n:05}", "itemType": kind, "note": "of 10.5555/kiln " + "x" * size} for n in range(count)]
    library = ZoteroLibrary(items=[*others, {"key": "PAPER000", "itemType": "preprint", "DOI": "10.5555/kiln"}])
    with serving(FakeService(library.answer)) as service:
        target = KeepTarget(name="s", kind=KeepKind.ZOTERO, place="users/7", api=service.url, key=KEY)
        assert PaperKeeper(patience=5).keep(target, stored(OTHER), "d" * 32) == Outcome(Result.SENT)
    assert len(library.items) == count + 1


@pytest.mark.parametrize("kind", [KeepKind.FOLDER, KeepKind.BIB])
def test_what_nobody_foresaw_is_a_failure_of_this_paper_alone(kind: KeepKind) -> None:
    outcome = PaperKeeper().keep(KeepTarget(name="t", kind=kind, place="vault\0secret"), stored(LANTERN), "d" * 32)
    assert outcome == Outcome(Result.FAILED, "could not be kept: ValueError")


def test_a_service_that_asks_to_be_left_alone_is_left_alone() -> None:
    now = [0.0]
    library = ZoteroLibrary()
    with serving(FakeService(library.answer, faults=[(503, {"Retry-After": "120"}, b"")])) as service:
        target = KeepTarget(name="s", kind=KeepKind.ZOTERO, place="users/7", api=service.url, key=KEY)
        keeper = PaperKeeper(patience=5, monotonic=lambda: now[0])
        assert keeper.keep(target, stored(LANTERN), "d" * 32).result is Result.FAILED
        assert "left alone for 120 s" in keeper.keep(target, stored(OTHER), "e" * 32).reason
        assert len(service.requests) == 1
        now[0] = 121.0
        assert keeper.keep(target, stored(LANTERN), "d" * 32).result is Result.SENT


def stored(one: Entry) -> Paper:
    """A paper as the database would have it."""
    facts = {name: getattr(one, name) for name in ("title", "abstract", "authors", "arxiv_id", "doi", "url", "venue")}
    return Paper(id=1, key=one.keys[0], first_seen=NOW, **facts)


def test_of_two_papers_that_are_one_the_place_that_is_not_given_up_counts(context: Context) -> None:
    with context.store.transaction() as tx:
        one, other = (tx.papers.find(key) for key in ("2603.00001", "2603.00002"))
        assert one is not None and other is not None
        tx.kept.keep([one.id], ["thesis", "shelf"], NOW)
        for delivery in tx.deliveries.listed(None, None, 99):
            tx.outbox.cancel(delivery.id, "given up", NOW)
        tx.kept.keep([other.id], ["thesis", "notes"], NOW)
        merge_papers(tx.connection, one.id, other.id)
        assert tx.kept.places_of(one.id) == ["notes", "thesis"]
    deliver_all(context)
    assert sorted(kept(context)["thesis"]) == [DeliveryState.CANCELLED, DeliveryState.SENT]


# --- files ---


def test_a_bibliography_keeps_what_stands_in_it_byte_for_byte(tmp_path: Path) -> None:
    path = tmp_path / "refs.bib"
    before = b"% my own\r\n@article{old, title = {K\xf6ln}, doi = {10.5555/OTHER}}\n@comment{x}\n"
    before += b"@misc{mine, eprint={2603.00001v2}}"
    path.write_bytes(before)
    path.chmod(0o600)
    (tmp_path / "link.bib").symlink_to(path)
    target = KeepTarget(name="t", kind=KeepKind.BIB, place=str(tmp_path / "link.bib"))
    for _ in range(2):
        for one in (LANTERN, OTHER):
            assert PaperKeeper().keep(target, stored(one), "d" * 32).result is Result.SENT
    after = path.read_bytes()
    assert after.startswith(before) and after.count(b"@misc{ivy-2603.00002") == 1
    assert b"brisk" not in after, "it stands there under another key"
    assert path.stat().st_mode & 0o777 == 0o600 and (tmp_path / "link.bib").is_symlink()
    assert sorted(one.name for one in tmp_path.iterdir()) == ["link.bib", "refs.bib"]


@pytest.mark.parametrize(
    ("there", "is_kept"),
    [
        ("@misc{a, note = {Companion of arXiv:2603.00001, see there}, eprint = {2603.09999}}", False),
        ("@misc{a, note = {arXiv:2603.00001v2 [cs.LG]}}", True),
        ("@misc{a, note = {arXiv preprint 2603.00001}}", True),
        ("@misc{a, howpublished = {\\url{https://arxiv.org/abs/2603.00001}}}", True),
        ("@misc{a, abstract = {A reply to eprint = {2603.00001} and more}, eprint = {2603.09999}}", False),
        ('@misc{a, abstract = "A reply, url = {https://arxiv.org/abs/2603.00001}", year = 2026}', False),
        ("@misc{a, title = {Doubts, eprint={2603.00001}}}\n@misc{b, eprint = {2603.00001}}", True),
        ("@misc{a, abstract = {never closed { eprint = {2603.09999}\n@misc{b, eprint = 2603.00001, year = 2026}", True),
        ('@misc(a, title = {A}, eprint = "2603.00001") @misc{b, title={B}}', True),
        ("@misc{b, title={B}} @misc{a, eprint\n = {2603.00001}}", True),
    ],
)
def test_a_note_that_speaks_of_another_paper_is_not_that_paper(there: str, is_kept: bool) -> None:
    assert stands_in(there, reference_of(stored(LANTERN))) is is_kept


def test_an_empty_link_is_no_link_of_a_paper_without_one() -> None:
    bare = replace(reference_of(stored(LANTERN)), arxiv_id="", doi="", url="")
    assert not stands_in("@misc{a, url = { }}", bare)


def test_a_bibliography_that_another_program_writes_meanwhile_is_not_overwritten(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "refs.bib"
    path.write_bytes(b"@misc{a, title={A}}\n")
    fsync = os.fsync

    def write_between(descriptor: int) -> None:
        fsync(descriptor)
        path.write_bytes(b"@misc{b, title={B}}\n")

    monkeypatch.setattr(os, "fsync", write_between)
    target = KeepTarget(name="t", kind=KeepKind.BIB, place=str(path))
    outcome = PaperKeeper().keep(target, stored(LANTERN), "d" * 32)
    assert outcome.result is Result.FAILED and "meanwhile" in outcome.reason
    assert path.read_bytes() == b"@misc{b, title={B}}\n" and len(list(tmp_path.iterdir())) == 1


def test_a_note_that_was_edited_stays_and_none_leaves_the_folder(tmp_path: Path) -> None:
    target = KeepTarget(name="n", kind=KeepKind.FOLDER, place=str(tmp_path / "notes"))
    keeper = PaperKeeper()
    for one in (LANTERN, entry(3, "Evil ../../x\n---\n[[a]] `= dv`", authors=("../../etc/passwd", "x\0y"))):
        assert keeper.keep(target, stored(one), "d" * 32).result is Result.SENT
    (tmp_path / "notes" / "brisk-2603.00001.md").write_text("mine", "utf-8")
    assert keeper.keep(target, stored(LANTERN), "e" * 32).result is Result.SENT
    assert (tmp_path / "notes" / "brisk-2603.00001.md").read_text("utf-8") == "mine"
    assert [one.name for one in tmp_path.iterdir()] == ["notes"]
    assert len(list((tmp_path / "notes").iterdir())) == 2
    evil = next(one for one in (tmp_path / "notes").iterdir() if "2603.00003" in one.name).read_text("utf-8")
    assert yaml.safe_load(evil.split("---\n")[1])["title"] == "Evil ../../x — [[a]] `= dv`"


@pytest.mark.parametrize("error", [errno.EPERM, errno.EOPNOTSUPP, errno.EMLINK])
def test_a_note_on_a_stick_or_a_share_where_files_have_one_name(
    error: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_links(*_: object, **__: object) -> None:
        raise OSError(error, os.strerror(error))

    monkeypatch.setattr(os, "link", no_links)
    target = KeepTarget(name="n", kind=KeepKind.FOLDER, place=str(tmp_path))
    for _ in range(2):
        assert PaperKeeper().keep(target, stored(LANTERN), "d" * 32) == Outcome(Result.SENT)
    (note,) = tmp_path.iterdir()
    assert note.suffix == ".md" and LANTERN.title in note.read_text("utf-8")


def test_a_place_that_cannot_be_written_is_tried_again(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x", "utf-8")
    for kind in (KeepKind.FOLDER, KeepKind.BIB):
        target = KeepTarget(name="n", kind=kind, place=str(tmp_path / "file" / "below"))
        outcome = PaperKeeper().keep(target, stored(LANTERN), "d" * 32)
        assert outcome.result is Result.FAILED and str(tmp_path / "file") in outcome.reason
