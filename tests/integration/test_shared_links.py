"""A link or an id that several papers of a feed share is nobody's, from the look on that shows it."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import pytest

from tests.integration.outages import Play
from tests.parsers.feeds import rss
from watcher.model import Entry, Page, Source, Verdict
from watcher.parsers import PARSERS
from watcher.store import Store
from watcher.store.identity.keys import NOBODYS

HOUR = timedelta(hours=1)
LAB = Source(name="lab", kind="feed", url="https://lab.example/feed.xml")
NEWS = "<link>https://lab.example/news</link>"
GUID = '<guid isPermaLink="false">0</guid>'
COUNT = re.compile(r"Graphs (?:one|two|three|four|five|six|seven|eight)")

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
        form = self.form
        items = [
            f"<title>Graphs {name}</title>{form.format(name=name, scheme=scheme, look=self.looks, place=place)}"
            for place, name in enumerate(self.shown)
        ]
        return Page(url=url, body=rss(items), fetched_at=self.play.now)

    def close(self) -> None: ...


@dataclass
class Fixed:
    """Stands for the network: one page."""

    play: Play
    body: bytes

    def get(self, url: str, validators: Callable[[str], Any], *, robots: bool = True) -> Page:
        return Page(url=url, body=self.body, fetched_at=self.play.now)

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


HOMES = ["https://lab.example/feed.xml", "http://lab.example/", "https://www.lab.example"]


@pytest.mark.parametrize("home", HOMES)
def test_a_feed_whose_items_lead_to_its_own_home_tells_each_of_them(store: Store, home: str) -> None:
    looks = ["one", "two", "three", "two one"]
    assert played(store, f"<link>{home}</link>", looks)[1] == ["Graphs one", "Graphs two", "Graphs three"]


PLACES = {
    "an address": "<link>https://lab.example/rank/{place}</link>",
    "an id": '<guid isPermaLink="false">{place}</guid>',
    "an id beside links of their own": '<guid isPermaLink="false">{place}</guid><link>https://lab.example/{name}</link>',
}


@pytest.mark.parametrize("form", PLACES.values(), ids=PLACES)
def test_what_counts_the_places_of_a_list_identifies_no_paper(store: Store, form: str) -> None:
    looks = ["three two one", "four three two", "five four three", "six five four", "six five four"]
    verdicts, told = played(store, form, looks)
    assert told == [f"Graphs {name}" for name in ("three", "two", "one", "four", "five", "six")]
    assert verdicts[-1] is Verdict.UNCHANGED


@pytest.mark.parametrize("looks", [["one", "two one", "three two one", "four"], ["one", "two", "three", "four"]])
def test_papers_that_are_parts_of_one_page_are_told_once_each(store: Store, looks: list[str]) -> None:
    _, told = played(store, "<link>https://lab.example/all#{name}</link>", looks)
    assert told == [f"Graphs {name}" for name in ("one", "two", "three", "four")]


def test_a_title_that_is_edited_under_a_link_of_its_own_is_told_once(store: Store) -> None:
    assert played(store, NEWS, ["one", "two", "three"])[1] == ["Graphs one"]


@pytest.mark.parametrize(
    "form",
    [
        NEWS + '<guid isPermaLink="false">{look}-{name}</guid>',
        NEWS + "<guid>https://lab.example/{look}/{name}</guid>",
        GUID + "<link>https://lab.example/{look}/{name}</link>",
    ],
    ids=["an id", "an address", "an address beside an id of nobody's"],
)
@pytest.mark.parametrize("description", ["", "<description>Read by {look} people</description>"], ids=["bare", "text"])
def test_what_has_another_id_at_every_look_beside_a_shared_one_is_told_once(
    store: Store, form: str, description: str
) -> None:
    looks = ["one", "two one", "one", "two", "one two", "three one", *["one three"] * 6]
    assert played(store, form + description, looks)[1] == ["Graphs one", "Graphs two", "Graphs three"]


@pytest.mark.parametrize(
    "guid", ["<guid isPermaLink='false'>{look}-{name}</guid>", "<guid>https://lab.example/{look}/{name}</guid>"]
)
def test_a_long_list_with_other_ids_at_every_look_is_no_broken_one(store: Store, guid: str) -> None:
    """Beside a link of others the title says which paper it is; that ids change is no sign of a broken page then."""
    names = ["one", "two", "three", "four", "five", "six", "seven", "eight"]
    looks = [" ".join(names[n : n + 6]) for n in (0, 0, 1, 1, 2, 2)]
    verdicts, told = played(store, NEWS + guid, looks)
    assert verdicts == [Verdict.NEW, Verdict.UNCHANGED] * 3
    assert sorted(told) == sorted(f"Graphs {name}" for name in names)


@pytest.mark.parametrize("keys", [("id:lab.example:2-1",), ("doi:10.1234/1",), ()])
def test_what_an_older_release_stored_by_an_id_alone_is_found_under_the_link(
    store: Store, keys: tuple[str, ...]
) -> None:
    """It kept no key of the link beside the id, which is another one now."""
    link = "https://lab.example/news"
    one = Entry(title="Graphs one", keys=("id:lab.example:1-1",), url=link)
    now = Play(store, LAB).now
    with store.transaction() as tx:
        (first,) = tx.papers.record_entries([one], "lab", now).new
        again = [replace(one, keys=keys, shared=(f"url:{link}/",)), Entry(title="Graphs two", shared=(f"url:{link}/",))]
        recorded = tx.papers.record_entries(again, "lab", now + HOUR)
        assert recorded.ids[0] == first and len(recorded.new) == 1


def test_a_second_paper_of_a_title_under_a_link_may_be_edited(store: Store) -> None:
    link = "https://lab.example/news"
    texts = ["On bees in towers", "On tides and sand", "On tides and sand, in room five, with tea and cake afterwards"]
    talks = [Entry(title="Seminar talk", abstract=text, shared=(f"url:{link}",), url=link) for text in texts]
    now = Play(store, LAB).now
    with store.transaction() as tx:
        first, second = tx.papers.record_entries(talks[:2], "lab", now).ids
        assert first != second
        assert tx.papers.record_entries([talks[2], talks[0]], "lab", now + HOUR).ids == (second, first)


BEES = "Bees and the hives they build in old lighthouses along the northern shore, where nights are long and winds cold"
TIDES = "Tides which move the sand of seven islands each winter, until no map of the harbour agrees with any other map"
SHORT = ("On bees in lighthouses", "On tides and sand")
OWN = "<guid isPermaLink='false'>{n}</guid>"
AUTHOR = "<author>Ana Lund</author>"


def graphs(text: str, form: str = NEWS, title: str = "Graphs one", n: int = 0) -> str:
    return f"<title>{title}</title>{form.format(n=n)}<description>{text}</description>"


@pytest.mark.parametrize("others", [(), ("<title>An outing</title>" + NEWS,)], ids=["alone", "beside another title"])
@pytest.mark.parametrize("texts", [(BEES, TIDES), SHORT], ids=["long texts", "short texts"])
@pytest.mark.parametrize("at_once", [True, False], ids=["one page", "two weeks"])
@pytest.mark.parametrize("form", [NEWS, NEWS + AUTHOR, NEWS + OWN], ids=["a link", "an author", "ids"])
def test_papers_of_one_title_under_one_link_are_told_each(
    store: Store, form: str, at_once: bool, texts: Sequence[str], others: Sequence[str]
) -> None:
    if not at_once and not others and texts is SHORT:
        pytest.skip("a link that one paper has is that paper's own: its few words were edited")
    if AUTHOR in form and texts is SHORT:
        pytest.skip("the same people and a few words say too little")
    play = Play(store, LAB, rule="bees OR tides")
    pages = [[0, 1], [1, 0], [0], [1]] if at_once else [[0], [1], [0], [1, 0]]
    for shown in pages:
        body = rss([*(graphs(texts[n], form, n=n) for n in shown), *others])
        play.context.fetcher = Fixed(play, body)  # type: ignore[assignment]
        play.look(HOUR)
    told = "\n".join(play.texts("me")).lower()
    assert (told.count("matched: bees"), told.count("matched: tides")) == (1, 1), told


def test_what_is_edited_under_a_shared_link_is_told_once(store: Store) -> None:
    play = Play(store, LAB, rule="bees OR tides")
    edited = [BEES[:60], BEES, BEES + " " + TIDES, BEES.replace("nights", "days"), "", BEES]
    for text in edited:
        body = rss([graphs(text, title="Graphs of bees"), graphs("", title="An outing")])
        play.context.fetcher = Fixed(play, body)  # type: ignore[assignment]
        play.look(HOUR)
    assert len(play.texts("me")) == 1


def test_a_title_that_comes_again_with_an_id_of_its_own_is_another_paper_where_ids_last(store: Store) -> None:
    link = "url:https://lab.example/news"

    def shown(*numbers: int) -> list[Entry]:
        named = [Entry(title="Lab meeting", keys=(f"id:lab.example:{n}",), shared=(link,)) for n in numbers]
        return [*named, Entry(title="An outing", keys=("id:lab.example:0",), shared=(link,))]

    now = Play(store, LAB).now
    with store.transaction() as tx:
        assert len(tx.papers.record_entries(shown(1, 2), "lab", now).new) == 3
        assert len(tx.papers.record_entries(shown(2, 3), "lab", now + HOUR).new) == 1
        assert len(tx.papers.record_entries(shown(1, 2, 3), "lab", now + HOUR).new) == 0


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


def test_a_paper_under_a_link_gets_an_id_loses_it_and_stays_the_same(store: Store) -> None:
    link = "url:https://lab.example/news"
    one, two = Entry(title="Graphs one"), Entry(title="Graphs two")
    now = Play(store, LAB).now

    def new(*entries: Entry) -> int:
        return len(tx.papers.record_entries(entries, "lab", now).new)

    with store.transaction() as tx:
        assert new(replace(one, keys=(link,))) == 1
        named = [replace(paper, keys=(f"id:lab.example:{n}",), shared=(link,)) for n, paper in enumerate((one, two))]
        assert new(*named) == 1
        assert new(*(replace(paper, shared=(link,)) for paper in (one, two))) == 0
        assert new(replace(one, keys=(link,))) == 0


@pytest.mark.parametrize("title", ["Über Graphen", "Graphs one"])
def test_what_was_stored_by_its_title_is_found_when_its_link_turns_out_to_be_shared(store: Store, title: str) -> None:
    link = "url:https://lab.example/news"
    now = Play(store, LAB).now

    def new(*entries: Entry) -> int:
        return len(tx.papers.record_entries(entries, "lab", now).new)

    with store.transaction() as tx:
        as_read_before = title.encode().decode("cp1252")
        assert new(Entry(title=as_read_before, abstract="Kites."), Entry(title="Graphs two")) == 2
        assert new(Entry(title="Graphs two", shared=(link,)), Entry(title="Graphs three", shared=(link,))) == 1
        assert new(Entry(title=title, abstract="Kites.", keys=(link,))) == 0
        assert new(Entry(title=title, abstract="Another of that title.", keys=(link,))) == 1
        every = [key for paper in tx.papers.all() for key in tx.papers.keys(paper.id)]
        assert len(every) == len(set(every))


@pytest.mark.parametrize(
    ("before", "now"),
    [("Dont panic", "Don\u2019t panic"), ("Graphs ab", "Graphs a\u2013b"), ("CafÃ© graphs", "Café graphs")],
)
def test_a_title_alone_that_is_read_rightly_now_is_told_once(store: Store, before: str, now: str) -> None:
    at = Play(store, LAB).now
    with store.transaction() as tx:
        assert len(tx.papers.record_entries([Entry(title=before, abstract="Kites.")], "lab", at).new) == 1
        assert len(tx.papers.record_entries([Entry(title=now, abstract="Kites.")], "lab", at + HOUR).new) == 0
        assert len(tx.papers.record_entries([Entry(title=now, abstract="Kites.")], "lab", at + HOUR).new) == 0


def test_what_a_feed_shares_is_named() -> None:
    parsed = PARSERS["feed"].parse(rss([f"<title>{n}</title>{NEWS}<guid>{n}</guid>" for n in "ab"]), "", LAB)
    entries = getattr(parsed, "entries", ())
    assert [entry.shared for entry in entries] == [("url:https://lab.example/news",)] * 2
    assert all(entry.keys for entry in entries)


@pytest.mark.parametrize(
    ("form", "entries"),
    [
        (NEWS, 2),
        (NEWS + "<guid>https://lab.example/news</guid>", 2),
        (NEWS + GUID, 1),
        (NEWS + OWN, 2),
        ("<link>https://doi.org/10.1234/graphs</link>", 1),
        ("<link>https://arxiv.org/abs/2603.00001</link>", 1),
    ],
)
def test_items_of_one_title_and_other_texts_share_what_is_no_name(form: str, entries: int) -> None:
    body = rss([graphs(text, form, n=n) for n, text in enumerate((BEES, TIDES))])
    assert len(getattr(PARSERS["feed"].parse(body, "", LAB), "entries", ())) == entries
    repeated = rss([graphs(text, NEWS) for text in (BEES, BEES[:60], "")])
    assert len(getattr(PARSERS["feed"].parse(repeated, "", LAB), "entries", ())) == 1
