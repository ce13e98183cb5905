"""A link or an id that several papers of a feed share is nobody's, from the look on that shows it."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest

from tests.integration.outages import Play
from tests.parsers.feeds import rss
from watcher.model import Entry, Page, Source, Verdict
from watcher.parsers import PARSERS
from watcher.store import Store
from watcher.store.papers.identity import NOBODYS

HOUR = timedelta(hours=1)
LAB = Source(name="lab", kind="feed", url="https://lab.example/feed.xml")
NEWS = "<link>https://lab.example/news</link>"
GUID = '<guid isPermaLink="false">0</guid>'
COUNT = re.compile(r"Graphs (?:one|two|three|four|five)")

SHARED = {
    "a link": NEWS,
    "a link in two spellings": "<link>{scheme}://www.lab.example/news/</link>",
    "an id": GUID,
    "a link and an id": NEWS + GUID,
    "a link beside ids of their own": NEWS + "<guid>urn:x:{name}</guid>",
    "an id beside links of their own": GUID + "<link>https://lab.example/{name}</link>",
    "a permanent link": "<guid>https://lab.example/news</guid>",
}


@dataclass
class Feed:
    """Stands for the network: a feed of the items that are named."""

    play: Play
    form: str
    shown: Sequence[str] = ()
    looks: int = field(default=0)

    def get(self, url: str, validators: Callable[[str], Any], *, robots: bool = True) -> Page:
        self.looks += 1
        scheme = "https" if self.looks % 2 else "http"
        items = [f"<title>Graphs {name}</title>{self.form.format(name=name, scheme=scheme)}" for name in self.shown]
        return Page(url=url, body=rss(items), fetched_at=self.play.now)

    def close(self) -> None: ...


def played(store: Store, form: str, looks: Sequence[str]) -> tuple[list[Verdict], list[str]]:
    """Look at a feed again and again; return the verdicts, and every title that the reader was told."""
    play = Play(store, LAB, rule="graphs")
    feed = play.context.fetcher = Feed(play, form)  # type: ignore[assignment]
    verdicts = []
    for shown in looks:
        feed.shown = shown.split()
        verdicts.append(play.look(HOUR).verdict)
    told = [title for text in play.texts("me") for title in dict.fromkeys(COUNT.findall(text))]
    return verdicts, told


@pytest.mark.parametrize("form", SHARED.values(), ids=SHARED)
def test_each_of_the_papers_is_told_once(store: Store, form: str) -> None:
    looks = ["one", "two one", "three two one", "three", "four", "four", "five four", "one"]
    verdicts, told = played(store, form, looks)
    assert told == ["Graphs one", "Graphs two", "Graphs three", "Graphs four", "Graphs five"]
    assert [one is Verdict.NEW for one in verdicts] == [True, True, True, False, True, False, True, False]


def test_a_title_that_is_edited_under_a_link_of_its_own_is_told_once(store: Store) -> None:
    assert played(store, NEWS, ["one", "two", "three"])[1] == ["Graphs one"]


def test_another_source_is_not_concerned(store: Store) -> None:
    link = "url:https://lab.example/news"
    one, two = (Entry(title=f"Graphs {name}", shared=(link,)) for name in ("one", "two"))
    alone = Entry(title="Graphs three", keys=(link,))
    play = Play(store, LAB)
    with store.transaction() as tx:
        assert len(tx.papers.record_entries([one, two], "lab", play.now).new) == 2
        assert len(tx.papers.record_entries([alone], "another", play.now).new) == 1
        assert len(tx.papers.record_entries([Entry(title="Graphs four", keys=(link,))], "another", play.now).new) == 0
        assert len(tx.papers.record_entries([Entry(title="Graphs five", keys=(link,))], "lab", play.now).new) == 1
        (known,) = (paper for paper in tx.papers.all() if paper.title == "Graphs one")
        assert not [key for key in tx.papers.keys(known.id) if key.startswith(NOBODYS)]


def test_a_paper_that_was_stored_by_its_title_alone_is_the_same_under_its_link(store: Store) -> None:
    link = "url:https://lab.example/news"
    before = [Entry(title=f"Graphs {name}") for name in ("one", "two")]
    now = Play(store, LAB).now
    with store.transaction() as tx:
        assert len(tx.papers.record_entries(before, "lab", now).new) == 2
        after = [Entry(title=one.title, shared=(link,)) for one in before]
        assert tx.papers.record_entries(after, "lab", now + HOUR).new == ()
        edited = [Entry(title=one.title, shared=(link,), abstract="Now with an abstract.") for one in before]
        assert tx.papers.record_entries(edited, "lab", now + 2 * HOUR).new == ()


def test_what_a_feed_shares_is_named() -> None:
    parsed = PARSERS["feed"].parse(rss([f"<title>{n}</title>{NEWS}<guid>{n}</guid>" for n in "ab"]), "", LAB)
    entries = getattr(parsed, "entries", ())
    assert [entry.shared for entry in entries] == [("url:https://lab.example/news",)] * 2
    assert all(entry.keys for entry in entries)
