"""Entries of the same paper become a single stored paper, in whatever order they come; different papers stay apart."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.examples import times
from tests.integration.test_store_papers import (
    ABSTRACTS,
    HOUR,
    MONDAY,
    NOW,
    TUESDAY,
    history,
    kites,
    record,
    stored,
)
from watcher.model import Decision, Endpoint, Entry, Fate, Hit, Subscription
from watcher.policy.subscriptions.changes import Wanted
from watcher.store import Store
from watcher.store.papers.matches import NewMatch
from watcher.store.papers.recording import Recorded


@pytest.mark.parametrize("text_first", [True, False])
def test_text_page_and_arxiv_page_show_one_paper(store: Store, text_first: bool) -> None:
    pages = [(kites(None), "import"), (kites(7, authors=("Ana Lund",)), "hf")]
    ids = {record(store, entry, source=source).ids for entry, source in (pages if text_first else pages[::-1])}
    assert len(ids) == 1
    [paper] = stored(store)
    assert (paper.key, paper.arxiv_id, paper.authors) == ("arxiv:2603.00007", "2603.00007", ("Ana Lund",))
    assert {listing.source for listing in paper.listings} == {"import", "hf"}
    with store.reading() as tx:
        assert tx.papers.find("arxiv:2603.00007") == tx.papers.find("title:kites over rivers") == paper


def test_two_papers_of_one_title_stay_two(store: Store) -> None:
    others = [kites(2, abstract=ABSTRACTS["mills"]), kites(None, abstract=ABSTRACTS["bells"]), kites(None)]
    recorded = record(store, kites(1), *others)
    assert len(recorded.new) == 3
    assert recorded.ids[3] == recorded.ids[0]
    assert record(store, kites(1), *others).new == ()


def test_two_arxiv_ids_with_one_text_stay_two(store: Store) -> None:
    assert len(record(store, kites(1), kites(2)).new) == 2


def test_two_known_papers_become_one(store: Store) -> None:
    text_page = record(store, kites(None), source="import", now=NOW - HOUR)
    cards = record(store, kites(abstract="", upvotes=3), whole=False)
    whole = record(store, kites(upvotes=4), now=NOW + HOUR)
    assert whole == Recorded(new=(), touched=text_page.ids, ids=text_page.ids)
    [paper] = stored(store)
    assert (paper.id, paper.key, paper.first_seen) == (text_page.ids[0], "arxiv:2603.00001", NOW - HOUR)
    assert {(listing.source, listing.upvotes) for listing in paper.listings} == {("import", None), ("hf", 4)}
    assert history(store) == [(NOW, 3, None), (NOW + HOUR, 4, None)]
    with store.reading() as tx:
        assert tx.papers.count() == 1
        assert tx.papers.get([*cards.ids, *text_page.ids]) == [paper]
        assert tx.papers.find("2603.00001") == tx.papers.find("title:kites over rivers") == paper
        assert tx.papers.waiting(before=NOW + HOUR) == []


def test_a_merge_that_adds_nothing_to_the_text_is_a_change_all_the_same(store: Store) -> None:
    """It adds the other's listings: ``source:hf source:blog`` holds from then on."""
    older = record(store, kites(1), now=NOW - HOUR)
    younger = record(
        store, kites(None, keys=("url:https://a.example/1",), title="Other", listed=TUESDAY), source="blog"
    )
    assert older.ids != younger.ids
    merged = record(store, kites(1, keys=("arxiv:2603.00001", "url:https://a.example/1")), now=NOW + HOUR)
    assert merged.ids == merged.touched == older.ids
    [paper] = stored(store)
    assert {listing.source for listing in paper.listings} == {"hf", "blog"}


def test_listings_of_one_place_and_day_become_one(store: Store) -> None:
    record(store, kites(None, keys=("doi:10.1/x",), listed=TUESDAY, upvotes=9))
    record(store, kites(1, upvotes=3), now=NOW - HOUR)
    record(store, kites(1, upvotes=4, keys=("arxiv:2603.00001", "doi:10.1/x")), now=NOW + HOUR)
    [paper] = stored(store)
    [listing] = paper.listings
    assert (listing.upvotes, listing.read_at) == (4, NOW + HOUR)
    assert history(store) == [(NOW - HOUR, 3, None), (NOW, 9, None), (NOW + HOUR, 4, None)]


def test_a_merged_paper_resolves_after_the_next_merge_too(store: Store) -> None:
    three = [record(store, kites(None, keys=(key,))).ids[0] for key in ("url:https://a.example/1", "doi:10.1/x")]
    three += record(store, kites(1)).ids
    record(store, kites(1, keys=("arxiv:2603.00001", "doi:10.1/x")))
    record(store, kites(1, keys=("arxiv:2603.00001", "url:https://a.example/1")))
    [paper] = stored(store)
    assert paper.id == three[0]
    with store.reading() as tx:
        assert [tx.papers.get([id]) for id in three] == [[paper]] * 3


def test_three_on_one_page_become_one(store: Store) -> None:
    both = kites(1, keys=("arxiv:2603.00001", "doi:10.1/x"))
    recorded = record(store, kites(None), kites(None, keys=("doi:10.1/x",), title="Kites"), both)
    assert len(recorded.new) == 1
    assert recorded.touched == recorded.new
    assert recorded.ids == recorded.new * 3
    assert record(store, both).touched == ()


def test_matches_go_with_the_merge(store: Store) -> None:
    [older] = record(store, kites(None), source="import").ids
    [younger] = record(store, kites(abstract=""), whole=False).ids
    wanted = Subscription(name="kites", rule="kite", to=("me",), endpoints=(Endpoint("me"),))
    with store.transaction() as tx:
        subscription = tx.subscriptions.insert(Wanted(wanted, "digest"), None, NOW)
        found = [NewMatch(subscription, id, Hit(score=0.9), Decision(Fate.HELD)) for id in (older, younger)]
        assert tx.matches.record(found, NOW) == 2
    record(store, kites())
    with store.reading() as tx:
        assert list(tx.matches.held(subscription).values()) == [older]


_TITLES = ["Kites", "Mills", "On Bells"]


@st.composite
def _entries(draw: st.DrawFn) -> Entry:
    """Entries of at most nine papers; one arXiv id for each title and abstract."""
    title, subject = draw(st.sampled_from(_TITLES)), draw(st.sampled_from(sorted(ABSTRACTS)))
    number = 10 * _TITLES.index(title) + sorted(ABSTRACTS).index(subject)
    has_id = draw(st.booleans())
    return kites(
        number if has_id else None,
        title=draw(st.sampled_from([title, title.upper()])),
        abstract=ABSTRACTS[subject],
        listed=draw(st.sampled_from([None, MONDAY, TUESDAY])),
        upvotes=draw(st.none() | st.integers(0, 3)),
    )


_PAGES = st.lists(st.lists(_entries(), max_size=6), max_size=4)


@settings(max_examples=times(25))
@given(pages=_PAGES, data=st.data())
def test_the_order_of_pages_does_not_matter(
    make_store: Callable[[], Store], pages: list[list[Entry]], data: st.DataObject
) -> None:
    known = {(entry.title.casefold(), entry.abstract) for page in pages for entry in page}
    for order in (pages, data.draw(st.permutations(pages))):
        store = make_store()
        for page in order:
            record(store, *page)
        papers = stored(store)
        assert sorted((paper.title.casefold(), paper.abstract) for paper in papers) == sorted(known)
        for page in order:
            recorded = record(store, *page)
            assert recorded.new == ()
            assert set(recorded.ids) <= {paper.id for paper in papers}
        store.close()
