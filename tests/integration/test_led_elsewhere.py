"""Addresses and ids that lead to another paper than before, and papers edited at their address."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from tests.integration.outages import Play
from tests.integration.test_shared_links import BEES, LAB, TIDES
from tests.parsers.feeds import rss
from watcher.model import Entry, Reading
from watcher.parsers import PARSERS
from watcher.store import Store

NEWS = "url:https://lab.example/news"
TALK = Entry(title="Seminar talk", abstract=BEES, keys=(NEWS,))
LONG = "A long walk along the seven islands in winter"
ANA, BO = ("Ana Lund", "Cy Ek"), ("Bo Falk", "Di Holm")


def numbers(store: Store, *entries: Entry) -> list[int]:
    """Look at a source that shows one entry after the other; of each the number of its paper."""
    now = Play(store, LAB).now
    ids: list[int] = []
    with store.transaction() as tx:
        for n, entry in enumerate(entries):
            ids += tx.papers.record_entries([entry], "lab", now + timedelta(hours=n)).ids
    return [sorted(set(ids)).index(id) + 1 for id in ids]


def named(doi: str, entry: Entry = TALK) -> Entry:
    return replace(entry, keys=(f"doi:{doi}", *entry.keys), doi=doi)


@pytest.mark.parametrize(
    "other",
    [
        replace(TALK, abstract=TIDES),
        replace(TALK, title="Lab meeting", abstract=TIDES),
        replace(TALK, title=LONG, abstract=TIDES),
        named("10.1234/2", replace(TALK, title="Lab meeting", abstract="")),
    ],
    ids=["text", "title and text", "a long title and text", "title and DOI"],
)
def test_what_is_another_paper_is_told(store: Store, other: Entry) -> None:
    assert numbers(store, TALK, other, TALK, other) == [1, 2, 1, 2]


def test_other_people_at_one_address_have_another_paper(store: Store) -> None:
    one = Entry(title="Graphs one", authors=ANA, keys=(NEWS,))
    assert numbers(store, one, replace(one, title="Kilns two", authors=BO), one) == [1, 2, 1]


@pytest.mark.parametrize("title", ["Seminar talk", LONG])
@pytest.mark.parametrize("abstract", ["", BEES])
def test_two_dois_at_one_address_are_two_papers(store: Store, title: str, abstract: str) -> None:
    both = [named(f"10.1234/{n}", replace(TALK, title=title, abstract=abstract)) for n in (1, 2)]
    assert numbers(store, *both, *both) == [1, 2, 1, 2]


@pytest.mark.parametrize(
    "edited",
    [
        replace(TALK, title="Seminar talk, at five"),
        replace(TALK, title="Lab meeting", abstract=""),
        replace(TALK, abstract=f"{BEES} {TIDES}"),
        replace(TALK, abstract="A talk on bees."),
        replace(TALK, abstract=""),
    ],
    ids=["title", "title, and no text", "longer", "shorter", "no text"],
)
def test_what_is_edited_at_its_address_is_told_once(store: Store, edited: Entry) -> None:
    assert numbers(store, TALK, edited, TALK) == [1, 1, 1]


@pytest.mark.parametrize("edited", [{"abstract": TIDES}, {"title": "Lab meeting", "abstract": TIDES}])
def test_what_the_same_people_wrote_anew_is_told_once(store: Store, edited: dict[str, Any]) -> None:
    entry = replace(TALK, authors=ANA)
    assert numbers(store, entry, replace(entry, **edited), entry) == [1, 1, 1]


def test_a_long_title_at_its_address_may_have_any_text(store: Store) -> None:
    entry = replace(TALK, title=LONG)
    assert numbers(store, entry, replace(entry, abstract=TIDES), entry) == [1, 1, 1]


@pytest.mark.parametrize("abstract", ["", BEES])
@pytest.mark.parametrize("name", ["doi", "arxiv"])
def test_a_paper_that_is_named_later_is_told_once(store: Store, name: str, abstract: str) -> None:
    entry = replace(TALK, abstract=abstract)
    later = named("10.1234/1", entry) if name == "doi" else replace(entry, keys=("arxiv:2603.00001", *entry.keys))
    assert numbers(store, entry, later, entry, later) == [1, 1, 1, 1]


def test_a_paper_under_a_link_of_others_that_is_named_later_is_told_once(store: Store) -> None:
    entry = Entry(title="Seminar talk", shared=(NEWS,))
    first, second = (replace(entry, keys=(f"doi:10.1234/{n}",), doi=f"10.1234/{n}") for n in (1, 2))
    assert numbers(store, entry, first, second, entry) == [1, 1, 2, 1]


DOI = "<dc:identifier>doi:10.1234/{}</dc:identifier>"


@pytest.mark.parametrize("mark", ["<link>https://lab.example/issue</link>", "<guid isPermaLink='false'>issue</guid>"])
def test_items_of_one_title_that_are_named_apart_are_two(mark: str) -> None:
    items = [f"<title>Editorial</title>{mark}{DOI.format(n)}" for n in (1, 2)]
    parsed = PARSERS["feed"].parse(rss(items), "", LAB)
    assert isinstance(parsed, Reading)
    assert [entry.keys for entry in parsed.entries] == [("doi:10.1234/1",), ("doi:10.1234/2",)]
    repeated = PARSERS["feed"].parse(rss([items[0], items[0]]), "", LAB)
    assert isinstance(repeated, Reading) and len(repeated.entries) == 1


TAG, URN = "id:tag:mirror.example,2026:7", "id:urn:uuid:0f3c"


def test_a_paper_with_a_doi_that_a_mirror_calls_by_an_id_of_its_own_is_told_once(store: Store) -> None:
    article = Entry(title=LONG, abstract=BEES + " in the end", keys=("doi:10.1234/1",), doi="10.1234/1")
    mirrored = replace(article, keys=(TAG,), doi=None)
    assert numbers(store, article, mirrored, replace(mirrored, keys=(NEWS,)), article) == [1, 1, 1, 1]
    assert numbers(store, replace(mirrored, title=LONG + "s"), replace(article, title=LONG + "s")) == [1, 1]


def test_two_ids_that_are_made_to_last_are_two_papers(store: Store) -> None:
    one = Entry(title=LONG, abstract=BEES, keys=(TAG,))
    assert numbers(store, one, replace(one, keys=(URN,)), one) == [1, 2, 1]


def test_a_paper_that_was_stored_twice_is_not_stored_again(store: Store) -> None:
    """An older release did not join the two. A third address leads to the older one."""
    one = Entry(title=LONG, abstract=BEES, keys=(TAG,))
    assert numbers(store, one, replace(one, keys=(URN,)), replace(one, keys=(NEWS,))) == [1, 2, 1]
