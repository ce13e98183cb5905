"""A folder of dropped files: read once, moved away, told once, whatever happens in between."""

from __future__ import annotations

import gzip
import json
import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.integration.test_pipeline import START, World, subscription
from tests.parsers.pages import Paper, api_page, make_page, sample_papers
from tests.sources import make_source
from watcher.cli import main
from watcher.files.inbox_folder import LARGEST, Inbox
from watcher.model import Judged, Verdict
from watcher.pipeline.inbox import AGAIN, poll_inbox
from watcher.pipeline.polling.polled import Polled, next_poll
from watcher.pipeline.subscriptions.apply import apply_config
from watcher.store import Store

TODAY = START.date()
TEXT = (
    "Daily Papers\nbyAK and the research community\n\nBorrowed Agents\n\n" + "Agents carry lanterns over hills. " * 12
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "inbox"
    made.mkdir()
    return made


class Drop:
    """An inbox in a world; what it holds has stood still for an hour."""

    def __init__(self, world: World, folder: Path) -> None:
        self.world, self.folder = world, folder
        self.source = make_source(name="drop", kind="inbox", folder=str(folder))
        world.context.config = replace(world.config(subscription(rule="part OR agents")), sources={"drop": self.source})
        apply_config(world.context)

    def put(self, name: str, body: bytes, age: timedelta = timedelta(hours=1)) -> Path:
        path = self.folder / name
        path.write_bytes(body)
        at = (self.world.now - age).timestamp()
        os.utime(path, (at, at))
        return path

    def look(self) -> Polled:
        return poll_inbox(self.source, self.world.context)

    def lies(self, where: str = "") -> set[str]:
        return {path.name for path in (self.folder / where).iterdir() if path.is_file() or path.is_symlink()}


@pytest.fixture
def drop(store: Store, folder: Path) -> Iterator[Drop]:
    yield Drop(World(store), folder)


def page(papers: list[Paper]) -> bytes:
    return make_page(TODAY, papers)


def test_every_form_is_read_and_moved(drop: Drop) -> None:
    drop.put("day.html", page(sample_papers(3)))
    drop.put("answer.json", api_page(sample_papers(2, seed=1), TODAY))
    drop.put("mail.txt", TEXT.encode())
    drop.put("packed.json.gz", gzip.compress(api_page(sample_papers(1, seed=2), TODAY)))
    polled = drop.look()
    assert (polled.judged, polled.new, polled.wait) == (Judged(Verdict.NEW), 7, None)
    assert (drop.lies(), drop.lies("done")) == (set(), {"day.html", "answer.json", "mail.txt", "packed.json.gz"})
    assert drop.look().judged == Judged(Verdict.QUIET)


def test_what_a_file_holds_is_told_once(drop: Drop) -> None:
    drop.put("mail.txt", TEXT.encode())
    drop.look()
    drop.world.tell()
    assert drop.world.receivers.text().count("Borrowed Agents") >= 1
    told = len(drop.world.receivers.sent)
    drop.put("mail.txt", TEXT.encode())
    assert drop.look().judged == Judged(Verdict.UNCHANGED)
    drop.world.tell()
    assert len(drop.world.receivers.sent) == told
    assert drop.lies("done") == {"mail.txt", "mail.txt.2"}


def test_a_crash_between_storing_and_moving_tells_nothing_twice(drop: Drop, monkeypatch: pytest.MonkeyPatch) -> None:
    drop.put("mail.txt", TEXT.encode())

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(Inbox, "move", killed)
        with pytest.raises(KeyboardInterrupt):
            drop.look()
    drop.world.tell()
    told = len(drop.world.receivers.sent)
    assert told
    assert drop.lies() == {"mail.txt"}
    assert drop.look().new == 0
    drop.world.tell()
    assert len(drop.world.receivers.sent) == told
    assert drop.lies("done") == {"mail.txt"}


def test_pages_of_days_long_past_are_stored_and_not_told(drop: Drop) -> None:
    drop.put("old.html", make_page(TODAY - timedelta(days=40), sample_papers(3)))
    polled = drop.look()
    drop.world.tell()
    assert (polled.new, polled.matched) == (3, 3)
    assert drop.world.receivers.sent == []


def test_what_became_of_a_told_paper_is_told_from_a_file(drop: Drop) -> None:
    drop.world.apply(subscription(rule="part", on=("code",)))
    (shown,) = sample_papers(1)
    drop.put("day.json", api_page([shown | {"code_url": None}], TODAY))
    drop.look()
    drop.world.tell()
    before = len(drop.world.receivers.sent)
    for name in ("next.json", "again.json"):
        drop.put(name, api_page([shown], TODAY))
        drop.look()
        drop.world.tell()
        assert len(drop.world.receivers.sent) == before + 1, name
    assert "now with code" in drop.world.receivers.text()


# --- complete or not ---


def test_what_lay_there_while_nobody_looked_is_told(drop: Drop) -> None:
    """The look-back of an inbox counts from its last poll: after weeks without polls, files of these weeks are told."""
    drop.look()
    assert [drop.world.tell(), drop.source.look_back] == [0, 3]
    days = [TODAY - timedelta(days=9), TODAY, TODAY + timedelta(days=9)]
    for n, day in enumerate(days):
        drop.put(f"{day}.html", make_page(day, sample_papers(2, seed=n)))
    drop.world.now += timedelta(days=20)
    assert drop.look().judged == Judged(Verdict.NEW)
    drop.world.tell()
    told = [paper["title"] in drop.world.receivers.text() for n in range(3) for paper in sample_papers(2, seed=n)]
    assert told == [False, False, True, True, True, True]


def test_a_file_is_read_when_it_stands_still(drop: Drop) -> None:
    drop.put("new.html", page(sample_papers(1)), age=timedelta(seconds=5))
    polled = drop.look()
    assert (polled.judged, drop.lies()) == (Judged(Verdict.QUIET), {"new.html"})
    assert next_poll(drop.source, polled, drop.world.now, 0) == drop.world.now + AGAIN
    drop.world.now += AGAIN
    assert drop.look().new == 1


@pytest.mark.parametrize("written", [1e12, -1e12, 9e9])
def test_a_file_of_a_year_that_no_calendar_has(written: float, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "a.xml").write_text("x")
    (tmp_path / "b.xml").write_text("x")
    stat = os.stat

    def seen(name: str, **settings: object) -> os.stat_result:
        found = stat(name, **settings)  # type: ignore[arg-type]
        times = (found.st_atime, written, found.st_ctime) if name == "a.xml" else (found.st_atime, 0.0, found.st_ctime)
        return os.stat_result(
            (*found[:7], *map(int, times)), {"st_mtime": times[1], "st_mtime_ns": int(times[1] * 1e9)}
        )

    inbox = Inbox.opened(str(tmp_path))
    assert isinstance(inbox, Inbox)
    monkeypatch.setattr(os, "stat", seen)
    waiting = inbox.waiting(datetime.now(UTC) + timedelta(hours=1))
    inbox.close()
    assert set(waiting.names) == {"a.xml", "b.xml"}


def test_hidden_and_unfinished_files_and_folders_are_left_alone(drop: Drop) -> None:
    names = {".hidden.html", "a.html.part", "b.crdownload", "c.tmp", "d.html~"}
    for name in names:
        drop.put(name, page(sample_papers(1)))
    (drop.folder / "folder").mkdir()
    (drop.folder / "folder" / "deep.html").write_bytes(page(sample_papers(1)))
    assert drop.look().judged == Judged(Verdict.QUIET)
    assert drop.lies() == names


def test_what_was_replaced_while_it_was_read_stays(drop: Drop, monkeypatch: pytest.MonkeyPatch) -> None:
    drop.put("day.html", page(sample_papers(1)))
    read: Callable[[Inbox, str], bytes | str] = Inbox.read

    def replaced(inbox: Inbox, name: str) -> bytes | str:
        body = read(inbox, name)
        drop.put("fresh.tmp", page(sample_papers(2, seed=1))).rename(drop.folder / "day.html")
        return body

    with monkeypatch.context() as patched:
        patched.setattr(Inbox, "read", replaced)
        assert drop.look().new == 1
    assert drop.lies() == {"day.html"}
    assert drop.look().new == 2
    assert drop.lies("done") == {"day.html"}


# --- what fails ---


def test_what_cannot_be_read_fails_with_its_reason_and_stops_nothing(drop: Drop) -> None:
    drop.put("a.pdf", b"%PDF-1.7")
    drop.put("b.html", page(sample_papers(2)))
    with drop.put("c.html", b"").open("r+b") as file:
        file.truncate(LARGEST + 1)
    os.utime(drop.folder / "c.html", (0, 0))
    polled = drop.look()
    assert (polled.judged.verdict, polled.new) == (Verdict.BROKEN, 2)
    assert "a.pdf: looks like a PDF" in polled.judged.reason
    assert "c.html: larger than 50 MB" in polled.judged.reason
    assert drop.lies("failed") == {"a.pdf", "a.pdf.reason.txt", "c.html", "c.html.reason.txt"}
    assert (drop.folder / "failed" / "a.pdf.reason.txt").read_text().startswith("looks like a PDF")
    assert (drop.lies(), drop.lies("done")) == (set(), {"b.html"})


def test_links_are_moved_and_never_followed(drop: Drop, tmp_path: Path) -> None:
    secret = tmp_path / "secret.html"
    secret.write_bytes(page(sample_papers(2)))
    (drop.folder / "link.html").symlink_to(secret)
    os.mkfifo(drop.folder / "pipe.html")
    polled = drop.look()
    assert (polled.judged.verdict, polled.new) == (Verdict.BROKEN, 0)
    assert "link.html: a symbolic link: not followed" in polled.judged.reason
    assert "pipe.html: no regular file" in polled.judged.reason
    assert secret.exists()
    assert (drop.folder / "failed" / "link.html").is_symlink()


def test_a_link_in_the_place_of_done_leads_nothing_outward(drop: Drop, tmp_path: Path) -> None:
    (tmp_path / "outside").mkdir()
    (drop.folder / "done").symlink_to(tmp_path / "outside")
    drop.put("day.html", page(sample_papers(1)))
    polled = drop.look()
    assert "day.html cannot be moved" in polled.judged.reason
    assert list((tmp_path / "outside").iterdir()) == []
    assert drop.lies() >= {"day.html"}


def test_a_folder_that_is_not_there_is_unreachable(drop: Drop) -> None:
    drop.folder.rmdir()
    judged = drop.look().judged
    assert (judged.verdict, "No such file or directory" in judged.reason) == (Verdict.UNREACHABLE, True)


def test_names_that_are_no_text(drop: Drop) -> None:
    name = os.fsdecode(b"\xff\x1b[31m\n" + b"x" * 240)
    drop.put(name, b"%PDF")
    judged = drop.look().judged
    judged.reason.encode()
    assert "\x1b" not in judged.reason
    assert len(list((drop.folder / "failed").iterdir())) == 2


def test_a_page_that_is_cut_off_gives_what_is_whole(drop: Drop) -> None:
    lines = [
        json.dumps(
            {"first_listed": str(TODAY), "arxiv_id": f"2603.0000{n}", "title": f"Kiln {n}", "abstract": "x" * 99}
        )
        for n in range(3)
    ]
    drop.put("corpus.jsonl.gz", gzip.compress("\n".join(lines).encode())[:-20])
    polled = drop.look()
    assert polled.judged.verdict in (Verdict.BROKEN, Verdict.PARTIAL)
    assert "corpus.jsonl.gz" in polled.judged.reason


# --- at a shell ---


def test_once_and_try_source(tmp_path: Path, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "mail.txt").write_text(TEXT)
    at = (datetime.now(UTC) - timedelta(hours=1)).timestamp()
    os.utime(folder / "mail.txt", (at, at))
    (tmp_path / "config.yaml").write_text("timezone: UTC\nsources:\n  drop: {kind: inbox, folder: inbox}\n")
    env = {"STATE_DIRECTORY": str(tmp_path / "state"), "HOME": str(tmp_path)}
    args = ["-c", str(tmp_path / "config.yaml")]
    assert main([*args, "try-source", "drop"], env=env) == 0
    assert "Borrowed Agents" in capsys.readouterr().out
    assert (folder / "mail.txt").exists()
    assert main([*args, "once"], env=env) == 0
    assert (folder / "done" / "mail.txt").exists()
    capsys.readouterr()
    assert main([*args, "try-source", "drop"], env=env) == 1
    assert "no file waits" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("keys", "problem"),
    [
        ("", "needs `folder`"),
        (", folder: x, url: 'https://a.example'", "has no `url`"),
        (", folder: x, item: li", "has no `item`"),
    ],
)
def test_mistakes(tmp_path: Path, capsys: pytest.CaptureFixture[str], keys: str, problem: str) -> None:
    (tmp_path / "config.yaml").write_text(f"timezone: UTC\nsources:\n  drop: {{kind: inbox{keys}}}\n")
    assert main(["-c", str(tmp_path / "config.yaml"), "check-config"], env={"HOME": str(tmp_path)}) == 2
    assert problem in "".join(capsys.readouterr())
