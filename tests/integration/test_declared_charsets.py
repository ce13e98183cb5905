"""The charset in an answer's header reaches the parser in its process."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.integration.outages import Play
from tests.integration.sites import Site, say, serving
from tests.parsers.test_charsets import FEED, RUSSIAN, feed, page
from watcher.cli import main
from watcher.fetch import Fetcher
from watcher.model import Entry, Page, Validators
from watcher.store import Store


@pytest.fixture
def site() -> Iterator[Site]:
    with serving() as site:
        yield site


@pytest.mark.parametrize(
    ("header", "charset"),
    [
        ("text/html", ""),
        ("text/html; charset=windows-1251", "windows-1251"),
        ('text/html;charset="windows-1251"; x=y', "windows-1251"),
        ("text/html; x=charset; Charset = windows-1251", "windows-1251"),
        ("text/html; charset=windows-1251; charset=utf-8", "windows-1251"),
        ("text/html; charset=", ""),
        ('text/html; charset=""', ""),
        ("charset=utf-8", ""),
        (f"text/html; charset={'x' * 999}", "x" * 60),
    ],
)
def test_a_page_comes_with_the_charset_of_its_header(site: Site, header: str, charset: str) -> None:
    site.answers["/p"] = say(body=b"x", Content_Type=header)
    found = Fetcher().get(f"{site.url}/p", lambda url: Validators())
    assert isinstance(found, Page)
    assert found.charset == charset


@pytest.mark.parametrize(
    ("kind", "body"),
    [("kind: feed", feed(RUSSIAN, "cp1251")), ("kind: html, item: li, title: b", page(RUSSIAN, "cp1251"))],
)
def test_try_source_shows_the_letters_that_were_written(
    site: Site, tmp_path: Path, capsys: pytest.CaptureFixture[str], kind: str, body: bytes
) -> None:
    site.answers["/digest"] = say(body=body, Content_Type="text/html; charset=windows-1251")
    config = tmp_path / "config.yaml"
    config.write_text(f"timezone: UTC\nsources:\n  lab: {{{kind}, url: '{site.url}/digest'}}\n")
    arguments = ["--config", str(config), "try-source", "lab", "--json"]
    assert main(arguments, env={"STATE_DIRECTORY": str(tmp_path / "state"), "HOME": str(tmp_path)}) == 0
    shown = json.loads(capsys.readouterr().out)
    assert [paper["title"] for paper in shown["papers"]] == [RUSSIAN]
    assert shown["warnings"] == []


@dataclass
class Lab:
    """Stands for the network: one paper in Windows-1251, of which the header says so, or does not."""

    play: Play
    item: str
    charset: str = ""

    def get(self, url: str, validators: Callable[[str], Any], *, robots: bool = True) -> Page:
        body = f"<rss><channel><item>{self.item}</item></channel></rss>".encode("cp1251")
        return Page(url=url, body=body, fetched_at=self.play.now, charset=self.charset)

    def close(self) -> None: ...


@pytest.mark.parametrize(
    "more", ["<link>https://lab.example/1</link>", "<guid>urn:1</guid>", "", "<author>Ann</author>"]
)
def test_letters_that_were_read_wrongly_are_mended_and_nothing_is_told_again(store: Store, more: str) -> None:
    play = Play(store, FEED, rule="graphs")
    lab = play.context.fetcher = Lab(play, f"<title>Graphs: {RUSSIAN}</title>{more}")  # type: ignore[assignment]
    play.look()
    lab.charset = "windows-1251"
    play.look(timedelta(hours=1))
    play.look(timedelta(hours=1))
    with store.reading() as tx:
        assert [paper.title for paper in tx.papers.all()] == [f"Graphs: {RUSSIAN}"]
    assert len(play.messages("me")) == 1


def test_a_title_in_other_letters_is_another_paper(store: Store) -> None:
    now = Play(store, FEED).now
    with store.transaction() as tx:
        assert len(tx.papers.record_entries([Entry(title="Ãëóáîêîå")], "lab", now).new) == 1
        assert len(tx.papers.record_entries([Entry(title="Глубокое"), Entry(title="Глубоко")], "lab", now).new) == 1
        assert len(tx.papers.record_entries([Entry(title="cafÃ©"), Entry(title="café")], "lab", now).new) == 1
        assert len(
            tx.papers.record_entries([Entry(title="Ünïcode", keys=("url:https://a.example/1",))], "lab", now).new
        )
