"""What people report of readers as "unread again": the same item, shown otherwise at the next look, is told once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest

from tests.integration.outages import Play
from tests.integration.test_pipeline import subscription
from tests.integration.test_shared_links import COUNT, LAB
from tests.parsers.feeds import atom, rss
from watcher.model import Page
from watcher.pipeline.subscriptions.apply import apply_config
from watcher.store import Store

WORDS = "kilns and lanterns are read at length in many tides on islands where pebbles do what pebbles do by night"
TEXT = f"<description>Graphs of {WORDS}.</description>"
TITLE = f"<title>Graphs one</title>{TEXT}"
ENTRY = "<title>Graphs one</title><id>urn:lab:1</id>"

DIRECT = "<title>Graphs one</title><link>https://lab.example/one</link>"
ONCE_COUNTED = "<title>Graphs one</title><link>https://feeds.example/~r/1</link>"
SPACE = 'xmlns:f="http://rssnamespace.org/feedburner/ext/1.0"'
COUNTED = f"{ONCE_COUNTED}<f:origLink {SPACE}>https://lab.example/one</f:origLink>"

LONG = "Graphs one of lanterns on quiet islands"
BY = '<dc:creator xmlns:dc="http://purl.org/dc/elements/1.1/">Ada Fern</dc:creator>'
WAS = f"<title>{LONG}</title>{TEXT}<link>https://lab.example/one</link>{BY}"


def noticed(title: str, *, by: str = BY) -> bytes:
    """A look at which the paper stands under another address, with nothing but what became of it."""
    gone = "<description>This paper has been withdrawn by its authors.</description>"
    return rss([f"<title>{title}</title><link>https://lab.example/retractions/7</link>{gone}{by}"])


LOOKS: dict[str, Sequence[bytes]] = {
    "another language's host, the same id": [
        rss(
            [
                f'{TITLE}<link>https://{host}lab.example/one</link><guid isPermaLink="false">https://lab.example/?p=1</guid>'
            ]
        )
        for host in ("", "it.", "fr.")
    ],
    "an address that changes as the id": [
        rss([f'{TITLE}<link>https://lab.example/one</link><guid isPermaLink="false">https://lab.example/x{n}</guid>'])
        for n in range(3)
    ],
    "a session in the link, the same id": [
        rss([f"{TITLE}<link>https://lab.example/i?s={n}&amp;app=1</link><guid isPermaLink='false'>one</guid>"])
        for n in range(3)
    ],
    "its time of updating": [
        atom([f'{ENTRY}<link href="/one"/><updated>2026-02-0{n}T00:00:00Z</updated>']) for n in (2, 3, 4)
    ],
    "stars and times in its text": [
        rss([f"<title>Graphs one</title><link>https://lab.example/one</link><description>{n} stars</description>"])
        for n in range(3)
    ],
    "a title that is edited": [
        rss([f"<title>Graphs one{more}</title><link>https://lab.example/one</link>"]) for more in ("", "!", " of all")
    ],
    "a link that leads through a service now": [rss([DIRECT]), rss([COUNTED])],
    "a link that no longer leads through a service": [rss([ONCE_COUNTED]), rss([COUNTED]), rss([DIRECT])],
    "withdrawn, under another address": [rss([WAS]), noticed(f"Withdrawn: {LONG}"), noticed(f"Withdrawn: {LONG}")],
    "retracted, under another address, without authors": [rss([WAS]), noticed(f"RETRACTED: {LONG}", by="")],
    "retracted at the end, under another address": [rss([WAS]), noticed(f"{LONG} [Retracted]"), rss([WAS])],
    "a feed that is empty for a look": [rss([f"{TITLE}<link>https://lab.example/one</link>"]), rss([])],
}


@dataclass
class Shown:
    """Stands for the network."""

    play: Play
    body: bytes = b""

    def get(self, url: str, validators: Callable[[str], Any], *, robots: bool = True) -> Page:
        return Page(url=url, body=self.body, fetched_at=self.play.now)

    def close(self) -> None: ...


@pytest.mark.parametrize("bodies", LOOKS.values(), ids=LOOKS)
def test_an_item_that_is_shown_otherwise_is_told_once(store: Store, bodies: Sequence[bytes]) -> None:
    play = Play(store, LAB, rule="graphs")
    shown = play.context.fetcher = Shown(play)  # type: ignore[assignment]
    for body in [*bodies, bodies[0]]:
        shown.body = body
        play.look(timedelta(hours=6))
    assert [title for text in play.texts("me") for title in dict.fromkeys(COUNT.findall(text))] == ["Graphs one"]


def test_what_is_withdrawn_under_another_address_counts_as_withdrawn_and_is_told_as_such_once(store: Store) -> None:
    play = Play(store, LAB, rule="graphs")
    play.context.config = play.config(subscription(rule="graphs", tells_updates=True))
    apply_config(play.context)
    shown = play.context.fetcher = Shown(play)  # type: ignore[assignment]
    for body in (rss([WAS]), noticed(f"Withdrawn: {LONG}"), noticed(f"Withdrawn: {LONG}")):
        shown.body = body
        play.look(timedelta(hours=6))
    texts = play.texts("me")
    assert [("withdrawn" in text.lower()) for text in texts] == [False, True]
    with store.reading() as tx:
        (paper,) = tx.papers.all()
        assert paper.title.startswith("Withdrawn: ") and len(tx.papers.keys(paper.id)) == 2


def test_a_notice_of_another_group_s_paper_is_a_paper_of_its_own(store: Store) -> None:
    play = Play(store, LAB, rule="graphs")
    shown = play.context.fetcher = Shown(play)  # type: ignore[assignment]
    for body in (rss([WAS]), noticed(f"Withdrawn: {LONG}", by=BY.replace("Ada Fern", "Bo Moss"))):
        shown.body = body
        play.look(timedelta(hours=6))
    with store.reading() as tx:
        assert len(list(tx.papers.all())) == 2
