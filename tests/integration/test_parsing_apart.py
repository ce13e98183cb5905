"""What a page does to its parser, it does to a worker: the poll has its verdict, and the next page is read."""

from __future__ import annotations

import os
import pickle
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from threading import Event

import pytest

from tests import naughty
from tests.conftest import REPOSITORY
from tests.integration.sites import say, serving
from tests.parsers.feeds import rss
from tests.parsers.test_told import PAGES
from tests.patience import PATIENCE
from tests.sources import make_source
from watcher.cli import main
from watcher.errors import Stopped, UnknownPage
from watcher.model import Entry, OtherForm, Reading, Source, Unreadable, Verdict
from watcher.parsers import Finding, SavedPage
from watcher.sandbox import process
from watcher.sandbox.apart import MOST, ParseApart
from watcher.sandbox.frames import LENGTH, Answer, Request, answer_in, framed
from watcher.sandbox.here import ParseHere
from watcher.sandbox.process import ParsingLimits, Worker

LAB = Source(name="lab", kind="feed", url="https://lab.example/feed")
GOOD = rss(["<title>Kilns</title><link>/1</link>"])
LIMITS = ParsingLimits(cpu=2, wall=60, memory=100, answer=10_000_000)

BROKEN = {
    "hang": "reading it took more than 2 s and was stopped",
    "eat": "reading it takes more than 100 MB",
    "flood": "reading it takes more than 100 MB",
    "crash": "the process that read it ended by signal SIGSEGV",
    "leave": "the process that read it ended with status 3",
    "exit": "the process that read it ended with status 1",
    "raise": f"internal error while reading: AttributeError: {naughty.RAISES}",
    "recurse": "internal error while reading: RecursionError: maximum recursion depth exceeded",
    "lie": "the process that read it gave no answer that can be read",
    "garble": "the process that read it gave no answer that can be read",
}
"""What a page does → the reason why it is broken."""


class Started:
    """Starts workers, and remembers their ids."""

    def __init__(self, command: tuple[str, ...] = naughty.COMMAND) -> None:
        self.command, self.pids = command, list[int]()

    def __call__(self, env: object, limits: ParsingLimits) -> Worker:
        worker = Worker(os.environ, limits, self.command)
        self.pids.append(worker.pid)
        return worker

    @property
    def alive(self) -> list[int]:
        return [pid for pid in self.pids if Path(f"/proc/{pid}").exists()]


@pytest.fixture
def started() -> Iterator[Started]:
    started = Started()
    yield started
    assert started.alive == []


@pytest.fixture
def apart(started: Started) -> Iterator[ParseApart]:
    with closing(ParseApart({}, Event(), LIMITS, started)) as apart:
        yield apart


def read(parsing: ParseApart | ParseHere, body: bytes) -> Reading | Unreadable:
    return parsing.parse(body, "https://lab.example/feed", LAB)


@pytest.mark.parametrize(("source", "body"), PAGES)
def test_every_kind_reads_the_same_in_a_worker(apart: ParseApart, source: Source, body: bytes) -> None:
    here = ParseHere()
    assert apart.parse(body, "https://x.example/", source) == here.parse(body, "https://x.example/", source)
    assert apart.find(body, source) == here.find(body, source)


def recognised(parsing: ParseApart | ParseHere, body: bytes) -> list[SavedPage | str]:
    found: list[SavedPage | str] = []
    try:
        found += parsing.recognise(body)
    except UnknownPage as error:
        found.append(str(error))
    return found


@pytest.mark.parametrize("body", [*(body for _, body in PAGES), b"", b"\x89PNG\r\n\x1a\n", b"\x1f\x8b\x08"])
def test_every_saved_page_is_recognised_the_same_in_a_worker(apart: ParseApart, body: bytes) -> None:
    assert recognised(apart, body) == recognised(ParseHere(), body)


@pytest.mark.parametrize("deed", BROKEN)
def test_a_page_that_ends_its_parser_is_broken_and_the_next_is_read(apart: ParseApart, deed: str) -> None:
    for _ in range(2):
        assert read(apart, naughty.naughty(deed)) == Unreadable(BROKEN[deed])
        assert isinstance(read(apart, GOOD), Reading)
    assert recognised(apart, naughty.naughty(deed)) == [BROKEN[deed]]
    assert apart.find(naughty.naughty(deed), LAB) == ()


def test_every_deed_is_tried() -> None:
    assert set(BROKEN) | {"print"} == set(naughty.DEEDS) | {"flood"}


def test_what_a_library_prints_is_no_answer(apart: ParseApart) -> None:
    found = read(apart, naughty.naughty("print"))
    assert isinstance(found, Reading) and not found.entries


def test_one_worker_reads_page_after_page(apart: ParseApart, started: Started) -> None:
    assert started.pids == []
    assert [read(apart, GOOD) for _ in range(5)] == [read(ParseHere(), GOOD)] * 5
    assert len(started.pids) == 1


def test_a_worker_that_somebody_ended_is_not_the_pages_fault(apart: ParseApart, started: Started) -> None:
    read(apart, GOOD)
    os.kill(started.pids[0], signal.SIGKILL)
    assert isinstance(read(apart, GOOD), Reading)
    assert len(started.pids) == 2


def test_a_worker_that_has_grown_is_replaced(started: Started) -> None:
    with closing(ParseApart({}, Event(), ParsingLimits(keep=1), started)) as apart:
        assert [isinstance(read(apart, GOOD), Reading) for _ in range(3)] == [True] * 3
    assert len(started.pids) == 3


def test_it_is_counted_why_workers_ended(started: Started) -> None:
    ended: list[str] = []
    with closing(ParseApart({}, Event(), LIMITS, started, ended=ended.append)) as apart:
        read(apart, GOOD)
        os.kill(started.pids[0], signal.SIGKILL)
        read(apart, GOOD)
        assert ended == ["died"], "the page was read by another one"
        read(apart, naughty.naughty("hang"))
        pages = apart.recognise(GOOD)
        next(pages)
        pages.close()  # type: ignore[attr-defined]
    assert ended[1:3] == ["over limits", "given up"]
    ended.clear()
    with closing(ParseApart({}, Event(), ParsingLimits(keep=1), started, ended=ended.append)) as apart:
        read(apart, GOOD)
    assert ended == ["spare"]


def test_many_at_once_are_read_by_few(apart: ParseApart, started: Started) -> None:
    bodies = [rss([f"<title>Paper {n}</title><link>/{n}</link>"]) for n in range(60)]
    with ThreadPoolExecutor(8) as threads:
        found = list(threads.map(lambda body: read(apart, body), bodies))
    assert [one.entries[0].title for one in found if isinstance(one, Reading)] == [f"Paper {n}" for n in range(60)]
    assert len(started.pids) <= MOST and len(started.alive) == 1


def test_others_do_not_wait_for_a_page_that_hangs(started: Started) -> None:
    limits = ParsingLimits(cpu=1_000, wall=1_000)
    stopping = Event()
    with closing(ParseApart({}, stopping, limits, started)) as apart, ThreadPoolExecutor(MOST) as threads:
        hung = [threads.submit(read, apart, naughty.naughty("hang")) for _ in range(MOST - 1)]
        assert isinstance(read(apart, GOOD), Reading)
        stopping.set()
        for one in hung:
            with pytest.raises(Stopped):
                one.result()


def test_a_stop_ends_what_is_being_read(started: Started) -> None:
    stopping = Event()
    stopping.set()
    with closing(ParseApart({}, stopping, ParsingLimits(), started)) as apart, pytest.raises(Stopped):
        read(apart, naughty.naughty("hang"))


def test_a_file_that_nobody_reads_to_the_end_leaves_no_worker(apart: ParseApart, started: Started) -> None:
    pages = iter(apart.recognise(GOOD))
    next(pages)
    pages.close()  # type: ignore[attr-defined]
    assert started.alive == []


def test_a_program_that_is_missing_is_said() -> None:
    started = Started(("/nowhere/python",))
    with closing(ParseApart({}, Event(), LIMITS, lambda env, limits: Worker({}, limits, started.command))) as apart:
        assert read(apart, GOOD) == Unreadable("no process could be started to read it: No such file or directory")


def test_a_worker_knows_no_secrets_and_what_lists_processes_shows_none() -> None:
    names = ("SLACK_TOKEN", "PATH_TOKEN", "PYTHON_PASSWORD", "TZ_KEY", "LANG_SECRET", "LC_", "MAIL_PASSWORD")
    env = {**dict.fromkeys(names, "s3cretTOKEN"), "LANG": "C.UTF-8", "PYTHONUTF8": "1"}
    source = Source(name="lab", kind="feed", url="https://me:s3cretTOKEN@lab.example/feed?key=s3cretTOKEN")
    seen: list[bytes] = []

    class Watched(Worker):
        def answer(self, stopping: Event) -> Answer:
            answer = super().answer(stopping)  # a process that has just begun has no environment yet
            seen.extend(Path(f"/proc/{self.pid}/{name}").read_bytes() for name in ("cmdline", "environ"))
            return answer

    with closing(ParseApart(env, Event(), LIMITS, Watched)) as apart:
        assert isinstance(apart.parse(GOOD, "https://lab.example/feed", source), Reading)
    commands, environment = seen
    assert b"watcher.sandbox.worker" in commands
    assert b"LANG=C.UTF-8" in environment and b"PYTHONUTF8=1" in environment
    assert b"s3cret" not in commands + environment and b"lab.example" not in commands


def test_of_an_answer_nothing_is_made_but_values() -> None:
    whole = Answer(Reading(entries=(Entry(title="T"),)), 1)
    assert answer_in(framed(whole)[8:]) == whole
    for other in (os.system, subprocess.Popen, Path("x"), ParseApart, Exception("x"), getattr, Entry(title="T")):
        packed = pickle.dumps((other, 0, "", ""))
        with pytest.raises(ValueError, match="no answer") as refused:
            answer_in(packed)
        assert "is no value of a page" in str(refused.value.__cause__)


def test_an_answer_changes_no_class_of_its_owner() -> None:
    for module, name in (("watcher.model.reading", "Verdict"), ("watcher.model.reading", "Entry")):
        changes = f"\x80\x02(c{module}\n{name}\nN}}U\x04_badK\x01s\x86bK\x00U\x00U\x00t.".encode()
        with pytest.raises(ValueError, match="no answer"):
            answer_in(changes)
    assert not hasattr(Verdict, "_bad") and not hasattr(Entry, "_bad")


NO_READING = ("reading", [("a title alone",)], [[None]] * 10)


def test_what_comes_out_of_a_worker_is_what_went_in() -> None:
    """Fields that are empty in all entries, or the same, or of other types than texts; none, one, and many of them."""
    at = datetime(2026, 3, 9, 8, 0, 1, 500, UTC)
    one = Entry(title="A", published=at, listed=at.date(), forms=(OtherForm("doi:10.1/a"), OtherForm("arxiv:1", "x")))
    same = Entry(title="A", upvotes=0, is_secondhand=True, authors=("Ann Bee",), keys=("url:https://a.example/",))
    for entries in ((), (one,), (same,), (one, same, same), (same, same), (Entry(title="A"), Entry(title=""))):
        told = Reading(entries=entries, day=at.date(), is_newest=True, warnings=("w",), total=0, reaches=at)
        for value in (told, SavedPage("form", None, told), Unreadable("why"), (Finding("k", "s", 1, 1, ("n",)),), ()):
            assert repr(answer_in(framed(Answer(value, 1))[LENGTH:]).value) == repr(value)


def test_a_source_that_changes_is_read_as_it_is_then() -> None:
    with closing(ParseApart(os.environ, Event(), LIMITS)) as apart:
        for title in ("h2", "h3", "h2"):
            source = make_source("lab", "html", url="https://lab.example/", item="li", title=title)
            page = b"<html><body><ul><li><h2>Two</h2><h3>Three</h3></li></ul></body></html>"
            reading = apart.parse(page, "https://lab.example/", source)
            assert isinstance(reading, Reading), reading
            assert [entry.title for entry in reading.entries] == [{"h2": "Two", "h3": "Three"}[title]]


@pytest.mark.parametrize(
    "fields",
    [
        *((1, 0, "", ""), (None, "many", "", ""), (None, 0, None, ""), (None, 0, ""), ()),
        *((NO_READING, 0, "", ""), (("reading", [], []), 0, "", ""), (("else", "x"), 0, "", "")),
        (("findings", [("k", "k"), ("s",), (1, 1), (1, 1), ((), ())]), 0, "", ""),
    ],
)
def test_what_is_no_whole_answer_is_none(fields: tuple[object, ...]) -> None:
    with pytest.raises(ValueError, match="no answer"):
        answer_in(pickle.dumps(fields))


def test_a_worker_is_given_no_password() -> None:
    asked: list[object] = []

    class Noting(Worker):
        def ask(self, request: Request, body: bytes, stopping: Event) -> None:
            asked.append(request)
            super().ask(request, body, stopping)

    with closing(ParseApart({}, Event(), LIMITS, Noting)) as apart:
        secret = Source(name="lab", kind="feed", url="https://me:s3cretTOKEN@lab.example/feed")
        apart.parse(GOOD, "https://lab.example/feed", secret)
        apart.find(GOOD, secret)
    assert len(asked) == 2 and "s3cretTOKEN" not in repr(asked)


def test_where_pipes_cannot_be_enlarged_pages_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> int:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr("fcntl.fcntl", refuse)
    with closing(ParseApart(os.environ, Event(), LIMITS)) as apart:
        assert isinstance(read(apart, GOOD + b" " * 300_000), Reading)


OWNER = """
import os
from threading import Event
from tests import naughty
from watcher.model import Source
from watcher.sandbox.apart import ParseApart
from watcher.sandbox.process import ParsingLimits, Worker

def start(env, limits):
    worker = Worker(os.environ, limits, naughty.COMMAND)
    print(worker.pid, flush=True)
    return worker

apart = ParseApart({}, Event(), ParsingLimits(cpu=1000, wall=1), start)
apart.parse(naughty.naughty("hang"), "", Source(name="x", kind="feed"))
"""


def test_a_worker_that_hangs_does_not_outlive_its_owner_for_long() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", OWNER], stdout=subprocess.PIPE, text=True, cwd=REPOSITORY, env=os.environ
    ) as owner:
        assert owner.stdout
        pid = int(owner.stdout.readline())
        owner.kill()
    until = time.monotonic() + PATIENCE
    while Path(f"/proc/{pid}/cmdline").exists() and Path(f"/proc/{pid}/cmdline").read_bytes():
        assert time.monotonic() < until
        os.sched_yield()


CONFIG = """
timezone: UTC
operator: [me]
receivers: {{me: {{url: "console://"}}}}
sources:
  lab: {{kind: feed, url: "{url}/lab"}}
  after: {{kind: feed, url: "{url}/after"}}
subscriptions:
  - {{name: kilns, rule: kilns, to: [me]}}
"""


def test_once_outlives_a_page_that_crashes_its_parser(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(process, "COMMAND", naughty.COMMAND)
    with serving() as site:
        Path("config.yaml").write_text(CONFIG.format(url=site.url), encoding="utf-8")
        site.answers["/lab"], site.answers["/after"] = say(body=naughty.naughty("crash")), say(body=GOOD)
        assert main(["once"], env={"STATE_DIRECTORY": str(tmp_path / "state"), "HOME": str(tmp_path)}) == 1
    shown = capsys.readouterr().out
    assert f"lab: broken: {BROKEN['crash']} (the page is kept as " in shown
    assert "after: new, 1 new paper, 1 match" in shown
    (kept,) = (tmp_path / "state" / "broken" / "lab").iterdir()
    assert kept.read_bytes() == naughty.naughty("crash")


def test_a_page_that_has_not_changed_starts_no_worker(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    env = {"STATE_DIRECTORY": str(tmp_path / "state"), "HOME": str(tmp_path)}
    with serving() as site:
        Path("config.yaml").write_text(CONFIG.format(url=site.url), encoding="utf-8")
        for name in ("/lab", "/after"):
            site.answers[name] = say(body=GOOD, ETag='"x"')
        assert main(["once"], env=env) == 0
        monkeypatch.setattr(process, "COMMAND", ("/nowhere/python",))
        for name in ("/lab", "/after"):
            site.answers[name] = say("304 Not Modified")
        assert main(["once"], env=env) == 0
    assert "lab: unchanged" in capsys.readouterr().out
