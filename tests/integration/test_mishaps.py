"""An unforeseen exception over a page breaks its source alone: all others are read and told."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests import naughty
from tests.integration.receivers import logged
from tests.integration.sites import say, serving
from tests.integration.test_inbox import Drop, page
from tests.integration.test_pipeline import SITE, World
from tests.parsers.feeds import rss
from tests.parsers.pages import sample_papers
from watcher.cli import main
from watcher.daemon.fleet import poll_in_turn
from watcher.errors import DatabaseAway, Overtaken, Stopped, StoreError
from watcher.files.broken_pages import KeptPages
from watcher.model import Judged, Reading, Source, Unreadable, Verdict
from watcher.parsers import PARSERS, Parser
from watcher.parsers.feed import kind as feed
from watcher.pipeline.polling.poll import poll_pages
from watcher.pipeline.subscriptions.apply import apply_config
from watcher.sandbox import process
from watcher.store import Store
from watcher.store.sources.pages import Pages as StoredPages

GOOD = rss(["<title>Pebbles, part 9</title><link>/9</link>"])
BAD = rss(["<title>Bad pebbles</title><link>/8</link>"])

MISHAPS: dict[str, Callable[[], BaseException]] = {
    f"AttributeError: {naughty.RAISES}": lambda: AttributeError(naughty.RAISES),
    "UnicodeEncodeError: 'utf-8' codec can't encode": lambda: UnicodeEncodeError(
        "utf-8", "\ud800", 0, 1, "no character"
    ),
    "RecursionError: maximum recursion depth exceeded": lambda: RecursionError("maximum recursion depth exceeded"),
    "MemoryError": MemoryError,
    "KeyError: 'x'": lambda: KeyError("x"),
    "ValueError: first": lambda: ValueError("first\nsecond\x1b[31m " + "long " * 1_000),
    "AssertionError": AssertionError,
    "Odd": type("Odd", (Exception,), {}),
}


def raising(error: Callable[[], BaseException]) -> Callable[..., Reading | Unreadable]:
    """The parser of feeds, which raises over bodies that hold ``Bad``."""
    own = feed.parse

    def parse(body: bytes, url: str) -> Reading | Unreadable:
        if b"Bad" in body:
            raise error()
        return own(body, url)

    return parse


@pytest.fixture
def failing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Raise over bad pages, in this process and in the workers that commands start."""
    monkeypatch.setattr(feed, "parse", raising(MISHAPS[f"AttributeError: {naughty.RAISES}"]))
    monkeypatch.setattr(process, "COMMAND", naughty.COMMAND)


REASON = f"internal error while reading: AttributeError: {naughty.RAISES}"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(home: Path, *args: str) -> int:
    return main(list(args), env={"STATE_DIRECTORY": str(home / "state"), "HOME": str(home)})


def configure(home: Path, url: str) -> None:
    (home / "config.yaml").write_text(f"""
timezone: UTC
operator: [me]
receivers: {{me: {{url: "console://"}}}}
sources:
  before: {{kind: feed, url: "{url}/before"}}
  lab: {{kind: feed, url: "{url}/lab"}}
  after: {{kind: feed, url: "{url}/after"}}
subscriptions:
  - {{name: parts, rule: pebbles, to: [me]}}
""")


def test_once(failing: None, home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with serving() as site:
        configure(home, site.url)
        for name, body in (("/before", GOOD), ("/lab", BAD), ("/after", GOOD.replace(b"9", b"7"))):
            site.answers[name] = say(body=body)
        assert run(home, "once") == 1
        out, err = capsys.readouterr()
        site.answers["/lab"] = say(body=GOOD.replace(b"9", b"5"))
        assert run(home, "once") == 0
        again = capsys.readouterr().out
    (kept,) = (home / "state" / "broken" / "lab").iterdir()
    assert kept.read_bytes() == BAD
    lines = out.splitlines()
    assert f"lab: broken: {REASON} (the page is kept as {kept})" in lines
    assert "before: new, 1 new paper, 1 match" in lines and "after: new, 1 new paper, 1 match" in lines
    assert "pebbles, part 7" in out.lower() and "pebbles, part 9" in out.lower()
    assert f"lab: broken: {REASON}" not in again and "lab: new, 1 new paper" in again
    assert "Traceback" not in out + err + again


def test_once_says_where_it_happened_when_asked(failing: None, home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with serving() as site:
        configure(home, site.url)
        for name in ("/before", "/lab", "/after"):
            site.answers[name] = say(body=BAD if name == "/lab" else GOOD)
        assert run(home, "-v", "once", "--json") == 1
    out, err = capsys.readouterr()
    polls = [(one["source"], one["verdict"]) for one in json.loads(out)["polls"]]
    assert [name for name, _ in polls] == ["before", "lab", "after"] and polls[1][1] == "broken"
    # Both others list the same papers and are read side by side: to which of them they are new is chance.
    assert {polls[0][1], polls[2][1]} == {"new", "unchanged"}
    assert "Traceback" in err and "AttributeError" in err


def test_import(failing: None, home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    configure(home, "https://lab.example")
    for name, body in (("a.xml", GOOD), ("b.xml", BAD), ("c.xml", GOOD.replace(b"9", b"7"))):
        (home / name).write_bytes(body)
    assert run(home, "import", "--no-tell", "a.xml", "b.xml", "c.xml") == 1
    out, err = capsys.readouterr()
    assert out == "stored 2; matched 2: 0 told now, 2 left untold (--tell)\n"
    assert err == f"b.xml: {REASON}\n"


def test_try_source(failing: None, home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with serving() as site:
        configure(home, site.url)
        site.answers["/lab"] = say(body=BAD)
        assert run(home, "try-source", "lab") == 1
        assert f"broken: {REASON}\n" in capsys.readouterr().err
    (home / "page.xml").write_bytes(BAD)
    assert run(home, "try-source", "lab", "--file", "page.xml", "--json") == 1
    tried = json.loads(capsys.readouterr().out)
    assert (tried["verdict"], tried["reason"]) == ("broken", REASON)
    assert run(home, "-v", "try-source", "lab", "--file", "page.xml") == 1
    assert "Traceback" in capsys.readouterr().err


@pytest.fixture
def world(store: Store, tmp_path: Path) -> World:
    world = World(store)
    world.context.kept = KeptPages(tmp_path / "broken")
    apply_config(world.context)
    return world


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "inbox"
    made.mkdir()
    return made


@pytest.fixture
def drop(world: World, folder: Path) -> Iterator[Drop]:
    yield Drop(world, folder)


def test_an_inbox(failing: None, drop: Drop) -> None:
    drop.put("a.xml", GOOD)
    drop.put("b.xml", BAD)
    drop.put("c.html", page(sample_papers(3)))
    polled = drop.look()
    assert (polled.judged, polled.new) == (Judged(Verdict.BROKEN, f"b.xml: {REASON}"), 4)
    assert drop.lies() == set() and drop.lies("done") == {"a.xml", "c.html"}
    assert (drop.folder / "failed" / "b.xml.reason.txt").read_text() == f"{REASON}\n"
    assert drop.look().judged == Judged(Verdict.QUIET)


def test_a_file_of_an_inbox_that_cannot_be_stored(drop: Drop, monkeypatch: pytest.MonkeyPatch) -> None:
    real = os.stat

    def stat(path: Any, **more: Any) -> os.stat_result:
        if path == "b.xml":
            raise PermissionError(13, "Permission denied")
        return real(path, **more)

    drop.put("a.xml", GOOD)
    drop.put("b.xml", GOOD)
    with monkeypatch.context() as patch:
        patch.setattr(os, "stat", stat)
        judged = drop.look().judged
    assert judged.verdict is Verdict.BROKEN and "PermissionError" in judged.reason
    assert drop.look().new == 1


def toy(parse: Callable[..., Reading | Unreadable], **more: Any) -> Parser:
    return Parser(kind="toy", version=1, starts=lambda source, today: (f"{SITE}/toy",), parse=parse, **more)


TOY = Source(name="toy", kind="toy", url=f"{SITE}/toy")


@pytest.mark.parametrize("reason", MISHAPS)
def test_a_daemon(world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, reason: str) -> None:
    """Any exception is one verdict of one source; the operator hears of it once, and of its end."""

    def fail(body: bytes, url: str, source: Source) -> Reading | Unreadable:
        raise MISHAPS[reason]()

    monkeypatch.setitem(PARSERS, "toy", toy(fail))
    world.context.config = replace(world.context.config, sources={"toy": TOY, "hf": world.source})
    world.network.pages[f"{SITE}/toy"] = b"the page"
    with logged() as log:
        for _ in range(2):
            poll_in_turn(TOY, world.context)
            world.now += world.source.every
    with world.context.store.reading() as tx:
        last = tx.pages.last_poll("toy")
    assert last and last.judged.verdict is Verdict.BROKEN
    assert last.judged.reason.startswith(f"internal error while reading: {reason}")
    assert len(last.judged.reason) < 500 and "\x1b" not in last.judged.reason and "second" not in last.judged.reason
    (kept,) = (tmp_path / "broken" / "toy").iterdir()
    assert kept.read_bytes() == b"the page" and str(kept) in last.judged.reason
    assert "Traceback" in log.getvalue()
    assert world.tell() == 1 and reason.partition(":")[0] in world.receivers.sent[-1][1].text
    poll_in_turn(world.source, world.context)
    assert world.tell() == 1 and world.told() == 12
    monkeypatch.setitem(PARSERS, "toy", toy(lambda body, url, source: Reading(entries=())))
    poll_in_turn(TOY, world.context)
    assert world.tell() == 1 and "toy" in world.receivers.sent[-1][1].text


def broken_parser(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> Any:
        raise KeyError("days")

    monkeypatch.setitem(PARSERS, "huggingface", replace(PARSERS["huggingface"], day_url=fail))


def broken_fetcher(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> Any:
        raise KeyError("days")

    monkeypatch.setattr(world.network, "get", fail)


def broken_store(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> Any:
        raise KeyError("days")

    monkeypatch.setattr(StoredPages, "record", fail)


@pytest.mark.parametrize("breaks", [broken_parser, broken_fetcher, broken_store])
def test_what_goes_wrong_around_a_parser(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, breaks: Callable[[World, Any], None]
) -> None:
    with monkeypatch.context() as patch:
        breaks(world, patch)
        judged = poll_pages(world.source, world.context).judged
    assert judged.verdict is Verdict.BROKEN
    assert judged.reason.startswith("internal error while reading: KeyError: 'days'")
    assert (tmp_path / "broken" / "hf").exists() is (breaks is broken_store)
    with world.context.store.reading() as tx:
        assert tx.papers.count() == 0, "all or nothing"
    assert world.look() == "new"


@pytest.mark.parametrize("error", [DatabaseAway("gone"), StoreError("full"), Stopped("x"), Overtaken("x")])
def test_what_says_nothing_of_the_page_stays_what_it_is(
    world: World, drop: Drop, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def fail(*_: object, **__: object) -> Any:
        raise error

    drop.put("a.xml", GOOD)
    with monkeypatch.context() as patch:
        patch.setattr("watcher.store.papers.papers.Papers.record_entries", fail)
        with pytest.raises(type(error)):
            poll_pages(world.source, world.context)
        with pytest.raises(type(error)):
            drop.look()
    with world.context.store.reading() as tx:
        assert tx.pages.last_poll("hf") is None
    assert drop.lies() == {"a.xml"}


@pytest.mark.parametrize("error", [KeyboardInterrupt, SystemExit])
def test_an_interrupt_ends_the_look(world: World, monkeypatch: pytest.MonkeyPatch, error: type[BaseException]) -> None:
    def fail(body: bytes, url: str, source: Source) -> Reading | Unreadable:
        raise error

    monkeypatch.setitem(PARSERS, "toy", toy(fail))
    world.network.pages[f"{SITE}/toy"] = b"the page"
    with pytest.raises(error):
        poll_pages(TOY, world.context)


def test_what_fails_while_the_process_stops_says_nothing(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> Any:
        world.context.stopping.set()
        raise RuntimeError("the client has been closed")

    monkeypatch.setattr(world.network, "get", fail)
    with pytest.raises(Stopped):
        poll_pages(world.source, world.context)
